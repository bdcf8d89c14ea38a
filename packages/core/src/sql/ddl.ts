import { splitTokens } from '../lexer/tokens.ts';

/** A piece of SQL text that is safe to send: made of literals of the code and quoted names only. */
export interface Ddl {
  readonly sql: string;
}

const written = new WeakSet<object>();

/** Only values made by the functions below are SQL; an object from a request body is a parameter value. */
export const isDdl = (value: unknown): value is Ddl =>
  typeof value === 'object' && value !== null && written.has(value);

const write = (sql: string): Ddl => {
  const piece = Object.freeze({ sql });
  written.add(piece);
  return piece;
};

/** Quotes a name, or a dotted path of names: `name('public', 'projects')` → `"public"."projects"`. */
export const name = (...parts: readonly string[]): Ddl =>
  write(parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.'));

/**
 * Quotes a text literal on one line. A text with a backslash or a line break becomes E'', so that no
 * setting and no indentation can change its meaning.
 */
export const literal = (value: string): Ddl => {
  const quoted = value.replaceAll("'", "''");
  if (!/[\\\n\r]/.test(value)) return write(`'${quoted}'`);
  const escaped = quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return write(`E'${escaped}'`);
};

/**
 * A text literal of ours that contains SQL: a name for `::regclass`, a statement for EXECUTE. It is
 * dollar-quoted, so `inSchema` renames the schema in it; texts of users in `'…'` are not renamed.
 */
export const sqlLiteral = (piece: Ddl): Ddl => {
  let tag = '$name$';
  for (let i = 1; piece.sql.includes(tag); i++) tag = `$name${i}$`;
  return write(tag + piece.sql + tag);
};

/** Joins pieces with a separator. */
export const join = (pieces: readonly Ddl[], separator = ', '): Ddl =>
  write(pieces.map((piece) => piece.sql).join(separator));

/**
 * Writes SQL. Only {@link Ddl} pieces can be inserted, so a string never becomes SQL by accident. The
 * indentation of the surrounding code is removed. A multi-line piece gets the indentation of its line,
 * and a line that contains only empty pieces is dropped.
 *
 * @example
 * ```ts
 * ddl`alter table ${name('public', 'projects')} force row level security;`
 * ```
 */
export function ddl(text: TemplateStringsArray, ...pieces: readonly Ddl[]): Ddl {
  const marked = text.map((part, i) => (i < pieces.length ? `${part}\0${i}\0` : part)).join('');
  return write(
    dedent(marked)
      .flatMap((line) => filled(line, pieces))
      .join('\n'),
  );
}

const mark = /\0(\d+)\0/g;

/** A line with its pieces. */
function filled(line: string, pieces: readonly Ddl[]): string[] {
  if (!line.includes('\0')) return [line];
  const [indentation = ''] = /^[ \t]*/.exec(line) ?? [];
  const sql = line.replace(mark, (_, i) => indented(pieces[Number(i)]?.sql ?? '', indentation));
  const isLeftOut = sql.trim() === '' && line.trim() !== '';
  return isLeftOut ? [] : [sql];
}

/** Indents the lines of a piece but for the first; what stands in quotes may be of users and stays. */
function indented(sql: string, indentation: string): string {
  if (indentation === '' || !sql.includes('\n')) return sql;
  if (!/['"$]|\/\*/.test(sql)) return sql.replace(/\n(?=[^\n])/g, `\n${indentation}`);
  const tokens = splitTokens(sql);
  return tokens
    .map((token, i) => {
      if (ourBody.test(token)) return indentedBody(token, indentation);
      // blanks are followed by something, or end the piece
      return /^\s/.test(token) && i < tokens.length - 1
        ? token.replace(/\n(?!\n)/g, `\n${indentation}`)
        : token;
    })
    .join('');
}

const ourBody = /^\$tenantry\d*\$/;

function indentedBody(token: string, indentation: string): string {
  const [tag = ''] = ourBody.exec(token) ?? [];
  const body = token.slice(tag.length, -tag.length);
  return tag + indented(`${body}\0`, indentation).slice(0, -1) + tag;
}

/** The lines of a template without the indentation that the code around it has. */
function dedent(sql: string): string[] {
  if (!sql.includes('\n')) return [sql];
  const lines = sql
    .replace(/^\n/, '')
    .replace(/\n[ \t]*$/, '')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return Number.isFinite(least) ? lines.map((line) => line.slice(least)) : lines;
}
