import { type Tenancy, TenantryError } from '@tenantry/core';
import {
  type ColumnLike,
  type ColumnsLike,
  type Fragment,
  indexOn,
  nameOf,
  type OnDelete,
  type TableLike,
  tableOf,
} from './drizzle.ts';
import { objectName } from './names.ts';
import { addReference, noteOf } from './notes.ts';
import { ownTenantColumn, tenantColumnIn } from './tenant-column.ts';

/** What `reference(t, options)` takes. */
export interface ReferenceOptions {
  /** The column that holds the id of the referenced row. */
  readonly column: ColumnLike;
  /** The referenced table; `'self'` for the table itself, which TypeScript cannot infer there. */
  readonly to: (() => TableLike) | 'self';
  /**
   * The tenant column, where its property is not the one of the tenancy. Default: as `isolate(t)` says.
   */
  readonly tenant?: ColumnLike;
  /** The referenced property. Default: 'id'. */
  readonly property?: string;
  /**
   * What deleting the referenced row does. `set null` clears this column and never the tenant.
   * Default: 'no action'.
   */
  readonly onDelete?: OnDelete;
}

/**
 * A foreign key that cannot cross tenants, and the index that it needs.
 *
 * The generator writes the foreign key, because drizzle-kit's has three problems: it is checked with the
 * rights of the owner, and an owner bound by FORCE cannot read the rows; it comes before the unique index
 * that it needs on an existing table; and it does not support `SET NULL (column)`.
 */
export function reference(tenancy: Tenancy, t: ColumnsLike, options: ReferenceOptions): Fragment[] {
  const { column, property = 'id', onDelete = 'no action' } = options;
  const table = tableOf(column);
  const tenantColumn =
    options.tenant ??
    ownTenantColumn(tenancy, table, t) ??
    required(t, tenancy.property, nameOf(table));
  const foreignTable = options.to === 'self' ? table : options.to();
  const foreign = (options.to === 'self' ? t : foreignTable) as ColumnsLike;
  const foreignColumn = required(foreign, property, nameOf(foreignTable));
  const foreignTenant =
    column === tenantColumn
      ? undefined
      : options.to === 'self'
        ? tenantColumn
        : tenantColumnIn(tenancy, foreignTable);
  const within = foreignTenant !== undefined;
  addReference(table, {
    name: objectName(nameOf(table), column.name, 'fk'),
    columns: within ? [tenantColumn, column] : [column],
    foreignTable,
    foreignColumns: within ? [foreignTenant, foreignColumn] : [foreignColumn],
    onDelete,
    cleared: [column],
  });
  return indexFor(table, tenantColumn, column, within);
}

/**
 * The index that a deletion of a referenced row uses: on tenant and column for a reference within the
 * tenant, on the column alone when the referenced row has no tenant.
 */
function indexFor(
  table: TableLike,
  tenantColumn: ColumnLike,
  column: ColumnLike,
  within: boolean,
): Fragment[] {
  const keyStartsWithIt = noteOf(table)?.key[0] === column;
  if (column === tenantColumn || (within && keyStartsWithIt)) return []; // the key already covers it
  const columns = within ? [tenantColumn, column] : [column, tenantColumn];
  return [indexOn(objectName(nameOf(table), column.name, 'idx'), columns)];
}

function required(columns: ColumnsLike, property: string, table: string): ColumnLike {
  const column = columns[property];
  if (column !== undefined) return column;
  throw new TenantryError('CONFIG_INVALID', {
    found: `reference(t, …) needs the property ${property} of table ${table}, which it does not have.`,
    fix: 'Name the referenced property: reference(t, { column, to, property }).',
  });
}
