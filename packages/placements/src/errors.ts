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
    title: 'The database or the schema is another place already, or that of the shared tables',
    fix: 'Use a database or a schema of its own for each place.',
  },
  PLACE_UNFIT: {
    status: 409,
    title: 'A table cannot live in a schema of a tenant',
    fix: 'Take it out of schemaTables of definePlacements, or take away what is named above; then run `npx tenantry generate` and your migrations.',
  },
  PLACE_UNALIKE: {
    status: 409,
    title: 'The tables of a schema are not like the shared ones',
    fix: 'Change the columns there as they were changed in the shared table, and run the command again.',
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
