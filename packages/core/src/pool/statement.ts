import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import { firstKeyword, leadingKeywords, mentions } from '../wire/keyword.ts';
import type { WireValue } from '../wire/message-writer.ts';
import { wireValues } from '../wire/pg-values.ts';
import type { TypeParsers } from '../wire/type-parsers.ts';

/** A statement as a caller gave it, checked and ready for the wire. */
export interface Statement {
  readonly text: string;
  readonly keyword: string;
  readonly values: readonly WireValue[];
  readonly rowMode: string | undefined;
  readonly types: TypeParsers | undefined;
}

/** What pg's `query` takes, as far as the pool supports it. */
export type QueryInput = string | pg.QueryConfig<unknown[]> | pg.QueryArrayConfig<unknown[]>;

const refuse = (found: string, fix: string) =>
  new TenantryError('STATEMENT_REFUSED', { found, fix });

/** Statements that leave something behind on the connection, for whoever uses it next. */
const sessionKeywords = new Set([
  'discard',
  'listen',
  'unlisten',
  'prepare',
  'deallocate',
  'load',
  'reset',
]);
/**
 * Statements that can run any other, unseen. With one of them, injected SQL could put a statement of
 * its own in the place of a prepared one, and wait for the next tenant of the connection to run it.
 */
const hidingKeywords = new Set(['do', 'execute']);
const localSettings = new Set(['transaction', 'constraints']);
/** What a Bind message can count. */
const mostValues = 65_535;

function leavesSessionState(keyword: string, text: string): boolean {
  if (sessionKeywords.has(keyword)) return true;
  if (keyword === 'declare') return mentions(text, 'with', 'hold');
  if (keyword !== 'set') return false;
  const [, second = '', third] = leadingKeywords(text, 3);
  if (second !== 'local') return !localSettings.has(second);
  // a name in quotes (`"role"`, `U&"role"`) may be any setting
  return third === undefined || third === 'u' || third === 'role' || third === 'session';
}

/**
 * Reads the arguments of `query`.
 * @throws TenantryError `STATEMENT_REFUSED` for callbacks, custom queries and session state.
 */
export function readStatement(input: QueryInput, values: unknown, callback?: unknown): Statement {
  if (typeof values === 'function' || typeof callback === 'function') {
    throw refuse(
      'a callback',
      'Use the promise that query() returns: callbacks lose the tenant scope.',
    );
  }
  const config = (typeof input === 'string' ? { text: input } : input) as pg.QueryArrayConfig<
    unknown[]
  >;
  if (typeof (config as { submit?: unknown } | null)?.submit === 'function') {
    throw refuse(
      'a custom query such as a cursor or a copy stream',
      'It could be read after its scope has ended. Use DECLARE … CURSOR and FETCH inside a transaction.',
    );
  }
  if (typeof config?.text !== 'string') {
    throw refuse('a query without text', 'Pass a string, or { text, values }.');
  }
  const keyword = firstKeyword(config.text);
  if (hidingKeywords.has(keyword)) {
    throw refuse(
      `${keyword.toUpperCase()}, in which any other statement can hide`,
      'Make it a function in a migration, and call that.',
    );
  }
  if (leavesSessionState(keyword, config.text)) {
    throw refuse(
      `${keyword.toUpperCase()}, which changes the connection for the scopes after this one`,
      'Use SET LOCAL inside a transaction, or a connection of your own.',
    );
  }
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
    values: wireValues(given),
    rowMode: config.rowMode,
    types: config.types as TypeParsers | undefined,
  };
}
