import type { IdKind, Tenancy, TenantPool, TenantProperty } from '@tenantry/core';
import type { Guard } from '@tenantry/core/adapter';
import type { Queryable } from '@tenantry/core/sql';
import type {
  ColumnsLike,
  Drift,
  Feature,
  FeatureDescription,
  Fragment,
} from '@tenantry/rls/feature';
import type { Schedule, StartUpkeepOptions } from '@tenantry/rls/upkeep';
import type { PermissionExplanation } from './api/answers.ts';
import type { InvitationsApi } from './api/invitations.ts';
import type { MembersApi } from './api/members.ts';
import type { RolesApi } from './api/roles.ts';
import type { RbacUpkeepOptions, RbacUpkeepResult } from './api/upkeep.ts';
import type { ResourceRef } from './check/checker.ts';
import type { RequiresOptions } from './check/requires.ts';
import type {
  DefinedPermission,
  DefinedWildcard,
  PermissionActions,
  RbacDefinition,
} from './definition/types.ts';
import type { PermissionIsolateOptions } from './schema/isolate.ts';
import type { RbacTables } from './schema/tables.ts';
import type { PermissionSnapshot } from './snapshot.ts';

/** Options of `rbac.start`. */
export type RbacStartOptions = Pick<StartUpkeepOptions, 'onError' | 'onReport'>;

/**
 * The roles and permissions of an application. It is a feature; list it in `features` of
 * tenantry.config.ts.
 *
 * `T` is the tenant's word, `K` and `U` the kinds of the ids of tenants and users, `A` the resources and
 * their actions, `R` the keys of the built-in roles.
 */
export interface Rbac<
  T extends string,
  K extends IdKind,
  A extends PermissionActions,
  R extends string,
  U extends IdKind = K,
> extends Feature {
  readonly name: 'rbac';
  readonly tenancy: Tenancy<T, K>;
  /** The checked definition, as it is synchronised with the database. */
  readonly definition: RbacDefinition;
  /** Every permission of the definition. */
  readonly permissions: readonly DefinedPermission<A>[];
  /**
   * The tables: `columns()` spreads into a `pgTable`, `rules(t)` into its third argument. Commands that
   * the `write` option does not name are allowed only to the system role and the functions of this
   * package.
   */
  readonly tables: RbacTables<T, K, DefinedPermission<A>, U>;
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
  isolate(t: ColumnsLike, options?: PermissionIsolateOptions<DefinedPermission<A>>): Fragment[];
  /**
   * Whether the actor of this scope has the permission: a look-up in the facts of the entry.
   * Impersonation grants the intersection of both users' permissions.
   *
   * @param of the resource, when a role may have been assigned for one
   * @throws TenantryError `PERMISSION_UNKNOWN`, `PERMISSIONS_NOT_LOADED` in a scope of
   *   `tenancy.run`, `TENANT_CONTEXT_MISSING` outside
   */
  readonly can: (permission: DefinedPermission<A>, of?: ResourceRef) => boolean;
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
  readonly checker: () => (permission: DefinedPermission<A>, of?: ResourceRef) => boolean;
  /**
   * Throws when the actor of this scope lacks the permission.
   * @throws TenantryError `PERMISSION_DENIED` (403) with the smallest role that has it,
   *   `NOT_AUTHENTICATED` (401) when nobody is signed in, and the errors of `can`
   */
  readonly authorize: (permission: DefinedPermission<A>, of?: ResourceRef) => Promise<void>;
  /**
   * A guard that requires the permission of the signed-in user, for every adapter.
   *
   * @param options.of returns the id of the resource, when a role may have been assigned for one
   * @throws TenantryError `PERMISSION_UNKNOWN`; requests get the errors of `authorize`
   * @example
   * ```ts
   * app.post('/projects', guard(rbac.requires('projects:create')), handler); // Hono
   * app.patch(
   *   '/projects/:id',
   *   guard(rbac.requires('projects:update', { of: (request) => request.param?.('id') })),
   *   handler,
   * );
   * ```
   */
  readonly requires: (permission: DefinedPermission<A>, options?: RequiresOptions) => Guard;
  /**
   * Reads the permissions of the actor again. Use it in a scope of `tenancy.run({ …, user })`, and
   * after a change within a scope. One round trip: `select tenantry.my_permissions()`.
   * @throws TenantryError `ACTOR_MISSING`
   */
  load(db: Queryable): Promise<void>;
  /** The permissions of the actor, as plain JSON for the user interface. */
  snapshot(): PermissionSnapshot<DefinedPermission<A>, TenantProperty<T, K>>;
  /**
   * Explains why a member has or lacks a permission: the role, the assignment, the path between them,
   * and the smallest fix. `allowed` is the decision of the policies.
   * @param options.user the member. Default: the user of the scope.
   * @throws TenantryError `PERMISSION_UNKNOWN`, `ACTOR_MISSING`
   */
  explain(
    db: Queryable,
    permission: DefinedPermission<A>,
    options?: { readonly user?: string; readonly of?: ResourceRef },
  ): Promise<PermissionExplanation>;
  /**
   * The id of a built-in role, for rows that are written by hand: the same in every database.
   * `tenantry.rbac_built_in_role_id('owner')` is the same in SQL.
   */
  builtInRoleId(role: R): string;
  readonly members: MembersApi<R, TenantProperty<T, K>>;
  readonly roles: RolesApi<DefinedPermission<A>, DefinedWildcard<A>, R, TenantProperty<T, K>>;
  readonly invitations: InvitationsApi<R, TenantProperty<T, K>>;
  /**
   * The roles, members and open invitations of the tenant, as the acting user may read them, and every
   * permission with whether that user has it. In a system scope the built-in roles alone.
   *
   * Sends `select tenantry.rbac_describe(…)`: one round trip, at most 100 rows a list.
   */
  describe(db: Queryable): Promise<FeatureDescription>;
  /**
   * Deletes all closed invitations whose retention is over. Call it in
   * `tenancy.asSystem({ …, write: true })`. `tenantry maintain` and `start` do it with the retention of
   * the definition.
   *
   * Sends `select tenantry.rbac_forget_invitations(…)`, once for each 5,000.
   * @throws TenantryError `CONFIG_INVALID`
   */
  upkeep(db: Queryable, options?: RbacUpkeepOptions): Promise<RbacUpkeepResult>;
  /**
   * Runs the upkeep of roles and members by timer from now on: members of changed roles each minute,
   * closed invitations once a day. Every process may start it; `startUpkeep` does it for several features.
   * @example
   * ```ts
   * const schedule = rbac.start(pool);
   * process.once('SIGTERM', () => schedule.stop());
   * ```
   */
  start(pool: TenantPool, options?: RbacStartOptions): Schedule;
  /**
   * Makes the database equal to the definition, as the system role; migrations do the same.
   * @returns what differed
   */
  sync(db: Queryable): Promise<readonly Drift[]>;
  /** What differs between the definition and the database; empty when nothing does. */
  drift(db: Queryable): Promise<readonly Drift[]>;
}

/** The part of any `rbac` that a permission cache needs. */
export interface AnyRbac<T extends string, P extends string, K extends IdKind = 'uuid' | 'text'> {
  readonly tenancy: Tenancy<T, K>;
  readonly definition: RbacDefinition;
  can(permission: P, of?: ResourceRef): boolean;
}

/** The permissions of an `rbac`, as a union: `PermissionOf<typeof rbac>`. */
export type PermissionOf<F extends { readonly permissions: readonly string[] }> =
  F['permissions'][number];
