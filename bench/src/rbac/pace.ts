import type { BenchOptions } from '../lib/options.ts';

/** How long and how often is measured. */
export interface Pace {
  readonly pairs: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

export const paceOf = ({ quick, pairs, windowMs }: BenchOptions): Pace => ({
  pairs: pairs ?? (quick ? 9 : 25),
  warmUpMs: 1500,
  windowMs: windowMs ?? (quick ? 30 : 60),
});
