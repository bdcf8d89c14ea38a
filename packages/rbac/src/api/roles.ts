import type { Tenancy, TenantOption } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { checkedMethods, type Queryable } from '@tenantry/core/sql';
import { call, callFor } from '../calls.ts';
import type { ListedRole, RoleChangeEffect } from './answers.ts';
import type { RoleKey } from './members.ts';
import { tenantOf } from './tenant.ts';
import { nameOf, newKey, patternsOf, roleOf, userOf } from './values.ts';

/** What `roles.save` takes. */
export type RoleInput<P extends string, R extends string, I extends string> = TenantOption<I> & {
  /** The key for code and URLs: lower-case letters, digits, `_` and `-`, at most 63. */
  readonly key: string;
  /** 1 to 200 characters. */
  readonly name: string;
  /** The parent role, whose permissions it includes. Default: none. */
  readonly parent?: RoleKey<R> | null;
  readonly permissions: readonly P[];
};

/** A change whose effect is previewed. */
export type RoleChange<P extends string, R extends string> =
  | {
      readonly role: string;
      readonly permissions?: readonly P[];
      readonly parent?: RoleKey<R> | null;
    }
  | { readonly role: string; readonly remove: true }
  | { readonly user: string; readonly roles: readonly RoleKey<R>[] };

/**
 * The roles of a tenant. Adding one is adding rows: no code changes, nothing is deployed. In a system
 * scope the options name the tenant: `{ organizationId, key }`.
 */
export interface RolesApi<P extends string, W extends string, R extends string, I extends string> {
  /** The built-in roles and those of the tenant. */
  list(db: Queryable, options?: TenantOption<I>): Promise<readonly ListedRole[]>;
  /**
   * Creates or replaces a role of the tenant: name, parent and permissions. `PERMISSION_UNKNOWN`,
   * `ROLE_UNKNOWN` for the parent, `ROLE_INVALID` for a malformed key or name, the key of a built-in role
   * or a cycle, `GRANT_ABOVE_OWN` also for permissions that it would remove, `PERMISSION_DENIED`.
   * @returns its id
   */
  save(db: Queryable, role: RoleInput<P | W, R, I>): Promise<{ readonly id: string }>;
  /** Removes a role of the tenant; its members lose it. `ROLE_UNKNOWN`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, role: TenantOption<I> & { readonly key: string }): Promise<void>;
  /**
   * Which members would gain and lose which permissions by a change of a role or of a member's roles. The
   * database makes the change and rolls it back, so the answer is exact.
   */
  preview(db: Queryable, change: RoleChange<P | W, R>): Promise<readonly RoleChangeEffect<P>[]>;
}

export function rolesOf<P extends string, W extends string, R extends string, I extends string>(
  tenancy: Tenancy,
): RolesApi<P, W, R, I> {
  const methods: RolesApi<P, W, R, I> = {
    list: async (db, options) => callFor(db, tenancy, tenantOf(tenancy, options), 'rbac_roles'),
    async save(db, { key, name, parent = null, permissions, ...of }) {
      const id = await callFor(
        db,
        tenancy,
        tenantOf(tenancy, of),
        'rbac_save_role',
        newKey(key),
        nameOf(name),
        parent === null ? null : roleOf(parent),
        patternsOf(permissions),
      );
      return Object.freeze({ id });
    },
    async remove(db, { key, ...of }) {
      await callFor(db, tenancy, tenantOf(tenancy, of), 'rbac_remove_role', roleOf(key));
    },
    preview: async (db, change) => call(db, 'rbac_preview', JSON.stringify(checked(change))),
  };
  const one = ['any', 'object'] as const;
  return checkedMethods(
    'rbac.roles',
    { list: ['any', 'object?'], save: one, remove: one, preview: one },
    methods,
    'VALUE_INVALID',
  );
}

/** Checks that the database can store every value of a change. */
function checked(change: RoleChange<string, string>): RoleChange<string, string> {
  if ('user' in change) {
    checkType(change.roles, 'array', 'roles of rbac.roles.preview', 'VALUE_INVALID');
    return { user: userOf(change.user), roles: change.roles.map((role) => roleOf(role)) };
  }
  const role = roleOf(change.role);
  if ('remove' in change) return { role, remove: change.remove };
  const { permissions, parent } = change;
  return {
    role,
    ...(permissions !== undefined && { permissions: patternsOf(permissions) }),
    ...(parent !== undefined && { parent: parent === null ? null : roleOf(parent) }),
  };
}
