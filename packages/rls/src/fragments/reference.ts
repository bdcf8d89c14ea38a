import { type Tenancy, TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { checkColumns, checkWord, tableFrom } from './check.ts';
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
import { addReference, noteOf, type Reference, referencesOf } from './notes.ts';
import { ownTenantColumn, tenantColumnIn } from './tenant-column.ts';

/** What `reference(t, options)` takes. */
export interface ReferenceOptions {
  /**
   * The column that holds the id of the referenced row; several for a row that has no id of one column,
   * as in a table that is partitioned: `[t.eventId, t.happenedAt]`.
   */
  readonly column: ColumnLike | readonly ColumnLike[];
  /** The referenced table; `'self'` for the table itself, which TypeScript cannot infer there. */
  readonly to: (() => TableLike) | 'self';
  /**
   * The tenant column, where its property is not the one of the tenancy. Default: as `isolate(t)` says.
   */
  readonly tenant?: ColumnLike;
  /** The referenced property, one for each column: `['id', 'happenedAt']`. Default: 'id'. */
  readonly property?: string | readonly string[];
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
  checkType(t, 'object', 't of reference');
  checkOptions('reference', options, {
    column: 'any',
    to: 'any',
    tenant: 'any',
    property: 'any',
    onDelete: 'any',
  });
  const { property = 'id', onDelete = 'no action' } = options;
  const columns = [options.column].flat();
  const properties = [property].flat();
  const [column] = columns;
  if (column === undefined || columns.length !== properties.length) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `reference(t, …) with ${columns.length} columns and ${properties.length} properties.`,
      fix: "Name a property for each column: reference(t, { column: [t.eventId, t.happenedAt], to, property: ['id', 'happenedAt'] }).",
    });
  }
  checkColumns(columns, 'option column of reference');
  for (const each of properties) checkType(each, 'string', 'option property of reference');
  checkWord(
    onDelete,
    ['cascade', 'restrict', 'no action', 'set null'],
    'option onDelete of reference',
  );
  const table = tableOf(column);
  const tenantColumn =
    options.tenant ??
    ownTenantColumn(tenancy, table, t) ??
    required(t, tenancy.property, nameOf(table));
  checkColumns([tenantColumn], 'option tenant of reference');
  const foreignTable =
    options.to === 'self' ? table : tableFrom(options.to, 'option to of reference');
  const foreign = (options.to === 'self' ? t : foreignTable) as ColumnsLike;
  const foreignColumns = properties.map((each) => required(foreign, each, nameOf(foreignTable)));
  const foreignTenant =
    column === tenantColumn
      ? undefined
      : options.to === 'self'
        ? tenantColumn
        : tenantColumnIn(tenancy, foreignTable);
  const within = foreignTenant !== undefined;
  const own = {
    name: objectName(nameOf(table), ...columns.map((each) => each.name), 'fk'),
    columns: within ? [tenantColumn, ...columns] : columns,
  };
  checkName(table, own);
  addReference(table, {
    ...own,
    foreignTable,
    foreignColumns: within ? [foreignTenant, ...foreignColumns] : foreignColumns,
    onDelete,
    cleared: columns,
  });
  return indexFor(table, tenantColumn, columns, within);
}

/** Two references of one name would replace each other. The same one may be added again. */
function checkName(table: TableLike, { name, columns }: Pick<Reference, 'name' | 'columns'>): void {
  const list = (of: readonly ColumnLike[]) => of.map((each) => each.name).join(', ');
  const other = referencesOf(table).find((each) => each.name === name);
  if (other === undefined || list(other.columns) === list(columns)) return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `the references of table ${nameOf(table)} over (${list(other.columns)}) and (${list(columns)}) are both named ${name}.`,
    fix: 'Rename one of the columns that the name is made of.',
  });
}

/**
 * The index that a deletion of a referenced row uses: on tenant and columns for a reference within the
 * tenant, on the columns alone when the referenced row has no tenant.
 */
function indexFor(
  table: TableLike,
  tenantColumn: ColumnLike,
  columns: readonly ColumnLike[],
  within: boolean,
): Fragment[] {
  const key = noteOf(table)?.key ?? [];
  const keyStartsWithIt = columns.every((column, i) => key[i] === column);
  if (columns[0] === tenantColumn || (within && keyStartsWithIt)) return []; // the key already covers it
  const names = columns.map((column) => column.name);
  const indexed = within ? [tenantColumn, ...columns] : [...columns, tenantColumn];
  return [indexOn(objectName(nameOf(table), ...names, 'idx'), indexed)];
}

function required(columns: ColumnsLike, property: string, table: string): ColumnLike {
  const column = columns[property];
  if (column !== undefined) return column;
  throw new TenantryError('CONFIG_INVALID', {
    found: `reference(t, …) needs the property ${property} of table ${table}, which it does not have.`,
    fix: 'Name the referenced property: reference(t, { column, to, property }).',
  });
}
