import { type DeclaredTable, pathOf, type TableName } from '../model/table.ts';

/** A table whose rows Citus keeps by tenant. */
export interface DistributedTable extends TableName {
  /** The tenant column. */
  readonly column: string;
}

/** Where the tables of a schema live on Citus. All others stay on the coordinator. */
export interface Distribution {
  /** On every node. */
  readonly references: readonly TableName[];
  /** On the node of the tenant, with all other rows of it; the table of tenants comes first. */
  readonly distributed: readonly DistributedTable[];
}

/**
 * Tables of tenants are distributed by tenant. Tables that every tenant reads, and those that a table of
 * tenants references, are on every node.
 */
export function distributionOf(tables: readonly DeclaredTable[]): Distribution {
  const distributed = [...tables]
    .filter(({ isolation }) => isolation === 'tenants' || isolation === 'scoped')
    .sort((a, b) => Number(b.isolation === 'tenants') - Number(a.isolation === 'tenants'));
  const referenced = new Set(
    distributed.flatMap(({ foreignKeys }) => foreignKeys.map((key) => pathOf(key.foreignTable))),
  );
  return {
    references: tables.filter(
      (table) =>
        table.isolation === 'shared' ||
        table.isolation === 'visible' ||
        (table.isolation === 'system' && referenced.has(pathOf(table))),
    ),
    distributed: distributed.map((table) => ({
      schema: table.schema,
      name: table.name,
      column: table.tenantColumn ?? '',
    })),
  };
}
