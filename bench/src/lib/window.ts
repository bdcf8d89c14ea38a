/** One operation of a workload; `i` chooses its parameters. */
export type Operation = (i: number) => Promise<unknown>;

/** A stretch of work: `count` operations, `concurrency` of them at once. */
export interface Window {
  readonly count: number;
  readonly concurrency: number;
  /** The `i` of the first operation. */
  readonly from: number;
}

/** What a window took. */
export interface Ran {
  /** From its first operation to its last, in milliseconds. */
  readonly ms: number;
  /** CPU of the process that ran it, in microseconds. */
  readonly nodeUs: number;
  /** Of each operation, in milliseconds. */
  readonly latencies: Float64Array;
}

/** Runs windows of one operation, in this process or in another. */
export type Runner = (window: Window) => Promise<Ran>;

/** A runner of an operation of this process. */
export const runHere =
  (operation: Operation): Runner =>
  async (window) => {
    const latencies: number[] = [];
    const before = process.cpuUsage();
    const ms = await runWindow(operation, window, latencies);
    const { user, system } = process.cpuUsage(before);
    return { ms, nodeUs: user + system, latencies: Float64Array.from(latencies) };
  };

/**
 * Runs a window and adds the time of each operation to `latencies`.
 * @returns how long the whole window took, in milliseconds.
 */
export async function runWindow(
  operation: Operation,
  { count, concurrency, from }: Window,
  latencies: number[],
): Promise<number> {
  let taken = 0;
  const worker = async () => {
    while (taken < count) {
      const i = from + taken++;
      const began = performance.now();
      await operation(i);
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
  return performance.now() - began;
}

/**
 * How many operations make a window of `windowMs`: whole turns of all workers, and at least two,
 * so that the last turn, in which workers run out of work, does not decide.
 */
export function windowCount(windowMs: number, operationMs: number, concurrency: number): number {
  const turns = Math.max(2, Math.round(windowMs / (operationMs * concurrency)));
  return turns * concurrency;
}
