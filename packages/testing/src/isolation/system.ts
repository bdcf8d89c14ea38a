import type pg from 'pg';
import type { IsolationRun } from './types.ts';

/** One transaction as the system role, committed when `fn` resolves. */
export async function asSystem<R>(
  {
    pool,
    tenancy,
    place,
  }: Pick<IsolationRun, 'pool' | 'tenancy'> & {
    readonly place?: string | undefined;
  },
  reason: string,
  fn: (client: pg.PoolClient) => Promise<R>,
): Promise<R> {
  const entry = { reason, actor: 'expectIsolated', write: true };
  return tenancy.asSystem({ ...entry, ...(place !== undefined && { place }) }, async () => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await oneByOne(client, tenancy);
      const result = await fn(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
  });
}

/**
 * Lets a transaction on Citus go on to tables on every node after it has written shards of several tenants,
 * which it does in parallel otherwise.
 */
async function oneByOne(
  client: Pick<pg.ClientBase, 'query'>,
  { dialect }: Pick<IsolationRun['tenancy'], 'dialect'>,
): Promise<void> {
  if (dialect !== 'citus') return;
  await client.query(
    "select pg_catalog.set_config('citus.multi_shard_modify_mode', 'sequential', true)",
  );
}
