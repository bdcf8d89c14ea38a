import { makeLogins, migrateDatabase, urlOfLogin } from '@tenantry/example-kit/database';
import type { DatabaseUrls } from './database.ts';

const at = (path: string) => new URL(`../${path}`, import.meta.url);

/** Migrates an empty database and makes the two logins of the application. */
export async function prepareDatabase(adminUrl: string, password: string): Promise<DatabaseUrls> {
  await migrateDatabase(adminUrl, at('drizzle'));
  await makeLogins(adminUrl, at('setup/logins.sql'), ['solo_web', 'solo_system'], password);
  return loginUrls(adminUrl, password);
}

/** How the application connects to the database that `adminUrl` connects to as the owner. */
export const loginUrls = (adminUrl: string, password: string): DatabaseUrls => ({
  url: urlOfLogin(adminUrl, 'solo_web', password),
  systemUrl: urlOfLogin(adminUrl, 'solo_system', password),
});
