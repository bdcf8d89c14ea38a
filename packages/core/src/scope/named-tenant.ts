import { TenantryError } from '../errors/index.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { tenantOption } from '../tenancy/tenant-option.ts';
import { store } from './store.ts';

/**
 * The tenant that options name for a call in the running scope. In a system scope it is the named one. In
 * a tenant scope it is undefined, because the scope says it: options may repeat that tenant, and no other.
 * @throws TenantryError `TENANT_SWITCH_REFUSED` when a tenant scope is asked for another tenant,
 *   `TENANT_ID_MALFORMED`
 * @example
 * ```ts
 * const other = namedTenant(tenancy, options); // undefined: use the tenant of the transaction
 * ```
 */
export function namedTenant(tenancy: Tenancy, options: object | undefined): string | undefined {
  const named = tenantOption(tenancy, options);
  if (named === undefined || store.getStore()?.kind !== 'tenant') return named;
  const { property, tenant } = tenancy;
  if (tenantOption(tenancy, tenancy.current()) === named) return undefined;
  throw new TenantryError('TENANT_SWITCH_REFUSED', {
    found: `another ${property} in the options than that of the scope.`,
    fix: `Leave ${property} out: the scope names it. Work for another ${tenant} in a scope of its own.`,
  });
}
