import { makeLogins, migrateDatabase, urlOfLogin } from '@tenantry/example-kit/database';
import type { DatabaseUrls } from './database.ts';

const logins = ['team_web', 'team_system'];

/** Migrates an empty database and makes the two logins of the application. */
export async function prepareDatabase(adminUrl: string, password: string): Promise<DatabaseUrls> {
  await migrateDatabase(adminUrl, new URL('../drizzle', import.meta.url));
  await makeLogins(adminUrl, new URL('../setup/logins.sql', import.meta.url), logins, password);
  return loginUrls(adminUrl, password);
}

/** How the application connects to the database that `adminUrl` connects to as the owner. */
export const loginUrls = (adminUrl: string, password: string): DatabaseUrls => ({
  url: urlOfLogin(adminUrl, 'team_web', password),
  systemUrl: urlOfLogin(adminUrl, 'team_system', password),
});
