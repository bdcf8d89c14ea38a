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
  DATABASES_FAILED: {
    status: 503,
    title: 'Work about all tenants failed in some of their databases',
    fix: 'Correct what is named above and repeat the call; the other databases are done.',
  },
  TENANT_BUSY: {
    status: 429,
    title: 'Too many statements of the tenant wait for a connection',
    fix: 'Try again later; other tenants are served. The limit is the option fair.maxWaiting.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof placementErrors, true> {}
}
