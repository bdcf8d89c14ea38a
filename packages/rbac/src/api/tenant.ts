import type { Tenancy } from '@tenantry/core';
import { namedTenant, runningScope } from '@tenantry/core/scope';
import { requiredTenant } from '@tenantry/core/sql';

/**
 * The tenant that a call is for: that of the scope, or in a system scope the one that the options name.
 * @throws TenantryError `TENANT_CONTEXT_MISSING` in a system scope when none is named,
 *   `TENANT_SWITCH_REFUSED` when a tenant scope is asked for another tenant, `TENANT_ID_MALFORMED`
 */
export function tenantOf(tenancy: Tenancy, options: object | undefined): string {
  const scope = runningScope(tenancy);
  if (scope.kind === 'system') return requiredTenant(tenancy, options);
  const own = scope.tenant ?? requiredTenant(tenancy, tenancy.current());
  return namedTenant(tenancy, options) ?? own;
}
