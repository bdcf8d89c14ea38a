import '@tenantry/core/drizzle'; // the columns of a tenancy
import { check, typeName } from '@tenantry/core/errors';
import { getTableName, type SQL } from 'drizzle-orm';
import { index, primaryKey, uniqueIndex } from 'drizzle-orm/pg-core';

// Types are taken from Drizzle's public functions and from structure, never from its internal names:
// those differ between 0.45 and 1.0.

/** An element for the third argument of `pgTable`. */
export type Fragment = ReturnType<typeof primaryKey> | ReturnType<ReturnType<typeof index>['on']>;

/** A column as Drizzle passes it to the third argument of `pgTable`, or as a property of a table. */
export interface ColumnLike {
  readonly name: string;
}

/** The columns of a table, by property. */
export interface ColumnsLike {
  readonly [property: string]: ColumnLike;
}

/** A Drizzle table. */
export type TableLike = object;

/** What happens to a row when the row that it references is deleted. */
export type OnDelete = 'cascade' | 'restrict' | 'no action' | 'set null';

type Some<T> = [T, ...T[]];

/**
 * The table that a column belongs to.
 * @param name the argument for errors. Default: 'a column'.
 * @throws TenantryError `CONFIG_INVALID` for a value that is no column
 */
export function tableOf(column: ColumnLike, name = 'a column'): TableLike {
  const { table } = Object(column) as { readonly table?: TableLike };
  check(
    table !== undefined && table === Object(table),
    `${name} of type ${typeName(column)}`,
    'Pass a column of the table: t.….',
  );
  return table;
}

/** The name of a table, without its schema. */
export const nameOf = (table: TableLike): string => getTableName(table as never);

/** Whether a column was declared with `.primaryKey()`. */
export const isOwnKey = (column: ColumnLike): boolean =>
  (Object(column) as { primary?: boolean }).primary === true;

/** The database type of a column; for the table's own column, not for one passed to a fragment. */
export const sqlType = (column: ColumnLike): string =>
  (column as unknown as { getSQLType(): string }).getSQLType();

/** The database type of a column, also of one that was passed to a fragment. */
export const typeOf = (column: ColumnLike): string => {
  const columns = Object.values(tableOf(column)) as Partial<
    ColumnLike & { getSQLType(): string }
  >[];
  return columns.find(({ name }) => name === column.name)?.getSQLType?.() ?? '';
};

/** Whether a type is char(n), which PostgreSQL fills with spaces and compares without them. */
export const isPadded = (type: string): boolean => /^(char|character|bpchar)(\(|$)/.test(type);

/** A column as a piece of SQL: `"projects"."organization_id"`. */
export const asSql = (column: ColumnLike): SQL => column as unknown as SQL;

// Drizzle's signatures keep the table's name in every column type. The fragments are generic over tables,
// so the columns lose that type here and nowhere else.
const any = <T>(columns: readonly ColumnLike[]): T => columns as unknown as T;

export const primaryKeyOn = (name: string, columns: readonly ColumnLike[]): Fragment =>
  primaryKey({ name, columns: any<Some<never>>(columns) });

export const indexOn = (name: string, columns: readonly ColumnLike[]): Fragment =>
  index(name).on(...any<Some<never>>(columns));

export const uniqueIndexOn = (name: string, columns: readonly ColumnLike[]): Fragment =>
  uniqueIndex(name).on(...any<Some<never>>(columns));
