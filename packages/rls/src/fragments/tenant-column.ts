import type { Tenancy } from '@tenantry/core';
import type { ColumnLike, ColumnsLike, TableLike } from './drizzle.ts';
import { noteOf, type TableNote } from './notes.ts';
import { readNote } from './read-note.ts';

/**
 * The tenant column of a table: the one that `isolate(t, { tenant })` names, otherwise the property of
 * the tenancy. The table of tenants has none: its id is the tenant.
 */
export const tenantColumnIn = (tenancy: Tenancy, table: TableLike): ColumnLike | undefined =>
  columnOf(tenancy, table as ColumnsLike, readNote(table));

/** The same for a table whose fragments run just now: those before this one have said it. */
export const ownTenantColumn = (
  tenancy: Tenancy,
  table: TableLike,
  t: ColumnsLike,
): ColumnLike | undefined => columnOf(tenancy, t, noteOf(table));

function columnOf(
  tenancy: Tenancy,
  columns: ColumnsLike,
  note: TableNote | undefined,
): ColumnLike | undefined {
  const named = note?.kind === 'scoped' && note.schema === tenancy.schema && note.tenantColumn;
  if (!named) return columns[tenancy.property];
  return Object.values(columns).find((column) => column?.name === named.name);
}
