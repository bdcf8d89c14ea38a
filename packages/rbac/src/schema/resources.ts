import type { ColumnLike, ColumnsLike } from '@tenantry/rls';
import { markTable, tableOf } from '@tenantry/rls/feature';
import { isEach, type PermissionTerm, type PermissionTerms, sqlTypeOf } from './terms.ts';

/** The mark of a table whose rows roles are given for. */
export const resourceMark = 'rbac:resource';

/** What is kept of such a table. */
export interface ResourceTable {
  /** What assignments call it: `projects`. */
  readonly types: readonly string[];
  /** Its property with the id. */
  readonly property: string;
  readonly sqlType: 'uuid' | 'text';
  /** Whether the system role may lock its rows. */
  readonly lockable: boolean;
}

/**
 * Marks a table as the one of a resource: where a permission is asked `of` the table's own id, the
 * rows of the table are what a role is given for, so a grant begins and ends with its row.
 */
export function markResource(
  t: ColumnsLike,
  { read, write }: PermissionTerms<string>,
  lockable: boolean,
): void {
  const { id } = t;
  if (id === undefined) return;
  const written = write === undefined ? [] : isEach(write) ? Object.values(write) : [write];
  const types = [...(read === undefined ? [] : [read]), ...written].flatMap((term) =>
    ofOwnId(term, id),
  );
  if (types.length === 0) return;
  markTable(tableOf(id), resourceMark, {
    types: [...new Set(types)].sort(),
    property: 'id',
    sqlType: sqlTypeOf(id),
    lockable,
  } satisfies ResourceTable);
}

function ofOwnId(term: PermissionTerm<string>, id: ColumnLike): string[] {
  if (typeof term === 'string' || term.of.name !== id.name) return [];
  return [term.resource ?? term.permission.slice(0, term.permission.indexOf(':'))];
}
