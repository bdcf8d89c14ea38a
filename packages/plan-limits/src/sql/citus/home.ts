import { TenantryError } from '@tenantry/core';
import type { FeatureInput } from '@tenantry/rls/feature';
import { type SqlTable, sqlTable } from '../sql-table.ts';

/**
 * The table of tenants, on Citus; undefined on one server.
 * @throws TenantryError `CONFIG_INVALID` for what cannot be exact there
 */
export function homeOf(input: FeatureInput): SqlTable | undefined {
  if (input.tenancy.dialect !== 'citus') return undefined;
  const tenants = input.tables.find(({ isolation }) => isolation === 'tenants');
  if (tenants === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'limits on Citus, and no table of tenants in the schema.',
      fix: 'Declare it with ...tenants(t): limits are enforced where the rows of a tenant are.',
    });
  }
  if (input.tables.some(({ inSchemas }) => inSchemas)) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'limits on Citus, and tables that a tenant may have in a schema of its own.',
      fix: 'Leave placements out: on Citus each tenant has its rows on one node already.',
    });
  }
  return sqlTable(tenants, input.tenancy.column);
}
