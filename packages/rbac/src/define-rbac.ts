import './errors.ts';
import type { IdKind, Tenancy } from '@tenantry/core';
import { runningScope } from '@tenantry/core/scope';
import type { Queryable } from '@tenantry/core/sql';
import {
  type ColumnsLike,
  defineIsolation,
  type Fragment,
  type IsolateOptions,
} from '@tenantry/rls';
import type { Feature } from '@tenantry/rls/feature';
import type { Explanation } from './api/answers.ts';
import { type Drift, drift, sync } from './api/definition.ts';
import { explain } from './api/explain.ts';
import { type Invitations, invitationsOf } from './api/invitations.ts';
import { type Members, membersOf } from './api/members.ts';
import { type Roles, rolesOf } from './api/roles.ts';
import {
  type RbacRetention,
  type RbacUpkeep,
  type RbacUpkeepOptions,
  rbacChecks,
  rbacRetention,
  rbacTasks,
  upkeep,
} from './api/upkeep.ts';
import { checkerOf, type Of } from './check/checker.ts';
import { readDefinition } from './definition/read.ts';
import type { Actions, Definition, PermissionsOf, WildcardsOf } from './definition/types.ts';
import { columnsOf } from './schema/columns.ts';
import { markResource } from './schema/resources.ts';
import { rulesOf } from './schema/rules.ts';
import { type PermissionTerms, policyTerms } from './schema/terms.ts';
import type { PermissionSnapshot } from './snapshot.ts';
import { featureSql } from './sql/feature-sql.ts';

/** What {@link defineRbac} takes. */
export interface RbacOptions<A extends Actions, R extends string, U extends IdKind> {
  /** The resources and their actions. */
  readonly permissions: A;
  /**
   * The system roles, the same for all tenants: each is a list of permissions (`'projects:create'`),
   * wildcards (`'projects:*'`, `'*'`) and other roles, whose permissions it includes.
   */
  readonly roles: Readonly<Record<R, readonly (PermissionsOf<A> | WildcardsOf<A> | NoInfer<R>)[]>>;
  /** The role that at least one member of every tenant must have. Default: 'owner'. */
  readonly owner?: NoInfer<R>;
  /** How ids of users are stored. Default: as the ids of tenants. */
  readonly userId?: U;
  /**
   * How long rows are kept, applied by `tenantry maintain` and `startUpkeep`. Default: see
   * {@link RbacRetention}.
   */
  readonly retention?: RbacRetention;
  /** The description of a permission in a role editor. Default: none. */
  readonly descriptions?: Partial<Record<PermissionsOf<A>, string>>;
  /** The name of a role in a role editor. Default: its key, capitalised. */
  readonly names?: Partial<Record<NoInfer<R>, string>>;
}

/** Options of `rbac.isolate(t, options)`: those of `isolate`, with permissions as terms. */
export type PermissionIsolateOptions<P extends string> = Omit<IsolateOptions, 'read' | 'write'> &
  PermissionTerms<P>;

/**
 * Makes the roles and permissions of a tenancy from one typed definition. List the result in `features`
 * of tenantry.config.ts; `tenantry generate` writes its functions, triggers and seeds.
 *
 * @example
 * ```ts
 * export const rbac = defineRbac(tenancy, {
 *   permissions: { projects: ['create', 'read', 'update', 'delete'], members: ['invite', 'remove'] },
 *   roles: {
 *     viewer: ['projects:read'],
 *     member: ['viewer', 'projects:create', 'projects:update'],
 *     admin: ['projects:*', 'members:*'],
 *     owner: ['*'],
 *   },
 * });
 * export const { can, authorize } = rbac;
 * ```
 * @throws TenantryError `CONFIG_INVALID` for a malformed name, an unknown permission or role, a cycle of
 *   roles, and a definition without an owner
 */
export function defineRbac<
  const T extends string,
  const K extends IdKind,
  const A extends Actions,
  const R extends string,
  const U extends IdKind = K,
>(tenancy: Tenancy<T, K>, options: RbacOptions<A, R, U>) {
  type P = PermissionsOf<A>;
  type W = WildcardsOf<A>;
  const definition = readDefinition(options as unknown as Parameters<typeof readDefinition>[0]);
  const retention = rbacRetention(options.retention);
  const userId = (options.userId ?? tenancy.id) as U;
  const columns = columnsOf<{ property: `${T}Id`; tenant: K; user: U }>(tenancy, userId);
  const rules = rulesOf<P>(tenancy);
  const checker = checkerOf(tenancy, definition);
  const isolation = defineIsolation(tenancy);
  const part = <N extends keyof typeof columns>(name: N) =>
    Object.freeze({ columns: columns[name], rules: rules[name] });

  const feature: Feature = {
    name: 'rbac',
    sql: (input) => featureSql(input, definition, userId),
    commands: async () => (await import('./commands.ts')).commandsOf(tenancy, definition),
    upkeepTasks: rbacTasks(retention),
    doctor: rbacChecks(retention),
  };

  return Object.freeze({
    ...feature,
    tenancy,
    definition,
    /** Every permission of the definition. */
    permissions: Object.freeze(definition.permissions.map(({ key }) => key as P)),

    /**
     * The tables: `columns()` spreads into a `pgTable`, `rules(t)` into its third argument. Commands that
     * the `write` option does not name are allowed only to the system role and the functions of this
     * package.
     */
    tables: Object.freeze({
      tenants: Object.freeze({ rules: rules.tenants }),
      users: part('users'),
      memberships: part('memberships'),
      roles: part('roles'),
      permissions: part('permissions'),
      rolePermissions: part('rolePermissions'),
      memberRoles: part('memberRoles'),
      invitations: part('invitations'),
    }),

    /**
     * `isolate` with permissions, which the policies check once per statement. A permission `of` the
     * table's own id makes its rows resources: a role can be assigned for an existing row, and the
     * assignment ends with the row.
     *
     * Emits `create policy projects_may_select … using ((select tenantry.can('projects:read')))`.
     * @example
     * ```ts
     * (t) => [...rbac.isolate(t, {
     *   read: 'projects:read',
     *   write: { insert: 'projects:create', update: { permission: 'projects:update', of: t.id } },
     * })]
     * ```
     */
    isolate(
      t: ColumnsLike,
      { read, write, ...others }: PermissionIsolateOptions<P> = {},
    ): Fragment[] {
      const terms = { ...(read !== undefined && { read }), ...(write !== undefined && { write }) };
      markResource(t, terms, others.systemAccess !== 'read');
      return isolation.isolate(t as never, {
        ...others,
        ...policyTerms(terms),
      });
    },

    /**
     * Whether the actor of this scope has the permission: a look-up in the facts of the entry.
     * Impersonation grants the intersection of both users' permissions.
     *
     * @param of the resource, when a role may have been assigned for one
     * @throws TenantryError `PERMISSION_UNKNOWN`, `PERMISSIONS_NOT_LOADED` in a scope of
     *   `tenancy.run`, `TENANT_CONTEXT_MISSING` outside
     */
    can: checker.can as (permission: P, of?: Of) => boolean,

    /**
     * `can` bound to the current scope, for loops and templates: each call is a single look-up. It is
     * valid for the duration of this scope, with the permissions as they are now.
     *
     * @example
     * ```ts
     * const can = rbac.checker();
     * const visible = menu.filter(({ permission }) => can(permission));
     * ```
     * @throws TenantryError as `can`; `TENANT_SCOPE_ENDED` for a call after the scope
     */
    checker: checker.checker as () => (permission: P, of?: Of) => boolean,

    /**
     * Throws when the actor of this scope lacks the permission.
     * @throws TenantryError `PERMISSION_DENIED` (403) with the smallest role that has it,
     *   `NOT_AUTHENTICATED` (401) when nobody is signed in, and the errors of `can`
     */
    authorize: async (permission: P, of?: Of): Promise<void> => checker.authorize(permission, of),

    /**
     * Reads the permissions of the actor again. Use it in a scope of `tenancy.run({ …, user })`, and
     * after a change within a scope. One round trip: `select tenantry.my_permissions()`.
     * @throws TenantryError `ACTOR_MISSING`
     */
    load: (db: Queryable): Promise<void> => checker.load(db),

    /** The permissions of the actor, as plain JSON for the user interface. */
    snapshot(): PermissionSnapshot<P> {
      const scope = runningScope(tenancy);
      const { permissions, roles, resources, version } = checker.facts();
      return {
        tenant: scope.tenant ?? '',
        user: scope.actor?.user ?? null,
        version,
        roles,
        permissions: permissions as readonly P[],
        resources: resources as PermissionSnapshot<P>['resources'],
      };
    },

    /**
     * Explains why a member has or lacks a permission: the role, the assignment, the path between them,
     * and the smallest fix. `allowed` is the decision of the policies.
     * @param options.user the member. Default: the user of the scope.
     * @throws TenantryError `PERMISSION_UNKNOWN`, `ACTOR_MISSING`
     */
    explain: (
      db: Queryable,
      permission: P,
      options?: { readonly user?: string; readonly of?: Of },
    ): Promise<Explanation> => explain(db, permission, options),

    members: membersOf<R>(tenancy) as Members<R>,
    roles: rolesOf<P, W, R>(tenancy) as Roles<P, W, R>,
    invitations: invitationsOf<R>(tenancy) as Invitations<R>,

    /**
     * Deletes all closed invitations whose retention is over. Call it in
     * `tenancy.asSystem({ …, write: true })`. `tenantry maintain` does it with the retention of the
     * definition.
     *
     * Sends `select tenantry.rbac_forget_invitations(…)`, once for each 5,000.
     * @throws TenantryError `CONFIG_INVALID`
     */
    upkeep: (db: Queryable, options?: RbacUpkeepOptions): Promise<RbacUpkeep> =>
      upkeep(db, { keepInvitationsDays: retention.invitations, ...options }),

    /** Makes the database equal to the definition; migrations do the same. Returns what differed. */
    sync: (db: Queryable): Promise<readonly Drift[]> => sync(db, tenancy, definition),
    /** What differs between the definition and the database. */
    drift: (db: Queryable): Promise<readonly Drift[]> => drift(db, tenancy, definition),
  });
}

/** The part of any `rbac` that the other modules of this package need. */
export interface AnyRbac<P extends string = string> {
  readonly tenancy: Tenancy;
  readonly definition: Definition;
  can(permission: P, of?: Of): boolean;
  authorize(permission: P, of?: Of): Promise<void>;
}

/** The permissions of an `rbac`, as a union: `PermissionOf<typeof rbac>`. */
export type PermissionOf<T extends { readonly permissions: readonly string[] }> =
  T['permissions'][number];
