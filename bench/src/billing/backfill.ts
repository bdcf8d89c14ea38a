import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BenchDatabase } from '../lib/database.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import type { Shop } from './schema.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

const heapMiB = () => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/**
 * Links and fetches customers that were at Stripe before: `reconcile({ link: true })`. The fake lives
 * in the same process and grows no more, so a heap that grows would be the backfill's.
 */
export async function measureBackfill(
  database: BenchDatabase,
  shop: Shop,
  count: number,
): Promise<Result> {
  await shop.customers(1_000_000, count);
  const runtime = shop.open();
  const heaps: number[] = [];
  const began = performance.now();
  const report = await runtime.reconcile({
    link: true,
    onProgress({ step, done }) {
      if (step !== 'tenants' || done % Math.max(100, count / 10) !== 0) return;
      shop.fake.takeRequests();
      heaps.push(heapMiB());
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const [stored] = await database.ask<{ count: string }>(
    `select count(*) from organization_billing where plan = 'pro' and organization_id >= '00000000-0000-4000-8000-0000000f4240'`,
  );
  const first = heaps[0] ?? Number.NaN;
  return {
    ...emptyResult({ bench: 'billing', variant: 'tenantry', base: 'tenantry', op: 'backfill' }),
    customers: count,
    stored: Number(stored?.count),
    failed: report.failed,
    customersPerSecond: figure(count / seconds),
    heapFirstMiB: figure(first),
    heapMostMiB: figure(Math.max(...heaps)),
    heapGrowth: figure(Math.max(...heaps) / first),
  };
}
