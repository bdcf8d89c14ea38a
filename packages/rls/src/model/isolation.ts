import type { LiveTable } from './live.ts';
import { type DeclaredTable, pathOf, type TableModel } from './table.ts';

/** How a table is isolated, and by which column. */
type Isolation = Pick<TableModel, 'isolation' | 'tenantColumn' | 'withoutTenant'>;

/** Where {@link withIsolation} finds how tables are isolated. */
export interface IsolationSources {
  /** The tables of the Drizzle schema, whose fragments say it. Default: none. */
  readonly declared?: readonly DeclaredTable[] | undefined;
  /** The tenant column of the tables that nothing declares. */
  readonly tenantColumn: string | undefined;
  /**
   * The schema of the tenancy. A table there that nothing declares is reached by functions alone, also
   * when its column has the name of the tenant column. Default: none.
   */
  readonly ownSchema?: string | undefined;
  /** Tables that are not judged, whose references still tell about others. Default: none. */
  readonly besides?: readonly LiveTable[];
}

/** Adds to the tables of a database how they are isolated: as declared, and otherwise inferred. */
export function withIsolation(
  tables: readonly LiveTable[],
  { declared = [], tenantColumn, ownSchema, besides = [] }: IsolationSources,
): readonly LiveTable[] {
  const ofUsers = tables.filter(({ schema }) => schema !== ownSchema);
  const found = inferred(ofUsers, besides, tenantColumn);
  const said = new Map(declared.map((table) => [pathOf(table), table]));
  for (const { schema, name, oid } of tables) {
    const table = said.get(pathOf({ schema, name }));
    if (table?.isolation !== undefined) found.set(oid, table);
  }
  inherit(tables, found);
  return tables.map((table) => {
    const { isolation, tenantColumn: column, withoutTenant } = found.get(table.oid) ?? table;
    return { ...table, isolation, tenantColumn: column, withoutTenant };
  });
}

/**
 * Infers from columns and foreign keys. A table with the tenant column is scoped; the table that this
 * column references is the table of tenants; a table without the column that references a scoped table is
 * its child.
 */
function inferred(
  tables: readonly LiveTable[],
  besides: readonly LiveTable[],
  column: string | undefined,
): Map<number, Isolation> {
  const found = new Map<number, Isolation>();
  for (const table of tables) {
    if (hasColumn(table, column))
      found.set(table.oid, { isolation: 'scoped', tenantColumn: column, withoutTenant: undefined });
  }
  const all = [...tables, ...besides];
  const oids = new Map(all.map((table) => [pathOf(table), table.oid]));
  for (const [path, key] of tenantsTable(all, column)) {
    const oid = oids.get(path);
    if (oid !== undefined && !found.has(oid))
      found.set(oid, { isolation: 'tenants', tenantColumn: key, withoutTenant: undefined });
  }
  // children of children too, so repeat until nothing new is found
  for (let more = true; more; ) {
    more = false;
    for (const { oid, foreignKeys } of all) {
      if (found.has(oid)) continue;
      const isChild = foreignKeys.some(({ foreignTable, onDelete }) => {
        const parent = found.get(oids.get(pathOf(foreignTable)) ?? 0)?.isolation;
        // a row that outlives its parent is not part of it
        return onDelete !== 'set null' && (parent === 'scoped' || parent === 'through');
      });
      if (!isChild) continue;
      found.set(oid, { isolation: 'through', tenantColumn: undefined, withoutTenant: undefined });
      more = true;
    }
  }
  inherit(tables, found);
  return found;
}

/** The table that most tenant columns reference, and its column. */
function tenantsTable(
  tables: readonly LiveTable[],
  column: string | undefined,
): Map<string, string> {
  const votes = new Map<string, { key: string; count: number }>();
  for (const { columns, foreignTable, foreignColumns } of tables.flatMap((t) => t.foreignKeys)) {
    const [own, ...others] = columns;
    const [key] = foreignColumns;
    if (own !== column || others.length > 0 || key === undefined) continue;
    const vote = votes.get(pathOf(foreignTable)) ?? { key, count: 0 };
    votes.set(pathOf(foreignTable), { key, count: vote.count + 1 });
  }
  const [first] = [...votes].sort((a, b) => b[1].count - a[1].count);
  return new Map(first === undefined ? [] : [[first[0], first[1].key]]);
}

/** Partitions and inheritance children are isolated as their parents. */
function inherit(tables: readonly LiveTable[], found: Map<number, Isolation>): void {
  const parents = new Map(tables.map((table) => [table.oid, table.parents]));
  const inherited = (oid: number): Isolation | undefined => {
    for (const parent of parents.get(oid) ?? []) {
      const isolation = inherited(parent) ?? found.get(parent);
      if (isolation !== undefined) return isolation;
    }
    return undefined;
  };
  for (const { oid } of tables) {
    const isolation = inherited(oid);
    if (isolation !== undefined) found.set(oid, isolation);
  }
}

const usualColumns = [
  'organization_id',
  'organisation_id',
  'org_id',
  'tenant_id',
  'workspace_id',
  'account_id',
  'team_id',
  'company_id',
  'customer_id',
];

/** Guesses the tenant column of a database without a schema: the usual name that most tables have. */
export function guessTenantColumn(tables: readonly LiveTable[]): string | undefined {
  const counts = usualColumns.map((column) => ({
    column,
    count: tables.filter((table) => hasColumn(table, column)).length,
  }));
  const [most] = counts.sort((a, b) => b.count - a.count);
  return most !== undefined && most.count > 0 ? most.column : undefined;
}

const hasColumn = (table: LiveTable, column: string | undefined) =>
  column !== undefined && table.columns.some(({ name }) => name === column);
