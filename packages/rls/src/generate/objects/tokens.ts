import { createHash } from 'node:crypto';

/** A piece of SQL: what it is, how it is written, and what it says. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'literal' | 'body' | 'number' | 'sign';
  /** As it is written. */
  readonly text: string;
  /** A word in lower case; the content of quotes. */
  readonly value: string;
}

const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['body', /\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/y],
  ['literal', /[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['number', /\d+(?:\.\d+)?/y],
  ['sign', /::|<=|>=|<>|[\s\S]/y],
];

/** Reads SQL into tokens; spaces and comments say nothing. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const text = pattern.exec(sql)?.[0];
      if (text === undefined || text === '') continue;
      at += text.length;
      if (kind !== 'space') tokens.push({ kind, text, value: saidBy(kind, text) });
      break;
    }
  }
  return tokens;
}

function saidBy(kind: Token['kind'], text: string): string {
  switch (kind) {
    case 'word':
      return text.toLowerCase();
    case 'quoted':
      return text.slice(1, -1).replaceAll('""', '"');
    case 'body': {
      const mark = text.indexOf('$', 1) + 1;
      return text.slice(mark, -mark);
    }
    case 'literal':
      return /^e/i.test(text)
        ? text
            .slice(2, -1)
            .replaceAll("''", "'")
            .replace(/\\([\s\S])/g, '$1')
        : text.slice(1, -1).replaceAll("''", "'");
    default:
      return text;
  }
}

/** The same statement in another layout has the same text here. */
export const plainText = (tokens: readonly Token[]): string =>
  tokens.map(({ kind, text, value }) => (kind === 'word' ? value : text)).join(' ');

/** Of a statement, whatever its layout: 16 hexadecimal digits. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
