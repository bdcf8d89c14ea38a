import { createHash } from 'node:crypto';
import type pg from 'pg';

/** The key of the advisory lock for a name, as text for a bigint parameter. */
export function lockKey(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE(0).toString();
}

/** Runs `work` while the session holds the advisory lock of that name. */
export async function withLock<T>(
  client: pg.Client,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  await client.query('select pg_catalog.pg_advisory_lock($1)', [lockKey(name)]);
  try {
    return await work();
  } finally {
    await client.query('select pg_catalog.pg_advisory_unlock($1)', [lockKey(name)]).catch(() => {});
  }
}
