import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The migrations of a folder, in the order in which they run: that of drizzle-kit's journal, or
 * from Drizzle 1.0 on that of the folders' names.
 */
export function migrationFiles(folder: string): string[] {
  const journal = join(folder, 'meta', '_journal.json');
  if (existsSync(journal)) {
    const { entries } = JSON.parse(readFileSync(journal, 'utf8')) as { entries: { tag: string }[] };
    return entries.map(({ tag }) => join(folder, `${tag}.sql`)).filter(existsSync);
  }
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names.map((name) => join(folder, name, 'migration.sql')).filter(existsSync);
}

export const readAll = (files: readonly string[]): string[] =>
  files.map((file) => readFileSync(file, 'utf8'));
