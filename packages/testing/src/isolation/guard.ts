import type pg from 'pg';
import { TenantryError } from '../errors.ts';
import { mostRowsInShards } from './citus/distributed.ts';
import type { Table } from './model.ts';
import type { IsolationTenancy } from './types.ts';

/** More rows than a test database has. */
const mostRows = 50_000;

/**
 * Refuses a database that looks like production, by the environment, its name, or its size, before
 * anything is written.
 * @throws TenantryError `ISOLATION_DATABASE_REFUSED`
 */
export async function refuseProduction(
  client: Pick<pg.ClientBase, 'query'>,
  tables: readonly Table[],
  accepted: string | undefined,
  { dialect }: Pick<IsolationTenancy, 'dialect'>,
): Promise<void> {
  const { rows } = await client.query(
    `select current_database()::text as name, pg_is_in_recovery() as "inRecovery",
      coalesce((select max(reltuples) from pg_class where oid = any ($1::regclass[])), 0)::float8 as rows`,
    [tables.map(({ sql }) => sql)],
  );
  const {
    name,
    inRecovery,
    rows: here,
  } = rows[0] as { name: string; inRecovery: boolean; rows: number };
  const most = dialect === 'citus' ? Math.max(here, await mostRowsInShards(client)) : here;
  if (inRecovery) {
    throw new TenantryError('ISOLATION_DATABASE_REFUSED', {
      found: `${name} is a standby, which takes no rows.`,
      fix: 'Connect the pool to a primary, and to a test database there.',
    });
  }
  const signs = [
    process.env.NODE_ENV === 'production' && 'NODE_ENV is production',
    /prod|live/i.test(name) && 'its name says so',
    most > mostRows && `a table has about ${Math.round(most)} rows`,
  ].filter((sign) => sign !== false);
  if (signs.length === 0 || accepted === name) return;
  throw new TenantryError('ISOLATION_DATABASE_REFUSED', { found: `${name}: ${signs.join(', ')}.` });
}
