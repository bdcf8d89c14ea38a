/**
 * Splits SQL into statements, so that each is sent alone: Drizzle's migrator sends the text between two
 * `--> statement-breakpoint` marks as one. Semicolons in quotes, comments and dollar-quoted bodies do not
 * end a statement.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start = 0;
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at);
    at += token.length;
    if (token !== ';') continue;
    statements.push(sql.slice(start, at).trim());
    start = at;
  }
  return [...statements, sql.slice(start).trim()].filter((statement) => statement !== '');
}

const whole = [
  /'(?:[^']|'')*'/y, // a literal; E'…' cannot end in a single backslash, because core doubles them
  /"(?:[^"]|"")*"/y,
  /--[^\n]*/y,
  /\/\*[\s\S]*?\*\//y,
  /\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/y,
  /[A-Za-z_][\w$]*/y, // a word, so that a $ in it opens nothing
];

function tokenAt(sql: string, at: number): string {
  for (const pattern of whole) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (match !== null) return match[0];
  }
  return sql.charAt(at);
}
