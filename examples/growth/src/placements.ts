import { tenancy } from '@tenantry/example-b2b-saas/src/tenancy.ts';
import { definePlacements } from '@tenantry/placements';

/** The application lets tenants live in the database `eu1` too. Nothing else of it changes. */
export const placements = definePlacements(tenancy, {
  connect: (database, login) =>
    process.env[
      {
        app: `DATABASE_URL_${database.toUpperCase()}`,
        system: `SYSTEM_DATABASE_URL_${database.toUpperCase()}`,
        owner: `MIGRATION_DATABASE_URL_${database.toUpperCase()}`,
      }[login]
    ],
});
