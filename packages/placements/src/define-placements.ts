import type { PoolPlacements, Tenancy, TenantInput, TenantProperty } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
import { routed } from '@tenantry/core/placement';
import type { Queryable } from '@tenantry/core/sql';
import type { Feature, FeatureInput } from '@tenantry/rls/feature';
import './errors.ts';
import { place } from './api/place.ts';
import { type PlaceInfo, places } from './api/places.ts';
import type { PlacementsOptions } from './options.ts';
import { schemasAreAlike } from './schemas/check.ts';
import { searchPathOf } from './schemas/names.ts';
import { featureSql } from './sql/feature-sql.ts';

type PropertyOf<T extends Tenancy> = TenantProperty<T['tenant'], T['id']>;

/** What {@link definePlacements} returns: an option of `createTenantPool`, and a feature. */
export interface Placements<T extends Tenancy = Tenancy> extends Feature, PoolPlacements {
  readonly tenancy: T;
  /**
   * Gives a place to a tenant that has no rows yet, besides its own row and its claims. From then on all
   * its statements go there. It waits for running transactions of the tenant. A second call with the same
   * place does nothing, and finishes a call that was interrupted.
   *
   * Run it in `asSystem` with `write`, and pass the pool: it takes two transactions.
   * Sends `select tenantry.begin_placing($1)`, then `select tenantry.place_tenant($1, $2)`.
   * @throws TenantryError `PLACE_UNKNOWN`, `TENANT_PLACED`, `TENANT_HAS_ROWS`, `STATEMENT_REFUSED` in a
   *   transaction
   * @example
   * ```ts
   * await tenancy.asSystem({ reason: 'sign-up', actor: 'sales', write: true }, async () => {
   *   await db.insert(organizations).values({ id, slug: 'acme' });   // for claims
   *   await placements.place(pool, { organizationId: id, place: 'eu1' });
   * });
   * await tenancy.asSystem({ reason: 'sign-up', actor: 'sales', write: true, place: 'eu1' }, () =>
   *   db.insert(organizations).values({ id, slug: 'acme' }),   // for the keys of its tables
   * );
   * ```
   */
  place(
    db: Queryable,
    placing: TenantInput<PropertyOf<T>> & { readonly place: string },
  ): Promise<void>;
  /**
   * The places and how many tenants live in each, by name.
   * Run it in `asSystem`. Sends `select tenantry.list_places()`.
   */
  places(db: Queryable): Promise<readonly PlaceInfo[]>;
}

/**
 * Lets some tenants live in a database or in a schema of their own. The application does not change: the
 * tenant of a scope decides where its statements go.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const placements = definePlacements(tenancy, {
 *   connect: (database) => process.env[`DATABASE_URL_${database.toUpperCase()}`],
 * });
 * export const pool = createTenantPool(tenancy, { connectionString, placements });
 * ```
 */
export function definePlacements<T extends Tenancy>(
  tenancy: T,
  {
    connect,
    schemaTables = [],
    searchPath = ['public'],
    maxConnections = 50,
    maxPerDatabase = 5,
  }: PlacementsOptions,
): Placements<T> {
  check(
    typeof connect === 'function',
    'option connect is not a function.',
    'Return a connection string: connect: (database) => process.env[…].',
  );
  const named = (each: unknown) => typeof each === 'string' && each !== '' && !each.includes('\0');
  check(
    Array.isArray(searchPath) && searchPath.every(named),
    'option searchPath is not a list of names of schemas.',
    "Name the schemas one by one: searchPath: ['public', 'extensions'].",
  );
  check(
    Array.isArray(schemaTables) && schemaTables.every((each) => Object(each) === each),
    'option schemaTables is not a list of tables.',
    'Name tables of your Drizzle schema: schemaTables: [projects, tasks].',
  );
  const whole = (name: string, value: number, greatest: number) =>
    wholeNumber(value, { name: `option ${name}`, least: 1, greatest });
  return Object.freeze({
    name: 'placements',
    tenancy,
    ...routed({
      connect,
      searchPath: searchPathOf(tenancy, searchPath),
      maxConnections: whole('maxConnections', maxConnections, 10_000),
      maxPerDatabase: whole('maxPerDatabase', maxPerDatabase, 1000),
    }),
    sql: (input: FeatureInput) => featureSql(input, schemaTables),
    doctor: [schemasAreAlike],
    commands: async () => (await import('./commands.ts')).commands,
    place: (db: Queryable, placing: { readonly place: string }) => place(db, tenancy, placing),
    places,
  });
}
