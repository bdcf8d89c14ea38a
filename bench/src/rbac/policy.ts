import type { TenantPool } from '@tenantry/core';
import type { BenchDatabase } from '../lib/database.ts';
import { measurePairs } from '../lib/pairs.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import type { Pace } from './pace.ts';
import { openPool, tenantCount, tenantId, userId } from './prepare.ts';
import { tenancy } from './schema.ts';

const count = (table: string) => `select count(*)::int as n from ${table}`;

/** Counts the 2,000 rows of a tenant behind each kind of policy. */
export async function measurePolicy(database: BenchDatabase, pace: Pace): Promise<Result[]> {
  const pool = openPool(database, 1);
  const contender = (name: string, table: string) => ({
    name,
    operation: (i: number) => {
      const t = 1 + (i % tenantCount);
      return tenancy.run({ organizationId: tenantId(t), user: userId(t) }, () =>
        pool.query(count(table)),
      );
    },
  });
  const measured = await measurePairs(
    [
      contender('tenant-only', 'plain'),
      contender('tenantry', 'guarded'),
      contender('per-resource', 'shared'),
    ],
    [
      { base: 'tenant-only', variant: 'tenant-only' },
      { base: 'tenant-only', variant: 'tenantry' },
      { base: 'tenant-only', variant: 'per-resource' },
    ],
    { concurrency: 1, ...pace, cpu: database.cpu },
  );
  await pool.end();
  return measured.map((row) => ({
    ...emptyResult({ bench: 'rbac', variant: row.variant, base: row.base, op: 'policy' }),
    ratio: figure(row.ratio),
    cpuRatio: figure(row.cpuRatio),
    roundTrips: 1,
    p50: figure(row.p50),
    p99: figure(row.p99),
    pairs: row.pairs,
    noise: figure(row.noise, 2),
    serverUs: figure(row.serverUs),
  }));
}

/** Whether the permission is asked for once a statement, in the plan of a count. */
export async function askedOnce(pool: TenantPool, table: string): Promise<boolean> {
  const plan = await tenancy.run({ organizationId: tenantId(1), user: userId(1) }, () =>
    pool.query(`explain (analyze, costs off, timing off, summary off) ${count(table)}`),
  );
  const lines = plan.rows.map((row) => String(row['QUERY PLAN']));
  const text = lines.join('\n');
  return (
    text.includes('InitPlan') && !/\bSubPlan\b/.test(text) && !/Filter:.*tenantry\.can/.test(text)
  );
}
