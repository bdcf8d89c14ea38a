import type { IdKind } from '@tenantry/core';
import type { BenchDatabase } from '../lib/database.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { type Comparison, type Measured, measurePairs } from '../lib/pairs.ts';
import type { Progress } from '../lib/progress.ts';
import type { Result } from '../lib/result.ts';
import { figure } from '../lib/stats.ts';
import { type Counted, countAll } from './counts.ts';
import { idKind } from './ids.ts';
import { type OperationName, operationNames } from './operations.ts';
import { targetConcurrency } from './targets.ts';
import { startVariants } from './variant-processes.ts';
import { comparisons, namesIn } from './variants/index.ts';

/** One network and one number of operations at once, under which operations are measured. */
export interface Setting {
  readonly latencyMs: number;
  readonly concurrency: number;
  readonly ops: readonly OperationName[];
}

/** What a quick run measures, unless the command line says what. */
const quickGrid: readonly Setting[] = [
  { latencyMs: 0, concurrency: 8, ops: ['point', 'list', 'insert', 'update', 'count', 'error'] },
  { latencyMs: 1, concurrency: 1, ops: ['point'] },
  {
    latencyMs: 1,
    concurrency: 8,
    ops: ['point', 'list', 'insert', 'update', 'count', 'transaction', 'batch'],
  },
  { latencyMs: 1, concurrency: 32, ops: ['point'] },
];

/** What is measured, in the order in which it is. */
export function planGrid(options: BenchOptions): Setting[] {
  const { latencies, concurrencies } = options;
  const whole = latencies !== undefined || concurrencies !== undefined || !options.quick;
  const settings = whole
    ? (latencies ?? [0, 1]).flatMap((latencyMs) =>
        (concurrencies ?? [1, 8, 32]).map((concurrency) => ({
          latencyMs,
          concurrency,
          ops: operationNames,
        })),
      )
    : quickGrid;
  return settings
    .map((setting) => ({ ...setting, ops: setting.ops.filter((op) => chosen(options.ops, op)) }))
    .filter(({ ops }) => ops.length > 0);
}

/** The comparisons in which a chosen variant takes part; better-tenant knows no ids but uuids. */
export const chosenComparisons = (
  options: Pick<BenchOptions, 'variants'>,
  kind: IdKind = idKind,
): readonly Comparison[] =>
  comparisons.filter(
    ({ base, variant }) =>
      (chosen(options.variants, base) || chosen(options.variants, variant)) &&
      (kind === 'uuid' || ![base, variant].includes('better-tenant')),
  );

/** What a quick run leaves to point reads. */
const besidesTheTargets = (of: Comparison) =>
  of.base === of.variant ||
  ['article', 'better-tenant'].includes(of.base) ||
  (of.base === 'hand-written' && of.variant === 'tenantry-drizzle');

/** How long and how often is measured. */
export interface Pace {
  /** Of comparisons that targets look at. */
  readonly pairs: number;
  /** Of those that none looks at. */
  readonly pairsBeside: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Whether a group that began at `began` has to end, when `groupsLeft` come after it. */
  stop(rounds: number, began: number, groupsLeft: number): boolean;
}

/** How long the code of a process runs before it is nearly as fast as it gets, in milliseconds. */
const codeWarmUpMs = 900;

/** Measures every setting, and counts round trips in a pass of its own. */
export async function measureGrid(
  database: BenchDatabase,
  options: BenchOptions,
  pace: Pace,
  progress: Progress,
): Promise<Result[]> {
  const compared = chosenComparisons(options);
  const grid = planGrid(options);
  if (grid.length === 0) return [];
  const counts = await countAll(database, compared, operationNames);
  const first = { ...pace, warmUpMs: Math.max(pace.warmUpMs, codeWarmUpMs) };
  const processes = startVariants(database, namesIn(compared));
  let groupsLeft = grid.reduce((sum, { ops }) => sum + ops.length, 0);
  const results: Result[] = [];
  for (const { latencyMs, concurrency, ops } of grid) {
    await database.proxy.setLatency(latencyMs);
    await processes.open(latencyMs > 0 ? 'proxy' : 'direct', concurrency);
    for (const op of ops) {
      progress.step(`${op}, +${latencyMs} ms, ${concurrency} at once`);
      const began = performance.now();
      groupsLeft--;
      const here =
        options.quick && op !== 'point'
          ? compared.filter((of) => !besidesTheTargets(of))
          : compared;
      const measured = await measurePairs(processes.contenders(op), here, {
        ...(results.length === 0 ? first : pace),
        concurrency,
        pairs: concurrency === targetConcurrency ? pace.pairs : pace.pairsBeside,
        stop: (rounds) => pace.stop(rounds, began, groupsLeft),
        cpu: database.cpu,
      });
      for (const each of measured) {
        const counted = counts.get(each.variant)?.get(op);
        results.push(row(each, op, latencyMs, concurrency, counted));
      }
    }
    await processes.close();
  }
  processes.end();
  return results;
}

function row(
  measured: Measured,
  op: OperationName,
  latencyMs: number,
  concurrency: number,
  counted: Counted | undefined,
): Result {
  return {
    bench: 'scoped',
    variant: measured.variant,
    base: measured.base,
    op,
    latencyMs,
    concurrency,
    ratio: figure(measured.ratio),
    cpuRatio: figure(measured.cpuRatio),
    roundTrips: counted?.roundTrips ?? null,
    p50: figure(measured.p50),
    p99: figure(measured.p99),
    pairs: measured.pairs,
    noise: figure(measured.noise, 2),
    nodeUs: figure(measured.nodeUs),
    serverUs: figure(measured.serverUs),
    ...(op === 'error' && { connectionsDestroyed: counted?.connectionsDestroyed ?? null }),
  };
}
