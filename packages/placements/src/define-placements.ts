import type { Tenancy, TenantInput, TenantPool, TenantProperty } from '@tenantry/core';
import { check, checkOptions, wholeNumber } from '@tenantry/core/errors';
import { type FairPlacements, routed } from '@tenantry/core/placement';
import { checkedMethods, checkTenancy, type Queryable, requiredTenant } from '@tenantry/core/sql';
import type { Feature, FeatureInput } from '@tenantry/rls/feature';
import './errors.ts';
import { type AcrossEntry, acrossTenants, type PlaceAnswer } from './api/across-tenants.ts';
import { place } from './api/place.ts';
import { type PlaceInfo, places } from './api/places.ts';
import type { AtPlace } from './lifecycle/at-place.ts';
import { restore, suspend } from './lifecycle/suspend/suspend.ts';
import type { PlacementsOptions } from './options.ts';
import { schemasAreAlike } from './schemas/check.ts';
import { searchPathOf } from './schemas/names.ts';
import { featureSql } from './sql/feature-sql.ts';

type PropertyOf<T extends Tenancy> = TenantProperty<T['tenant'], T['id']>;

/** What {@link definePlacements} returns: an option of `createTenantPool`, and a feature. */
export interface Placements<T extends Tenancy = Tenancy> extends Feature, FairPlacements {
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
  /**
   * Runs a read in every place, the shared tables first, and gives the answers as they come. `fn` runs in
   * read-only system work, so it sees all tenants of the place. A place that fails gives its error, and the
   * others go on. Leaving the loop cancels what still runs. `timeoutMs` and `signal` hold for each place.
   *
   * Sends `select tenantry.list_places()`, and what `fn` sends.
   * @throws TenantryError `CONFIG_INVALID` for `parallel`, and the error of the list of places
   * @example
   * ```ts
   * const job = { reason: 'monthly report', actor: 'cron', timeoutMs: 30_000 };
   * for await (const answer of placements.acrossTenants(pool, job, () => db.$count(projects))) {
   *   if (answer.ok) total += answer.value;
   *   else missing.push(answer.place);
   * }
   * ```
   */
  acrossTenants<R>(
    pool: TenantPool,
    entry: AcrossEntry,
    fn: (place: string | null) => R | Promise<R>,
  ): AsyncGenerator<PlaceAnswer<R>, void, undefined>;
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
  options: PlacementsOptions,
): Placements<T> {
  checkTenancy(tenancy, 'definePlacements');
  checkOptions('definePlacements', options, {
    connect: 'any',
    schemaTables: 'any',
    searchPath: 'any',
    maxConnections: 'any',
    maxPerDatabase: 'any',
    fair: 'any',
  });
  const { connect, schemaTables = [], searchPath = ['public'], fair } = options;
  const { maxConnections = 50, maxPerDatabase = 5 } = options;
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
  const at: AtPlace = async (place, fn) =>
    (await import('./lifecycle/at-place.ts')).atPlace(tenancy, connect)(place, fn);
  const one = ['any', 'object'] as const;
  return checkedMethods(
    'placements',
    { suspend: one, restore: one, place: one },
    {
      name: 'placements',
      dialects: ['postgres', 'citus'] as const,
      tenancy,
      ...routed({
        connect,
        searchPath: searchPathOf(tenancy, searchPath),
        maxConnections: whole('maxConnections', maxConnections, 10_000),
        maxPerDatabase: whole('maxPerDatabase', maxPerDatabase, 1000),
        ...(fair !== undefined && { fair }),
      }),
      sql: (input: FeatureInput) => featureSql(input, schemaTables),
      schemaTables,
      doctor: [schemasAreAlike],
      commands: async () => (await import('./commands.ts')).commandsOf({ connect, searchPath, at }),
      suspend: (db: Queryable, suspending: { readonly reason: string }) =>
        suspend(db, requiredTenant(tenancy, suspending), suspending.reason, {
          schema: tenancy.schema,
          at,
        }),
      restore: (db: Queryable, restoring: object) =>
        restore(db, requiredTenant(tenancy, restoring)),
      place: (db: Queryable, placing: { readonly place: string }) => place(db, tenancy, placing),
      places,
      acrossTenants: <R>(
        pool: TenantPool,
        entry: AcrossEntry,
        fn: (place: string | null) => R | Promise<R>,
      ) => acrossTenants(tenancy, pool, entry, fn),
    },
  );
}
