import './errors.ts';
import type { IdKind, Tenancy, TenantProperty } from '@tenantry/core';
import { check, checkOptions, checkType } from '@tenantry/core/errors';
import { runningScope } from '@tenantry/core/scope';
import { checkTenancy, tenantKey } from '@tenantry/core/sql';
import { startUpkeep } from '@tenantry/rls/upkeep';
import { drift, sync } from './api/definition.ts';
import { describe } from './api/describe.ts';
import { explain } from './api/explain.ts';
import { invitationsOf } from './api/invitations.ts';
import { membersOf } from './api/members.ts';
import { rolesOf } from './api/roles.ts';
import {
  type RbacRetention,
  rbacChecks,
  rbacRetention,
  rbacTasks,
  runRetention,
  upkeep,
} from './api/upkeep.ts';
import { checkerOf } from './check/checker.ts';
import { requires } from './check/requires.ts';
import { builtInRoleId } from './definition/built-in-id.ts';
import { readDefinition } from './definition/read.ts';
import type { DefinedPermission, DefinedWildcard, PermissionActions } from './definition/types.ts';
import type { Rbac } from './rbac.ts';
import { isolateOf } from './schema/isolate.ts';
import { tablesOf } from './schema/tables.ts';
import type { PermissionSnapshot } from './snapshot.ts';
import { featureSql } from './sql/feature-sql.ts';

/** What {@link defineRbac} takes. */
export interface RbacOptions<A extends PermissionActions, R extends string, U extends IdKind> {
  /** The resources and their actions. */
  readonly permissions: A;
  /**
   * The built-in roles, the same for all tenants: each is a list of permissions (`'projects:create'`),
   * wildcards (`'projects:*'`, `'*'`) and other roles, whose permissions it includes.
   */
  readonly roles: Readonly<
    Record<R, readonly (DefinedPermission<A> | DefinedWildcard<A> | NoInfer<R>)[]>
  >;
  /** The role that at least one member of every tenant must have. Default: 'owner'. */
  readonly owner?: NoInfer<R>;
  /** How ids of users are stored. Default: as the ids of tenants. */
  readonly userId?: U;
  /**
   * How long rows are kept, applied by `tenantry maintain`, `startUpkeep` and `rbac.start`. Default: see
   * {@link RbacRetention}.
   */
  readonly retention?: RbacRetention;
  /** The description of a permission in a role editor. Default: none. */
  readonly descriptions?: Partial<Record<DefinedPermission<A>, string>>;
  /** The name of a role in a role editor. Default: its key, capitalised. */
  readonly names?: Partial<Record<NoInfer<R>, string>>;
}

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
  const A extends PermissionActions,
  const R extends string,
  const U extends IdKind = K,
>(tenancy: Tenancy<T, K>, options: RbacOptions<A, R, U>): Rbac<T, K, A, R, U> {
  type P = DefinedPermission<A>;
  type Made = Rbac<T, K, A, R, U>;
  checkTenancy(tenancy, 'defineRbac');
  checkOptions('defineRbac', options as RbacOptions<PermissionActions, string, IdKind>, {
    permissions: 'object',
    roles: 'object',
    owner: 'string?',
    userId: 'any',
    retention: 'any',
    descriptions: 'object?',
    names: 'object?',
  });
  const definition = readDefinition(options as unknown as Parameters<typeof readDefinition>[0]);
  const retention = rbacRetention(options.retention);
  const userId = (options.userId ?? tenancy.id) as U;
  check(
    ['uuid', 'text', 'integer', 'bigint'].includes(userId),
    'option userId',
    "Use 'uuid', 'text', 'integer' or 'bigint'.",
  );
  const checker = checkerOf(tenancy, definition);

  const rbac: Made = Object.freeze<Made>({
    name: 'rbac',
    dialects: ['postgres', 'citus'],
    tenancy,
    definition,
    permissions: Object.freeze(definition.permissions.map(({ key }) => key as P)),
    tables: tablesOf<T, K, P, U>(tenancy, userId),
    sql: (input) => featureSql(input, definition, userId),
    commands: async () => (await import('./commands.ts')).commandsOf(tenancy, definition),
    upkeepTasks: rbacTasks(retention),
    doctor: rbacChecks(retention),
    isolate: isolateOf<P>(tenancy),
    can: checker.can,
    checker: checker.checker,
    authorize: async (permission, of) => checker.authorize(permission, of),
    requires: (permission, given) => requires(checker, definition, permission, given),
    load: (db) => checker.load(db),
    snapshot() {
      const scope = runningScope(tenancy);
      const { permissions, roles, resources, version } = checker.facts();
      return {
        ...tenantKey(tenancy, scope.tenant ?? ''),
        user: scope.actor?.user ?? null,
        version,
        roles,
        permissions,
        resources,
      } as PermissionSnapshot<P, TenantProperty<T, K>>;
    },
    explain,
    builtInRoleId(role) {
      checkType(role, 'string', 'role of builtInRoleId');
      return builtInRoleId(role);
    },
    members: membersOf(tenancy),
    roles: rolesOf(tenancy),
    invitations: invitationsOf(tenancy),
    describe: async (db) => describe(db, tenancy, definition),
    upkeep: async (db, given) => upkeep(db, runRetention(retention, given)),
    start: (pool, given = {}) => startUpkeep(pool, { ...given, features: [rbac] }),
    sync: (db) => sync(db, tenancy, definition),
    drift: (db) => drift(db, tenancy, definition),
  });
  return rbac;
}
