import { isDdl } from './ddl.ts';
import { defaultSchema, textInSchema } from './text-in-schema.ts';

/** A statement with its parameters, made by {@link statement}. */
export interface SqlStatement {
  /** With `$1`, `$2` … for the values. */
  readonly text: string;
  readonly values: readonly unknown[];
  /** The text around the values: one more piece than values. */
  readonly pieces: readonly string[];
  /** The same statement for the schema of a tenancy; statements are written for `tenantry`. */
  inSchema(schema: string): SqlStatement;
}

/** Only what the functions of this file wrote is SQL; an object of a request body is a value. */
class Statement implements SqlStatement {
  readonly #pieces: readonly string[];
  readonly #values: readonly unknown[];
  #text: string | undefined;

  constructor(pieces: readonly string[], values: readonly unknown[]) {
    this.#pieces = pieces;
    this.#values = values;
  }

  static is(value: unknown): value is Statement {
    return typeof value === 'object' && value !== null && #pieces in value;
  }

  get text(): string {
    this.#text ??= numbered(this.#pieces);
    return this.#text;
  }

  get values(): readonly unknown[] {
    return this.#values;
  }

  get pieces(): readonly string[] {
    return this.#pieces;
  }

  inSchema(schema: string): SqlStatement {
    return schema === defaultSchema
      ? this
      : new Statement(piecesInSchema(this.#pieces, schema), this.#values);
  }
}

/** The texts of pieces that are used again and again, such as those of a call. */
const texts = new WeakMap<readonly string[], string>();

function numbered(pieces: readonly string[]): string {
  let text = texts.get(pieces);
  if (text === undefined) {
    text = pieces.reduce((before, piece, i) => `${before}$${i}${piece}`);
    texts.set(pieces, text);
  }
  return text;
}

const renamed = new WeakMap<readonly string[], Map<string, readonly string[]>>();

function piecesInSchema(pieces: readonly string[], schema: string): readonly string[] {
  const known = renamed.get(pieces) ?? new Map<string, readonly string[]>();
  let found = known.get(schema);
  if (found === undefined) {
    found = pieces.map((piece) => textInSchema(schema, piece));
    renamed.set(pieces, known.set(schema, found));
  }
  return found;
}

/** Whether a value is SQL of the kit, and not a parameter. */
export const isSql = (value: unknown): boolean => Statement.is(value) || isDdl(value);

/** A statement of known pieces: the text around the values, one more piece than values. */
export const statementOf = (pieces: readonly string[], values: readonly unknown[]): SqlStatement =>
  new Statement(pieces, values);

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
    if (Statement.is(each)) {
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
  return new Statement(pieces, values);
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
