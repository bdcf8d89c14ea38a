import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { openBenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { limit, rows } from '../lib/targets.ts';
import { cases } from './cases.ts';
import { measureCase, shapeOf } from './measure.ts';
import { prepare } from './schema.ts';

const rowCount = 500_000;

/** The newest 50 rows that match a search, under the policies and past them. */
export const searchBench: Bench = {
  name: 'search',
  run,
  gate,
  operations: {
    'substring-N': 'ILIKE of a word that N rows of the tenant hold, by pg_trgm',
    'fulltext-N': 'to_tsvector(english, body) @@ the same word',
    'contains-N': 'jsonb @> a value that N rows hold',
    citext: 'one row by an address in another case',
  },
  targets: [
    limit({
      name: 'the newest 50, within 1.2 of the same without policies',
      rows: rows({ base: 'without-rls', variant: 'matches-first' }),
      measure: 'executionRatio',
      atMost: 1.2,
    }),
    limit({
      name: 'every match of up to 1,000, within 1.2',
      rows: ({ variant, op }) => variant === 'matches' && !op.endsWith('-50000'),
      measure: 'executionRatio',
      atMost: 1.2,
    }),
  ],
};

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('search: starting PostgreSQL, loading 700,000 rows\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, rowCount);
    const { quick } = options;
    const pairs = options.pairs ?? (quick ? 7 : 25);
    const windowMs = options.windowMs ?? (quick ? 30 : 100);
    const ops = cases.filter(({ op }) => chosen(options.ops, op));
    const progress = createProgress(ops.length, write);
    const results: Result[] = [];
    for (const each of ops) {
      progress.step(each.op);
      results.push(...(await measureCase(database, each, { pairs, windowMs, warmUpMs: 200 })));
    }
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('search: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    await prepare(database, 50_000);
    const found: Expectation[] = [];
    for (const each of cases.filter(({ hits }) => hits <= 10)) {
      const { roundTrips, byIndex } = await shapeOf(database, each);
      found.push(expectation(`search: round trips of ${each.op}`, 1, roundTrips));
      found.push(expectation(`search: ${each.op} uses its index`, true, byIndex));
    }
    return found;
  } finally {
    await database.end();
  }
}

const expectation = (what: string, expected: unknown, found: unknown): Expectation => ({
  what,
  expected: String(expected),
  found: String(found),
  holds: expected === found,
});

const notes = (pairs: number, windowMs: number): string[] => [
  'A tenant of 500,000 rows beside 100 of 2,000; loopback, one at a time, nothing prepared on either side.',
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'without-rls is a login that no policy binds, with the tenant in the WHERE; all order by created_at desc limit 50.',
  'matches names every matching row; matches-first, with { first: 50 }, only the newest 50; rls-alone is the condition by hand under the policies.',
  'executionMs is planning and execution as EXPLAIN ANALYZE tells it, executionRatio that to the same without policies: lower is better. The other ratios hold what the scope of the pool costs too, which on loopback is as much as a search of 0.2 ms.',
];
