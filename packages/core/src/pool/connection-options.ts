import type pg from 'pg';
import { check, checkType } from '../errors/index.ts';

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
  checkType(options, 'object', `option ${at.slice(0, -1)}`);
  const { query_timeout, ...config } = options;
  const given = (name: string, variable: string) =>
    check(
      !isEmpty(config[name as 'host']),
      `option ${at}${name}, which is given and ${stateOf(config[name as 'host'])}`,
      `Set the environment variable that it is read from; leave ${name} out for ${variable}.`,
    );
  if ('connectionString' in config) given('connectionString', 'PGHOST and the others');
  else
    for (const [name, variable] of Object.entries(variables))
      if (name in config && !process.env[variable]) given(name, variable);
  const { port } = config;
  check(
    port === undefined ||
      (/^(number|string)$/.test(typeof port) &&
        Number.isInteger(Number(port)) &&
        port >= 0 &&
        port <= 65_535),
    `option ${at}port, which is ${typeof port === 'number' ? port : stateOf(port)}`,
    'Use a number from 0 to 65535.',
  );
  for (const unsupported of ['pipeline', 'binary'])
    check(
      !(config as Record<string, unknown>)[unsupported],
      `option ${at}${unsupported}`,
      'Leave it out: values travel as text.',
    );
  const [, , ofString] = inString.exec(config.connectionString ?? '') ?? [];
  const queryTimeoutMs = readTimeout(query_timeout ?? (ofString && Number(ofString)));
  check(
    queryTimeoutMs !== 'invalid',
    `option ${at}query_timeout`,
    'Use milliseconds from 1 to 2147483647.',
  );
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
