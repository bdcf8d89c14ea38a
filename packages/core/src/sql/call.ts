import { ddl, name } from './ddl.ts';
import { joinStatements, type SqlStatement, statement } from './statement.ts';

/**
 * A call of a function in schema `tenantry`; the result is the column `answer` of one row.
 *
 * Sends `select tenantry."usage_take"($1, $2) as answer`.
 * @example
 * ```ts
 * const [row] = await runStatement<{ answer: Usage }>(db, functionCall('usage_take', [feature, amount]));
 * ```
 */
export const functionCall = (called: string, args: readonly unknown[] = []): SqlStatement =>
  statement`select ${ddl`tenantry.${name(called)}`}(${joinStatements(args.map((arg) => statement`${arg}`))}) as answer`;
