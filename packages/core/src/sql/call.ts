import { ownName } from './function.ts';
import { type Queryable, runStatement } from './queryable.ts';
import { isSql, joinStatements, type SqlStatement, statement, statementOf } from './statement.ts';

/**
 * A call of a function in schema `tenantry`; the result is the column `answer` of one row.
 *
 * Sends `select tenantry.usage_take($1, $2) as answer`.
 * @example
 * ```ts
 * const [row] = await runStatement<{ answer: Usage }>(db, functionCall('usage_take', [feature, amount]));
 * ```
 */
export const functionCall = (called: string, args: readonly unknown[] = []): SqlStatement =>
  callIn(asItIs, called, args);

type Around = readonly [before: string, after: string];
const asItIs: Around = ['select ', ' as answer'];
const asJsonText: Around = ['select to_json(', ')::text as answer'];

/** An argument may be a piece of SQL: `` statement`${json}::jsonb` ``. */
function callIn(around: Around, called: string, args: readonly unknown[]): SqlStatement {
  if (!args.some(isSql)) return statementOf(piecesOf(called, args.length, around), args);
  const [first = '', last = ''] = piecesOf(called, 1, around);
  const given = joinStatements(args.map((arg) => statement`${arg}`));
  const [begin = '', ...others] = given.pieces;
  const pieces = [first + begin, ...others];
  return statementOf([...pieces.slice(0, -1), (pieces.at(-1) ?? '') + last], given.values);
}

/** Functions are few and called often: the text around the arguments is made once. */
const known = new Map<string, readonly string[]>();

function piecesOf(called: string, count: number, [before, after]: Around): readonly string[] {
  const key = `${before}${called} ${count}`;
  let pieces = known.get(key);
  if (pieces === undefined) {
    const begin = `${before}${ownName(called).sql}(`;
    const end = `)${after}`;
    pieces =
      count === 0 ? [begin + end] : [begin, ...Array.from({ length: count - 1 }, () => ', '), end];
    known.set(key, pieces);
  }
  return pieces;
}

/**
 * Calls a function of schema `tenantry` and gives its value as JSON says it: one round trip on a pool,
 * part of the transaction on a `tx`. It is read as text, because an application may have changed the type
 * parsers of pg, which Drizzle and Kysely use too. A bigint is a number, a time is text.
 *
 * Sends `select to_json(tenantry.usage_take($1, $2))::text as answer`.
 * @throws what the function raises, as a TenantryError where it raises a code
 * @example
 * ```ts
 * const usage = await callFunction<Usage>(db, 'usage_take', [feature, amount]);
 * ```
 */
export async function callFunction<R>(
  db: Queryable,
  called: string,
  args: readonly unknown[] = [],
): Promise<R> {
  const [row] = await runStatement<{ answer: string | null }>(db, callIn(asJsonText, called, args));
  return (typeof row?.answer === 'string' ? JSON.parse(row.answer) : row?.answer) as R;
}
