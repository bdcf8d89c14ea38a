import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { TableModel } from './model.ts';

/** Its digit sorts first: it judges what the statement says, before other triggers set columns. */
export const fixedColumnsTrigger = '0_tenantry_refuse_column_change';

/** What the function that it calls knows a column by: see `refuseColumnChangeSql`. */
export type FixedKind = 'tenant' | 'key' | 'read only';

/**
 * Columns whose values a tenant repeats and does not change: the tenant, what identifies the row, what
 * is read-only. Where a tenant updates nothing it is the tenant alone, which nobody changes.
 */
export function fixedColumns(table: TableModel): ReadonlyMap<string, FixedKind> {
  const { tenantColumn, idColumn, primaryKeys, readOnly, columns } = table;
  const fixed = new Map<string, FixedKind>();
  const add = (kind: FixedKind, names: readonly (string | undefined)[]) => {
    for (const each of names) if (each !== undefined && !fixed.has(each)) fixed.set(each, kind);
  };
  add('tenant', [tenantColumn]);
  if (mayUpdate(table)) {
    // what follows an id in the key is what the table is partitioned by, and tells no row from another
    const key = primaryKeys.flat();
    add('key', [idColumn, ...(idColumn !== undefined && key.includes(idColumn) ? [] : key)]);
    add('read only', readOnly);
  }
  // no statement gives a generated column a value, and no condition of a trigger may look at it
  for (const column of columns) if (column.generated) fixed.delete(column.name);
  return fixed;
}

/** Whether a tenant updates rows of the table at all. */
export const mayUpdate = ({ note }: TableModel): boolean =>
  note?.kind === 'tenants' ||
  ((note?.kind === 'scoped' || note?.kind === 'through') && (note.access ?? 'all') === 'all');

/**
 * The trigger that refuses to change a fixed column. It is looked at by statements that name one of
 * them, and calls its function for rows where a value changes. Stored values are compared, byte for
 * byte: `1.0` equals `1.00`, a collation may ignore case, and json has no equality at all.
 */
export function fixedColumnsSql(columns: ReadonlyMap<string, FixedKind>, target: Ddl): Ddl[] {
  if (columns.size === 0) return [];
  const names = [...columns.keys()].map((column) => name(column));
  const row = (of: Ddl) => join(names.map((column) => ddl`${of}.${column}`));
  const pairs = [...columns].flatMap(([column, kind]) => [literal(kind), literal(column)]);
  return [
    ddl`
    create or replace trigger ${name(fixedColumnsTrigger)} before update of ${join(names)} on ${target}
      for each row when (pg_catalog.record_image_ne(row(${row(ddl`old`)}), row(${row(ddl`new`)})))
      execute function tenantry.refuse_column_change(${join(pairs)});
  `,
  ];
}
