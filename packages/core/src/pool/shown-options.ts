import { inspect } from 'node:util';
import pg from 'pg';

/** Options that are secrets, or hold one. */
const secret = /^(?:password|connectionString|stream)$/;
const secretOfTls = ['key', 'pfx', 'passphrase'];

const isSecret = (name: string, value: unknown) =>
  secret.test(name) || (name === 'ssl' && secretOfTls.some((part) => part in Object(value)));

/**
 * The options of a pool as `pool.options` shows them: all of them can be read, but what is or holds a
 * secret is neither printed, nor written as JSON, nor copied by a spread. What a connection string
 * says can be read as options of its own, for those who open a client like the pool's: Kysely
 * cancels a query so.
 */
export function shownOptions(options: pg.PoolConfig): pg.PoolConfig {
  const shown: Record<PropertyKey, unknown> = {};
  for (const [name, value] of Object.entries({ ...ofString(options), ...options })) {
    Object.defineProperty(shown, name, { value, enumerable: !isSecret(name, value) });
  }
  const open = () => ({ ...shown });
  for (const key of [inspect.custom, 'toJSON'])
    Object.defineProperty(shown, key, { value: open, enumerable: false });
  return Object.freeze(shown);
}

/** What pg reads in a connection string. */
function ofString({ connectionString }: pg.PoolConfig): pg.PoolConfig {
  if (connectionString === undefined) return {};
  try {
    const { host, port, user, database, password, ssl } = new pg.Client({ connectionString });
    return { host, port, user, database, password, ssl } as pg.PoolConfig;
  } catch {
    return {}; // none that pg can read: connecting tells
  }
}
