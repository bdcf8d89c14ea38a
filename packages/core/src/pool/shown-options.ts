import { inspect } from 'node:util';
import pg from 'pg';

/** Options that are secrets or contain one. */
const secret = /^(?:password|connectionString|stream)$/;
const secretOfTls = ['key', 'pfx', 'passphrase'];

const isSecret = (name: string, value: unknown) =>
  secret.test(name) || (name === 'ssl' && secretOfTls.some((part) => part in Object(value)));

/**
 * The options of a pool as `pool.options` shows them. All of them can be read, but an option that is or
 * contains a secret is not printed, not written as JSON and not copied by a spread. The parts of a
 * connection string can be read as separate options, for libraries that open another client like the
 * pool's; Kysely does this to cancel a query.
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

/** The options that pg reads from a connection string. */
function ofString({ connectionString }: pg.PoolConfig): pg.PoolConfig {
  if (connectionString === undefined) return {};
  try {
    const { host, port, user, database, password, ssl } = new pg.Client({ connectionString });
    return { host, port, user, database, password, ssl } as pg.PoolConfig;
  } catch {
    return {}; // pg cannot read it either: connecting will fail
  }
}
