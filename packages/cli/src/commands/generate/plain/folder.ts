import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { MigrationFile } from '@tenantry/rls/generate';
import type { Project } from '../../../config/load-config.ts';
import { conflict, isInConflict } from '../inconsistent.ts';
import { type Format, formats, nameOf } from './formats.ts';

/** The folder of a runner of migrations that is not drizzle-kit. */
export interface MigrationFolder {
  /** Its SQL migrations, in the order in which they run. */
  readonly files: readonly MigrationFile[];
  /** Names files behind those that are there. @returns their paths and texts */
  place(
    added: readonly MigrationFile[],
  ): readonly { readonly path: string; readonly text: string }[];
}

const breakpoint = '\n--> statement-breakpoint\n';

/**
 * Reads the folder.
 * @throws TenantryError `MIGRATIONS_INCONSISTENT` for a file that is in conflict after a merge
 */
export function openFolder({
  migrations,
  plain,
}: Pick<Project, 'migrations' | 'plain'>): MigrationFolder {
  const format = formats[plain?.format ?? 'sql'];
  const entries = entriesOf(migrations, format);
  const files = entries.map((entry) => {
    const text = readFileSync(join(migrations, format.file(entry)), 'utf8');
    if (isInConflict(text)) throw conflict(format.file(entry));
    return { name: nameOf(format.file(entry)), text: format.read(text) };
  });
  return {
    files,
    place(added) {
      const taken = [...entries];
      return added.map(({ name, text }) => {
        const entry = format.next(taken, name);
        taken.push(entry);
        const sql = text.replaceAll(breakpoint, '\n\n');
        return { path: join(migrations, format.file(entry)), text: format.wrap(sql) };
      });
    },
  };
}

function entriesOf(folder: string, format: Format): string[] {
  if (!existsSync(folder)) return [];
  const ordered = readdirSync(folder).flatMap((entry) => {
    const order = format.order(entry);
    const isThere = order !== undefined && existsSync(join(folder, format.file(entry)));
    return isThere ? [[order, entry] as const] : [];
  });
  return ordered.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** Writes the files, each whole or not at all, the last one last. */
export function writeFiles(files: ReturnType<MigrationFolder['place']>): string[] {
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.tmp`, text, { flag: 'wx' });
  }
  for (const { path } of files) renameSync(`${path}.tmp`, path);
  return files.map(({ path }) => path);
}
