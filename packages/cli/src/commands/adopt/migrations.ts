import { readFileSync, writeFileSync } from 'node:fs';
import { adoptionMigration } from '@tenantry/rls/adopt';
import type pg from 'pg';
import type { Project } from '../../config/load-config.ts';
import { migrationEntries, nameOf } from '../generate/migrations.ts';
import { openFolder, writeFiles } from '../generate/plain/folder.ts';

/** A table by name, as drizzle-kit quotes it. */
const table = '(?:"(?:[^"]|"")+"\\.)?"(?:[^"]|"")+"';

/** Statements of drizzle-kit that fail where adoption has done their work, and their lenient form. */
const strict: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^(ALTER TABLE ${table} ADD COLUMN )(?!IF NOT EXISTS )`, 'gm'), '$1IF NOT EXISTS '],
  [new RegExp(`^(ALTER TABLE ${table} DROP CONSTRAINT )(?!IF EXISTS )`, 'gm'), '$1IF EXISTS '],
  [/^(CREATE (?:UNIQUE )?INDEX )(?!IF NOT EXISTS |CONCURRENTLY )/gm, '$1IF NOT EXISTS '],
];

/** A migration whose statements accept that their work is done. */
export const accepting = (text: string): string =>
  strict.reduce((changed, [pattern, by]) => changed.replace(pattern, by), text);

/**
 * Lets the migrations that have not run here accept what adoption has made, so that they run here and on an
 * empty database alike.
 * @returns the names of the files that changed
 */
export async function acceptInMigrations(
  client: pg.Client,
  { migrations, journal }: Pick<Project, 'migrations' | 'journal'>,
): Promise<string[]> {
  const ran = await whenRan(client, journal);
  return migrationEntries(migrations).flatMap(({ file, when }) => {
    if (ran.has(when)) return [];
    const text = readFileSync(file, 'utf8');
    const changed = accepting(text);
    if (changed === text) return [];
    writeFileSync(file, changed);
    return [nameOf(file)];
  });
}

/**
 * Writes what adoption has done as a migration, for an application without drizzle-kit, which would write it
 * from the schema.
 * @returns the names of the files; none when it is written already
 */
export async function writeMigration(client: pg.Client, project: Project): Promise<string[]> {
  const text = await adoptionMigration(client, project.tenancy);
  const folder = openFolder(project);
  const isNew = folder.files.every((file) => file.text.trim() !== text?.trim());
  if (text === undefined || !isNew) return [];
  return writeFiles(folder.place([{ name: 'tenantry_adopt', text }])).map(nameOf);
}

async function whenRan(
  client: pg.Client,
  { schema, table: of }: Project['journal'],
): Promise<ReadonlySet<number>> {
  const quoted = `"${schema.replaceAll('"', '""')}"."${of.replaceAll('"', '""')}"`;
  const { rows } = await client.query('select to_regclass($1) is not null as is', [quoted]);
  if (!rows[0].is) return new Set();
  const { rows: found } = await client.query(`select created_at from ${quoted}`);
  return new Set(found.map((row) => Number(row.created_at)));
}
