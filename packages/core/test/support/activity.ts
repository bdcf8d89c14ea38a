import type { CoreDatabase } from './database.ts';

/** The backends of the tenant pools in this database: what they do, and whether in a transaction. */
export const backends = (database: CoreDatabase) =>
  database.ask(
    `select pid, state, xact_start is not null and state <> 'active' as in_transaction, query
     from pg_stat_activity where datname = current_database() and usename in ('web', 'worker')`,
  );

/** How many of them run something, or keep a transaction open. */
export async function underWay(database: CoreDatabase): Promise<number> {
  const all = await backends(database);
  return all.filter(({ state }) => state !== 'idle').length;
}

/** How many of them wait for a lock of the database. */
export async function blocked(database: CoreDatabase): Promise<number> {
  const rows = await database.ask(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}

/** Stars of a project, past all policies: what really was committed. */
export async function starsOf(database: CoreDatabase, project: string): Promise<number> {
  const [row] = await database.ask('select stars from projects where name = $1', [project]);
  return row?.stars as number;
}
