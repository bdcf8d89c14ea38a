import { splitTokens } from '@tenantry/core/sql';

/** A token of SQL that is no blank and no comment. */
export interface Word {
  /** A word in lower case, a sign, or a literal; a name in quotes without them. */
  readonly text: string;
  /** Whether it stands in quotes, so that it is no keyword. */
  readonly quoted: boolean;
  /** Where it begins and ends in the statement. */
  readonly from: number;
  readonly to: number;
  /** How many parentheses are open. */
  readonly depth: number;
}

/** A statement of a migration: its text, where it begins in it, its words and its comments. */
export interface SqlStatement {
  readonly text: string;
  readonly offset: number;
  readonly words: readonly Word[];
  readonly comments: string;
}

/** Splits SQL into statements and these into words. */
export function statementsIn(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = 0;
  let at = 0;
  let depth = 0;
  let words: Word[] = [];
  let comments = '';
  const end = () => {
    if (words.length > 0)
      statements.push({ text: sql.slice(start, at), offset: start, words, comments });
    [words, comments, depth] = [[], '', 0];
  };
  for (const token of splitTokens(sql)) {
    if (token === ';') {
      end();
      start = at + 1;
    } else if (/^(--|\/\*)/.test(token)) comments += `${token}\n`;
    else if (token.trim() !== '' && token !== '\ufeff') {
      if (token === ')') depth--;
      const quoted = token.startsWith('"');
      words.push({
        text: quoted ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase(),
        quoted,
        from: at - start,
        to: at - start + token.length,
        depth,
      });
      if (token === '(') depth++;
    }
    at += token.length;
  }
  end();
  return statements;
}

/** Whether the words from `at` on are these keywords; `a|b` stands for either. */
export const isAt = (words: readonly Word[], at: number, ...wanted: readonly string[]): boolean =>
  wanted.every((each, i) => {
    const word = words[at + i];
    return word !== undefined && !word.quoted && each.split('|').includes(word.text);
  });
