import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';

/** The environment variables that pg reads for missing options. */
const variables = { host: 'PGHOST', user: 'PGUSER', database: 'PGDATABASE' } as const;
/** The option that pg also reads from a connection string. */
const inString = /([?&])query_timeout=(\d+)&?/;

/** How one login connects. */
export interface Connecting {
  /** The options for pg. */
  readonly config: pg.PoolConfig;
  /** How long a statement may take, in milliseconds; undefined without a limit. */
  readonly queryTimeoutMs: number | undefined;
}

/**
 * Checks where a login connects to. An empty value usually comes from a missing environment variable; pg
 * would then connect to localhost and report that no server is there.
 * @param at the prefix of the option names in errors; `system.` for those of the second login
 * @throws TenantryError `CONFIG_INVALID`
 */
export function readConnecting(options: pg.PoolConfig, at: '' | 'system.'): Connecting {
  const { query_timeout: given, ...config } = options;
  const missing = (name: string, variable: string) =>
    invalid(
      `option ${at}${name}, which is given and ${stateOf(config[name as 'host'])}`,
      `Set the environment variable that it is read from; leave ${name} out for ${variable}.`,
    );
  if ('connectionString' in config) {
    if (isEmpty(config.connectionString))
      throw missing('connectionString', 'PGHOST and the others');
  } else {
    for (const [name, variable] of Object.entries(variables)) {
      const value = config[name as 'host'];
      if (name in config && isEmpty(value) && !process.env[variable]) throw missing(name, variable);
    }
  }
  const { port } = config;
  if (port !== undefined && !(Number.isInteger(Number(port)) && port >= 0 && port <= 65_535)) {
    throw invalid(`option ${at}port, which is ${port}`, 'Use a number from 0 to 65535.');
  }
  for (const unsupported of ['pipeline', 'binary'] as const) {
    if ((config as Record<string, unknown>)[unsupported])
      throw invalid(`option ${at}${unsupported}`, 'Leave it out: values travel as text.');
  }
  const [, , ofString] = inString.exec(config.connectionString ?? '') ?? [];
  const queryTimeoutMs = readTimeout(given ?? (ofString && Number(ofString)));
  if (queryTimeoutMs === 'invalid')
    throw invalid(`option ${at}query_timeout`, 'Use milliseconds from 1 to 2147483647.');
  // pg would reject the query and let the statement run on
  if (ofString !== undefined)
    config.connectionString = config.connectionString?.replace(inString, '$1');
  return { config, queryTimeoutMs };
}

/** A limit in milliseconds; undefined for values that pg treats as no limit. */
export function readTimeout(given: unknown): number | undefined | 'invalid' {
  if (given === undefined || given === null || given === 0 || given === false) return undefined;
  return typeof given === 'number' && given >= 1 && given <= 2_147_483_647 ? given : 'invalid';
}

const isEmpty = (value: unknown) =>
  typeof value !== 'string' || /^\s*$|^(?:undefined|null)$/.test(value);

/**
 * Describes an empty or invalid value. Of a value that is not a text only the type is named, because it
 * may hold a secret.
 */
function stateOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'string' ? value.trim() || 'empty' : `a ${typeof value}`;
}

const invalid = (found: string, fix: string) => new TenantryError('CONFIG_INVALID', { found, fix });
