import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { DatabaseUrls } from '../database.ts';

const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Migrates an empty database and makes the two logins of the application. */
export async function prepareDatabase(adminUrl: string, password: string): Promise<DatabaseUrls> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await migrate(drizzle(client), { migrationsFolder: folder('drizzle') });
    await client.query(await readFile(folder('setup/logins.sql'), 'utf8'));
    for (const login of ['b2b_web', 'b2b_system']) {
      await client.query(`alter role ${login} password ${client.escapeLiteral(password)}`);
    }
  } finally {
    await client.end();
  }
  return loginUrls(adminUrl, password);
}

/** How the application connects to the database that `adminUrl` connects to as the owner. */
export function loginUrls(adminUrl: string, password: string): DatabaseUrls {
  const as = (login: string) => {
    const url = new URL(adminUrl);
    url.username = login;
    url.password = password;
    return url.href;
  };
  return { url: as('b2b_web'), systemUrl: as('b2b_system') };
}
