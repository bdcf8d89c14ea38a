import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The .sql files below a folder of migrations, in the order in which they run. */
export function sqlFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => join(folder, name));
}

export const readAll = (files: readonly string[]): string[] =>
  files.map((file) => readFileSync(file, 'utf8'));
