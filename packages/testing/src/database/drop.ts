import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { identifier, withClient } from '../sql/client.ts';
import { databasePrefix } from './names.ts';

/**
 * Drops a database, a template included.
 *
 * ```sql
 * alter database "…" is_template false; drop database if exists "…" with (force);
 * ```
 */
export async function dropDatabase(
  client: pg.Client,
  name: string,
  options: { force: boolean },
): Promise<void> {
  const { rows } = await client.query<{ datistemplate: boolean }>(
    'select datistemplate from pg_catalog.pg_database where datname = $1',
    [name],
  );
  if (rows[0] === undefined) return;
  const database = identifier(name);
  if (rows[0].datistemplate) await client.query(`alter database ${database} is_template false`);
  await client.query(`drop database if exists ${database}${options.force ? ' with (force)' : ''}`);
}

/**
 * Waits until nobody is connected to a database. The server notices the end of a connection a
 * little later than the client.
 *
 * @param patienceMs How long to wait, in milliseconds.
 * @returns The number of connections that are still open.
 */
export async function waitUntilUnused(
  client: pg.Client,
  name: string,
  patienceMs: number,
): Promise<number> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ open: number }>(
      `select count(*)::int as open from pg_catalog.pg_stat_activity
        where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    const open = rows[0]?.open ?? 0;
    if (open === 0 || Date.now() > deadline) return open;
    await sleep(10);
  }
}

/** For connections that have just been ended. */
const closingTimeMs = 300;

/**
 * Drops a database if nobody stays connected to it; returns whether it was dropped. Ending a pool's idle
 * connections would raise an uncaught error in the process of the pool.
 */
export async function dropUnusedDatabase(client: pg.Client, name: string): Promise<boolean> {
  // DROP DATABASE itself would wait five seconds for other connections to end.
  if ((await waitUntilUnused(client, name, closingTimeMs)) > 0) return false;
  await dropDatabase(client, name, { force: false });
  return true;
}

/** The databases of all runs on a server, or of those whose names begin so. */
export async function databasesOfRuns(client: pg.Client, run = ''): Promise<string[]> {
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_catalog.pg_database where pg_catalog.starts_with(datname, $1)',
    [`${databasePrefix}${run}`],
  );
  return rows.map(({ datname }) => datname);
}

/** Drops every database of a run. */
export async function dropRun(serverUrl: string, run: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    for (const database of await databasesOfRuns(client, `${run}_`)) {
      await dropDatabase(client, database, { force: true });
    }
  });
}
