import { TenantryError } from '@tenantry/core';
import type { Repeated } from '@tenantry/rls/generate';

/** The error for an inconsistent folder, into which nothing is written. */
export const inconsistent = (found: string, fix: string) =>
  new TenantryError('MIGRATIONS_INCONSISTENT', { found, fix: `${fix} Nothing was written.` });

export const isInConflict = (text: string): boolean => /^(<{7}|>{7}) /m.test(text);

export const conflict = (file: string) =>
  inconsistent(
    `${file} is in conflict after a merge.`,
    'Take the version of the other branch, with its meta/, delete the migrations of your own with their snapshots, and generate again.',
  );

/**
 * Refuses a migration of drizzle-kit that creates existing objects again.
 * @throws TenantryError `MIGRATIONS_INCONSISTENT`
 */
export function checkRepeated(found: readonly Repeated[]): void {
  const [first] = found;
  if (first === undefined) return;
  const titles = found.map(({ what, file }) => (file ? `${what} (${file})` : what)).join(', ');
  throw inconsistent(
    `drizzle-kit makes once more what the migrations make already: ${titles}. Its last snapshot does not know it, as after a merge of two branches.`,
    'Delete the migrations of your own branch with their snapshots and entries, take meta/ of the other one, and generate again. Where a migration that you wrote makes it, run `npx drizzle-kit generate`, empty its file, and generate again.',
  );
}
