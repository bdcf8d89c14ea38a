import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { name as quoted, textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import { inSharedDatabase } from './in-shared-database.ts';
import { barredSchema } from './names.ts';

/**
 * Takes a place out of the catalogue, and drops it where it is a schema, in one transaction. A database stays
 * as it is.
 *
 * @param pool in a system scope, on the shared database
 * @param url of the login that migrates that database
 * @returns the schema that was dropped; null for a database
 * @throws TenantryError `PLACE_UNKNOWN`, `PLACE_IN_USE`, `PLACE_TAKEN`, `PLACE_UNAVAILABLE`
 */
export const removePlace = (
  pool: TenantPool,
  url: string,
  tenancy: Tenancy,
  place: string,
): Promise<string | null> =>
  inSharedDatabase(pool, url, tenancy, async (client) => {
    const own = (text: string) => textInSchema(tenancy.schema, text);
    // whoever gives a tenant this place, or begins a move to it, waits: a key refers to the row
    await client.query(own('lock table tenantry.places in share row exclusive mode'));
    const { rows } = await client.query(
      own(`select p.schema_name as schema from tenantry.places p where p.name = $1 for update`),
      [place],
    );
    const [found] = rows as { schema: string | null }[];
    if (found === undefined) throw new TenantryError('PLACE_UNKNOWN', { found: place });
    await refuseUsed(client, tenancy, place);
    if (found.schema !== null) await dropSchema(client, tenancy, found.schema);
    await client.query(own('delete from tenantry.places p where p.name = $1'), [place]);
    return found.schema;
  });

async function refuseUsed(client: pg.Client, { schema }: Tenancy, place: string): Promise<void> {
  const { rows } = await client.query(
    textInSchema(
      schema,
      `select (select pg_catalog.count(*)::int from tenantry.placements p where p.place = $1) as tenants,
         exists (select from tenantry.moves m where $1 in (m.source, m.target)) as moves`,
    ),
    [place],
  );
  const [{ tenants, moves }] = rows as [{ tenants: number; moves: boolean }];
  if (tenants > 0)
    throw inUse(`${tenants} ${tenants === 1 ? 'tenant lives' : 'tenants live'} in ${place}.`);
  if (moves) throw inUse(`a move from or to ${place} is not finished.`);
}

const inUse = (found: string, fix?: string, cause?: unknown) =>
  new TenantryError('PLACE_IN_USE', { found, ...(fix !== undefined && { fix }), cause });

/** Drops what `places add` has made. Rows and objects of others keep the schema. */
async function dropSchema(client: pg.Client, tenancy: Tenancy, schema: string): Promise<void> {
  const { rows } = await client.query(
    `select c.relname::text as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_type t on t.typname = c.relname join pg_catalog.pg_namespace b on b.oid = t.typnamespace and b.nspname = $2
     where n.nspname = $1 and c.relkind = 'r' order by 1`,
    [schema, barredSchema(tenancy)],
  );
  const tables = (rows as { name: string }[]).map(({ name }) => quoted(schema, name).sql);
  const functions = await client.query(
    `select distinct p.oid::pg_catalog.regprocedure::text as name from pg_catalog.pg_trigger g
     join pg_catalog.pg_proc p on p.oid = g.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = $1`,
    [schema],
  );
  const made = (functions.rows as { name: string }[]).map(({ name }) => name);
  if (tables.length > 0) {
    await client.query(`lock table ${tables.join(', ')} in access exclusive mode`);
    await refuseRows(client, tenancy, schema, tables);
  }
  try {
    if (tables.length > 0) await client.query(`drop table ${tables.join(', ')}`);
    if (made.length > 0) await client.query(`drop function ${made.join(', ')}`);
    await client.query(`drop schema ${quoted(schema).sql}`);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '2BP01') throw cause;
    throw inUse(
      `the schema ${schema} has, or something else uses, what the command has not made.`,
      `Drop it first; psql shows what it is: drop schema ${schema};`,
      cause,
    );
  }
}

/** Rows of a tenant that lives elsewhere are nobody's to drop without a word. The system role sees all. */
async function refuseRows(
  client: pg.Client,
  { roles }: Tenancy,
  schema: string,
  tables: readonly string[],
): Promise<void> {
  await client.query(`set local role ${quoted(roles.system).sql}`);
  for (const table of tables) {
    const { rows } = await client.query(`select from ${table} limit 1`);
    if (rows.length > 0)
      throw inUse(
        `${table} has rows of a tenant that does not live there.`,
        `Delete the rows of the schema ${schema} when nobody needs them.`,
      );
  }
  await client.query('set local role none');
}
