import { existsSync, readFileSync } from 'node:fs';
import { linksOf, quotedIn, type Row, rowsOf, withoutCode } from './markdown.ts';

/** What a README says of the files around it, held against them. */
export interface ReadmeMap {
  /** Links to files that do not exist. */
  readonly deadLinks: readonly string[];
  /** The names of tests that the tables of the README cite. */
  readonly citedTests: readonly string[];
  /** Citations of tests that do not exist, and rows that cite none in a column with the heading `test`. */
  readonly missingTests: readonly string[];
  /** Those of the names that no table of the README has in backquotes. */
  lacks(names: readonly string[]): readonly string[];
}

/**
 * Reads the map in a README. A cell of a table that links to a `*.test.ts`, or to steps of a demo, cites
 * tests of this file: what stands in backquotes and has a space is the name of one.
 *
 * @example
 * const map = readMap(new URL('../README.md', import.meta.url));
 * expect(map.missingTests).toEqual([]);
 */
export function readMap(readme: URL): ReadmeMap {
  const page = withoutCode(readFileSync(readme, 'utf8'));
  const rows = rowsOf(page);
  const citations = rows.flatMap((row) => row.cells.flatMap((cell) => citationsIn(cell)));
  const named = new Set(rows.flatMap(({ cells }) => cells.flatMap(quotedIn)));
  const fileOf = (target: string) => new URL(target, readme);
  return {
    deadLinks: linksOf(page).filter((target) => !existsSync(fileOf(target))),
    citedTests: citations.map(({ name }) => name),
    missingTests: [
      ...citations
        .filter(({ name, files }) => !files.some((file) => hasTest(fileOf(file), name)))
        .map(({ name, files }) => `${files.join(', ')}: ${name}`),
      ...rows.filter(lacksCitation).map(({ cells }) => `cites no test: ${cells[0]}`),
    ],
    lacks: (names) => names.filter((name) => !named.has(name)),
  };
}

/** Tests that a cell names, and the files in which it says that they are. */
function citationsIn(cell: string) {
  const files = linksOf(cell).filter((target) => /\.test\.ts$|\/steps\//.test(target));
  if (files.length === 0) return [];
  return quotedIn(cell)
    .filter((text) => text.includes(' '))
    .map((name) => ({ name, files }));
}

const lacksCitation = ({ headings, cells }: Row): boolean =>
  headings.some((heading, column) => {
    return heading === 'test' && citationsIn(cells[column] ?? '').length === 0;
  });

/** Whether a file has a test of this name: a string that an argument follows. */
function hasTest(file: URL, name: string): boolean {
  if (!existsSync(file)) return false;
  const source = readFileSync(file, 'utf8').replaceAll("\\'", "'");
  return [`'${name}',`, `"${name}",`, `\`${name}\`,`].some((literal) => source.includes(literal));
}
