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

/** Runs the statements of a file, one after another: a cluster takes no two definitions in one message. */
export const runFile = (adminUrl: string, file: URL): Promise<void> =>
  withClient(adminUrl, async (client) => {
    for (const statement of statementsOf(await readFile(file, 'utf8')))
      await client.query(statement);
  });

/** The statements of a script, each with the `;` at the end of a line outside of a `$$` body. */
const statementsOf = (script: string): string[] =>
  (script.match(/(?:\$\$[\s\S]*?\$\$|[^;])+;/g) ?? []).map((statement) => statement.trim());

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
