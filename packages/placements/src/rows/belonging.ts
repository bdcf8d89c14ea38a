import type { Tenancy } from '@tenantry/core';
import { type LiveTable, pathOf, withIsolation } from '@tenantry/rls/model';
import type { SaidOfTable } from './declared.ts';
import { ownTenantColumn } from './own-tables.ts';
import type { Belonging } from './tenant-table.ts';

/** A link from a column to that of another table. */
export interface Joined {
  readonly columns: readonly string[];
  readonly other: LiveTable;
  readonly otherColumns: readonly string[];
}

/** A table with rows of tenants: by a column, or by one of several links. */
export interface Belongs {
  readonly table: LiveTable;
  readonly belonging: Belonging;
  readonly tenantColumn: string | undefined;
  readonly links: readonly Joined[];
}

/** Finds the tables with rows of tenants. Partitions are read through the table that they are part of. */
export function belongingTables(
  live: readonly LiveTable[],
  said: readonly SaidOfTable[],
  tenancy: Pick<Tenancy, 'column' | 'schema' | 'dialect'>,
): Map<string, Belongs> {
  const byPath = new Map(live.map((table) => [pathOf(table), table]));
  const byOid = new Map(live.map((table) => [table.oid, table]));
  const isPart = ({ parents }: LiveTable) =>
    parents.some((parent) => byOid.get(parent)?.kind === 'partitioned');
  const ofTable = new Map(said.map((table) => [pathOf(table), table]));
  const isolated = withIsolation(live, {
    declared: said as never,
    tenantColumn: tenancy.column,
    ownSchema: tenancy.schema,
  });
  const found = new Map<string, Belongs>();
  for (const { isolation, tenantColumn, ...rest } of isolated) {
    const table = byPath.get(pathOf(rest));
    if (table === undefined || table.kind === 'foreign' || isPart(table)) continue;
    const path = pathOf(table);
    const own = ownTenantColumn(table, tenancy.schema);
    const add = (belonging: Belonging, column?: string, links: readonly Joined[] = []) =>
      found.set(path, { table, belonging, tenantColumn: column, links });
    if (own !== undefined) add('column', own);
    else if (isolation === 'tenants') add('tenant', tenantColumn);
    else if (isolation === 'shared' && tenancy.dialect === 'citus') {
      if (hasColumn(table, tenancy.column)) add('claim', tenancy.column);
    } else if (isolation === 'scoped') add('column', tenantColumn);
    else if (isolation === 'system' && hasColumn(table, tenancy.column))
      add('column', tenancy.column);
    else if (isolation === 'through' || isolation === 'visible') {
      const link = ofTable.get(path)?.link;
      const other = link && byPath.get(pathOf(link.foreignTable));
      const links =
        link !== undefined && other !== undefined
          ? [{ columns: [link.column], other, otherColumns: [link.foreignColumn] }]
          : foreignLinks(table, byPath);
      add(isolation === 'visible' ? 'person' : 'parent', undefined, links);
    }
  }
  return found;
}

const hasColumn = ({ columns }: LiveTable, column: string) =>
  columns.some(({ name }) => name === column);

/** Links by foreign keys; a row that outlives its parent is not part of it. */
const foreignLinks = (table: LiveTable, byPath: ReadonlyMap<string, LiveTable>): Joined[] =>
  table.foreignKeys.flatMap(({ columns, foreignTable, foreignColumns, onDelete }) => {
    const other = byPath.get(pathOf(foreignTable));
    return other === undefined || onDelete === 'set null'
      ? []
      : [{ columns, other, otherColumns: foreignColumns }];
  });
