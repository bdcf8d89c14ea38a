import { readFileSync, writeFileSync } from 'node:fs';
import {
  aroundTables,
  type Generated,
  type Missing,
  missing,
  readMigrations,
  removeFirst,
  removeLast,
  renderMigration,
  type Section,
} from '@tenantry/rls/generate';
import type { Project } from '../../config/load-config.ts';
import { generateTables, writeMigration } from './drizzle-kit.ts';
import { migrationFiles, nameOf, readAll } from './migrations.ts';
import type { Workspace } from './workspace.ts';

/** What was written into the workspace. */
export interface Written {
  /** Ids of sections, `the tables`, and what was taken away. */
  readonly parts: readonly string[];
  /** What the user has to know, a sentence each. */
  readonly notes: readonly string[];
  /** The new migrations, in their order. */
  readonly texts: readonly string[];
}

export interface WriteOptions {
  readonly name: string | undefined;
  readonly skipDrizzleKit: boolean;
  /** Whether nothing will be kept: for `--check` and `--dry-run`. */
  readonly looks: boolean;
}

const foundation = 'foundation';

/**
 * Writes every migration that is missing: foundation, tables, what stands on them, the features. Who
 * only looks has drizzle-kit write in the workspace, and the rest is not written at all.
 */
export async function writeAll(
  project: Project,
  workspace: Workspace,
  generated: Generated,
  { name, skipDrizzleKit, looks }: WriteOptions,
): Promise<Written> {
  const all = [generated.foundation, ...generated.sections];
  const files = readAll(migrationFiles(workspace.migrations));
  const known = files.length;
  const parts: string[] = [];
  const write = async (title: string, text: string) => {
    if (!looks) await writeMigration(project, workspace, title, text);
    files.push({ name: title, text });
  };

  const begin = missing(all, readMigrations(files));
  if (begin.sections.some(({ id }) => id === foundation)) {
    await write('tenantry_foundation', renderMigration({ sections: [generated.foundation] }));
    parts.push(foundation);
  }
  const tables = skipDrizzleKit ? undefined : await generateTables(project, workspace, name, looks);
  if (tables !== undefined) parts.push('the tables');
  if (tables !== undefined && tables !== 'a question') {
    const before = readMigrations(files);
    const written = readFileSync(tables, 'utf8');
    const text = aroundTables({ text: written, before, all, tables: generated.tables });
    writeFileSync(tables, text);
    files.push({ name: nameOf(tables), text });
  }
  const behind = missing(all, readMigrations(files));
  const notes = notesOf(behind);
  for (const { title, ...content } of contentsOf(behind)) {
    await write(title, renderMigration({ ...content, notes }));
  }
  return {
    parts: [...parts, ...behind.sections.map(({ id }) => id), ...behind.gone.map(titleOf)],
    notes,
    texts: files.slice(known).map(({ text }) => text),
  };
}

interface Content {
  readonly title: string;
  readonly sections: readonly Section[];
  readonly first: readonly string[];
  readonly last: readonly string[];
}

const own = /^(foundation|schemas|entry|(table|references|search|view):)/;

/** A migration for the tables, one for each feature, and the entry once all of them stand. */
function contentsOf({ sections, gone }: Missing): Content[] {
  const groups = new Map<string, Section[]>();
  const hasFeatures = sections.some(({ id }) => !own.test(id));
  for (const section of sections) {
    const feature = own.test(section.id) ? 'isolation' : (section.id.split(':')[0] ?? '');
    const group = section.id === 'entry' && hasFeatures ? 'entry' : feature;
    groups.set(group, [...(groups.get(group) ?? []), section]);
  }
  const first = removeFirst(gone);
  const last = removeLast(gone);
  if (groups.size === 0 && first.length + last.length > 0) groups.set('isolation', []);
  const names = [...groups.keys()];
  return names.map((name, i) => ({
    title: `tenantry_${name.replaceAll('-', '_')}`,
    sections: groups.get(name) ?? [],
    first: i === 0 ? first : [],
    last: i === names.length - 1 ? last : [],
  }));
}

const titleOf = ({ kind, schema, relation, name }: Missing['gone'][number]) =>
  `${kind} ${[schema, relation, name].filter(Boolean).join('.')} goes`;

function notesOf({ mended, kept }: Missing): string[] {
  return [
    ...mended.map(
      ({ schema, relation, name }) =>
        `mends: policy ${name} of ${schema}.${relation} was turned into another one by a rename; it stands as declared again.`,
    ),
    ...kept.map(
      (what) => `stays: ${what} is no longer needed and may hold rows; drop it yourself.`,
    ),
  ];
}
