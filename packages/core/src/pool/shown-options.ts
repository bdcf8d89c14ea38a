import { inspect } from 'node:util';
import type pg from 'pg';

/** Options that are secrets, or hold one. */
const secret = /^(?:password|connectionString|ssl|stream)$/;

/**
 * The options of a pool as `pool.options` shows them: all of them can be read, but what is or holds a
 * secret is neither printed, nor written as JSON, nor copied by a spread.
 */
export function shownOptions(options: pg.PoolConfig): pg.PoolConfig {
  const shown: Record<PropertyKey, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    Object.defineProperty(shown, key, { value, enumerable: !secret.test(key) });
  }
  const open = () => ({ ...shown });
  for (const key of [inspect.custom, 'toJSON'])
    Object.defineProperty(shown, key, { value: open, enumerable: false });
  return Object.freeze(shown);
}
