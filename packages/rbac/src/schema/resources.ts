import type { IdKind } from '@tenantry/core';
import type { ColumnLike, ColumnsLike } from '@tenantry/rls';
import { markTable, tableOf } from '@tenantry/rls/feature';
import {
  isEach,
  type PermissionTerm,
  type PermissionTerms,
  resourceOf,
  sqlTypeOf,
} from './terms.ts';

/** The mark of a table whose rows are resources. */
export const resourceMark = 'rbac:resource';

/** The data of such a mark. */
export interface ResourceTable {
  /** Its types in assignments: `projects`. */
  readonly types: readonly string[];
  /** The property of its id. */
  readonly property: string;
  readonly sqlType: IdKind;
  /** Whether the system role may lock its rows. */
  readonly lockable: boolean;
}

/**
 * Marks a table as the table of a resource: when a permission is checked `of` the table's own id, roles
 * are assigned for its rows, so an assignment needs an existing row and ends with it.
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
  return typeof term === 'string' || term.of?.name !== id.name ? [] : [resourceOf(term)];
}
