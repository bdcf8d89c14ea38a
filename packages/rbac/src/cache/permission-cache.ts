import { type IdKind, type TenantInput, type TenantProperty, TenantryError } from '@tenantry/core';
import type { EntryPool } from '@tenantry/core/adapter';
import { check, checkOptions, typeName } from '@tenantry/core/errors';
import { checkPool, requiredTenant, tenantOption } from '@tenantry/core/sql';
import { type ResourceRef, unknownPermission } from '../check/checker.ts';
import { type Held, nothing, type PermissionFacts, readHeld, resourceKey } from '../check/held.ts';
import type { AnyRbac } from '../rbac.ts';
import { channelOf } from '../sql/changed.ts';
import { listen } from './listener.ts';

/** What {@link createPermissionCache} takes. */
export interface PermissionCacheOptions {
  /** How long an entry is used without asking the database, in seconds, 0 to 86,400. Default: 30. */
  readonly ttlSeconds?: number;
  /** How many members are cached, 1 to 1,000,000; the least recently used is evicted. Default: 10000. */
  readonly maxEntries?: number;
  /**
   * The connection string of a direct connection (no pooler in transaction mode) that listens for changes
   * of roles. Changes then take effect within milliseconds and not after `ttlSeconds`. Citus, which makes
   * changes on its workers, has none. Default: none.
   */
  readonly listen?: string;
}

/** A user in a tenant: `{ organizationId, user }`. */
export type MemberRef<I extends string> = TenantInput<I> & { readonly user: string };

/** Checks outside a scope, for example for an open socket or a list of many tenants. */
export interface PermissionCache<P extends string, I extends string> {
  /**
   * Whether a member has the permission; false for a non-member. It takes a round trip only when the
   * cache has no fresh entry.
   * @param options.atLeast the version that a change of roles returned; older entries are read again
   * @throws TenantryError `PERMISSION_UNKNOWN`, and what the pool throws
   */
  can(
    member: MemberRef<I>,
    permission: P,
    options?: { readonly atLeast?: number; readonly of?: ResourceRef },
  ): Promise<boolean>;
  /** Removes one member, a tenant, or everything from the cache. */
  forget(member?: Partial<MemberRef<I>>): void;
  /** The number of cached members. */
  readonly size: number;
  /** Stops listening. */
  end(): Promise<void>;
}

interface Who {
  readonly tenant: string;
  readonly user: string;
}

interface Entry {
  readonly held: Held;
  readonly until: number;
}

/**
 * Caches permissions for checks outside a scope, by tenant and user. For the user of a scope use
 * `rbac.can`.
 *
 * An entry is valid for `ttlSeconds`. A notification of the database invalidates older entries of its
 * tenant. A lost connection invalidates all entries, because notifications may have been missed. Policies
 * do not use the cache; they read the database.
 *
 * @example
 * ```ts
 * const cache = createPermissionCache(rbac, pool, { listen: process.env.DATABASE_DIRECT_URL });
 * socket.on('message', async () => {
 *   if (await cache.can({ organizationId, user }, 'projects:read')) send();
 * });
 * ```
 * @throws TenantryError `CONFIG_INVALID`
 */
export function createPermissionCache<
  T extends string,
  P extends string,
  K extends IdKind = 'uuid' | 'text',
>(
  rbac: AnyRbac<T, P, K>,
  pool: EntryPool,
  options: PermissionCacheOptions = {},
): PermissionCache<P, TenantProperty<T, K>> {
  check(
    Array.isArray(rbac?.definition?.permissions),
    `rbac of createPermissionCache of type ${typeName(rbac)}`,
    'Pass what defineRbac returns.',
  );
  checkPool(pool, 'createPermissionCache');
  checkOptions('createPermissionCache', options, {
    ttlSeconds: 'number?',
    maxEntries: 'number?',
    listen: 'string?',
  });
  const { ttlSeconds = 30, maxEntries = 10_000, listen: direct } = options;
  check(
    direct === undefined || rbac.tenancy.dialect === 'postgres',
    'option listen of createPermissionCache, on Citus',
    'Leave it out: a change is made on a worker, which tells nobody. An entry holds for ttlSeconds; atLeast asks for a newer one.',
  );
  inRange('ttlSeconds', ttlSeconds, 0, 86_400);
  inRange('maxEntries', maxEntries, 1, 1_000_000);
  const { tenancy, definition } = rbac;
  const known = new Set(definition.permissions.map(({ key }) => key));
  // one map per tenant, so that keys of two tenants can never collide
  const tenants = new Map<string, Map<string, Entry>>();
  // changes notified during running reads, which may not have seen them
  const told = new Map<string, number>();
  let reading = 0;
  let size = 0;
  let era = 0;

  const forgetAll = () => {
    era++;
    size = 0;
    tenants.clear();
  };
  const forgetTenant = (tenant: string) => {
    size -= tenants.get(tenant)?.size ?? 0;
    tenants.delete(tenant);
  };
  const drop = ({ tenant, user }: Who) => {
    const users = tenants.get(tenant);
    if (users?.delete(user) !== true) return;
    size--;
    if (users.size === 0) tenants.delete(tenant);
  };
  const put = (who: Who, entry: Entry) => {
    drop(who);
    const users = tenants.get(who.tenant) ?? new Map<string, Entry>();
    tenants.delete(who.tenant);
    tenants.set(who.tenant, users.set(who.user, entry)); // last in both maps: the most recently used
    size++;
    while (size > maxEntries) {
      const [tenant, oldest] = tenants.entries().next().value as [string, Map<string, Entry>];
      drop({ tenant, user: oldest.keys().next().value as string });
    }
  };

  async function read(who: Who, atLeast: number): Promise<Held> {
    const began = era;
    reading++;
    try {
      const facts = await factsOf(who);
      // read after the caller learned of that version, so the read includes it
      const held = { ...readHeld(facts), version: Math.max(facts.version, atLeast) };
      const ends = facts.until == null ? Number.POSITIVE_INFINITY : facts.until * 1000;
      if (era === began && held.version >= (told.get(who.tenant) ?? 0)) {
        put(who, { held, until: Math.min(ends, Date.now() + ttlSeconds * 1000) });
      }
      return held;
    } finally {
      reading--;
      if (reading === 0) told.clear();
    }
  }

  // outside of the caller's scope, which may be of another tenant or user
  const enter = tenancy.outside(({ tenant, user }: Who) =>
    pool.enter({ claim: { by: 'id', value: tenant }, user }, () => {
      const found = tenancy.current().facts as { rbac?: PermissionFacts | null } | null;
      return found?.rbac ?? nothing;
    }),
  );
  const factsOf = (who: Who): Promise<PermissionFacts> =>
    enter(who).catch((error: unknown) => {
      if (TenantryError.is(error, 'TENANT_NOT_FOUND')) return nothing;
      throw error;
    });

  const fresh = (who: Who, atLeast: number): Held | undefined => {
    const entry = tenants.get(who.tenant)?.get(who.user);
    if (entry === undefined) return undefined;
    return Date.now() < entry.until && entry.held.version >= atLeast ? entry.held : undefined;
  };

  const stop =
    direct === undefined
      ? undefined
      : listen(direct, channelOf(tenancy.schema), {
          changed(tenant, version) {
            if (tenant === undefined) return forgetAll();
            forgetTenant(tenant);
            if (reading > 0) told.set(tenant, Math.max(version, told.get(tenant) ?? 0));
          },
          lost: forgetAll,
        });

  return {
    async can(member, permission, { atLeast = 0, of } = {}) {
      if (!known.has(permission)) throw unknownPermission(permission);
      const who = { tenant: requiredTenant(tenancy, member), user: member.user };
      const held = fresh(who, atLeast) ?? (await read(who, atLeast));
      if (held.permissions.has(permission)) return true;
      if (of === undefined) return false;
      const type = of.resource ?? permission.slice(0, permission.indexOf(':'));
      return held.resources.get(resourceKey(type, of.id))?.has(permission) ?? false;
    },
    forget({ user, ...of } = {}) {
      const tenant = tenantOption(tenancy, of);
      if (tenant === undefined) forgetAll();
      else if (user !== undefined) drop({ tenant, user });
      else forgetTenant(tenant);
    },
    get size() {
      return size;
    },
    end: async () => stop?.(),
  };
}

const inRange = (option: string, value: number, least: number, most: number): void =>
  check(
    Number.isFinite(value) && value >= least && value <= most,
    `${option} is ${value}`,
    `Use a number from ${least} to ${most}.`,
  );
