import { type Tenancy, TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { dialectOf } from '../dialect/index.ts';
import { mapTerms } from '../dialect/parts.ts';
import { checkColumns } from './check.ts';
import { type ColumnLike, type ColumnsLike, type Fragment, nameOf, tableOf } from './drizzle.ts';
import { setNote } from './notes.ts';
import { checkTerms, type PolicyTerms, termTypes } from './policies.ts';

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
export function tenants(tenancy: Tenancy, t: ColumnsLike, options: TenantsOptions): Fragment[] {
  checkType(t, 'object', 't of tenants');
  checkOptions('tenants', options, { readOnly: 'array?', ...termTypes });
  const { readOnly = [], ...terms } = options;
  checkColumns(readOnly, 'option readOnly of tenants');
  checkTerms(terms, 'tenants');
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
    dialect: tenancy.dialect,
    tenantColumn: id,
    idColumn: id,
    key: [],
    readOnly,
    policies: dialect.isolationPolicies(
      tenancy,
      name,
      dialect.ofCurrentTenant(tenancy, id),
      mapTerms(terms, (term) => dialect.term(id, term)),
    ),
  });
  return []; // nothing for drizzle-kit to write
}
