/** A link of a page, as it is written. */
const link = /\[([^\]]*)\]\(([^()\s]+)\)/g;

/** The page without its blocks of code, which link nowhere and are no tables. */
export const withoutCode = (page: string): string => page.replace(/^(```+)[\s\S]*?^\1/gm, '');

/** Where the links of a text lead, without those to other sites and within the page. */
export const linksOf = (text: string): string[] =>
  [...text.matchAll(link)]
    .map(([, , target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/i.test(target));

/** What stands in backquotes, outside of links. */
export const quotedIn = (text: string): string[] =>
  [...text.replace(link, '').matchAll(/`([^`]+)`/g)].map(([, quoted = '']) => quoted);

/** A row of a table, with the headings of its columns. */
export interface Row {
  readonly headings: readonly string[];
  readonly cells: readonly string[];
}

/** The rows of all tables of a page, without headings. */
export function rowsOf(page: string): Row[] {
  const lines = page.split('\n');
  const rows: Row[] = [];
  let headings: readonly string[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('|')) continue;
    if (!lines[index - 1]?.startsWith('|')) headings = cellsOf(line);
    else if (!/^[|\s:-]+$/.test(line)) rows.push({ headings, cells: cellsOf(line) });
  }
  return rows;
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
