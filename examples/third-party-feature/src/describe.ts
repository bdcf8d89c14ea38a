import { callFunction, type Queryable } from '@tenantry/core/sql';
import type { FeatureDescription } from '@tenantry/rls/feature';

/** The read model: which notes somebody edits now. */
export async function describeNotes(db: Queryable): Promise<FeatureDescription> {
  const rows = await callFunction<{ note: string; by: string }[]>(db, 'locked_notes');
  const locked = { id: 'locked', title: 'Notes that somebody edits' };
  return {
    feature: 'acme-notes',
    title: 'Notes',
    lists: [{ ...locked, rows: rows.slice(0, 100), more: rows.length > 100 }],
    allowances: [],
    changes: [],
  };
}
