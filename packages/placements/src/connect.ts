import { TenantryError } from '@tenantry/core';
import type { PlacementConnection, RoutedOptions } from '@tenantry/core/placement';
import pg from 'pg';
import { durableSession } from './sql/durable.ts';

const connectTimeoutMs = 10_000;

/**
 * Opens a connection of its own, whose commits wait for the disk. An error of it shows at the next query.
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
      application_name: 'tenantry',
      ...config,
    });
    client.on('error', () => {});
    await client.connect();
    await client.query(durableSession);
    return client;
  } catch (error) {
    void client?.end().catch(() => {});
    const { code } = error as { code?: string };
    throw new TenantryError('PLACE_UNAVAILABLE', {
      // the message of a wrong connection string may quote it
      found: `no connection to ${what}${code === undefined ? '' : ` (${code})`}.`,
      fix: 'Start the database, or correct its connection string, and run the command again.',
      cause: error,
    });
  }
}

/** Opens a connection for `fn`, and closes it afterwards. @throws TenantryError `PLACE_UNAVAILABLE` */
export async function withConnection<R>(
  what: string,
  connection: PlacementConnection,
  fn: (client: pg.Client) => Promise<R>,
): Promise<R> {
  const client = await connectTo(what, connection);
  try {
    return await fn(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether an error of pg, of PostgreSQL or of a socket says that the connection has ended. */
export const isLost = ({
  code,
  message,
}: {
  readonly code?: string | undefined;
  readonly message: string;
}): boolean =>
  code === undefined
    ? /^Connection terminated|not queryable/.test(message)
    : /^(08...|57P0[1-3]|E[A-Z]+)$/.test(code);

/**
 * How to connect to a place, by the option `connect` of `definePlacements`.
 * @throws TenantryError `PLACE_UNAVAILABLE`, also when the option throws
 */
export async function connectionOf(
  place: string,
  login: 'owner' | 'system',
  connect: RoutedOptions['connect'],
): Promise<PlacementConnection> {
  const missing = (cause?: unknown) =>
    new TenantryError('PLACE_UNAVAILABLE', {
      // the message of a resolver may hold the connection string: it is in the cause alone
      found: `the option connect gives no connection for the database ${place}, login ${login}.`,
      fix: `Return its connection string from connect(database, login) of definePlacements, for the login '${login}'.`,
      ...(cause !== undefined && { cause }),
    });
  const connection = await Promise.resolve()
    .then(() => connect(place, login))
    .catch((error) => {
      throw missing(error);
    });
  if (connection === undefined || connection === null) throw missing();
  return connection;
}
