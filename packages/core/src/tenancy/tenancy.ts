import type { Actor } from '../scope/actor.ts';
import type { BoundResult } from '../scope/bind.ts';
import type { SystemEntry, TenantEntry } from '../scope/entry.ts';
import type { CacheKey, KeyPart } from './cache-key.ts';
import type { TenancyColumns } from './columns.ts';
import type { IdInput, IdKind } from './ids.ts';
import type { DatabaseRoles } from './options.ts';
import type { TenantKey, TenantProperty } from './tenant-key.ts';

/** The scope of the running code. */
export type CurrentTenant<P extends string> = TenantKey<P> &
  Actor & {
    /**
     * Facts about the member that the database returned on entry, such as permissions; null when it
     * returned none.
     */
    readonly facts: unknown;
  };

/** What a captured scope holds. */
export type CapturedTenant<P extends string> = TenantKey<P> & { readonly actor: Actor | null };

/** A tenancy: one word for the tenant, and the names and functions derived from it. */
// biome-ignore lint/suspicious/noExplicitAny: any tenancy at all, whatever its word and ids are
export interface Tenancy<T extends string = any, K extends IdKind = any> {
  readonly tenant: T;
  readonly id: K;
  /** The tenant column: `organization_id`, or what `defineTenancy({ column })` names. */
  readonly column: string;
  /** The tenant property in TypeScript: `organizationId`. */
  readonly property: `${T}Id`;
  /**
   * The transaction-local setting that carries the tenant: `app.organization_id`. A tenancy in a schema
   * of its own has `workspaces_tenancy.workspace_id`, so that two tenancies with the same word stay
   * apart.
   */
  readonly setting: string;
  /** The schema of Tenantry's own tables and functions: `tenantry`. */
  readonly schema: string;
  readonly roles: DatabaseRoles;
  readonly context: 'plain' | 'signed';
  /** What the database is; see `defineTenancy({ dialect })`. */
  readonly dialect: 'postgres' | 'citus';
  readonly columns: TenancyColumns<`${T}Id`, K>;
  /**
   * Checks an id and returns it as text, in its stored spelling: for cache keys, logs and JSON.
   * @throws TenantryError `TENANT_ID_MALFORMED`
   * @example
   * ```ts
   * const key = `projects:${tenancy.parseId(teamId)}`;
   * ```
   */
  parseId(value: unknown): string;
  /**
   * Runs `fn` for a tenant that the caller trusts: a job, a script, a test. Requests go through
   * `pool.enter` or the middleware, which check the membership.
   *
   * A nested `run` of the same tenant is allowed; for another tenant it throws `TENANT_SWITCH_REFUSED`.
   *
   * @example
   * ```ts
   * const rows = await tenancy.run(acme, () => db.select().from(projects));
   * ```
   */
  run<R>(
    entry: IdInput<K> | TenantEntry<TenantProperty<T, K>>,
    fn: () => R | Promise<R>,
  ): Promise<R>;
  /** The tenant of the running code; throws `TENANT_CONTEXT_MISSING` outside a tenant scope. */
  current(): CurrentTenant<TenantProperty<T, K>>;
  /**
   * Runs `fn` across tenants, as the system role. It can write only when `write` is true.
   *
   * @example
   * ```ts
   * await tenancy.asSystem({ reason: 'count tenants', actor: 'cron' }, () => db.$count(organizations));
   * ```
   * Work about one tenant names it, because it may live in a place of its own:
   * ```ts
   * const entry = { reason: 'a gift', actor: 'support', write: true, place: { organizationId } };
   * await tenancy.asSystem(entry, () => db.insert(projects).values({ organizationId, name }));
   * ```
   */
  asSystem<R>(entry: SystemEntry<TenantProperty<T, K>>, fn: () => R | Promise<R>): Promise<R>;
  /**
   * Binds a function to the scope of the running code. A queue that several scopes share runs a job in
   * the scope that started the queue, and an emitter runs a listener in the scope that emits. A bound
   * function always runs in the scope that bound it.
   *
   * Bind inside the scope, where the work is handed over, once for each call. After the scope has ended
   * the function still runs, but the pool refuses its statements (`TENANT_SCOPE_ENDED`). Work that
   * outlives the scope needs {@link capture} and {@link outside}.
   *
   * Parameters, `this`, `length` and `name` are kept. A query that is sent when it is awaited (Drizzle)
   * is sent in the scope and returned as a promise.
   * @throws TenantryError `TENANT_CONTEXT_MISSING` outside a scope, `TENANT_SCOPE_ENDED` after it,
   * `CONFIG_INVALID` for a value that is not a function and for a generator, which runs where it is read.
   * @example
   * ```ts
   * await queue.add(tenancy.bind(() => db.insert(projects).values({ name })));
   * ```
   */
  bind<This, A extends unknown[], R>(
    fn: (this: This, ...args: A) => R,
  ): (this: This, ...args: A) => BoundResult<R>;
  /**
   * Runs a function outside every scope: for process-wide loops that are started inside a scope, and for
   * jobs that open a scope of their own and may run while another one is open.
   *
   * @throws TenantryError `CONFIG_INVALID` for a value that is not a function, and for a generator.
   * @example
   * ```ts
   * const token = tenancy.capture();
   * queue.add(tenancy.outside(() => pool.resume(token, sendInvoices)));   // outlives the request
   * ```
   */
  outside<This, A extends unknown[], R>(
    fn: (this: This, ...args: A) => R,
  ): (this: This, ...args: A) => BoundResult<R>;
  /**
   * A key for a cache that several tenants share: `app.organization_id:<tenant>:projects:42`. It carries
   * the tenant of the running code. Different tenants or parts never give the same key. In a system scope
   * the tenant is `@system`.
   *
   * It is ASCII without white space. Without parts it begins every key of the tenant, before a `:`.
   * @param parts texts, finite numbers or booleans, which count as their text
   * @throws TenantryError `TENANT_CONTEXT_MISSING` outside a scope and while the claim of its tenant is
   *   not verified, `TENANT_SCOPE_ENDED` after it, `CONFIG_INVALID` for another part, such as undefined
   * @example
   * ```ts
   * const hit = await redis.get(tenancy.key('projects', id));
   * ```
   */
  key(...parts: KeyPart[]): CacheKey;
  /**
   * Signs the current scope for a job; `pool.resume(token, fn)` verifies it in the worker.
   * @param options.expiresInSeconds how long the token is accepted, in seconds, 1 to 31,536,000.
   *   Default: 604800.
   */
  capture(options?: { readonly expiresInSeconds?: number }): string;
  /**
   * Reads a captured scope, without opening it; `pool.resume` opens it.
   * @throws TenantryError `CAPTURE_INVALID`
   */
  openCapture(token: unknown): CapturedTenant<TenantProperty<T, K>>;
}
