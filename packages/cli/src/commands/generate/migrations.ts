import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { MigrationFile } from '@tenantry/rls/generate';

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

/** `0001_tables`: the file's name, or that of its folder. */
export const nameOf = (file: string): string =>
  file.endsWith('migration.sql') ? basename(dirname(file)) : basename(file, '.sql');

export const readAll = (files: readonly string[]): MigrationFile[] =>
  files.map((file) => ({ name: nameOf(file), text: readFileSync(file, 'utf8') }));
