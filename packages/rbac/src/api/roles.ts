import type { Tenancy } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import { call } from '../calls.ts';
import type { Effect, Role } from './answers.ts';
import type { RoleKey } from './members.ts';
import { tenantOf } from './tenant.ts';
import { nameOf, newKey, patternsOf, roleOf, userOf } from './values.ts';

/** What `roles.save` takes. */
export interface RoleInput<P extends string, R extends string> {
  /** In a system scope, the tenant that is meant. */
  readonly tenant?: string;
  /** Lower-case letters, digits, `_` and `-`, at most 63: what code and URLs call it. */
  readonly key: string;
  /** 1 to 200 characters. */
  readonly name: string;
  /** It also grants what this role grants. */
  readonly parent?: RoleKey<R> | null;
  readonly permissions: readonly P[];
}

/** A change of which the effect is asked for. */
export type RoleChange<P extends string, R extends string> =
  | {
      readonly role: string;
      readonly permissions?: readonly P[];
      readonly parent?: RoleKey<R> | null;
    }
  | { readonly role: string; readonly remove: true }
  | { readonly user: string; readonly roles: readonly RoleKey<R>[] };

/** The roles of a tenant. Adding one is adding rows: no code changes, nothing is deployed. */
export interface Roles<P extends string, W extends string, R extends string> {
  /** The system roles and those of the tenant. */
  list(db: Queryable): Promise<readonly Role[]>;
  /**
   * Makes a role of the tenant, or changes it: name, parent and permissions become what is given.
   * `PERMISSION_UNKNOWN`, `ROLE_UNKNOWN` for the parent, `ROLE_INVALID` for a malformed key or name,
   * the key of a system role or a circle, `GRANT_ABOVE_OWN` also for what it would take away,
   * `PERMISSION_DENIED`.
   * @returns its id
   */
  save(db: Queryable, role: RoleInput<P | W, R>): Promise<{ readonly id: string }>;
  /** Removes a role of the tenant; its members lose it. `ROLE_UNKNOWN`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, role: { readonly tenant?: string; readonly key: string }): Promise<void>;
  /**
   * Who would gain and lose what, if a role or the roles of a member became like this. The change is
   * made and taken back in the database, so the answer is the database's own.
   */
  preview(db: Queryable, change: RoleChange<P | W, R>): Promise<readonly Effect<P>[]>;
}

export function rolesOf<P extends string, W extends string, R extends string>(
  tenancy: Tenancy,
): Roles<P, W, R> {
  return Object.freeze<Roles<P, W, R>>({
    list: async (db) => call(db, 'rbac_roles', tenantOf(tenancy, undefined)),
    async save(db, { tenant, key, name, parent = null, permissions }) {
      const id = await call(
        db,
        'rbac_save_role',
        tenantOf(tenancy, tenant),
        newKey(key),
        nameOf(name),
        parent === null ? null : roleOf(parent),
        patternsOf(permissions),
      );
      return Object.freeze({ id });
    },
    async remove(db, { tenant, key }) {
      await call(db, 'rbac_remove_role', tenantOf(tenancy, tenant), roleOf(key));
    },
    preview: async (db, change) => call(db, 'rbac_preview', JSON.stringify(checked(change))),
  });
}

/** A change of which the database can read every value. */
function checked(change: RoleChange<string, string>): RoleChange<string, string> {
  if ('user' in change) {
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
