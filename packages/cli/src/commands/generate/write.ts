import { readFileSync, writeFileSync } from 'node:fs';
import { TenantryError } from '@tenantry/core';
import type { Print } from '@tenantry/rls/feature';
import {
  aroundTables,
  contentsOf,
  foundationContent,
  type Generated,
  type MigrationFile,
  missing,
  notesOf,
  readMigrations,
  renderMigration,
  repeated,
  rolloutNotes,
} from '@tenantry/rls/generate';
import type { Project } from '../../config/load-config.ts';
import { generateTables, writeMigration } from './drizzle-kit.ts';
import { titleOfGone } from './gone.ts';
import { checkRepeated } from './inconsistent.ts';
import { migrationFiles, nameOf, readAll } from './migrations.ts';
import type { Workspace } from './workspace.ts';

/** The files written into the workspace. */
export interface Written {
  /** Ids of sections, `the tables`, and removed objects. */
  readonly parts: readonly string[];
  /** Notes for the user, one sentence each. */
  readonly notes: readonly string[];
  /** All migrations, in order; the new ones are last. */
  readonly files: readonly MigrationFile[];
  readonly known: number;
}

export interface WriteOptions {
  readonly name: string | undefined;
  readonly skipDrizzleKit: boolean;
  /** Where drizzle-kit speaks; undefined when nothing is kept, for `--check` and `--dry-run`. */
  readonly out: NodeJS.WritableStream | undefined;
  /** Whether to show the possible migrations even when drizzle-kit fails. */
  readonly shows: boolean;
  readonly print: Print;
}

const foundation = 'foundation';

/**
 * Writes every missing migration: foundation, tables, isolation, features. For a check only drizzle-kit
 * writes, in the workspace, and the rest is not written.
 */
export async function writeAll(
  project: Project,
  workspace: Workspace,
  generated: Generated,
  { name, skipDrizzleKit, out, shows, print }: WriteOptions,
): Promise<Written> {
  const all = [generated.foundation, ...generated.sections];
  const files = readAll(migrationFiles(workspace.migrations));
  const known = files.length;
  const parts: string[] = [];
  const write = async (title: string, text: string) => {
    if (out !== undefined) await writeMigration(project, workspace, title, text);
    files.push({ name: title, text });
  };

  const before = readMigrations(files);
  const begin = missing(all, before);
  if (begin.sections.some(({ id }) => id === foundation)) {
    const content = foundationContent(generated.foundation, before);
    await write(content.name, renderMigration(content));
    parts.push(foundation);
  }
  const tables = skipDrizzleKit
    ? undefined
    : await generateTables(project, workspace, name, out).catch((error) => {
        if (!shows || !TenantryError.is(error)) throw error;
        print.note(`! the tables are not shown: ${error.found}`);
        return undefined;
      });
  if (tables !== undefined) parts.push('the tables');
  const file = tables === 'a question' ? undefined : tables;
  const written = file === undefined ? '' : readFileSync(file, 'utf8');
  checkRepeated(repeated(written, before));
  const order = rolloutNotes(all, before, written);
  if (file !== undefined) {
    const around = { text: written, before: readMigrations(files), all, tables: generated.tables };
    const text = [...order.map((note) => `-- ${note}\n`), aroundTables(around)].join('');
    writeFileSync(file, text);
    files.push({ name: nameOf(file), text });
  }
  const behind = missing(all, readMigrations(files));
  const found = notesOf({ ...behind, lost: begin.lost });
  const notes = [...found, ...order];
  for (const [i, content] of contentsOf(behind).entries()) {
    const heads = file === undefined ? notes : found;
    await write(content.name, renderMigration(i === 0 ? { ...content, notes: heads } : content));
  }
  return {
    parts: [...parts, ...behind.sections.map(({ id }) => id), ...behind.gone.map(titleOfGone)],
    notes,
    files,
    known,
  };
}
