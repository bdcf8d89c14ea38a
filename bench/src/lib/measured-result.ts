import type { Measured } from './pairs.ts';
import { emptyResult, type Result } from './result.ts';
import { figure } from './stats.ts';

/**
 * The row of a measured pair.
 * @param known what it is a row of, and what the bench measures besides
 */
export const measuredResult = (
  known: Parameters<typeof emptyResult>[0],
  each: Measured,
): Result => ({
  ...emptyResult(known),
  ratio: figure(each.ratio),
  cpuRatio: figure(each.cpuRatio, 4),
  p50: figure(each.p50),
  p99: figure(each.p99),
  pairs: each.pairs,
  noise: figure(each.noise, 2),
  nodeUs: figure(each.nodeUs),
  serverUs: figure(each.serverUs),
});
