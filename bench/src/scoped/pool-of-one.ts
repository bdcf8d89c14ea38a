import { createTenantPool } from '@tenantry/core';
import type { BenchDatabase } from '../lib/database.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { readSample } from './operations.ts';
import { logins, tenancy } from './schema.ts';
import { scoped } from './variants/sql.ts';

export const scopesAtOnce = 30;
const patienceMs = 10_000;

/** How many of 30 scopes, open at once over a pool of one connection, come to their end. */
export async function scopesOnPoolOfOne(database: BenchDatabase): Promise<number> {
  const pool = createTenantPool(tenancy, { connectionString: database.url(logins.web), max: 1 });
  let finished = 0;
  const scopes = Array.from({ length: scopesAtOnce }, (_, i) => {
    const { tenant, id } = readSample(i);
    return tenancy.run(tenant, async () => {
      // two statements each, so that scopes wait for one another in the middle
      await pool.query(scoped.point, [id]);
      await pool.query(scoped.count);
      finished++;
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([Promise.allSettled(scopes), late]);
  clearTimeout(timer);
  const result = finished;
  await pool.end();
  return result;
}

/** The same as a result: `finished` of `scopes`. */
export const poolOfOneResult = (finished: number): Result => ({
  ...emptyResult({ bench: 'scoped', variant: 'tenantry', base: 'tenantry', op: 'pool-of-one' }),
  concurrency: scopesAtOnce,
  finished,
});
