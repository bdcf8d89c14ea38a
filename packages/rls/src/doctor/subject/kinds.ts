import type { IsolationKind } from '../../fragments/notes.ts';
import type { Catalogue, TableFacts } from '../catalogue/model.ts';
import type { TenantModel } from './tenant-model.ts';

/** How a table is isolated, and by which column. */
export interface TableKind {
  readonly role: IsolationKind | 'other';
  readonly tenantColumn: string | undefined;
  /** Whether rows without a tenant are shared: every tenant reads them. */
  readonly common?: boolean;
}

export type Kinds = ReadonlyMap<number, TableKind>;

const hasColumn = (table: TableFacts, column: string | undefined) =>
  column !== undefined && table.columns.some(({ name }) => name === column);

/** Kinds from the fragments of the Drizzle schema; other tables are inferred as in a foreign database. */
export function declaredKinds(catalogue: Catalogue, model: TenantModel): Kinds {
  const kinds = new Map(inferredKinds(catalogue, model));
  const declared = new Map(
    model.declared?.map((table) => [`${table.schema}.${table.name}`, table]),
  );
  for (const table of catalogue.tables) {
    const found = declared.get(`${table.schema}.${table.name}`);
    if (found?.note === undefined) continue;
    const { kind, common = false } = found.note;
    kinds.set(table.oid, { role: kind, tenantColumn: found.tenantColumn, common });
  }
  return withChildren(catalogue, kinds);
}

/**
 * Infers the kind of each table from columns and foreign keys. A table with the tenant column is scoped;
 * the table that this column references is the table of tenants; a table without the column that
 * references a scoped table is its child.
 */
export function inferredKinds(catalogue: Catalogue, { column }: TenantModel): Kinds {
  const kinds = new Map<number, TableKind>();
  for (const table of catalogue.tables) {
    if (hasColumn(table, column)) kinds.set(table.oid, { role: 'scoped', tenantColumn: column });
  }
  for (const [oid, key] of tenantsTable(catalogue, column)) {
    if (!kinds.has(oid)) kinds.set(oid, { role: 'tenants', tenantColumn: key });
  }
  // children of children too, so repeat until nothing new is found
  for (let found = true; found; ) {
    found = false;
    for (const { kind, table, foreignTable, onDelete } of catalogue.constraints) {
      const parent = kinds.get(foreignTable)?.role;
      if (kind !== 'foreign' || kinds.has(table) || (parent !== 'scoped' && parent !== 'through'))
        continue;
      // a row that outlives its parent is not part of it
      if (onDelete === 'set null') continue;
      kinds.set(table, { role: 'through', tenantColumn: undefined });
      found = true;
    }
  }
  return withChildren(catalogue, kinds);
}

/** The table that most tenant columns reference, and its column. */
function tenantsTable(catalogue: Catalogue, column: string | undefined): Map<number, string> {
  const votes = new Map<number, { key: string; count: number }>();
  for (const constraint of catalogue.constraints) {
    const [own, ...others] = constraint.columns;
    const [key] = constraint.foreignColumns;
    if (constraint.kind !== 'foreign' || own !== column || others.length > 0 || key === undefined)
      continue;
    const vote = votes.get(constraint.foreignTable) ?? { key, count: 0 };
    votes.set(constraint.foreignTable, { key, count: vote.count + 1 });
  }
  const [first] = [...votes].sort((a, b) => b[1].count - a[1].count);
  return new Map(first === undefined ? [] : [[first[0], first[1].key]]);
}

/** Partitions and inheritance children have the kind of their parents. */
function withChildren(catalogue: Catalogue, kinds: Map<number, TableKind>): Kinds {
  const parents = new Map(catalogue.tables.map((table) => [table.oid, table.parents]));
  const inherited = (oid: number): TableKind | undefined => {
    for (const parent of parents.get(oid) ?? []) {
      const kind = inherited(parent) ?? kinds.get(parent);
      if (kind !== undefined) return kind;
    }
    return undefined;
  };
  for (const { oid } of catalogue.tables) {
    const kind = inherited(oid);
    if (kind !== undefined) kinds.set(oid, kind);
  }
  return kinds;
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
export function guessTenantColumn(catalogue: Catalogue): string | undefined {
  const counts = usualColumns.map((column) => ({
    column,
    count: catalogue.tables.filter((table) => hasColumn(table, column)).length,
  }));
  const [most] = counts.sort((a, b) => b.count - a.count);
  return most !== undefined && most.count > 0 ? most.column : undefined;
}
