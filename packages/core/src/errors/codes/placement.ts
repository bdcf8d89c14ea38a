import { defineErrors } from '../registry.ts';

/** Raised by the pool, for the package that brings tenants with a database of their own. */
export const placementErrors = defineErrors('@tenantry/placements', {
  TENANT_MOVED: {
    status: 503,
    title: 'The tenant was moving to another place',
    fix: 'Repeat the transaction; nothing of it has happened.',
  },
  TENANT_SUSPENDED: {
    status: 403,
    title: 'The tenant is suspended',
    fix: 'Do not repeat the request. An operator lifts it: `npx tenantry tenants restore`.',
  },
  PLACE_UNAVAILABLE: {
    status: 503,
    title: 'The database of the tenant cannot be used',
    fix: 'Correct what is named above; other tenants are not affected.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof placementErrors, true> {}
}
