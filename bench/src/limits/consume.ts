import { createTenantPool } from '@tenantry/core';
import type { BenchDatabase } from '../lib/database.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { figure, median, quantile } from '../lib/stats.ts';
import { runWindow } from '../lib/window.ts';
import { limits, logins, tenancy, tenantCount, tenantId } from './schema.ts';

/** How the calls are spread, and whether each has a key. */
export const consumeCases = [
  { op: 'consume-hot', tenants: 1, keyed: false },
  { op: 'consume-hot-keyed', tenants: 1, keyed: true },
  { op: 'consume-spread', tenants: tenantCount, keyed: false },
] as const;

type ConsumeCase = (typeof consumeCases)[number];

/** Calls of `consume` a second, on one counter and over many tenants. */
export async function measureConsume(
  database: BenchDatabase,
  { op, tenants, keyed }: ConsumeCase,
  pace: { readonly concurrency: number; readonly seconds: number },
): Promise<Result> {
  const { concurrency, seconds } = pace;
  const open = (way: 'direct' | 'proxy', max: number) =>
    createTenantPool(tenancy, {
      connectionString: database.url(logins.web, way),
      max,
      idleTimeoutMillis: 0,
    });
  const run = `${op}-${process.hrtime.bigint()}`;
  const operation = (pool: ReturnType<typeof open>) => (i: number) =>
    tenancy.run(tenantId((i % tenants) + 1), () =>
      limits.consume(pool, 'calls', 1, keyed ? { key: `${run}-${i}` } : {}),
    );
  await database.proxy.setLatency(0);
  const counted = open('proxy', 1);
  const roundTrips = await countRoundTrips(database.proxy, operation(counted));
  await counted.end();

  const pool = open('direct', concurrency);
  const warm = operation(pool);
  const latencies: number[] = [];
  const perSecond: number[] = [];
  let from = 1_000_000;
  const count = 100 * concurrency;
  const end = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < end; round++) {
    const ms = await runWindow(warm, { count, concurrency, from }, latencies);
    from += count;
    if (round > 0) perSecond.push((count / ms) * 1000);
    else latencies.length = 0;
  }
  await pool.end();
  return {
    ...emptyResult({ bench: 'limits', variant: 'tenantry', base: 'tenantry', op }),
    concurrency,
    roundTrips,
    p50: figure(quantile(latencies, 0.5)),
    p99: figure(quantile(latencies, 0.99)),
    perSecond: figure(median(perSecond)),
  };
}
