import './errors.ts';
import type { Tenancy, TenantPool } from '@tenantry/core';
import { checkOptions, wholeNumber } from '@tenantry/core/errors';
import { callFunction, checkTenancy, type Queryable } from '@tenantry/core/sql';
import type { Feature } from '@tenantry/rls/feature';
import { startUpkeep } from '@tenantry/rls/upkeep';
import { lockable } from './check.ts';
import { describeNotes } from './describe.ts';
import { notesSql } from './sql.ts';
import { notesTable } from './tables.ts';
import { releaseLocks } from './upkeep.ts';

/** What {@link defineNotes} takes. */
export interface NotesOptions {
  /** How long a lock holds, in seconds, 1 to 86,400. Default: 300. */
  readonly lockSeconds?: number;
}

/** Notes that one member edits at a time. */
export function defineNotes<T extends Tenancy>(tenancy: T, options: NotesOptions = {}) {
  checkTenancy(tenancy, 'defineNotes');
  checkOptions('defineNotes', options, { lockSeconds: 'number?' });
  const range = { name: 'option lockSeconds', least: 1, greatest: 86_400 };
  const lockSeconds = wholeNumber(options.lockSeconds ?? 300, range);
  const feature = {
    name: 'acme-notes',
    tenancy,
    tables: Object.freeze({ notes: notesTable(tenancy) }),
    sql: notesSql,
    doctor: [lockable],
    upkeepTasks: [releaseLocks],
    commands: async () => (await import('./commands.ts')).commands,
    describe: describeNotes,
  } satisfies Feature & Record<string, unknown>;
  return Object.freeze({
    ...feature,
    /** Works on what is due until `stop()`. */
    start: (pool: TenantPool) => startUpkeep(pool, { features: [feature] }),
    /**
     * Locks a note for an editor, or holds the lock that the editor has.
     * @throws TenantryError `NOTE_LOCKED`
     */
    lock: (db: Queryable, note: string, { editor }: { readonly editor: string }) =>
      callFunction<void>(db, 'lock_note', [note, editor, lockSeconds]),
  });
}
