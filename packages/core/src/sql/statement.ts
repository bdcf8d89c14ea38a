import { type SQL, sql } from 'drizzle-orm';
import { isDdl } from './ddl.ts';
import { defaultSchema, textInSchema } from './in-schema.ts';

/** A statement with its parameters, made by {@link statement}. */
export interface SqlStatement {
  /** With `$1`, `$2` … for the values. */
  readonly text: string;
  readonly values: readonly unknown[];
  /** The text around the values: one more piece than values. */
  readonly pieces: readonly string[];
  /** The statement for Drizzle, which numbers the parameters itself. */
  toDrizzle(): SQL;
  /** The same statement for the schema of a tenancy; statements are written for `tenantry`. */
  inSchema(schema: string): SqlStatement;
}

const written = new WeakSet<object>();

const isStatement = (value: unknown): value is SqlStatement =>
  typeof value === 'object' && value !== null && written.has(value);

/**
 * Writes a statement whose values are sent as parameters. {@link Ddl} pieces, such as quoted names,
 * become part of the text. Other statements can be inserted, with their values.
 *
 * @example
 * ```ts
 * const recent = statement`created_at > ${since}`;
 * statement`select used from ${name('public', 'usage_counters')} where feature = ${feature} and ${recent}`
 * ```
 */
export function statement(text: TemplateStringsArray, ...given: readonly unknown[]): SqlStatement {
  const pieces: string[] = [text[0] ?? ''];
  const values: unknown[] = [];
  const extend = (more: string) => pieces.push((pieces.pop() ?? '') + more);
  given.forEach((each, i) => {
    if (isStatement(each)) {
      const [first = '', ...others] = each.pieces;
      extend(first);
      pieces.push(...others);
      values.push(...each.values);
    } else if (isDdl(each)) {
      extend(each.sql);
    } else {
      pieces.push('');
      values.push(each);
    }
    extend(text[i + 1] ?? '');
  });
  return made(pieces, values);
}

function made(pieces: readonly string[], values: readonly unknown[]): SqlStatement {
  const one: SqlStatement = Object.freeze({
    text: pieces.reduce((before, piece, i) => `${before}$${i}${piece}`),
    values,
    pieces,
    toDrizzle: () => toDrizzle(pieces, values),
    inSchema: (schema: string) =>
      schema === defaultSchema
        ? one
        : made(
            pieces.map((piece) => textInSchema(schema, piece)),
            values,
          ),
  });
  written.add(one);
  return one;
}

/** Joins statements, or parts of one, by a text such as `, ` or ` and `. Default: ', '. */
export const joinStatements = (
  parts: readonly SqlStatement[],
  separator: ', ' | ' and ' | ' or ' = ', ',
): SqlStatement =>
  parts.reduce(
    (all, part, i) => (i === 0 ? part : statement`${all}${separators[separator]}${part}`),
    statement``,
  );

const separators = { ', ': statement`, `, ' and ': statement` and `, ' or ': statement` or ` };

/** Wraps each parameter, because Drizzle would spread an array into a list. */
const toDrizzle = (pieces: readonly string[], values: readonly unknown[]): SQL =>
  sql.join(
    pieces.flatMap((piece, i) =>
      i === 0 ? [sql.raw(piece)] : [sql.param(values[i - 1]), sql.raw(piece)],
    ),
  );
