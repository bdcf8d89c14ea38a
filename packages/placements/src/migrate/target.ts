import { type Tenancy, TenantryError } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import { textInSchema } from '@tenantry/core/sql';
import type pg from 'pg';
import { connectionOf, withConnection } from '../connect.ts';

/** The name of the shared database in what is printed; no place can have it. */
export const sharedName = 'shared database';

/** A database that migrations run in. */
export interface Target {
  /** The name of the place, or {@link sharedName}. */
  readonly name: string;
  /** Runs `fn` with a connection of the login that migrates, when it leads to this database. */
  use<R>(fn: (client: pg.Client) => Promise<R>): Promise<R>;
}

/** A place of the catalogue. */
export interface CataloguedPlace {
  readonly name: string;
  readonly mark: string;
}

/** The shared database. @param url of the login that migrates it */
export const sharedTarget = (tenancy: Tenancy, url: string): Target => ({
  name: sharedName,
  use: (fn) =>
    withConnection(`the ${sharedName}`, url, async (client) => {
      const here = await whereIs(client, tenancy);
      if (here !== undefined) {
        throw new TenantryError('PLACE_UNAVAILABLE', {
          found: `the connection for the shared database leads to the place ${here.name}.`,
          fix: 'Let --url, or MIGRATION_DATABASE_URL, lead to the shared database.',
        });
      }
      return fn(client);
    }),
});

/** A place, by what the option `connect` returns for the login `'owner'`. */
export const placeTarget = (
  tenancy: Tenancy,
  { name, mark }: CataloguedPlace,
  connect: RoutedOptions['connect'],
): Target => ({
  name,
  async use(fn) {
    const connection = await connectionOf(name, 'owner', connect);
    return withConnection(`the place ${name}`, connection, async (client) => {
      const here = await whereIs(client, tenancy);
      if (here?.name === name && here.mark === mark) return fn(client);
      const leadsTo =
        here === undefined
          ? 'a database that is no place'
          : here.name === name
            ? 'another database of that name'
            : `the place ${here.name}`;
      throw new TenantryError('PLACE_UNAVAILABLE', {
        found: `the connection for the place ${name} leads to ${leadsTo}.`,
        fix: 'Correct the option connect of definePlacements.',
      });
    });
  },
});

/** Which place a database is; undefined for any other. */
async function whereIs(
  client: pg.ClientBase,
  { schema }: Tenancy,
): Promise<CataloguedPlace | undefined> {
  const here = textInSchema(schema, 'tenantry.here');
  const { rows } = await client.query('select pg_catalog.to_regclass($1) is not null as is', [
    here,
  ]);
  if ((rows[0] as { is: boolean }).is !== true) return undefined;
  const found = await client.query(`select place as name, mark::text from ${here}`);
  return found.rows[0] as CataloguedPlace | undefined;
}
