import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { DeclaredTable } from '../model/table.ts';

/**
 * The digit makes it sort first, so that it checks the statement's values before other triggers set
 * columns.
 */
export const fixedColumnsTrigger = '0_tenantry_refuse_column_change';

/** The kind of a fixed column, as an argument of the trigger function; see `refuseColumnChangeSql`. */
export type FixedKind = 'tenant' | 'unset tenant' | 'key' | 'read only';

/**
 * Columns that a tenant may repeat in an UPDATE but not change: the tenant, the identifying columns, and
 * the read-only columns. On a table that tenants never update it is only the tenant, which nobody may
 * change; where rows may be nobody's yet, the system role sets it once.
 */
export function fixedColumns(table: DeclaredTable): ReadonlyMap<string, FixedKind> {
  const { tenantColumn, idColumn, keys, readOnly, columns } = table;
  const fixed = new Map<string, FixedKind>();
  const add = (kind: FixedKind, names: readonly (string | undefined)[]) => {
    for (const each of names) if (each !== undefined && !fixed.has(each)) fixed.set(each, kind);
  };
  add(table.withoutTenant === 'hidden' ? 'unset tenant' : 'tenant', [tenantColumn]);
  if (mayUpdate(table)) {
    // columns after an id in the key are partition columns and do not identify a row
    const key = keys.flatMap((each) => (each.kind === 'primary' ? each.columns : []));
    add('key', [idColumn, ...(idColumn !== undefined && key.includes(idColumn) ? [] : key)]);
    add('read only', readOnly);
  }
  // statements cannot set a generated column, and a trigger condition cannot read it
  for (const column of columns) if (column.generated) fixed.delete(column.name);
  return fixed;
}

/** Whether tenants can update rows of the table. */
export const mayUpdate = ({ isolation, access }: DeclaredTable): boolean =>
  isolation === 'tenants' ||
  ((isolation === 'scoped' || isolation === 'through') && access === 'all');

/**
 * The trigger that refuses a change of a fixed column. It fires for statements that name such a column,
 * and calls its function for rows whose value changes. Stored values are compared byte by byte, because
 * `1.0` equals `1.00`, a collation may ignore case, and json has no equality.
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
