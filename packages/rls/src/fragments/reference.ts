import { type Tenancy, TenantryError } from '@tenantry/core';
import {
  type ColumnLike,
  type ColumnsLike,
  type Fragment,
  foreignKeyOn,
  indexOn,
  isOwnKey,
  nameOf,
  type OnDelete,
  type TableLike,
  tableOf,
} from './drizzle.ts';
import { objectName } from './names.ts';
import { addReference, noteOf } from './notes.ts';
import { readNote } from './read-note.ts';

/** What `reference(t, options)` takes. */
export interface ReferenceOptions {
  /** The column that holds the id of the referenced row. */
  readonly column: ColumnLike;
  /** The referenced table; `'self'` for the table itself, which TypeScript cannot infer there. */
  readonly to: (() => TableLike) | 'self';
  /** The referenced property; `id` unless named. */
  readonly property?: string;
  /** `no action` unless named. `set null` clears this column and never the tenant. */
  readonly onDelete?: OnDelete;
}

/** A foreign key that cannot cross tenants, and the index that it needs. */
export function reference(tenancy: Tenancy, t: ColumnsLike, options: ReferenceOptions): Fragment[] {
  const { column, property = 'id', onDelete = 'no action' } = options;
  const table = tableOf(column);
  const tenantColumn = required(t, tenancy.property, nameOf(table));
  const target = options.to === 'self' ? table : options.to();
  const targetColumns = (options.to === 'self' ? t : target) as ColumnsLike;
  const targetColumn = required(targetColumns, property, nameOf(target));
  const targetTenant = targetColumns[tenancy.property];
  const within = targetTenant !== undefined && column !== tenantColumn;
  const index = indexFor(table, tenantColumn, column, within);
  if (!within) {
    const name = objectName(nameOf(table), column.name, 'fk');
    return [foreignKeyOn(name, [column], [targetColumn], onDelete), ...index];
  }
  const columns = [tenantColumn, column];
  const foreignColumns = [targetTenant, targetColumn];
  // drizzle-kit writes foreign keys before the unique indexes that they need on an existing table,
  // and it does not know `SET NULL (column)`: those two are left to the generator.
  if (onDelete === 'set null' || keepsOwnKey(target, targetColumns)) {
    // Named differently from drizzle-kit's, which may come or go in the migration before.
    const name = objectName(nameOf(table), column.name, 'tenant_fk');
    const late = { name, columns, foreignTable: target, foreignColumns, onDelete };
    addReference(table, { ...late, cleared: [column] });
    return index;
  }
  const name = objectName(nameOf(table), column.name, 'fk');
  return [foreignKeyOn(name, columns, foreignColumns, onDelete), ...index];
}

/**
 * The index that deleting a referenced row searches: by tenant and column where the reference stays
 * within the tenant, by the column alone where the referenced row has none.
 */
function indexFor(
  table: TableLike,
  tenantColumn: ColumnLike,
  column: ColumnLike,
  within: boolean,
): Fragment[] {
  const keyStartsWithIt = noteOf(table)?.key[0] === column;
  if (column === tenantColumn || (within && keyStartsWithIt)) return []; // the key serves
  const columns = within ? [tenantColumn, column] : [column, tenantColumn];
  return [indexOn(objectName(nameOf(table), column.name, 'idx'), columns)];
}

function keepsOwnKey(table: TableLike, columns: ColumnsLike): boolean {
  return readNote(table)?.ownKey ?? Object.values(columns).some(isOwnKey);
}

function required(columns: ColumnsLike, property: string, table: string): ColumnLike {
  const column = columns[property];
  if (column !== undefined) return column;
  throw new TenantryError('CONFIG_INVALID', {
    found: `reference(t, …) needs the property ${property} of table ${table}, which it does not have.`,
    fix: 'Name the referenced property: reference(t, { column, to, property }).',
  });
}
