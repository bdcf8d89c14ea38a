/** A token of SQL as the server prints it. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'operator' | 'mark';
  /** A word in lower case, a name without its quotes, a text without its quotes. */
  readonly value: string;
}

const patterns: readonly [Token['kind'], RegExp, (match: string) => string][] = [
  ['text', /(?:[EeBbXxNn]|[Uu]&)?'(?:[^']|'')*'/y, unquoteText],
  [
    'name',
    /(?:[Uu]&)?"(?:[^"]|"")*"/y,
    (m) => m.slice(m.indexOf('"') + 1, -1).replaceAll('""', '"'),
  ],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\$\d+/y, (m) => m],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy, (m) => m.toLowerCase()],
  ['mark', /::|[()[\],.;:]/y, (m) => m],
  ['operator', /[+\-*/<>=~!@#%^&|`?]+/y, (m) => m],
];

function unquoteText(match: string): string {
  const body = match.slice(match.indexOf("'") + 1, -1).replaceAll("''", "'");
  return /^[Ee]/.test(match) ? body.replaceAll('\\\\', '\\') : body;
}

/** Splits SQL text into tokens; an unknown character becomes its own token. */
export function tokens(sql: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const space = /\s+/y;
    space.lastIndex = at;
    const blank = space.exec(sql)?.[0].length ?? 0;
    if (blank > 0) {
      at += blank;
      continue;
    }
    const [token, length] = tokenAt(sql, at);
    found.push(token);
    at += length;
  }
  return found;
}

function tokenAt(sql: string, at: number): [Token, number] {
  for (const [kind, pattern, read] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql)?.[0];
    if (match !== undefined) return [{ kind, value: read(match) }, match.length];
  }
  return [{ kind: 'mark', value: sql.charAt(at) }, 1];
}
