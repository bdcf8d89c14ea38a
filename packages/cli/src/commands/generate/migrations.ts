import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { MigrationFile } from '@tenantry/rls/generate';

/**
 * The migrations of a folder, in the order in which they run: by drizzle-kit's journal, or from Drizzle
 * 1.0 on by folder name.
 */
export const migrationFiles = (folder: string): string[] =>
  migrationEntries(folder).map(({ file }) => file);

/** The same, each with the time in milliseconds that Drizzle stores in the database. */
export function migrationEntries(
  folder: string,
): { readonly file: string; readonly when: number }[] {
  const journal = join(folder, 'meta', '_journal.json');
  if (existsSync(journal)) {
    const { entries } = JSON.parse(readFileSync(journal, 'utf8')) as {
      entries: { tag: string; when: number }[];
    };
    return entries
      .map(({ tag, when }) => ({ file: join(folder, `${tag}.sql`), when }))
      .filter(({ file }) => existsSync(file));
  }
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names
    .map((name) => ({ file: join(folder, name, 'migration.sql'), when: timeOf(name) }))
    .filter(({ file }) => existsSync(file));
}

/** `20260131120000_tables` */
function timeOf(name: string): number {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})/.exec(name) ?? [];
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

/** `0001_tables`: the file's name, or that of its folder. */
export const nameOf = (file: string): string =>
  file.endsWith('migration.sql') ? basename(dirname(file)) : basename(file, '.sql');

export const readAll = (files: readonly string[]): MigrationFile[] =>
  files.map((file) => ({ name: nameOf(file), text: readFileSync(file, 'utf8') }));
