import { type Tenancy, TenantryError } from '@tenantry/core';
import { runningScope } from '@tenantry/core/scope';

/** The tenant that a call is for: that of the scope, or in a system scope the one that is named. */
export function tenantOf(tenancy: Tenancy, named: string | undefined): string {
  const scope = runningScope(tenancy);
  if (scope.kind === 'tenant')
    return scope.tenant ?? (tenancy.current() as never)[tenancy.property];
  if (named !== undefined) return tenancy.parseId(named);
  throw new TenantryError('CONFIG_INVALID', {
    found: `a system scope, in which no ${tenancy.tenant} is named.`,
    fix: `Pass { tenant: '<id>' }, or call it in the scope of the ${tenancy.tenant}.`,
  });
}
