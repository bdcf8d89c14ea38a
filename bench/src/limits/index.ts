import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { consumeCases, measureConsume } from './consume.ts';
import { cases, measureInserts } from './insert.ts';
import { measureOvershoot } from './overshoot.ts';
import { clean, prepare, rowsPerTenant, tenantCount } from './schema.ts';
import { targets } from './targets.ts';

/** What a limit costs, and what it holds, next to no limit and to what articles show. */
export const limitsBench: Bench = {
  name: 'limits',
  run,
  targets,
  gate,
  operations: {
    insert: `one row, for ${tenantCount} tenants of ${rowsPerTenant} rows in turn`,
    'insert-1k': 'one row, for a tenant of 1,000 rows',
    'insert-10k': 'one row, for a tenant of 10,000 rows',
    'insert-100k': 'one row, for a tenant of 100,000 rows',
    'consume-hot': 'consume 1 of the one counter of one tenant',
    'consume-hot-keyed': 'the same, each with a key of its own',
    'consume-spread': `consume 1 of the counters of ${tenantCount} tenants in turn`,
    overshoot: '120 attempts at a limit of 10 on 30 connections',
  },
};

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('limits: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const { quick } = options;
    const pace = {
      pairs: options.pairs ?? (quick ? 5 : 15),
      windowMs: options.windowMs ?? (quick ? 40 : 80),
      warmUpMs: quick ? 40 : 1500,
    };
    const latencies = options.latencies ?? (quick ? [1] : [0, 1]);
    const inserts = latencies.flatMap((latencyMs) =>
      cases
        .filter(({ op }) => chosen(options.ops, op))
        .map((each) => ({ each, latencyMs, concurrency: each.rows > rowsPerTenant ? 1 : 8 })),
    );
    const consumes = consumeCases.filter(({ op }) => chosen(options.ops, op));
    const progress = createProgress(inserts.length + consumes.length + 1, write);
    const results: Result[] = [];
    for (const { each, latencyMs, concurrency } of inserts) {
      progress.step(`${each.op}, +${latencyMs} ms, ${concurrency} at once`);
      results.push(...(await measureInserts(database, each, { latencyMs, concurrency, ...pace })));
      await clean(database);
    }
    for (const each of consumes) {
      progress.step(each.op);
      const concurrency = options.concurrencies?.[0] ?? 16;
      results.push(await measureConsume(database, each, { concurrency, seconds: quick ? 2 : 10 }));
    }
    if (chosen(options.ops, 'overshoot')) {
      progress.step('overshoot');
      results.push(...(await measureOvershoot(database, quick ? 5 : 20)));
    }
    return { results, serverVersion: database.version, notes: notes(pace) };
  } finally {
    await database.end();
  }
}

/** What holds on every machine: one round trip, and never one over. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('limits: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database);
    const pace = { pairs: 1, windowMs: 5, warmUpMs: 0, latencyMs: 0, concurrency: 1 };
    const [insert] = cases;
    const results = [
      ...(insert === undefined ? [] : await measureInserts(database, insert, pace)),
      ...(await measureOvershoot(database, 3)),
    ];
    for (const each of consumeCases) {
      results.push(await measureConsume(database, each, { concurrency: 2, seconds: 0 }));
    }
    return targets
      .filter(({ name }) => /^(overshoot|round trips)/.test(name))
      .map((target) => {
        const checked = target.check(results);
        return {
          what: `limits: ${target.name}`,
          expected: target.wanted,
          found: checked?.found ?? 'nothing',
          holds: checked?.reached === true,
        };
      });
  } finally {
    await database.end();
  }
}

const notes = ({ pairs, windowMs }: { pairs: number; windowMs: number }): string[] => [
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'no-limit / no-limit compares the insert with itself: what is not 1 there is the noise of the machine.',
  'All three tables have the same columns, policies and indexes; every limit is far away, and looked at.',
  'What a case has inserted is deleted after it, and the tables are vacuumed.',
  'article: select count(*), compare, insert; two round trips past all policies, and it goes over.',
  'serverRatio is CPU of PostgreSQL alone, to that of the insert without a limit.',
];
