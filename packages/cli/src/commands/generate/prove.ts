import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  aroundTables,
  compareEvolved,
  type DefinitionsClient,
  type Difference,
  type Generated,
  type MigrationFile,
  missing,
  readDefinitions,
  readMigrations,
} from '@tenantry/rls/generate';
import type { Project } from '../../config/load-config.ts';
import { generateTables } from './drizzle-kit.ts';
import { type ThrowAway, withClient } from './server.ts';
import { openWorkspace } from './workspace.ts';

/** The result of a proof. */
export interface Proof {
  /** A failing migration: its name, the error of the database, and the statement. */
  readonly failed?: { readonly file: string; readonly said: string; readonly statement: string };
  readonly differences: readonly Difference[];
  /** The number of objects of the user's own migrations, which are not compared. */
  readonly own: number;
}

const breakpoint = '--> statement-breakpoint';

/**
 * Runs all migrations on an empty database, creates another one from today's schema, and compares them.
 */
export async function prove(
  project: Project,
  generated: Generated,
  files: readonly MigrationFile[],
  server: ThrowAway,
): Promise<Proof> {
  const evolved = await server.create();
  const failed = await run(evolved, files);
  if (failed !== undefined) return { failed, differences: [], own: 0 };
  const made = await server.create();
  const anew = await run(made, await fromToday(project, generated, files));
  if (anew !== undefined) return { failed: anew, differences: [], own: 0 };
  const [first, second] = [await catalogueAt(evolved), await catalogueAt(made)];
  const migrated = readMigrations(files);
  const { kept } = missing([generated.foundation, ...generated.sections], migrated);
  const { differences, own } = compareEvolved(first, second, migrated, kept);
  return { differences, own: own.length };
}

/** Runs all migrations on an empty database. @returns the failing one */
export async function tryOut(
  files: readonly MigrationFile[],
  server: ThrowAway,
): Promise<Proof['failed']> {
  return run(await server.create(), files);
}

const catalogueAt = (url: string) =>
  withClient(url, (client) => readDefinitions(client as unknown as DefinitionsClient));

/** Runs files like Drizzle's migrator, all in one transaction. @returns the failure */
async function run(url: string, files: readonly MigrationFile[]): Promise<Proof['failed']> {
  return withClient(url, async (client) => {
    await client.query('begin');
    for (const { name, text } of files) {
      for (const statement of text.split(breakpoint)) {
        try {
          await client.query(statement);
        } catch (error) {
          await client.query('rollback');
          const said = error instanceof Error ? error.message : String(error);
          return { file: name, said, statement: statement.trim() };
        }
      }
    }
    await client.query('commit');
    return undefined;
  });
}

/** The initial migrations of a new project with this schema; extensions come from the user's migrations. */
async function fromToday(
  project: Project,
  generated: Generated,
  files: readonly MigrationFile[],
): Promise<MigrationFile[]> {
  const extensions = files.flatMap(
    ({ text }) => text.match(/^\s*create extension [^;]*;/gim) ?? [],
  );
  const empty = { ...project, migrations: join(project.folder, '.tenantry-no-migrations') };
  const workspace = openWorkspace(existsSync(empty.migrations) ? project : empty);
  try {
    const tables = await generateTables(project, workspace, 'tables', undefined);
    const text =
      tables === undefined || tables === 'a question' ? '' : readFileSync(tables, 'utf8');
    const all = [generated.foundation, ...generated.sections];
    const before = readMigrations([]);
    return [
      { name: 'extensions', text: extensions.join(breakpoint) },
      { name: 'the foundation', text: generated.foundation.statements.join(breakpoint) },
      {
        name: 'the tables',
        text: aroundTables({ text, before, all, tables: generated.tables }),
      },
      ...generated.sections.map(({ id, statements }) => ({
        name: id,
        text: statements.join(breakpoint),
      })),
    ];
  } finally {
    workspace.remove();
  }
}
