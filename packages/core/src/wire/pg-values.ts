import utils from 'pg/lib/utils.js';
import type { WireValue } from './message-writer.ts';

const { prepareValue } = utils;

/**
 * Maps parameters as pg does. It runs before anything is written, so that a value whose `toPostgres`
 * throws leaves no partial flush.
 */
export function wireValues(values: readonly unknown[] | undefined): WireValue[] {
  if (values === undefined || values.length === 0) return [];
  return values.map((value) => (typeof value === 'string' ? value : prepareValue(value)) ?? null);
}
