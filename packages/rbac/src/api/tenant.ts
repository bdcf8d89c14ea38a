import { type Tenancy, TenantryError } from '@tenantry/core';
import { runningScope } from '@tenantry/core/scope';
import { requiredTenant, tenantOption } from '@tenantry/core/sql';

/**
 * The tenant that a call is for: that of the scope, or in a system scope the one that the options name.
 * @throws TenantryError `TENANT_CONTEXT_MISSING` in a system scope when none is named,
 *   `TENANT_SWITCH_REFUSED` when a tenant scope is asked for another tenant, `TENANT_ID_MALFORMED`
 */
export function tenantOf(tenancy: Tenancy, options: object | undefined): string {
  const scope = runningScope(tenancy);
  if (scope.kind === 'system') return requiredTenant(tenancy, options);
  const own: string = scope.tenant ?? (tenancy.current() as never)[tenancy.property];
  const named = tenantOption(tenancy, options);
  if (named === undefined || named === own) return own;
  throw new TenantryError('TENANT_SWITCH_REFUSED', {
    found: `${tenancy.property} in the options is not that of the scope.`,
    fix: `Leave ${tenancy.property} out: the scope names it. Work for another ${tenancy.tenant} in its own scope.`,
  });
}
