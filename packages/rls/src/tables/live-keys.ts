import { sql } from 'drizzle-orm';
import {
  foreignKey,
  type getTableConfig,
  primaryKey,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { LiveTable } from '../model/live.ts';
import { pathOf } from '../model/table.ts';

export type TableConfig = ReturnType<typeof getTableConfig>;

type Some = [never, ...never[]];

/** The keys that a table has in the database, beside those that its fragments want. */
export function liveKeys(
  table: LiveTable,
  columnNamed: (column: string) => unknown,
  wanted: TableConfig,
  foreign: (path: string) => ((column: string) => unknown) | undefined,
): unknown[] {
  const on = (columns: readonly string[]) => columns.map(columnNamed) as unknown as Some;
  const names = new Set([
    ...wanted.indexes.map((index) => index.config.name),
    ...wanted.uniqueConstraints.map((each) => each.getName()),
  ]);
  const keys = table.keys.flatMap(({ name, kind, columns, partial }): unknown[] => {
    if (names.has(name) || columns.includes('')) return [];
    if (kind === 'primary') {
      const isSaid = columns.length === 1 || wanted.primaryKeys.length > 0;
      return isSaid ? [] : [primaryKey({ name, columns: on(columns) })];
    }
    if (partial)
      return [
        uniqueIndex(name)
          .on(...on(columns))
          .where(sql`true`),
      ];
    return [unique(name).on(...on(columns))];
  });
  const references = table.foreignKeys.flatMap((key): unknown[] => {
    const other = foreign(pathOf(key.foreignTable));
    if (other === undefined) return [];
    const built = foreignKey({
      name: key.name,
      columns: on(key.columns),
      foreignColumns: key.foreignColumns.map(other) as unknown as Some,
    });
    return [built.onDelete(key.onDelete).onUpdate(key.onUpdate ?? 'no action')];
  });
  return [...keys, ...references];
}
