import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';

/** Where pg looks for what is not given. */
const variables = { host: 'PGHOST', user: 'PGUSER', database: 'PGDATABASE' } as const;
/** What pg reads from a connection string as well. */
const inString = /([?&])query_timeout=(\d+)&?/;

/** How one login connects. */
export interface Connecting {
  /** What pg is given. */
  readonly config: pg.PoolConfig;
  /** How long a statement may take, in milliseconds; undefined without a limit. */
  readonly queryTimeoutMs: number | undefined;
}

/**
 * Checks where a login connects to. What is given and empty is a variable that is missing in the
 * environment: pg would connect to localhost, and say that nobody is there.
 * @param at what the options are called, `system.` for those of the second login
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
  // pg would fail the statement and let it run on
  if (ofString !== undefined)
    config.connectionString = config.connectionString?.replace(inString, '$1');
  return { config, queryTimeoutMs };
}

/** A limit in milliseconds; none for what pg takes as none. */
export function readTimeout(given: unknown): number | undefined | 'invalid' {
  if (given === undefined || given === null || given === 0 || given === false) return undefined;
  return typeof given === 'number' && given >= 1 && given <= 2_147_483_647 ? given : 'invalid';
}

const isEmpty = (value: unknown) =>
  typeof value !== 'string' || /^\s*$|^(?:undefined|null)$/.test(value);

/** What an empty value is; a value of another type may hold a secret. */
function stateOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'string' ? value.trim() || 'empty' : `a ${typeof value}`;
}

const invalid = (found: string, fix: string) => new TenantryError('CONFIG_INVALID', { found, fix });
