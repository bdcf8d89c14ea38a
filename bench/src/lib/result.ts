/** A measure that a bench adds to the words that all benches share. */
export type Measure = string | number | boolean | null;

/** One row of what a bench prints; `null` where the operation has no such measure. */
export interface Result {
  readonly bench: string;
  readonly variant: string;
  /** The variant that `ratio` and `cpuRatio` compare with. */
  readonly base: string;
  readonly op: string;
  /** Added to each round trip, in milliseconds. */
  readonly latencyMs: number;
  /** How many operations are under way at once; also the pool's `max`. */
  readonly concurrency: number;
  /** Base time over variant time: higher is better, 1 is as fast. */
  readonly ratio: number | null;
  /** Variant CPU over base CPU, of this process and the server's together: lower is better. */
  readonly cpuRatio: number | null;
  /** Round trips of one operation. */
  readonly roundTrips: number | null;
  /** Time of one operation in milliseconds. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly [measure: string]: Measure;
}

/** What every row of one bench and operation has in common, before anything is measured. */
export function emptyResult(
  known: Pick<Result, 'bench' | 'variant' | 'base' | 'op'> & Partial<Result>,
): Result {
  return {
    latencyMs: 0,
    concurrency: 1,
    ratio: null,
    cpuRatio: null,
    roundTrips: null,
    p50: null,
    p99: null,
    ...known,
  };
}
