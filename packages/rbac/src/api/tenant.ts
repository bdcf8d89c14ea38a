import type { Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { runningScope } from '@tenantry/core/scope';

/** The tenant that a call is for: that of the scope, or in a system scope the one that is named. */
export function tenantOf(tenancy: Tenancy, named: string | undefined): string {
  const scope = runningScope(tenancy);
  if (scope.kind === 'tenant')
    return scope.tenant ?? (tenancy.current() as never)[tenancy.property];
  check(
    named !== undefined,
    `a system scope, in which no ${tenancy.tenant} is named.`,
    `Pass { tenant: '<id>' }, or call it in the scope of the ${tenancy.tenant}.`,
  );
  return tenancy.parseId(named);
}
