import { type Tenancy, TenantryError } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import { connectionOf, withConnection } from '../connect.ts';
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
    const connection = await connectionOf(place, 'system', connect);
    return withConnection(`the place ${place}`, connection, async (client) => {
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

const unavailable = (place: string, found: string) =>
  new TenantryError('PLACE_UNAVAILABLE', { found: `${place}: ${found}.` });
