import { createHash } from 'node:crypto';

/** A token of SQL: its kind, its spelling and its value. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'literal' | 'body' | 'number' | 'sign';
  /** The text as written. */
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

/** Splits SQL into tokens; spaces and comments are skipped. */
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

/** The text without layout, so that the same statement in another layout is equal. */
export const plainText = (tokens: readonly Token[]): string =>
  tokens.map(({ kind, text, value }) => (kind === 'word' ? value : text)).join(' ');

/** The hash of a statement, independent of its layout: 16 hexadecimal digits. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
