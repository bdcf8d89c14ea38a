import pg from 'pg';

const connectTimeoutMs = 10_000;

/** Runs `work` on its own connection, which is closed afterwards. */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** A connection whose unexpected end is reported by the next query, not as an uncaught exception. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'tenantry-testing',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** The same server and login, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/** An SQL identifier, quoted. */
export function identifier(name: string): string {
  return pg.escapeIdentifier(name);
}
