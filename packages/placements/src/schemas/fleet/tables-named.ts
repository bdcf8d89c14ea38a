import { shared } from '../names.ts';
import { isAt, type Word } from './words.ts';

/** A table that a statement names where a table stands. */
export interface NamedTable {
  readonly name: string;
  /** Where its name begins and ends, with its schema. */
  readonly from: number;
  readonly to: number;
  /** Whether the statement changes its rows: behind INSERT INTO, UPDATE, DELETE FROM, MERGE INTO, TRUNCATE. */
  readonly written: boolean;
}

const clauses =
  /^(select|from|using|where|group|order|having|limit|set|values|returning|union|on|into|window|when)$/;
const before = /^(from|join|into|update|using|table|references|on|truncate)$/;

/** The tables that a statement names, with the schema of the shared tables or without one. */
export function tablesNamed(words: readonly Word[]): NamedTable[] {
  const found: NamedTable[] = [];
  const clause = new Map<number, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Word;
    if (!word.quoted && clauses.test(word.text)) clause.set(word.depth, word.text);
    if (!word.quoted && !/^[a-z_\x80-\uffff]/.test(word.text)) continue;
    // `table if exists`, `on update cascade`, `from only`
    if (isAt(words, i - 1, '.') || isKeyword(word)) continue;
    // "public"."items", or items
    const qualified = isAt(words, i + 1, '.');
    if (qualified && word.text !== shared) continue;
    const table = qualified ? words[i + 2] : word;
    if (table === undefined) continue;
    let last = i - 1;
    if (isAt(words, last, 'only')) last--;
    if (isAt(words, last - 1, 'if', 'exists')) last -= 2;
    else if (isAt(words, last - 2, 'if', 'not', 'exists')) last -= 3;
    const keyword = words[last];
    if (keyword === undefined || keyword.quoted) continue;
    const listed = keyword.text === ',' && /^(from|using)$/.test(clause.get(word.depth) ?? '');
    const dropped = keyword.text === ',' && isAt(words, 0, 'drop|truncate');
    if (!before.test(keyword.text) && !listed && !dropped) continue;
    found.push({
      name: table.text,
      from: word.from,
      to: table.to,
      written:
        isAt(words, last, 'update') ||
        isAt(words, last - 1, 'insert|merge', 'into') ||
        isAt(words, last - 1, 'delete', 'from') ||
        isAt(words, 0, 'truncate'),
    });
  }
  return found;
}

const isKeyword = ({ text, quoted }: Word): boolean =>
  !quoted &&
  /^(only|lateral|select|update|delete|conflict|true|not|case|set|constraint|table|if|exists|concurrently)$/.test(
    text,
  );
