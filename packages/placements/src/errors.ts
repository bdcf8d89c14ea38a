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
  MIGRATION_FAILED: {
    status: 500,
    title: 'A migration did not run',
    fix: 'Correct the migration, and run `npx tenantry migrate` again; it goes on where it stopped.',
  },
  MIGRATION_DRIFT: {
    status: 409,
    title: 'Something else has run in the database than the folder of migrations has',
    fix: 'Bring the folder to what has run, from version control; or run `npx tenantry migrate --accept-drift`.',
  },
  FLEET_LOCKED: {
    status: 409,
    title: 'Migrations and moves of tenants wait for each other',
    fix: 'Run the command again when the other one has ended.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof placementErrors, true> {}
}
