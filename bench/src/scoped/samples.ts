import { createHash } from 'node:crypto';
import { ids } from './ids.ts';

/** A row that an operation reads or changes. */
export interface Sample {
  readonly tenant: string;
  readonly id: string;
}

/** A power of two, so that taking one by number is a mask. */
const sampleCount = 8192;

/** The id of tenant number `t`, from 1; the SQL that loads the data makes the same. */
export const tenantId = (t: number): string => ids.of(t);

/** The id of row number `r` of tenant number `t`, both from 1. */
export function rowId(t: number, r: number): string {
  const hex = createHash('md5').update(`${t}-${r}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * Rows of tenants `first` to `last`, spread over all of them in an order that repeats in every run.
 * @returns gives the sample for the operation number `i`.
 */
export function samples(first: number, last: number, rowsPerTenant: number): (i: number) => Sample {
  let state = 0x2545f491;
  const next = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const all = Array.from({ length: sampleCount }, () => {
    const t = first + next(last - first + 1);
    return { tenant: tenantId(t), id: rowId(t, 1 + next(rowsPerTenant)) };
  });
  return (i) => all[i & (sampleCount - 1)] as Sample;
}
