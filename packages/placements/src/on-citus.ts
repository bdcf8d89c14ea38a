import { type Tenancy, TenantryError } from '@tenantry/core';

/** What cannot be done on Citus. */
export const notOnCitus = (what: string, fix: string): TenantryError =>
  new TenantryError('CONFIG_INVALID', { found: `${what}, on Citus.`, fix });

/**
 * Migrations of a cluster are not those of the databases beside it.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function refuseFleet({ dialect }: Pick<Tenancy, 'dialect'>): void {
  if (dialect === 'citus')
    throw notOnCitus(
      'tenantry migrate',
      'Run the migrations of the cluster, and in each database of a tenant those that were generated for one server.',
    );
}
