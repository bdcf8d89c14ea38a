import { TenantryError } from '@tenantry/core';
import { type Ddl, name } from '@tenantry/core/sql';
import type { FeatureTable } from '@tenantry/rls/feature';
import type { CountCondition } from '../definition/conditions.ts';

/** A table, as pieces of SQL. */
export interface SqlTable {
  /** `"public"."projects"` */
  readonly path: Ddl;
  readonly schema: string;
  readonly name: string;
  readonly tenant: Ddl;
  /** Whether a tenant may have it in a schema of its own. */
  readonly inSchemas: boolean;
  /** A column by its property. */
  column(property: string): Ddl;
}

/** A table and its counted rows. */
export interface SqlCounted extends SqlTable {
  readonly where: CountCondition;
}

/** A table by its names; `tenant` is for tables without a tenant column from the isolation. */
export function sqlTable(found: FeatureTable, tenant?: string): SqlTable {
  const column = found.tenantColumn ?? tenant;
  if (column === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `table ${found.name}, which has no column for the tenant, so its rows cannot be counted.`,
      fix: 'Spread ...tenancy.columns.scoped() into it, and ...isolate(t).',
    });
  }
  return {
    path: name(found.schema, found.name),
    schema: found.schema,
    name: found.name,
    tenant: name(column),
    inSchemas: found.inSchemas,
    column: (property) => name(found.property(property)),
  };
}
