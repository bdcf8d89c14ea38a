import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const placementErrors = defineErrors('@tenantry/placements', {
  PLACE_UNKNOWN: {
    status: 404,
    title: 'There is no such place',
    fix: 'Run `npx tenantry places list` to see which there are.',
  },
  PLACE_TAKEN: {
    status: 409,
    title: 'The database is a place already, or that of the shared tables',
    fix: 'Use a database of its own for each place.',
  },
  TENANT_PLACED: {
    status: 409,
    title: 'The tenant has another place already',
    fix: 'Leave it there; a tenant with a place is not placed again.',
  },
  TENANT_HAS_ROWS: {
    status: 409,
    title: 'The tenant has rows in the shared tables',
    fix: 'Place a tenant before its first row is written.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof placementErrors, true> {}
}
