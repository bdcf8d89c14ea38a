import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

/** Applies the migrations of a folder to a database, as the one who shall own the tables. */
export const migrateDatabase = (adminUrl: string, folder: URL): Promise<void> =>
  withClient(adminUrl, (client) =>
    migrate(drizzle(client), { migrationsFolder: fileURLToPath(folder) }),
  );

/** Runs the file that makes the logins of an application, and gives them a password. */
export const makeLogins = (
  adminUrl: string,
  file: URL,
  logins: readonly string[],
  password: string,
): Promise<void> =>
  withClient(adminUrl, async (client) => {
    await client.query(await readFile(file, 'utf8'));
    for (const login of logins) {
      const name = client.escapeIdentifier(login);
      await client.query(`alter role ${name} password ${client.escapeLiteral(password)}`);
    }
  });

/** Runs a file whose statements are divided as in a migration: a cluster takes one definition in a message. */
export const runFile = (adminUrl: string, file: URL): Promise<void> =>
  withClient(adminUrl, async (client) => {
    const script = await readFile(file, 'utf8');
    for (const statement of script.split('--> statement-breakpoint')) await client.query(statement);
  });

/** How a login connects to the database that `adminUrl` connects to as its owner. */
export function urlOfLogin(adminUrl: string, login: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = login;
  url.password = password;
  return url.href;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
