import type { Migration } from './folder.ts';

const quoted =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/g;
const word = /(?:^|;)\s*(begin|commit|rollback(?!\s+to\b)|abort|start\s+transaction)\b/i;

/** A statement that would end the transaction in which all migrations of a database run. */
export function transactionWord(
  migrations: readonly Migration[],
): { readonly migration: Migration; readonly line: number; readonly word: string } | undefined {
  for (const migration of migrations) {
    for (const { text, line } of migration.statements) {
      const found = word.exec(text.replace(quoted, blanked))?.[1];
      if (found !== undefined) return { migration, line, word: found.toLowerCase() };
    }
  }
  return undefined;
}

/** Comments are gaps between words; what is quoted is not. */
const blanked = (text: string) => (/^(--|\/\*)/.test(text) ? ' ' : "''");
