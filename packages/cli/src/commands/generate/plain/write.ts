import {
  changesOfMade,
  contentsOf,
  foundationContent,
  type Generated,
  type MigrationFile,
  makesTable,
  missing,
  notesOf,
  readMigrations,
  renderMigration,
  rolloutNotes,
} from '@tenantry/rls/generate';
import { titleOfGone } from '../gone.ts';
import type { Written } from '../write.ts';

/** The migrations that bring a database behind these files to what is declared. */
export function writePlain(generated: Generated, before: readonly MigrationFile[]): Written {
  const all = [generated.foundation, ...generated.sections];
  const files = [...before];
  const parts: string[] = [];
  const write = (name: string, text: string) => files.push({ name, text });

  const migrated = readMigrations(files);
  const begin = missing(all, migrated);
  if (begin.sections.some(({ id }) => id === 'foundation')) {
    const content = foundationContent(generated.foundation, migrated);
    write(content.name, renderMigration(content));
    parts.push('foundation');
  }
  const now = readMigrations(files);
  const behind = missing(all, now);
  const order = rolloutNotes(all, migrated);
  const notes = [...notesOf({ ...behind, lost: begin.lost }), ...order];
  for (const [i, content] of contentsOf(behind).entries()) {
    const sections = content.sections.map((section) =>
      makesTable(section) ? { ...section, statements: changesOfMade(section, now) } : section,
    );
    const whole = { ...content, sections };
    write(content.name, renderMigration(i === 0 ? { ...whole, notes } : whole));
  }
  return {
    parts: [...parts, ...behind.sections.map(({ id }) => id), ...behind.gone.map(titleOfGone)],
    notes,
    files,
    known: before.length,
  };
}
