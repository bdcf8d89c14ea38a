import { type Tenancy, TenantryError } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import pg from 'pg';
import type { PlacementsOptions } from '../options.ts';

/** Connects to the database of a place as its system role. */
export type AtPlace = <R>(place: string, fn: (client: pg.Client) => Promise<R>) => Promise<R>;

/**
 * A connection of its own to the database of a place, by the option `connect` of `definePlacements`.
 * @throws TenantryError `PLACE_UNAVAILABLE`
 */
export const atPlace =
  (tenancy: Tenancy, connect: PlacementsOptions['connect']): AtPlace =>
  async (place, fn) => {
    const given = await connect(place, 'system');
    if (given === undefined)
      throw unavailable(place, 'the option connect gives no connection for it');
    return withConnection(given, async (client) => {
      await client.query(`set role ${name(tenancy.roles.system).sql}`);
      const { rows } = await client.query(
        textInSchema(tenancy.schema, 'select (select place from tenantry.here) as here'),
      );
      // the wrong database would let another tenant go on
      if (rows[0].here !== place)
        throw unavailable(
          place,
          `the connection leads to ${rows[0].here ?? 'no place of tenants'}`,
        );
      return fn(client);
    });
  };

/** @throws TenantryError `PLACE_UNAVAILABLE` */
export async function withConnection<R>(
  to: string | pg.ClientConfig,
  fn: (client: pg.Client) => Promise<R>,
): Promise<R> {
  const config = typeof to === 'string' ? { connectionString: to } : to;
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...config });
  client.on('error', () => {}); // the statement that runs then fails by itself
  try {
    await client.connect();
  } catch (cause) {
    throw new TenantryError('PLACE_UNAVAILABLE', {
      found: `no connection: ${(cause as Error).message}`,
      cause,
    });
  }
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

const unavailable = (place: string, found: string) =>
  new TenantryError('PLACE_UNAVAILABLE', { found: `${place}: ${found}.` });
