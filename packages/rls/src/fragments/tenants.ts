import { type Tenancy, TenantryError } from '@tenantry/core';
import { dialectOf } from '../dialect/index.ts';
import { type ColumnLike, type ColumnsLike, type Fragment, nameOf, tableOf } from './drizzle.ts';
import { setNote } from './notes.ts';
import type { PolicyTerms } from './policies.ts';

/** What `tenants(t, options)` takes. */
export interface TenantsOptions extends PolicyTerms {
  /**
   * Columns that a tenant reads and only the system role writes: its plan, its billing state. An UPDATE
   * may repeat the stored value; any other value is refused with 42501 and the name of the column. With
   * such columns only the system role can create tenants; without them a scope can create its own.
   * Default: none.
   */
  readonly readOnly?: readonly ColumnLike[];
}

/** The policies of the table of tenants, whose id is the tenant. */
export function tenants(
  tenancy: Tenancy,
  t: ColumnsLike,
  { readOnly = [], ...terms }: TenantsOptions,
): Fragment[] {
  const { id } = t;
  if (id === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'tenants(t) on a table without the property id.',
      fix: 'Give it id: tenancy.columns.id().primaryKey().',
    });
  }
  const table = tableOf(id);
  const name = nameOf(table);
  const dialect = dialectOf(tenancy);
  setNote(table, {
    kind: 'tenants',
    tenantColumn: id,
    idColumn: id,
    key: [],
    readOnly,
    policies: [
      ...dialect.isolationPolicies(tenancy, name, dialect.ofCurrentTenant(tenancy, id)),
      ...dialect.termPolicies(tenancy, name, terms),
    ],
  });
  return []; // nothing for drizzle-kit to write
}
