import { tokensOf } from '../lexer/tokens.ts';

/** Why a statement is refused, and what to do instead. */
export interface Refusal {
  readonly found: string;
  readonly fix: string;
}

/** Statements that read or write rows, which the policies judge. */
export const dataKeywords: ReadonlySet<string> = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'values',
  'table',
  'with',
]);
/** Statements that begin, divide or end a transaction, move a cursor in it, or show a setting. */
const transactionKeywords = new Set([
  'begin',
  'start',
  'savepoint',
  'release',
  'fetch',
  'move',
  'close',
  'show',
]);
const endKeywords = new Set(['commit', 'end', 'rollback', 'abort']);
/** Settings that SET LOCAL must not change: the identity, and how statements are parsed. */
const guarded = new Set([
  'role',
  'session',
  'session_authorization',
  'standard_conforming_strings',
]);

const elsewhere =
  "Put it into a migration; cross-tenant work may ask for it: asSystem({ reason, actor, write: true, statements: 'any' }, fn).";
const fixes: Record<string, string> = {
  set: 'Use SET LOCAL inside a transaction, or a connection of your own.',
  reset: 'Use SET LOCAL inside a transaction: it ends with it.',
  discard: 'Nothing to do: the pool clears what a scope leaves on a connection.',
  listen: 'Use a client of pg of your own: connections of a pool change hands.',
  unlisten: 'Use a client of pg of your own: connections of a pool change hands.',
  notify: 'Use select pg_notify(channel, payload).',
  prepare: 'Send the statement as it is: the pool prepares it.',
  execute: 'Send the statement as it is: the pool prepares it.',
  deallocate: 'Nothing to do: the pool closes what it has prepared.',
  do: 'Make it a function in a migration, and call that: any statement can hide in it.',
  call: 'Make it a function in a migration, and call that: a procedure can end the transaction.',
  copy: 'Insert arrays with unnest(…), or bulkInsert of @tenantry/rls; read with a cursor.',
  lock: 'Use SELECT … FOR UPDATE, or select pg_advisory_xact_lock(…).',
  truncate: 'Use DELETE: TRUNCATE empties the table for every tenant.',
  declare: 'Leave out WITH HOLD: a cursor ends with its transaction.',
};

/**
 * Why a scope may not send a statement; undefined when it may. The list says what is allowed: data
 * statements, EXPLAIN of them, cursors, transaction control, and settings that end with the transaction.
 * Everything else affects more than the rows of a tenant: `drop owned by app` drops the policies of all
 * tenants.
 */
export function refusalOf(keyword: string, sql: string): Refusal | undefined {
  if (keyword === 'select' || keyword === 'with' || keyword === 'values' || keyword === 'table')
    return makesTable(sql) ? selectInto : undefined;
  if (dataKeywords.has(keyword) || transactionKeywords.has(keyword)) return undefined;
  if (keyword === '') return undefined; // nothing at all, or what no statement begins with
  const tokens = tokensOf(sql);
  const words = tokens.slice(tokens.findIndex((token) => token !== ';' && token !== '('));
  switch (keyword) {
    case 'explain':
      return explained(words.slice(1), sql);
    case 'declare':
      return words.some((word, i) => word === 'with' && words[i + 1] === 'hold')
        ? refusal('DECLARE … WITH HOLD')
        : undefined;
    case 'set':
      return localSetting(words) ? undefined : refusal(upTo(words, 2));
  }
  if (endKeywords.has(keyword)) {
    const at = words[1] === 'work' || words[1] === 'transaction' ? 2 : 1;
    return words[at] === 'prepared' ? refusal(upTo(words, 3)) : undefined;
  }
  return refusal(upTo(words, 2));
}

/** SET LOCAL, SET CONSTRAINTS and SET TRANSACTION: they end with the transaction. */
function localSetting([, second = '', third = '']: readonly string[]): boolean {
  if (second === 'constraints' || second === 'transaction') return true;
  // a name in quotes (`"role"`, `U&"role"`) may be any setting
  return second === 'local' && third !== '' && !third.includes('"') && !guarded.has(third);
}

const selectInto: Refusal = {
  found: 'SELECT INTO, which makes a table',
  fix: `Use INSERT … SELECT. ${elsewhere}`,
};

/** INTO is a reserved word: without INSERT or MERGE before it, it belongs to SELECT INTO. */
function makesTable(sql: string): boolean {
  if (!/into/i.test(sql)) return false;
  const tokens = tokensOf(sql);
  return tokens.some((token, i) => {
    const before = tokens[i - 1];
    return token === 'into' && before !== 'insert' && before !== 'merge' && before !== '.';
  });
}

/** Checks the statement inside EXPLAIN: `explain (analyze) create table t as …` creates the table. */
function explained(words: readonly string[], sql: string): Refusal | undefined {
  let at = 0;
  while (['analyze', 'analyse', 'verbose'].includes(words[at] as string)) at++;
  if (words[at] === '(' && !opensStatement(words[at + 1], words[at + 2])) {
    at = words.indexOf(')', at) + 1; // options hold no parentheses
    if (at === 0) return undefined; // never closed: a syntax error
  }
  while (words[at] === '(') at++;
  const keyword = words[at] ?? '';
  if (dataKeywords.has(keyword)) return refusalOf(keyword, sql);
  return keyword === '' ? undefined : refusal(`EXPLAIN ${upTo(words.slice(at), 2)}`, keyword);
}

/** The first words of a statement, for a message: never a value. */
function upTo(words: readonly string[], count: number): string {
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
  return words
    .slice(0, Math.min(count, end === -1 ? count : end))
    .join(' ')
    .toUpperCase();
}

function refusal(statement: string, keyword?: string): Refusal {
  const first = keyword ?? (statement.split(' ')[0] as string).toLowerCase();
  return {
    found: `${statement}, which is none of the statements that a scope may send`,
    fix: fixes[first] ?? elsewhere,
  };
}

/** Whether a parenthesis opens a statement, and not the options of EXPLAIN. */
const opensStatement = (first = '', second = '') =>
  ['select', 'with', 'table', '('].includes(first) || (first === 'values' && second === '(');
