import type { PoolPlacements, Tenancy, TenantInput, TenantProperty } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
import { routed } from '@tenantry/core/placement';
import { type Queryable, requiredTenant } from '@tenantry/core/sql';
import type { Feature } from '@tenantry/rls/feature';
import './errors.ts';
import { place } from './api/place.ts';
import { type PlaceInfo, places } from './api/places.ts';
import type { AtPlace } from './lifecycle/at-place.ts';
import { restore, suspend } from './lifecycle/suspend/suspend.ts';
import type { PlacementsOptions } from './options.ts';
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
   * Suspends a tenant: every process refuses its statements (`TENANT_SUSPENDED`, 403) before any of one has
   * run, and also those that have not heard of it. It waits for running transactions of the tenant. System
   * work goes on. The rows stay as they are.
   *
   * Run it in `asSystem` with `write`, and pass the pool: it takes two transactions. A second call finishes
   * one that was interrupted.
   * Sends `select tenantry.suspend_tenant($1, $2)`, then `select tenantry.fence_tenant($1)`, the latter in
   * the database of the tenant too.
   * @param suspending.reason for operators, in `tenantry tenants list`
   * @throws TenantryError `TENANT_NOT_FOUND`, `PLACE_UNAVAILABLE`
   * @example
   * ```ts
   * await tenancy.asSystem({ reason: 'unpaid', actor: 'billing', write: true }, () =>
   *   placements.suspend(pool, { organizationId: id, reason: 'unpaid since May' }),
   * );
   * ```
   */
  suspend(
    db: Queryable,
    suspending: TenantInput<PropertyOf<T>> & { readonly reason: string },
  ): Promise<void>;
  /**
   * Takes a suspension back. Run it in `asSystem` with `write`.
   * Sends `select tenantry.restore_tenant($1)`.
   * @returns whether the tenant was suspended
   */
  restore(db: Queryable, restoring: TenantInput<PropertyOf<T>>): Promise<boolean>;
  /**
   * The places and how many tenants live in each, by name.
   * Run it in `asSystem`. Sends `select tenantry.list_places()`.
   */
  places(db: Queryable): Promise<readonly PlaceInfo[]>;
}

/**
 * Lets some tenants live in a database of their own. The application does not change: the
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
  { connect, maxConnections = 50, maxPerDatabase = 5 }: PlacementsOptions,
): Placements<T> {
  check(
    typeof connect === 'function',
    'option connect is not a function.',
    'Return a connection string: connect: (database) => process.env[…].',
  );
  const whole = (name: string, value: number, greatest: number) =>
    wholeNumber(value, { name: `option ${name}`, least: 1, greatest });
  const at: AtPlace = async (place, fn) =>
    (await import('./lifecycle/at-place.ts')).atPlace(tenancy, connect)(place, fn);
  return Object.freeze({
    name: 'placements',
    tenancy,
    ...routed({
      connect,
      maxConnections: whole('maxConnections', maxConnections, 10_000),
      maxPerDatabase: whole('maxPerDatabase', maxPerDatabase, 1000),
    }),
    sql: featureSql,
    commands: async () => (await import('./commands.ts')).commandsOf({ connect, at }),
    suspend: (db: Queryable, suspending: { readonly reason: string }) =>
      suspend(db, requiredTenant(tenancy, suspending), suspending.reason, {
        schema: tenancy.schema,
        at,
      }),
    restore: (db: Queryable, restoring: object) => restore(db, requiredTenant(tenancy, restoring)),
    place: (db: Queryable, placing: { readonly place: string }) => place(db, tenancy, placing),
    places,
  });
}
