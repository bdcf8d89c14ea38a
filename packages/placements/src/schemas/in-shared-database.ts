import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { runStatement, statement, textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import { explained, meeting } from '../api/add-place.ts';
import { connectTo } from '../connect.ts';

/** How often it begins again, and the code of a lock that was not to be had in time. */
const mostTries = 20;
const lockTimeout = '55P03';

/**
 * Works on schemas of tenants in one transaction of the login that migrates the shared database.
 *
 * A key that references a table of all tenants keeps writes of this table out until the end of the
 * transaction, and whoever waits for such a lock keeps them out too. So it waits 50 ms for a lock, and
 * begins again some times.
 *
 * @param pool in a system scope, on the shared database
 * @param url of the login that migrates that database
 * @throws TenantryError `PLACE_TAKEN` for another database, `PLACE_UNAVAILABLE`, `DATABASE_NOT_PREPARED`
 */
export async function inSharedDatabase<R>(
  pool: TenantPool,
  url: string,
  tenancy: Tenancy,
  work: (client: pg.Client) => Promise<R>,
): Promise<R> {
  const key = randomInt(2 ** 31);
  return pool.transaction(async (tx) => {
    await runStatement(tx, statement`select pg_advisory_xact_lock(${meeting}, ${key})`);
    const client = await connectTo('the database of --url', url);
    try {
      for (let tries = 1; ; tries++) {
        try {
          await client.query('begin isolation level read committed');
          await client.query(`set local lock_timeout = '50ms'`);
          await assertShared(client, tenancy, key);
          const done = await work(client);
          await client.query('commit');
          return done;
        } catch (error) {
          await client.query('rollback');
          if ((error as { code?: string }).code !== lockTimeout || tries === mostTries) throw error;
          await setTimeout(randomInt(50, 250));
        }
      }
    } catch (error) {
      throw explained(error);
    } finally {
      await client.end();
    }
  });
}

async function assertShared(client: pg.Client, tenancy: Tenancy, key: number): Promise<void> {
  const { rows } = await client.query(
    textInSchema(
      tenancy.schema,
      `select exists (select from tenantry.here) or pg_try_advisory_xact_lock($1, $2) as other`,
    ),
    [meeting, key],
  );
  if ((rows[0] as { other: boolean }).other)
    throw new TenantryError('PLACE_TAKEN', {
      found: 'the database of --url is not that of the shared tables.',
      fix: 'Name that database in --url, with the login that migrates it: a schema of a tenant is made there.',
    });
}
