import { SQL, sql } from 'drizzle-orm';
import type { Ddl } from './ddl.ts';
import { defaultSchema, inSchema, textInSchema } from './in-schema.ts';

/** A statement with its parameters, made by {@link statement}. */
export interface SqlStatement {
  /** With `$1`, `$2` … for the values. */
  readonly text: string;
  readonly values: readonly unknown[];
  /** For Drizzle, which numbers the parameters itself. */
  toDrizzle(): SQL;
  /** The same for the schema of a tenancy; itself for `tenantry`, which statements are written for. */
  inSchema(schema: string): SqlStatement;
}

/**
 * Writes a statement whose values travel as parameters; {@link Ddl} pieces, such as quoted names,
 * become part of the text.
 *
 * @example
 * ```ts
 * statement`select used from ${name('public', 'usage_counters')} where feature = ${feature}`
 * ```
 */
export function statement(text: readonly string[], ...pieces: readonly unknown[]): SqlStatement {
  const values: unknown[] = [];
  let built = text[0] ?? '';
  pieces.forEach((piece, i) => {
    built += isDdl(piece) ? piece.sql : `$${values.push(piece)}`;
    built += text[i + 1] ?? '';
  });
  const made: SqlStatement = Object.freeze({
    text: built,
    values,
    toDrizzle: () =>
      // a parameter by itself: Drizzle would spread an array into a list
      sql(
        text as unknown as TemplateStringsArray,
        ...pieces.map((piece) => (isDdl(piece) ? sql.raw(piece.sql) : sql.param(piece))),
      ),
    inSchema: (schema: string) =>
      schema === defaultSchema
        ? made
        : statement(
            text.map((part) => textInSchema(schema, part)),
            ...pieces.map((piece) => (isDdl(piece) ? inSchema(schema, piece) : piece)),
          ),
  });
  return made;
}

const isDdl = (piece: unknown): piece is Ddl =>
  typeof piece === 'object' &&
  piece !== null &&
  !(piece instanceof SQL) &&
  Object.keys(piece).length === 1 &&
  typeof (piece as { sql?: unknown }).sql === 'string';
