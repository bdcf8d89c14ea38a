import { type Ddl, type SqlStatement, statement } from '@tenantry/core/sql';

/** A part of a statement: text and values. */
export interface Piece {
  readonly texts: readonly string[];
  readonly values: readonly unknown[];
}

const isPiece = (value: unknown): value is Piece =>
  typeof value === 'object' && value !== null && 'texts' in value && 'values' in value;

const isDdl = (value: unknown): value is Ddl =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'sql';

/** Writes a piece; pieces and quoted names become part of the text, everything else a parameter. */
export function piece(text: TemplateStringsArray, ...inner: readonly unknown[]): Piece {
  const texts: string[] = [text[0] ?? ''];
  const values: unknown[] = [];
  const append = (more: string) => {
    texts[texts.length - 1] += more;
  };
  inner.forEach((each, i) => {
    if (isPiece(each)) {
      append(each.texts[0] ?? '');
      texts.push(...each.texts.slice(1));
      values.push(...each.values);
    } else if (isDdl(each)) append(each.sql);
    else {
      values.push(each);
      texts.push('');
    }
    append(text[i + 1] ?? '');
  });
  return { texts, values };
}

/**
 * An integer as part of the text. PostgreSQL estimates a LIMIT parameter at a tenth of the table, so it
 * would never use a generic plan and would plan each page again.
 */
export const constant = (value: number): Ddl => ({ sql: String(Math.trunc(value)) });

/** Joins pieces by a text. */
export const joinPieces = (pieces: readonly Piece[], separator: string): Piece =>
  pieces.reduce((all, each, i) => {
    const between: Ddl = { sql: i === 0 ? '' : separator };
    return piece`${all}${between}${each}`;
  }, piece``);

/** Converts a piece to a statement. */
export const toStatement = ({ texts, values }: Piece): SqlStatement =>
  statement(Object.assign([...texts], { raw: texts }), ...values);
