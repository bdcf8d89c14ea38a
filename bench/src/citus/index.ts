import { citusUrl } from '@tenantry/testing';
import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Contender, measurePairs } from '../lib/pairs.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { limit, rows } from '../lib/targets.ts';
import { openCitus, rowsPerTenant, tenantCount } from './schema.ts';
import { type Op, openSide, operations, type Side, type Way } from './ways.ts';

const ops = Object.keys(operations) as Op[];
const ways: readonly Way[] = ['hand', 'filter', 'pool', 'worker'];
const comparisons = [
  { base: 'hand', variant: 'pool' },
  { base: 'filter', variant: 'pool' },
  { base: 'pool', variant: 'worker' },
];

/** What a statement without a filter costs on Citus, beside one that names its tenant by hand. */
export const citusBench: Bench = {
  name: 'citus',
  run,
  gate,
  operations,
  targets: [
    limit({
      name: 'statements of the pool to those with a filter and a policy by hand',
      rows: rows({ base: 'hand', variant: 'pool' }),
      measure: 'ratio',
      atLeast: 1.2,
    }),
    limit({
      name: 'statements of the pool to those with a filter on the same tables',
      rows: rows({ base: 'filter', variant: 'pool' }),
      measure: 'ratio',
      atLeast: 1.2,
    }),
    limit({
      name: 'statements through a worker to those through the coordinator',
      rows: rows({ base: 'pool', variant: 'worker' }),
      measure: 'ratio',
      atLeast: 0.95,
    }),
  ],
};

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  if (citusUrl() === undefined) {
    write('citus: not measured, TEST_CITUS_URL names no cluster\n');
    return { results: [], serverVersion: '', notes: [] };
  }
  write(`citus: loading ${(tenantCount * rowsPerTenant).toLocaleString('en-US')} rows\n`);
  const database = await openCitus();
  try {
    const pairs = options.pairs ?? (options.quick ? 9 : 41);
    const windowMs = options.windowMs ?? (options.quick ? 80 : 200);
    const wanted = ops.filter((op) => chosen(options.ops, op));
    const clients = [1, 8];
    const progress = createProgress(wanted.length * clients.length, write);
    const results: Result[] = [];
    for (const concurrency of clients) {
      const sides = new Map<Way, Side>();
      for (const way of ways) sides.set(way, openSide(database, way, concurrency));
      for (const op of wanted) {
        progress.step(`${op}, ${concurrency} at once`);
        const contenders = ways.map(
          (name): Contender => ({ name, operation: (sides.get(name) as Side).operation(op) }),
        );
        const measured = await measurePairs(contenders, comparisons, {
          concurrency,
          pairs,
          windowMs,
          warmUpMs: options.quick ? 300 : 1500,
          cpu: () => Number.NaN,
        });
        for (const each of measured) {
          const { base, variant } = each;
          results.push(measuredResult({ bench: 'citus', base, variant, op, concurrency }, each));
        }
      }
      for (const side of sides.values()) await side.end();
    }
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

/** What holds on every cluster: a statement without a filter asks one shard. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  if (citusUrl() === undefined) {
    write('citus: not tried, TEST_CITUS_URL names no cluster\n');
    return [];
  }
  write('citus: loading\n');
  const database = await openCitus();
  try {
    const found: Expectation[] = [];
    for (const way of ['pool', 'worker'] as const) {
      const side = openSide(database, way, 1);
      for (const op of ops) {
        const tasks = /Task Count: (\d+)/.exec(await side.explain(op))?.[1] ?? 'none';
        const what = `citus: tasks of ${op}, ${way}`;
        found.push({ what, expected: '1', found: tasks, holds: tasks === '1' });
      }
      await side.end();
    }
    return found;
  } finally {
    await database.end();
  }
}

const notes = (pairs: number, windowMs: number): string[] => [
  'A coordinator and two workers on one machine; only the workers hold shards.',
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'hand: BEGIN and the context in one round trip, the statement with its filter, COMMIT; the policy compares the setting.',
  'filter: the same on the tables of the pool. pool: one round trip without a filter.',
];
