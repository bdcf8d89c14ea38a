import { endOfComment } from './tokens.ts';

const space = /\s/;
const word = /[a-z]+/iy;

/**
 * The first keyword of a statement in lower case, after white space, comments (also nested), parentheses
 * and empty statements; '' when there is none. PostgreSQL allows nothing else before it, so this finds
 * `begin` without parsing SQL and is not fooled by comments.
 */
export const firstKeyword = (sql: string): string => leadingKeywords(sql, 1)[0] ?? '';

/** The first keywords of a statement, at most `count`, up to the first token that is not a word. */
export function leadingKeywords(sql: string, count: number): string[] {
  const words: string[] = [];
  let at = 0;
  while (words.length < count) {
    at = skipBlank(sql, at);
    word.lastIndex = at;
    const found = word.exec(sql)?.[0];
    if (found === undefined) break;
    words.push(found.toLowerCase());
    at += found.length;
  }
  return words;
}

/**
 * Whether two keywords follow each other anywhere in a statement, with blanks or comments between them.
 * Quoted keywords count too, because this check must not miss any.
 */
export function mentions(sql: string, first: string, second: string): boolean {
  for (const { index } of sql.matchAll(new RegExp(`\\b${first}`, 'gi'))) {
    const [one, two] = leadingKeywords(sql.slice(index), 2);
    if (one === first && two === second) return true;
  }
  return false;
}

function skipBlank(sql: string, from: number): number {
  let at = from;
  for (;;) {
    const char = sql[at];
    if (char === undefined) return at;
    if (space.test(char) || char === ';' || char === '(' || char === '\uFEFF') at++;
    else if (char === '-' && sql[at + 1] === '-') at = endOfLine(sql, at);
    else if (char === '/' && sql[at + 1] === '*') at = endOfComment(sql, at);
    else return at;
  }
}

function endOfLine(sql: string, from: number): number {
  let at = from;
  while (at < sql.length && sql[at] !== '\n' && sql[at] !== '\r') at++;
  return at;
}
