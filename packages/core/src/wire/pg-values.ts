import utils from 'pg/lib/utils.js';
import type { WireValue } from './message-writer.ts';

const { prepareValue } = utils;

/**
 * Maps parameters as pg does. It runs before a byte is written: a value whose `toPostgres` throws
 * must not leave half a flush behind.
 */
export function wireValues(values: readonly unknown[] | undefined): WireValue[] {
  if (values === undefined || values.length === 0) return [];
  return values.map((value) => (typeof value === 'string' ? value : prepareValue(value)) ?? null);
}
