import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conflict, inconsistent, isInConflict } from './inconsistent.ts';

interface Snapshot {
  /** `meta/0002_snapshot.json`, or `20260131120000_tables/snapshot.json`. */
  readonly file: string;
  readonly id: unknown;
  readonly parents: readonly string[];
}

const nothing = '00000000-0000-0000-0000-000000000000';

/**
 * Refuses inconsistent snapshots of Drizzle 0.x: two snapshots with the same parent come from two
 * branches, and a missing parent means a deleted migration.
 * @throws TenantryError `MIGRATIONS_INCONSISTENT`
 */
export function checkJournaledSnapshots(folder: string): void {
  const names = readdirSync(join(folder, 'meta')).filter((name) => name.endsWith('_snapshot.json'));
  const snapshots = names.sort().map((name) => readSnapshot(folder, join('meta', name)));
  const followers = new Map<string, string>();
  for (const [i, { file, parents }] of snapshots.entries()) {
    for (const parent of parents) {
      const other = followers.get(parent);
      if (other !== undefined) {
        throw inconsistent(
          `${other} and ${file} follow the same snapshot: they were made on two branches.`,
          'Delete the later one with its migration and its entry in meta/_journal.json, for your branch only, and generate again: what is missing is written behind the other branch’s.',
        );
      }
      followers.set(parent, file);
      const before = snapshots[i - 1];
      if (before === undefined || parent === before.id) continue;
      throw deleted(file, `${before.file} and ${file}`);
    }
  }
}

/**
 * Refuses snapshots of Drizzle 1.0 whose parent is missing; drizzle-kit merges two snapshots with the
 * same parent.
 * @throws TenantryError `MIGRATIONS_INCONSISTENT`
 */
export function checkNamedSnapshots(folder: string): void {
  const snapshots = readdirSync(folder)
    .map((name) => join(name, 'snapshot.json'))
    .filter((file) => existsSync(join(folder, file)))
    .sort()
    .map((file) => readSnapshot(folder, file));
  const ids = new Set(snapshots.map(({ id }) => id));
  // the first snapshot may lack its parent, after old migrations were deleted
  for (const { file, parents } of snapshots.slice(1)) {
    if (parents.every((parent) => ids.has(parent) || parent === nothing)) continue;
    throw deleted(file, `${file} and the snapshot that it follows`);
  }
}

const deleted = (file: string, between: string) =>
  inconsistent(
    `between ${between} a migration is missing: one was deleted from the middle, with its snapshot.`,
    `Bring it back from version control. Where it ran in no database and nothing behind it needs it, let ${file} follow the snapshot before it instead.`,
  );

function readSnapshot(folder: string, file: string): Snapshot {
  const text = readFileSync(join(folder, file), 'utf8');
  if (isInConflict(text)) throw conflict(file);
  try {
    const { id, prevId, prevIds } = JSON.parse(text) as Record<string, unknown>;
    const parents = [prevIds ?? prevId].flat().filter((each) => typeof each === 'string');
    return { file, id, parents };
  } catch {
    throw inconsistent(
      `${file} cannot be read.`,
      'Bring it back from version control: it is drizzle-kit’s.',
    );
  }
}
