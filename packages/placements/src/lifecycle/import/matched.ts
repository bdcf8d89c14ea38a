import { TenantryError } from '@tenantry/core';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../../rows/index.ts';
import { type ExportedTable, type Manifest, written } from '../manifest.ts';

/** A table of an export with that of the database. */
export interface MatchedTable {
  readonly exported: ExportedTable;
  readonly table: TenantTable;
  /** The positions of the columns that are written. */
  readonly columns: readonly number[];
}

/**
 * Finds the tables of an export in a database, in the order of the database.
 * @throws TenantryError `EXPORT_DIFFERS` when a table or a column with rows is missing or has another type
 */
export function matchTables(
  { tables: exported }: Manifest,
  tables: readonly TenantTable[],
  ownSchema: string,
): MatchedTable[] {
  const there = new Map(exported.map((table) => [pathOf(table), table]));
  const known = new Set(tables.map(pathOf));
  const missing = exported.find((table) => table.rows > 0 && !known.has(pathOf(table)));
  if (missing !== undefined) throw differs(`there is no table ${pathOf(missing)}`);
  return tables.flatMap((table) => {
    const source = there.get(pathOf(table));
    if (source === undefined || source.rows === 0) return [];
    const own = new Map(written(table).map((column) => [column.name, column]));
    const counted = countedBy(table, ownSchema);
    const columns = source.columns.flatMap(({ name, type }, i) => {
      const column = own.get(name);
      if (column === undefined) throw differs(`${pathOf(table)} has no column ${name}`);
      if (column.type !== type)
        throw differs(`${pathOf(table)}.${name} is ${column.type}, not ${type}`);
      return name === counted ? [] : [i];
    });
    return [{ exported: source, table, columns }];
  });
}

/** The number that a table of the packages gives its rows: another database has given it to others. */
export const countedBy = (
  { schema, key, columns }: TenantTable,
  ownSchema: string,
): string | undefined =>
  schema === ownSchema && key.length === 1
    ? columns.find(({ name, sequence }) => name === key[0] && sequence !== undefined)?.name
    : undefined;

const differs = (found: string) => new TenantryError('EXPORT_DIFFERS', { found: `${found}.` });
