import type { Scope } from '../../scope/scope.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';
import { requiredTenant } from '../../tenancy/tenant-option.ts';

/**
 * The tenant whose place system work names; '' for work in the shared tables. It is kept as the tenant of the
 * lock that the fence takes: a move waits for this work, and it follows the tenant.
 * @throws TenantryError `TENANT_CONTEXT_MISSING` for a place that names none, `TENANT_ID_MALFORMED`
 */
export function tenantOfWork(scope: Scope, tenancy: Tenancy): string {
  const { place } = scope;
  if (typeof place !== 'object') return '';
  scope.located ??= requiredTenant(tenancy, place);
  return scope.located;
}
