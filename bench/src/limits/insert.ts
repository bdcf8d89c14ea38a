import { createTenantPool } from '@tenantry/core';
import pg from 'pg';
import type { BenchDatabase } from '../lib/database.ts';
import { type Contender, measurePairs } from '../lib/pairs.ts';
import type { Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { figure } from '../lib/stats.ts';
import { countThenInsert } from './article.ts';
import {
  contenders,
  logins,
  sizes,
  tenancy,
  tenantCount,
  tenantId,
  tenantOfSize,
} from './schema.ts';

/** How often and how long is measured. */
export interface Pace {
  readonly pairs: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
}

/** What is inserted into: tenants of 50 rows in turn, or one tenant of many rows. */
export interface Case {
  readonly op: string;
  readonly tenantOf: (i: number) => string;
  readonly rows: number;
}

export const cases: readonly Case[] = [
  { op: 'insert', tenantOf: (i) => tenantId((i % tenantCount) + 1), rows: 50 },
  ...sizes.map((size) => ({
    op: `insert-${size / 1000}k`,
    tenantOf: () => tenantOfSize(size),
    rows: size,
  })),
];

const comparisons = [
  { base: 'no-limit', variant: 'no-limit' },
  { base: 'no-limit', variant: 'live-count' },
  { base: 'no-limit', variant: 'counter-backed' },
  { base: 'article', variant: 'live-count' },
];

/** An insert under a limit, next to the same insert without one, and to what articles show. */
export async function measureInserts(
  database: BenchDatabase,
  { op, tenantOf, rows }: Case,
  at: { readonly latencyMs: number; readonly concurrency: number } & Pace,
): Promise<Result[]> {
  const { latencyMs, concurrency } = at;
  await database.proxy.setLatency(0);
  const counting = openAll(database, 'proxy', 1, tenantOf);
  const roundTrips = new Map<string, number>();
  for (const { name, operation } of counting.sides) {
    roundTrips.set(name, await countRoundTrips(database.proxy, operation));
  }
  await counting.end();
  await database.proxy.setLatency(latencyMs);
  const open = openAll(database, latencyMs > 0 ? 'proxy' : 'direct', concurrency, tenantOf);
  const measured = await measurePairs(open.sides, comparisons, { ...at, cpu: database.cpu });
  await open.end();
  return measured.map((each) => ({
    bench: 'limits',
    variant: each.variant,
    base: each.base,
    op,
    latencyMs,
    concurrency,
    ratio: figure(each.ratio),
    cpuRatio: figure(each.cpuRatio),
    roundTrips: roundTrips.get(each.variant) ?? null,
    p50: figure(each.p50),
    p99: figure(each.p99),
    pairs: each.pairs,
    noise: figure(each.noise, 2),
    serverUs: figure(each.serverUs),
    serverRatio: each.base === 'no-limit' ? figure(each.serverRatio) : null,
    rows,
  }));
}

function openAll(
  database: BenchDatabase,
  way: 'direct' | 'proxy',
  max: number,
  tenantOf: (i: number) => string,
) {
  const pool = createTenantPool(tenancy, {
    connectionString: database.url(logins.web, way),
    max,
    idleTimeoutMillis: 0,
  });
  const trusted = new pg.Pool({
    connectionString: database.url(logins.trusted, way),
    max,
    idleTimeoutMillis: 0,
  });
  const ours: Contender[] = contenders.map(({ name, table }) => {
    const text = `insert into ${table} (name) values ($1) returning id`;
    return {
      name,
      operation: (i) => tenancy.run(tenantOf(i), () => pool.query(text, [`New ${i}`])),
    };
  });
  const article: Contender = {
    name: 'article',
    operation: (i) => countThenInsert(trusted, tenantOf(i), 1_000_000_000, `New ${i}`),
  };
  return {
    sides: [...ours, article],
    end: () => Promise.all([pool.end(), trusted.end()]),
  };
}
