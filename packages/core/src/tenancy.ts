import { type Columns, columnFragments } from './columns.ts';
import { check, TenantryError } from './errors/index.ts';
import { type IdKind, parseId } from './ids.ts';
import { isRoleName } from './role-name.ts';
import { isSchemaName } from './schema-name.ts';
import { type Actor, isPlainText, parseActor } from './scope/actor.ts';
import { type Bound, bindOutside, bindScope } from './scope/bind.ts';
import { seal, unseal } from './scope/capture.ts';
import { currentScope } from './scope/current.ts';
import { runScope, type ScopeLimits } from './scope/run.ts';
import { type AllowedStatements, Scope } from './scope/scope.ts';
import { store } from './scope/store.ts';
import { defaultSchema } from './sql/in-schema.ts';
import { settingOf, tenantColumnOf, tenantOfTransaction } from './sql/tenant.ts';

/** The database roles that the pool switches to. */
export interface Roles {
  /** Serves tenants. It is NOBYPASSRLS and owns nothing. Default: 'app'. */
  readonly app: string;
  /** Does cross-tenant work inside `asSystem`. It is BYPASSRLS. Default: 'system'. */
  readonly system: string;
}

/** What {@link defineTenancy} takes. */
export interface TenancyOptions<T extends string, K extends IdKind> {
  /**
   * The one word for the tenant, in the singular and in camelCase: `organization`, `workspace`,
   * `account`, `team`. Columns, properties, settings and errors are named after it.
   */
  readonly tenant: T;
  /** How tenant ids are stored. */
  readonly id: K;
  /**
   * Names of the database roles, when `app` and `system` are taken.
   * Default: `{ app: 'app', system: 'system' }`.
   */
  readonly roles?: Partial<Roles>;
  /**
   * `signed` makes a context that injected SQL cannot forge. It costs about 12 µs a statement and needs
   * `contextSecret` on the pool. Default: 'plain'.
   */
  readonly context?: 'plain' | 'signed';
  /**
   * The PostgreSQL schema of Tenantry's own tables and functions. A second tenancy in the same database
   * needs another schema. Lower-case letters, digits and _, at most 50, beginning with a letter; not a
   * reserved word of PostgreSQL, `public`, `app`, `pg_…` or `information_schema`. It cannot change after
   * the first migration. In another schema than the default, the setting of the tenant is
   * `<schema>.<tenant>_id`. Default: 'tenantry'.
   */
  readonly schema?: string | undefined;
  /**
   * The secret that signs captured scopes, at least 32 characters. Of several, the first signs and all
   * verify. Default: none; `capture()` then throws.
   */
  readonly secret?: string | readonly string[] | undefined;
}

/** Opens a scope for a tenant that the caller already trusts, with its actor and its limits. */
export type TenantEntry<P extends string> = { readonly [Key in P]: string } & Actor & ScopeLimits;

/** The scope of the running code. */
export type CurrentTenant<P extends string> = { readonly [Key in P]: string } & Actor & {
    /**
     * Facts about the member that the database returned on entry, such as permissions; null when it
     * returned none.
     */
    readonly facts: unknown;
  };

/** The reason and the actor of cross-tenant work. */
export interface SystemEntry extends ScopeLimits {
  /** The reason, for an auditor: `nightly invoice sweep`. */
  readonly reason: string;
  /** The actor: a job, a service or an operator. */
  readonly actor: string;
  /** Allow writes. Without it every statement runs in a read-only transaction. Default: false. */
  readonly write?: boolean;
  /**
   * Which statements the scope may send. `data` allows what a tenant scope may send (select, insert,
   * update, delete, merge, values, table, with, EXPLAIN of these, cursors, transactions, SET LOCAL).
   * `any` allows everything, such as LOCK, TRUNCATE, REFRESH MATERIALIZED VIEW or CALL. A connection that
   * has sent anything but data statements is closed afterwards, because its state is unknown.
   * Default: 'data'.
   */
  readonly statements?: AllowedStatements;
}

/** A tenancy: one word for the tenant, and the names and functions derived from it. */
// biome-ignore lint/suspicious/noExplicitAny: any tenancy at all, whatever its word and ids are
export interface Tenancy<T extends string = any, K extends IdKind = any> {
  readonly tenant: T;
  readonly id: K;
  /** The tenant column: `organization_id`. */
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
  readonly roles: Roles;
  readonly context: 'plain' | 'signed';
  readonly columns: Columns<`${T}Id`, K>;
  /** Checks an id and returns its stored spelling; throws `TENANT_ID_MALFORMED`. */
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
  run<R>(entry: string | TenantEntry<`${T}Id`>, fn: () => R | Promise<R>): Promise<R>;
  /** The tenant of the running code; throws `TENANT_CONTEXT_MISSING` outside a tenant scope. */
  current(): CurrentTenant<`${T}Id`>;
  /**
   * Runs `fn` across tenants, as the system role. It can write only when `write` is true.
   *
   * @example
   * ```ts
   * await tenancy.asSystem({ reason: 'count tenants', actor: 'cron' }, () => db.$count(organizations));
   * ```
   */
  asSystem<R>(entry: SystemEntry, fn: () => R | Promise<R>): Promise<R>;
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
  ): (this: This, ...args: A) => Bound<R>;
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
  ): (this: This, ...args: A) => Bound<R>;
  /**
   * Signs the current scope for a job; `pool.resume(token, fn)` verifies it in the worker.
   * @param options.expiresInSeconds how long the token is accepted, in seconds, 1 to 31,536,000.
   *   Default: 604800.
   */
  capture(options?: { readonly expiresInSeconds?: number }): string;
  /** Opens a captured scope; throws `CAPTURE_INVALID`. `pool.resume` calls it. */
  openCapture(token: unknown): { readonly tenant: string; readonly actor: Actor | null };
}

const word = /^[a-z][A-Za-z0-9]{0,30}$/;
const week = 7 * 24 * 3600;

/**
 * Defines the tenancy of an application: one word for the tenant, used everywhere.
 *
 * @example
 * ```ts
 * export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
 * ```
 * @throws TenantryError `CONFIG_INVALID`
 */
export function defineTenancy<const T extends string, const K extends IdKind>(
  options: TenancyOptions<T, K>,
): Tenancy<T, K> {
  const { tenant, id, schema = defaultSchema } = options;
  const roles = Object.freeze({ app: 'app', system: 'system', ...options.roles });
  const secrets = [options.secret ?? []].flat();
  check(
    word.test(tenant),
    'option tenant',
    "Use one camelCase word in the singular, such as 'organization'.",
  );
  check(id === 'uuid' || id === 'text', 'option id', "Use 'uuid' or 'text'.");
  check(
    isRoleName(roles.app) && isRoleName(roles.system) && roles.app !== roles.system,
    'option roles',
    'Use two different names of lower-case letters, digits and _.',
  );
  check(
    isSchemaName(schema),
    'schema',
    "Use at most 50 lower-case letters, digits and _, beginning with a letter, such as 'workspaces_tenancy'; no reserved word, not public, app, pg_… or information_schema.",
  );
  check(
    secrets.every((secret) => typeof secret === 'string' && secret.length >= 32),
    'option secret',
    'Use at least 32 random characters.',
  );

  const property = `${tenant}Id` as const;
  const column = tenantColumnOf(tenant);
  const setting = settingOf(schema, tenant);
  const context = options.context ?? 'plain';

  const open = (tenantId: string, actor: Actor): Scope => {
    const outer = store.getStore()?.enclosing();
    if (outer !== undefined && outer.kind === 'tenant') {
      if (outer.setting !== setting || outer.tenant !== tenantId) {
        throw new TenantryError('TENANT_SWITCH_REFUSED', {
          found: `a second ${tenant} inside the scope of one.`,
        });
      }
      const same = Object.entries(actor).every(
        ([key, value]) => outer.actor?.[key as keyof Actor] === value,
      );
      if (!same) {
        throw new TenantryError('TENANT_SWITCH_REFUSED', {
          found: 'another actor inside the scope of one.',
        });
      }
    }
    const inherited = outer?.kind === 'tenant' ? outer : undefined;
    const scope = new Scope({
      kind: 'tenant',
      setting,
      schema,
      tenant: tenantId,
      actor: inherited?.actor ?? actor,
      actorSetting: inherited?.actorSetting ?? actorJson(actor),
      write: true,
      parent: outer,
    });
    scope.facts = inherited?.facts ?? null;
    return scope;
  };

  const current = (): Scope & { tenant: string } => {
    const scope = currentScope(setting);
    if (scope.kind !== 'tenant' || scope.tenant === null) {
      throw new TenantryError('TENANT_CONTEXT_MISSING', {
        found:
          scope.kind === 'system' ? 'a system scope' : 'a scope whose claim is not verified yet',
      });
    }
    return scope as Scope & { tenant: string };
  };

  return Object.freeze({
    tenant,
    id,
    column,
    property,
    setting,
    schema,
    roles,
    context,
    columns: columnFragments(
      property,
      column,
      id,
      tenantOfTransaction({ context, setting, schema, id }),
    ),
    parseId: (value: unknown) => parseId(id, value),

    async run<R>(entry: string | TenantEntry<`${T}Id`>, fn: () => R | Promise<R>): Promise<R> {
      if (typeof entry === 'string') return runScope(open(parseId(id, entry), {}), {}, fn);
      const given = (entry ?? {}) as Record<string, unknown> & Actor & ScopeLimits;
      const scope = open(parseId(id, given[property]), parseActor(given));
      return runScope(scope, given, fn);
    },

    current() {
      const scope = current();
      return Object.freeze({
        ...scope.actor,
        [property]: scope.tenant,
        facts: scope.facts,
      }) as CurrentTenant<`${T}Id`>;
    },

    async asSystem<R>(entry: SystemEntry, fn: () => R | Promise<R>): Promise<R> {
      if (!isPlainText(entry?.reason) || !isPlainText(entry.actor)) {
        throw new TenantryError('SYSTEM_REASON_MISSING');
      }
      const outer = store.getStore()?.enclosing();
      const scope = new Scope({
        kind: 'system',
        setting,
        schema,
        tenant: null,
        actor: null,
        actorSetting: JSON.stringify({ system: entry.actor, reason: entry.reason }),
        write: entry.write === true,
        statements: entry.statements === 'any' ? 'any' : 'data',
        parent: outer,
      });
      return runScope(scope, entry, fn);
    },

    bind<This, A extends unknown[], R>(fn: (this: This, ...args: A) => R) {
      return bindScope(setting, fn);
    },

    outside<This, A extends unknown[], R>(fn: (this: This, ...args: A) => R) {
      return bindOutside(fn);
    },

    capture({ expiresInSeconds = week } = {}) {
      check(
        Number.isInteger(expiresInSeconds) &&
          expiresInSeconds >= 1 &&
          expiresInSeconds <= 31_536_000,
        'option expiresInSeconds',
        'Use whole seconds from 1 to 31536000.',
      );
      const scope = current();
      const expires = Math.floor(Date.now() / 1000) + expiresInSeconds;
      return seal(secrets, { setting, tenant: scope.tenant, actor: scope.actor, expires });
    },

    openCapture(token: unknown) {
      const { tenant: captured, actor } = unseal(secrets, setting, token);
      return { tenant: parseId(id, captured), actor };
    },
  });
}

const actorJson = (actor: Actor) => (Object.keys(actor).length === 0 ? '' : JSON.stringify(actor));
