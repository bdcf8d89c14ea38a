import { makeLogins, migrateDatabase, runFile, urlOfLogin } from '@tenantry/example-kit/database';
import type { DatabaseUrls } from '../database.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);

/** Migrates an empty database and makes the two logins of the application. */
export async function prepareDatabase(adminUrl: string, password: string): Promise<DatabaseUrls> {
  await migrateDatabase(adminUrl, at('drizzle'));
  return prepareLogins(adminUrl, password);
}

/** Makes the two logins in a database that is migrated. */
export async function prepareLogins(adminUrl: string, password: string): Promise<DatabaseUrls> {
  const logins = ['documents_web', 'documents_system'];
  await makeLogins(adminUrl, at('setup/logins.sql'), logins, password);
  return loginUrls(adminUrl, password);
}

/** How the application connects to the database that `adminUrl` connects to as the owner. */
export const loginUrls = (adminUrl: string, password: string): DatabaseUrls => ({
  url: urlOfLogin(adminUrl, 'documents_web', password),
  systemUrl: urlOfLogin(adminUrl, 'documents_system', password),
});

/** What is different on a cluster, after the tables are made. */
export const prepareCluster = (adminUrl: string): Promise<void> =>
  runFile(adminUrl, at('setup/on-cluster.sql'));
