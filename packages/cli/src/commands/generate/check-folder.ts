import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TenantryError } from '@tenantry/core';
import type { Project } from '../../config/load-config.ts';

interface Entry {
  readonly idx: number;
  readonly tag: string;
}

/**
 * Refuses a folder of migrations that contradicts itself: after a merge, or after a file was deleted.
 * Folders of Drizzle 1.0 have no journal that could.
 * @throws TenantryError `MIGRATIONS_INCONSISTENT`
 */
export function checkFolder(folder: string): void {
  const meta = join(folder, 'meta');
  const journal = join(meta, '_journal.json');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const numbered = files.filter((name) => /^\d{4,}_.*\.sql$/.test(name));
  if (!existsSync(journal)) {
    if (numbered.length === 0) return;
    throw inconsistent(
      `${numbered.length} migrations and no meta/_journal.json, which says in which order they run.`,
      'Bring meta/ back from version control.',
    );
  }
  const entries = readJournal(journal);
  checkEntries(entries);
  for (const { tag } of entries) {
    if (existsSync(join(folder, `${tag}.sql`))) continue;
    throw inconsistent(
      `${tag} stands in meta/_journal.json, and its file is gone.`,
      'Bring the file back from version control. If it ran in no database, take its entry and its snapshot out too.',
    );
  }
  const known = new Set(entries.map(({ tag }) => `${tag}.sql`));
  const stray = numbered.find((name) => !known.has(name));
  if (stray !== undefined) {
    throw inconsistent(
      `${stray} does not stand in meta/_journal.json, so nothing runs it.`,
      'After a merge: delete the migrations of your own branch with their snapshots, take meta/ of the other one, and generate again.',
    );
  }
  checkSnapshots(meta);
}

/**
 * Without a prefix drizzle-kit calls its snapshot `_snapshot.json`, and does not find it again: its next
 * migration creates every table once more.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkPrefix({
  prefix,
  drizzleConfig,
}: Pick<Project, 'prefix' | 'drizzleConfig'>): void {
  if (prefix !== 'none') return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `migrations.prefix is 'none' in ${basename(drizzleConfig)}: drizzle-kit does not find its own snapshot then, and its second migration creates every table again.`,
    fix: "Use 'index', 'timestamp', 'unix' or 'supabase', or leave it out.",
  });
}

function readJournal(file: string): Entry[] {
  const text = readFileSync(file, 'utf8');
  if (/^(<{7}|={7}|>{7})/m.test(text)) {
    throw inconsistent(
      'meta/_journal.json is in conflict after a merge.',
      'Take meta/ of the other branch, delete the migrations of your own with their snapshots, and generate again.',
    );
  }
  try {
    const { entries } = JSON.parse(text) as { entries: Entry[] };
    if (entries.every(({ idx, tag }) => typeof idx === 'number' && typeof tag === 'string'))
      return entries;
  } catch {}
  throw inconsistent(
    'meta/_journal.json cannot be read.',
    'Bring it back from version control: it is drizzle-kit’s.',
  );
}

function checkEntries(entries: readonly Entry[]): void {
  const twice = <K>(key: (entry: Entry) => K) =>
    entries.find((entry, i) => entries.findIndex((other) => key(other) === key(entry)) < i);
  const same = twice(({ tag }) => tag) ?? twice(({ idx }) => idx);
  if (same === undefined) return;
  throw inconsistent(
    `two entries of meta/_journal.json have the number ${same.idx} or the name ${same.tag}: those of two branches.`,
    'Delete the migrations of your own branch with their snapshots and entries, and generate again.',
  );
}

/** Two snapshots that follow the same one were made on two branches: drizzle-kit refuses them. */
function checkSnapshots(meta: string): void {
  const parents = new Map<string, string>();
  for (const name of readdirSync(meta)
    .filter((each) => each.endsWith('_snapshot.json'))
    .sort()) {
    let parent: unknown;
    try {
      parent = (JSON.parse(readFileSync(join(meta, name), 'utf8')) as { prevId?: unknown }).prevId;
    } catch {
      throw inconsistent(
        `meta/${name} cannot be read.`,
        'Bring it back from version control: it is drizzle-kit’s.',
      );
    }
    if (typeof parent !== 'string') continue;
    const other = parents.get(parent);
    if (other !== undefined) {
      throw inconsistent(
        `meta/${other} and meta/${name} follow the same snapshot: they were made on two branches.`,
        'Delete the later one with its migration and its entry in meta/_journal.json, for your branch only, and generate again: what is missing is written behind the other branch’s.',
      );
    }
    parents.set(parent, name);
  }
}

const inconsistent = (found: string, fix: string) =>
  new TenantryError('MIGRATIONS_INCONSISTENT', { found, fix: `${fix} Nothing was written.` });
