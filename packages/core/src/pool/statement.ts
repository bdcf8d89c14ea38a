import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { WireValue } from '../wire/message-writer.ts';
import { wireValues } from '../wire/pg-values.ts';
import type { TypeParsers } from '../wire/type-parsers.ts';
import { readTimeout } from './connection-options.ts';
import { kindOf } from './kind.ts';
import type { Reach } from './residue.ts';

/** A checked statement of a caller, ready for the wire. */
export interface Statement {
  readonly text: string;
  readonly keyword: string;
  readonly reach: Reach;
  /** Whether every scope may send it. */
  readonly listed: boolean;
  readonly values: readonly WireValue[];
  readonly rowMode: string | undefined;
  readonly types: TypeParsers | undefined;
  /** The timeout of the statement, in milliseconds. */
  readonly timeoutMs: number | undefined;
}

/** What pg's `query` takes, as far as the pool supports it. */
export type QueryInput = string | pg.QueryConfig<unknown[]> | pg.QueryArrayConfig<unknown[]>;

const refuse = (found: string, fix: string) =>
  new TenantryError('STATEMENT_REFUSED', { found, fix });

/** The most values that a Bind message can have. */
const mostValues = 65_535;

/**
 * Reads the arguments of `query`.
 * @param ofClient the type parsers that were set on the client, if any
 * @throws TenantryError `STATEMENT_REFUSED` for statements that the scope may not send, and for arguments
 * that are not a statement.
 */
export function readStatement(
  { statements: allowed, schema }: Pick<Scope, 'statements' | 'schema'>,
  input: QueryInput,
  values: unknown,
  ofClient?: TypeParsers,
): Statement {
  const config = (typeof input === 'string' ? { text: input } : input) as pg.QueryArrayConfig<
    unknown[]
  >;
  if (typeof config?.text !== 'string') {
    throw refuse('a query without text', 'Pass a string, or { text, values }.');
  }
  const { keyword, refusal, reach } = kindOf(config.text, schema);
  if (refusal !== undefined && allowed !== 'any') throw refuse(refusal.found, refusal.fix);
  const { query_timeout: timeout, binary } = config as {
    query_timeout?: unknown;
    binary?: unknown;
  };
  const timeoutMs = timeout === undefined ? undefined : readTimeout(timeout);
  if (timeoutMs === 'invalid')
    throw refuse('a query_timeout that is none', 'Use milliseconds from 1 to 2147483647.');
  if (binary) throw refuse('a query with binary: true', 'Leave it out: values travel as text.');
  const given = values ?? config.values ?? undefined;
  if (given !== undefined && !(Array.isArray(given) && given.length <= mostValues)) {
    throw refuse(
      Array.isArray(given) ? `${given.length} parameters` : 'parameters that are no array',
      `Pass an array of at most ${mostValues} values; for many rows pass arrays to unnest(…).`,
    );
  }
  return {
    text: config.text,
    keyword,
    reach,
    listed: refusal === undefined,
    values: wireValues(given),
    rowMode: config.rowMode,
    types: (config.types as TypeParsers | undefined) ?? ofClient,
    timeoutMs,
  };
}
