import { type Tenancy, TenantryError } from '@tenantry/core';
import { type ColumnsLike, type Fragment, nameOf, tableOf } from './drizzle.ts';
import { setNote } from './notes.ts';
import { isolationPolicies, ofCurrentTenant, type PolicyTerms, termPolicies } from './policies.ts';

/** The policies of the table of tenants, whose id is the tenant. */
export function tenants(tenancy: Tenancy, t: ColumnsLike, terms: PolicyTerms): Fragment[] {
  const { id } = t;
  if (id === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'tenants(t) on a table without the property id.',
      fix: 'Give it id: tenancy.columns.id().primaryKey().',
    });
  }
  const table = tableOf(id);
  const name = nameOf(table);
  setNote(table, { kind: 'tenants', tenantColumn: id, idColumn: id, ownKey: true, key: [] });
  return [
    ...isolationPolicies(tenancy, name, ofCurrentTenant(id)),
    ...termPolicies(tenancy, name, terms),
  ];
}
