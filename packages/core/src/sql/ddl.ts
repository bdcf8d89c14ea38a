/** A piece of SQL text that is safe to send: made of literals of the code and quoted names only. */
export interface Ddl {
  readonly sql: string;
}

/** Quotes a name, or a dotted path of names: `name('public', 'projects')` → `"public"."projects"`. */
export const name = (...parts: readonly string[]): Ddl => ({
  sql: parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.'),
});

/** Quotes a text literal; E'' where it holds a backslash, so no setting can change its meaning. */
export const literal = (value: string): Ddl => {
  const quoted = `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return { sql: value.includes('\\') ? `E${quoted}` : quoted };
};

/**
 * A text literal of ours that holds SQL: a name for `::regclass`, a statement for EXECUTE. It stands in
 * dollar quotes, so it follows the schema of a tenancy, which a text of users in `'…'` does not.
 */
export const sqlLiteral = (piece: Ddl): Ddl => {
  let tag = '$name$';
  for (let i = 1; piece.sql.includes(tag); i++) tag = `$name${i}$`;
  return { sql: tag + piece.sql + tag };
};

/** Joins pieces with a separator. */
export const join = (pieces: readonly Ddl[], separator = ', '): Ddl => ({
  sql: pieces.map((piece) => piece.sql).join(separator),
});

/**
 * Writes SQL. Only {@link Ddl} pieces can be put in, so a bare string never becomes SQL by accident.
 *
 * @example
 * ```ts
 * ddl`alter table ${name('public', 'projects')} force row level security;`
 * ```
 */
export function ddl(text: TemplateStringsArray, ...pieces: readonly Ddl[]): Ddl {
  let sql = text[0] ?? '';
  pieces.forEach((piece, i) => {
    sql += piece.sql + (text[i + 1] ?? '');
  });
  return { sql: dedent(sql) };
}

/** Removes the indentation that a template has from the code around it. */
function dedent(sql: string): string {
  const lines = sql
    .replace(/^\n/, '')
    .replace(/\n[ \t]*$/, '')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const least = Math.min(...indents);
  return Number.isFinite(least) ? lines.map((line) => line.slice(least)).join('\n') : sql;
}
