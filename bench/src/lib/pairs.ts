import type { CpuMeter } from './cpu.ts';
import { median, quantile, spread } from './stats.ts';
import { type Operation, type Ran, type Runner, runHere, windowCount } from './window.ts';

/** One of the things that are compared: an operation of this process. */
export interface Contender {
  readonly name: string;
  readonly operation: Operation;
}

/** One that runs its operations elsewhere, in a process of its own. */
export interface RemoteContender {
  readonly name: string;
  readonly run: Runner;
}

/** Who is compared with whom, by name. */
export interface Comparison {
  readonly base: string;
  readonly variant: string;
}

/** How a group of comparisons is measured. */
export interface PairOptions {
  readonly concurrency: number;
  /** How often each comparison is made. */
  readonly pairs: number;
  /** Ends a group early, when it has made this many rounds and its time is up. */
  readonly stop?: (rounds: number) => boolean;
  /** How long one side of a pair runs, in milliseconds. */
  readonly windowMs: number;
  /** How long each contender runs before, in milliseconds. */
  readonly warmUpMs: number;
  readonly cpu: CpuMeter;
}

/** What one comparison gave: medians over its pairs, and the times of the variant. */
export interface Measured extends Comparison {
  /** How many pairs were made. */
  readonly pairs: number;
  readonly ratio: number;
  /** How far the middle half of the ratios is apart, as a share of their median. */
  readonly noise: number;
  /** NaN when the CPU of the server cannot be seen. */
  readonly cpuRatio: number;
  /** The same of the server alone. */
  readonly serverRatio: number;
  /** In milliseconds, over all windows of the variant in its group. */
  readonly p50: number;
  readonly p99: number;
  /** CPU of one operation of the variant, in microseconds: of Node.js, and of the server. */
  readonly nodeUs: number;
  readonly serverUs: number;
}

interface Side {
  readonly run: Runner;
  next: number;
  operationMs: number;
  readonly latencies: number[];
}

/** What one operation took, on average of a window. */
interface Cost {
  readonly ms: number;
  readonly nodeUs: number;
  readonly serverUs: number;
}

/**
 * Compares contenders in adjacent pairs: base and variant right after each other, in turn in this
 * and the other order, all comparisons in every round, so that a machine that slows down slows
 * both sides. Reports medians of the paired ratios.
 */
export async function measurePairs(
  contenders: readonly (Contender | RemoteContender)[],
  comparisons: readonly Comparison[],
  options: PairOptions,
): Promise<Measured[]> {
  const sides = new Map<string, Side>();
  for (const contender of contenders) {
    const run = 'run' in contender ? contender.run : runHere(contender.operation);
    const side: Side = { run, next: 0, operationMs: 1, latencies: [] };
    await warmUp(side, options);
    sides.set(contender.name, side);
  }
  const side = (name: string) => sides.get(name) as Side;
  const runs = comparisons.map(() => [] as Pair[]);
  for (let round = 0; round < options.pairs && options.stop?.(round) !== true; round++) {
    for (const [at, comparison] of comparisons.entries()) {
      const first = side(round % 2 === 0 ? comparison.base : comparison.variant);
      const second = side(round % 2 === 0 ? comparison.variant : comparison.base);
      const one = await run(first, options);
      const two = await run(second, options);
      runs[at]?.push(round % 2 === 0 ? { base: one, variant: two } : { base: two, variant: one });
    }
  }
  return comparisons.map((comparison, at) =>
    summary(comparison, runs[at] ?? [], side(comparison.variant).latencies),
  );
}

type Pair = { readonly base: Cost; readonly variant: Cost };

const cpuUs = ({ nodeUs, serverUs }: Cost) => nodeUs + serverUs;

function summary(comparison: Comparison, pairs: readonly Pair[], latencies: number[]): Measured {
  const ratios = pairs.map(({ base, variant }) => base.ms / variant.ms);
  return {
    ...comparison,
    pairs: pairs.length,
    ratio: median(ratios),
    noise: spread(ratios),
    cpuRatio: median(pairs.map(({ base, variant }) => cpuUs(variant) / cpuUs(base))),
    serverRatio: median(pairs.map(({ base, variant }) => variant.serverUs / base.serverUs)),
    p50: median(latencies),
    p99: quantile(latencies, 0.99),
    nodeUs: median(pairs.map(({ variant }) => variant.nodeUs)),
    serverUs: median(pairs.map(({ variant }) => variant.serverUs)),
  };
}

/** Runs until code is compiled, connections are open and statements are planned. */
async function warmUp(side: Side, { concurrency, warmUpMs }: PairOptions): Promise<void> {
  // a prepared statement gets its generic plan with the sixth run on a connection
  const turns = warmUpMs < 100 ? 3 : 8;
  const until = performance.now() + warmUpMs;
  do {
    await next(side, turns * concurrency, concurrency);
  } while (performance.now() < until);
}

async function run(side: Side, { concurrency, windowMs, cpu }: PairOptions): Promise<Cost> {
  const count = windowCount(windowMs, side.operationMs, concurrency);
  const before = cpu();
  const { ms, nodeUs, latencies } = await next(side, count, concurrency);
  const serverUs = cpu() - before;
  for (const each of latencies) side.latencies.push(each);
  return { ms: ms / count, nodeUs: nodeUs / count, serverUs: serverUs / count };
}

/** Runs the operations that come next. */
async function next(side: Side, count: number, concurrency: number): Promise<Ran> {
  const ran = await side.run({ count, concurrency, from: side.next });
  side.next += count;
  side.operationMs = ran.ms / count;
  return ran;
}
