import type { Bench, Expectation, Report } from '../lib/bench.ts';
import { type BenchDatabase, openBenchDatabase } from '../lib/database.ts';
import { measuredResult } from '../lib/measured-result.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Contender, measurePairs } from '../lib/pairs.ts';
import { createProgress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import { limit, rows } from '../lib/targets.ts';
import { type Op, operationOf, operations } from './operations.ts';
import { openSide, type SystemSide, type Way } from './schema.ts';

const ops = Object.keys(operations) as Op[];
const ways: readonly Way[] = ['bypass', 'bypass_again', 'policy'];
const variants: readonly Way[] = ['bypass_again', 'policy'];

/** What it costs that the role of the system has a policy where it might have BYPASSRLS. */
export const systemBench: Bench = {
  name: 'system',
  run,
  gate,
  operations,
  targets: [
    limit({
      name: "CPU of the server, the system's role by a policy to the same by BYPASSRLS",
      rows: rows({ base: 'bypass', variant: 'policy' }),
      measure: 'serverRatio',
      atMost: 1.05,
    }),
  ],
};

async function openSides(database: BenchDatabase): Promise<Map<Way, SystemSide>> {
  const sides = new Map<Way, SystemSide>();
  for (const way of ways) sides.set(way, await openSide(database, way));
  return sides;
}

async function run(options: BenchOptions, write: (line: string) => void): Promise<Report> {
  write('system: starting PostgreSQL, loading 600,000 rows\n');
  const database = await openBenchDatabase();
  try {
    const sides = await openSides(database);
    const pairs = options.pairs ?? (options.quick ? 9 : 61);
    const windowMs = options.windowMs ?? (options.quick ? 40 : 100);
    const wanted = ops.filter((op) => chosen(options.ops, op));
    const progress = createProgress(wanted.length, write);
    const results: Result[] = [];
    for (const op of wanted) {
      progress.step(op);
      const contenders = ways.map(
        (name): Contender => ({ name, operation: operationOf(op, sides.get(name) as SystemSide) }),
      );
      const measured = await measurePairs(
        contenders,
        variants.map((variant) => ({ base: 'bypass', variant })),
        {
          pairs,
          windowMs,
          warmUpMs: options.quick ? 200 : 1500,
          concurrency: 1,
          cpu: database.cpu,
        },
      );
      for (const each of measured) {
        const { base, variant } = each;
        results.push({
          ...measuredResult({ bench: 'system', base, variant, op }, each),
          serverRatio: figure(each.serverRatio, 4),
        });
      }
    }
    for (const side of sides.values()) await side.end();
    return { results, serverVersion: database.version, notes: notes(pairs, windowMs) };
  } finally {
    await database.end();
  }
}

/** What holds on every machine: both ways do the same. */
async function gate(write: (line: string) => void): Promise<Expectation[]> {
  write('system: starting PostgreSQL\n');
  const database = await openBenchDatabase();
  try {
    const sides = await openSides(database);
    const expectations: Expectation[] = [];
    for (const op of ops) {
      const shown = new Set<string>();
      for (const side of sides.values()) shown.add(JSON.stringify(await operationOf(op, side)(7)));
      expectations.push({
        what: `system: answers of ${op} in both ways`,
        expected: '1',
        found: String(shown.size),
        holds: shown.size === 1,
      });
    }
    for (const side of sides.values()) await side.end();
    return expectations;
  } finally {
    await database.end();
  }
}

const notes = (pairs: number, windowMs: number): string[] => [
  'Three databases of one server, alike but for the roles: those of bypass have BYPASSRLS.',
  `Adjacent pairs of ${windowMs} ms a side, order swapped, ${pairs} each; medians of the paired ratios.`,
  'bypass_again / bypass compares two that are alike: what is not 1 there is the noise.',
];
