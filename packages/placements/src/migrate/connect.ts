import { TenantryError } from '@tenantry/core';
import type { PlacementConnection } from '@tenantry/core/placement';
import pg from 'pg';

const connectTimeoutMs = 10_000;

/**
 * Opens a connection of a login that migrates. An error of it shows at the next query.
 * @param what what it leads to, in words
 * @throws TenantryError `PLACE_UNAVAILABLE`, without the connection string
 */
export async function connectTo(what: string, connection: PlacementConnection): Promise<pg.Client> {
  const config = typeof connection === 'string' ? { connectionString: connection } : connection;
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      application_name: 'tenantry migrate',
      ...config,
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (error) {
    void client?.end().catch(() => {});
    const { code } = error as { code?: string };
    throw new TenantryError('PLACE_UNAVAILABLE', {
      // the message of a wrong connection string may quote it
      found: `no connection to ${what}${code === undefined ? '' : ` (${code})`}.`,
      fix: 'Start the database, or correct the connection string of the login that migrates it, and run the command again.',
      cause: error,
    });
  }
}
