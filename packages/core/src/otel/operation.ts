import { firstKeyword } from '../lexer/keyword.ts';
import { splitTokens, tokensOf } from '../lexer/tokens.ts';

/** What a round trip does, in few words. */
export interface Operation {
  /** `SELECT`, `BATCH`; '' when it is not known yet. */
  readonly name: string;
  /** `SELECT projects`: the same for every tenant and every value. */
  readonly summary: string;
  /** The text without literals and comments. */
  readonly text: string | undefined;
  /** How many statements a batch has. */
  readonly batch: number | undefined;
}

const longest = 4000;
const mostKept = 500;
const longestSummary = 255;

/** Reads the statements of a round trip. Texts repeat, so what was read is kept. */
export function operationReader(
  withText: boolean,
): (statements: readonly { readonly text: string }[]) => Operation | undefined {
  const kept = new Map<string, Operation>();
  const read = (text: string): Operation => {
    let operation = kept.get(text);
    if (operation === undefined) {
      operation = operationOf(text, withText);
      if (text.length <= longest) {
        if (kept.size >= mostKept) kept.clear();
        kept.set(text, operation);
      }
    }
    return operation;
  };

  return (statements) => {
    const [first, ...others] = statements;
    if (first === undefined) return undefined;
    if (others.length === 0) return read(first.text);
    const all = statements.map(({ text }) => read(text));
    const only = (of: 'name' | 'summary') => {
      const different = new Set(all.map((each) => each[of]));
      return different.size === 1 ? `BATCH ${[...different][0]}` : 'BATCH';
    };
    const text = all.map((each) => each.text).join('; ');
    return {
      name: only('name'),
      summary: only('summary'),
      text: withText ? text.slice(0, longest) : undefined,
      batch: all.length,
    };
  };
}

function operationOf(sql: string, withText: boolean): Operation {
  const short = sql.slice(0, longest);
  const name = firstKeyword(short).toUpperCase();
  const target = targetOf(name, tokensOf(short));
  return {
    name,
    summary: `${name}${target === '' ? '' : ` ${target}`}`.slice(0, longestSummary),
    text: withText && sql !== '' ? withoutLiterals(short) : undefined,
    batch: undefined,
  };
}

/** The word before the table, by the first word of a statement. */
const before: Record<string, string> = { INSERT: 'into', MERGE: 'into', UPDATE: 'update' };

/** The first table that a statement names, without quotes; '' when it names none. */
function targetOf(name: string, tokens: readonly string[]): string {
  const word = before[name] ?? 'from';
  for (let at = tokens.indexOf(word); at !== -1; at = tokens.indexOf(word, at + 1)) {
    let next = at + 1;
    if (tokens[next] === 'only') next++;
    let table = nameAt(tokens, next);
    if (table === '') continue;
    while (tokens[next + 1] === '.') {
      next += 2;
      table += `.${nameAt(tokens, next)}`;
    }
    if (word !== 'from' || tokens[next + 1] !== '(') return table; // not of a function
  }
  return '';
}

const nameAt = (tokens: readonly string[], at: number): string =>
  /^[a-z_"\x80-\uffff]/.test(tokens[at] ?? '') ? (tokens[at] as string).replaceAll('"', '') : '';

/** Replaces texts and numbers by `?`; parameters (`$1`) stay, comments go. */
const withoutLiterals = (sql: string): string =>
  splitTokens(sql)
    .map((token) => {
      if (/^(?:\s|\ufeff|--|\/\*)/.test(token)) return ' ';
      return /^(?:[bnxe]?'|u&'|\$\D|\$$|\d)/is.test(token) ? '?' : token;
    })
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
