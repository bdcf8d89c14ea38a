import { makeLogins, migrateDatabase, urlOfLogin } from '@tenantry/example-kit/database';
import { definePlacements } from '@tenantry/placements';
import { generate } from '@tenantry/rls/generate';
import { runAll, withClient } from '@tenantry/testing/schema';
import config from '../../tenantry.config.ts';
import type { DatabaseUrls } from '../database.ts';
import * as schema from '../schema.ts';
import { tenancy } from '../tenancy.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);

/** Migrates an empty database and makes the two logins of the application. */
export async function prepareDatabase(adminUrl: string, password: string): Promise<DatabaseUrls> {
  await migrateDatabase(adminUrl, at('drizzle'));
  await makeLoginsOf(adminUrl, password);
  return loginUrls(adminUrl, password);
}

/** Makes the two logins of the application in a database that has been migrated. */
export const makeLoginsOf = (adminUrl: string, password: string): Promise<void> =>
  makeLogins(adminUrl, at('setup/logins.sql'), ['b2b_web', 'b2b_system'], password);

/** How the application connects to the database that `adminUrl` connects to as the owner. */
export const loginUrls = (adminUrl: string, password: string): DatabaseUrls => ({
  url: urlOfLogin(adminUrl, 'b2b_web', password),
  systemUrl: urlOfLogin(adminUrl, 'b2b_system', password),
});

/** A database in which organizations may have a place of their own, or which is one. */
export interface PlacesDatabase extends DatabaseUrls {
  readonly adminUrl: string;
}

/** The tables that an organization takes along into a schema. */
export const schemaTables = [schema.projects];

/** How the owner and the logins connect to a database that was prepared for places. */
export const placesDatabase = (adminUrl: string, password: string): PlacesDatabase => ({
  adminUrl,
  ...loginUrls(adminUrl, password),
});

/** Prepares an empty database, and adds what `tenantry generate` writes for placements. */
export async function prepareForPlaces(adminUrl: string, password: string): Promise<void> {
  await prepareDatabase(adminUrl, password);
  const placements = definePlacements(tenancy, { schemaTables, connect: () => undefined });
  const { sections } = generate({
    ...config,
    features: [...(config.features ?? []), placements],
    schema,
  });
  await withClient(adminUrl, (client) =>
    runAll(
      client,
      sections.flatMap(({ statements }) => statements),
    ),
  );
}
