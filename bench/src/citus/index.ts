import { citusUrl } from '@tenantry/testing';
import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Contender, measurePairs } from '../lib/pairs.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { limit, rows } from '../lib/targets.ts';
import { type CitusBenchDatabase, openCitus, rowsPerTenant, tenantCount } from './schema.ts';
import { type Op, openSide, operations, type Side, type Way } from './ways.ts';

const ops = Object.keys(operations) as Op[];
const ways: readonly Way[] = ['hand', 'filter', 'pool', 'worker'];
const settings = [
  { latencyMs: 0, concurrency: 1 },
  { latencyMs: 0, concurrency: 8 },
  { latencyMs: 1, concurrency: 1 },
  { latencyMs: 1, concurrency: 8 },
];
const comparisons: readonly { readonly base: Way; readonly variant: Way }[] = [
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
      rows: rows({ base: 'hand', variant: 'pool', latencyMs: 0 }),
      measure: 'ratio',
      atLeast: 1.2,
    }),
    limit({
      name: 'the same, +1 ms',
      rows: rows({ base: 'hand', variant: 'pool', latencyMs: 1 }),
      measure: 'ratio',
      atLeast: 1.2,
    }),
    limit({
      name: 'statements of the pool to those with a filter on the same tables',
      rows: rows({ base: 'filter', variant: 'pool', latencyMs: 0 }),
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
    const roundTrips = await roundTripsOf(database, wanted);
    const progress = createProgress(wanted.length * settings.length, write);
    const results: Result[] = [];
    for (const { latencyMs, concurrency } of settings) {
      await database.proxy.setLatency(latencyMs);
      const here = ways.filter((way) => latencyMs === 0 || way !== 'worker');
      const sides = new Map<Way, Side>();
      for (const way of here) sides.set(way, openSide(database, way, concurrency, latencyMs > 0));
      for (const op of wanted) {
        progress.step(`${op}, +${latencyMs} ms, ${concurrency} at once`);
        const contenders = here.map(
          (name): Contender => ({ name, operation: (sides.get(name) as Side).operation(op) }),
        );
        const measured = await measurePairs(
          contenders,
          comparisons.filter(({ variant }) => here.includes(variant)),
          {
            concurrency,
            pairs,
            windowMs,
            warmUpMs: options.quick ? 300 : 1500,
            cpu: () => Number.NaN,
          },
        );
        for (const each of measured) {
          const { base, variant } = each;
          const about = { bench: 'citus', base, variant, op, concurrency, latencyMs };
          results.push(
            measuredResult(
              { ...about, roundTrips: roundTrips.get(`${variant} ${op}`) ?? null },
              each,
            ),
          );
        }
      }
      for (const side of sides.values()) await side.end();
    }
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

/** How often an operation goes to the coordinator and back, by way and operation. */
async function roundTripsOf(
  database: CitusBenchDatabase,
  wanted: readonly Op[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const way of ['hand', 'pool'] as const) {
    const side = openSide(database, way, 1, true);
    for (const op of wanted)
      found.set(`${way} ${op}`, await countRoundTrips(database.proxy, side.operation(op)));
    await side.end();
  }
  return found;
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
  'Latency 0 is a direct connection; above it, a proxy in front of the coordinator adds it.',
  'filter: the same on the tables of the pool. pool: one round trip without a filter.',
];
