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

/** Stars of a project, past all policies: what really was committed. */
export async function starsOf(database: CoreDatabase, project: string): Promise<number> {
  const [row] = await database.ask('select stars from projects where name = $1', [project]);
  return row?.stars as number;
}
