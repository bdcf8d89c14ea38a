import { check, checkType, typeName } from '@tenantry/core/errors';
import { getTableName } from 'drizzle-orm';
import { type ColumnLike, type TableLike, tableOf } from './drizzle.ts';

/** Checks that an option names columns of a table. @throws TenantryError `CONFIG_INVALID` */
export function checkColumns(columns: readonly unknown[], name: string): void {
  for (const column of columns) tableOf(column as ColumnLike, name);
}

/** Checks that an option is one of some words. @throws TenantryError `CONFIG_INVALID` */
export function checkWord(value: unknown, words: readonly unknown[], name: string): void {
  const found = typeof value === 'string' ? JSON.stringify(value) : `of type ${typeName(value)}`;
  check(words.includes(value), `${name} ${found}`, `Use one of ${words.join(', ')}.`);
}

/** The table that a function returns. @throws TenantryError `CONFIG_INVALID` */
export function tableFrom(given: () => TableLike, name: string): TableLike {
  checkType(given, 'function', name);
  const table = given();
  check(
    table === Object(table) && typeof getTableName(table as never) === 'string',
    `${name}, which returns type ${typeName(table)}`,
    'Return a table of the schema: () => projects.',
  );
  return table;
}
