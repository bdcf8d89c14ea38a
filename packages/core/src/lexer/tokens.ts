/** The token for every text, number and parameter. */
export const literal = "'";

const token =
  /[\s\ufeff]+|--[^\n\r]*|(?:[bnx]|u&)?'[^']*(?:''[^']*)*(?:'|$)|e'[^'\\]*(?:(?:''|\\.)[^'\\]*)*(?:'|$)|(?:u&)?"[^"]*(?:""[^"]*)*(?:"|$)|\$(?:[a-z_\x80-\uffff][a-z_0-9\x80-\uffff]*)?\$|\$\d+|[a-z_\x80-\uffff][a-z_0-9$\x80-\uffff]*|\d[\w.]*|./gisy;

/**
 * Reads a statement token by token, as PostgreSQL's lexer does: words in lower case, names in quotes with
 * their quotes, other signs one by one, texts, numbers and parameters as `'`. Blanks and comments, nested
 * ones too, are left out. It does not parse the grammar.
 */
export function tokensOf(sql: string): string[] {
  const tokens: string[] = [];
  for (const found of splitTokens(sql)) if (!blank.test(found)) tokens.push(sortOf(found));
  return tokens;
}

const blank = /^(?:\s|\ufeff|--|\/\*)/;

/** Splits a statement into tokens, including blanks and comments; joined they are the statement again. */
export function splitTokens(sql: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < sql.length) {
    let end: number;
    if (sql[at] === '/' && sql[at + 1] === '*') end = endOfComment(sql, at);
    else {
      token.lastIndex = at;
      const [found = ''] = token.exec(sql) ?? [];
      end = at + found.length;
      if (found.length > 1 && found.startsWith('$') && found.endsWith('$')) {
        const close = sql.indexOf(found, end);
        end = close === -1 ? sql.length : close + found.length;
      }
    }
    tokens.push(sql.slice(at, end));
    at = end;
  }
  return tokens;
}

function sortOf(found: string): string {
  if (/^(?:u&)?"/i.test(found)) return found;
  return /^(?:[bnxe]?'|u&'|\$.|\d)/is.test(found) ? literal : found.toLowerCase();
}

/** Where a comment ends that begins at `from`; comments nest. */
export function endOfComment(sql: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    if (sql[at] === '/' && sql[at + 1] === '*') {
      depth++;
      at += 2;
    } else if (sql[at] === '*' && sql[at + 1] === '/') {
      depth--;
      at += 2;
    } else at++;
  } while (depth > 0 && at < sql.length);
  return at;
}
