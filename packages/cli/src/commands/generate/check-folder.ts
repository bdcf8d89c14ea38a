import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkJournaledSnapshots, checkNamedSnapshots } from './check-snapshots.ts';
import { conflict, inconsistent, isInConflict } from './inconsistent.ts';
import { migrationFiles } from './migrations.ts';

interface Entry {
  readonly idx: number;
  readonly tag: string;
}

/**
 * Refuses an inconsistent folder of migrations, for example after a merge or a deleted file. From Drizzle
 * 1.0 on there is no journal.
 * @throws TenantryError `MIGRATIONS_INCONSISTENT`
 */
export function checkFolder(folder: string): void {
  const meta = join(folder, 'meta');
  const journal = join(meta, '_journal.json');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const numbered = files.filter((name) => /^\d{4,}_.*\.sql$/.test(name));
  if (!existsSync(journal)) {
    if (numbered.length === 0) {
      if (existsSync(folder)) checkNamedSnapshots(folder);
      checkTexts(folder);
      return;
    }
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
  checkJournaledSnapshots(folder);
  checkTexts(folder);
}

function checkTexts(folder: string): void {
  for (const file of migrationFiles(folder)) {
    if (isInConflict(readFileSync(file, 'utf8'))) throw conflict(relative(folder, file));
  }
}

function readJournal(file: string): Entry[] {
  const text = readFileSync(file, 'utf8');
  if (isInConflict(text)) throw conflict('meta/_journal.json');
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
