import { randomInt } from 'node:crypto';
import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { callFunction, runStatement, statement, textInSchema } from '@tenantry/core/sql';
import { connectTo } from '../connect.ts';

/** The first key of the lock by which two connections find out that they lead to one database. */
export const meeting = 0x6d656574;

/**
 * Marks a database as a place, and adds it to the catalogue. A mark of another name, or on the shared
 * database, would show tenants each other's place.
 *
 * @param pool in a system scope that writes, on the shared database
 * @param url of the login that migrates the new database
 * @throws TenantryError `PLACE_TAKEN`, `PLACE_UNAVAILABLE`, `DATABASE_NOT_PREPARED`
 */
export async function addPlace(
  pool: TenantPool,
  url: string,
  tenancy: Tenancy,
  name: string,
): Promise<void> {
  const key = randomInt(2 ** 31);
  await pool.transaction(async (tx) => {
    // an advisory lock belongs to one database: whoever cannot have it is here
    await runStatement(tx, statement`select pg_advisory_xact_lock(${meeting}, ${key})`);
    await marked(url, tenancy, name, key, (mark) =>
      callFunction<void>(tx, 'add_place', [name, mark]),
    );
  });
}

/** @param add is called before the mark is committed: a refusal takes it back */
async function marked(
  url: string,
  { schema }: Tenancy,
  name: string,
  key: number,
  add: (mark: string) => Promise<void>,
): Promise<void> {
  const client = await connectTo('the database of --url', url);
  const own = (text: string) => textInSchema(schema, text);
  try {
    await client.query('begin');
    // one mark at a time
    await client.query(own('lock table tenantry.here in share row exclusive mode'));
    const { rows } = await client.query(
      own(`select (select place from tenantry.here) as here,
        exists (select from tenantry.places) or exists (select from tenantry.placements)
          or not pg_try_advisory_xact_lock($1, $2) as shared`),
      [meeting, key],
    );
    const { here, shared } = rows[0] as { here: string | null; shared: boolean };
    if (shared) throw taken('that of the shared tables');
    if (here !== null && here !== name) throw taken(`the place ${here}`);
    if (here === null)
      await client.query(own('insert into tenantry.here (place) values ($1)'), [name]);
    const marks = await client.query(own('select mark::text from tenantry.here'));
    await add((marks.rows[0] as { mark: string }).mark);
    await client.query('commit');
  } catch (error) {
    throw explained(error);
  } finally {
    await client.end();
  }
}

const taken = (what: string) =>
  new TenantryError('PLACE_TAKEN', { found: `the database of --url is ${what}.` });

/** What the database says when it lacks the catalogue, the login its rights, or a lock is not to be had. */
export function explained(error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string };
  if (code === '55P03')
    return new TenantryError('PLACE_UNAVAILABLE', {
      found: `somebody keeps a table locked (${message}).`,
      fix: 'Run the command again when long transactions and migrations have ended.',
      cause: error,
    });
  const fix =
    code === '42P01' || code === '3F000'
      ? 'Run your migrations in that database first; they are the same as for the shared tables.'
      : code === '42501'
        ? 'Name the login that migrates that database in --url.'
        : undefined;
  return fix === undefined
    ? error
    : new TenantryError('DATABASE_NOT_PREPARED', { found: message, fix, cause: error });
}
