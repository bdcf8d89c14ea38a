import type pg from 'pg';
import { databasesOfRuns, dropDatabase, dropRun } from '../database/drop.ts';
import { newRunName, runOfDatabase } from '../database/names.ts';
import { connect } from '../sql/client.ts';
import { lockKey } from '../sql/locks.ts';

/** One test run on a server; it owns the databases with its name. */
export interface Run {
  readonly name: string;
  readonly serverVersion: string;
  /** Drops the databases of the run. */
  end(): Promise<void>;
}

/** What runs on a shared server may have left there. */
export interface LeftOvers {
  /** The databases of all runs. */
  databases(client: pg.Client): Promise<string[]>;
  /** Drops one; a database that somebody is connected to is kept. */
  dropUnused(client: pg.Client, database: string): Promise<void>;
}

const ofServer: LeftOvers = {
  databases: databasesOfRuns,
  dropUnused: (client, database) => dropDatabase(client, database, { force: false }),
};

/**
 * Opens a run: a connection holds an advisory lock for as long as this process lives, so that a later run
 * on a shared server can distinguish the databases of a killed run from those in use.
 */
export async function startRun(
  url: string,
  options: { isShared: boolean; leftOvers?: LeftOvers },
): Promise<Run> {
  const client = await connect(url);
  const name = newRunName();
  await client.query('select pg_catalog.pg_advisory_lock($1)', [runLock(name)]);
  if (options.isShared) await sweepDeadRuns(client, options.leftOvers ?? ofServer);
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  // The lock must not keep the process of the tests alive.
  socketOf(client).unref();
  return {
    name,
    serverVersion: rows[0]?.server_version.split(' ')[0] ?? 'unknown',
    async end() {
      if (options.isShared) await dropRun(url, name);
      socketOf(client).ref();
      await client.end().catch(() => {});
    },
  };
}

/** `ref` and `unref` of a client, which the types of pg omit. */
function socketOf(client: pg.Client): { ref(): void; unref(): void } {
  return client as unknown as { ref(): void; unref(): void };
}

function runLock(name: string): string {
  return lockKey(`tenantry-testing run ${name}`);
}

async function sweepDeadRuns(client: pg.Client, leftOvers: LeftOvers): Promise<void> {
  for (const database of await leftOvers.databases(client)) {
    const run = runOfDatabase(database);
    if (run === undefined) continue;
    const { rows: locked } = await client.query<{ free: boolean }>(
      'select pg_catalog.pg_try_advisory_lock($1) as free',
      [runLock(run)],
    );
    if (locked[0]?.free !== true) continue;
    try {
      await leftOvers.dropUnused(client, database).catch(() => {});
    } finally {
      await client.query('select pg_catalog.pg_advisory_unlock($1)', [runLock(run)]);
    }
  }
}
