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
