import { definePlacements } from '@tenantry/placements';
import { tenancy } from './tenancy.ts';

/**
 * An organization whose contract asks for it lives in a database of its own. `eu1` is such a database when the
 * environment says how to connect to it; nothing else of the application knows.
 */
export const placements = definePlacements(tenancy, {
  connect: (database, login) => process.env[settingsOf(database)[login]],
});

/** The settings that say how to connect to a database of organizations. */
export const settingsOf = (database: string) => {
  const name = database.toUpperCase();
  return {
    app: `DATABASE_URL_${name}`,
    system: `SYSTEM_DATABASE_URL_${name}`,
    owner: `MIGRATION_DATABASE_URL_${name}`,
  } as const;
};
