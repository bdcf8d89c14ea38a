import type { Tenancy } from '@tenantry/core';
import { ddl, type Queryable, statement } from '@tenantry/core/sql';
import { answerOf, tenantOf } from './call.ts';
import type { RoleKey } from './members.ts';
import { newKey, patternsOf, roleOf, textOf, userOf } from './values.ts';

/** A role of a tenant, or a system role. */
export interface Role {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** Whether it comes from the definition: it is the same for all tenants, and no tenant can change it. */
  readonly system: boolean;
  readonly parent: string | null;
  /** The permissions and wildcards that it grants in addition to its parent. */
  readonly permissions: readonly string[];
  /** How many members of the tenant have it. */
  readonly members: number;
}

/** What `roles.save` takes. */
export interface RoleInput<P extends string, R extends string> {
  /** The tenant; required in a system scope. */
  readonly tenant?: string;
  /** The key for code and URLs: lower-case letters, digits, `_` and `-`, at most 63. */
  readonly key: string;
  /** 1 to 200 characters. */
  readonly name: string;
  /** The parent role, whose permissions it includes. Default: none. */
  readonly parent?: RoleKey<R> | null;
  readonly permissions: readonly P[];
}

/** A change whose effect is previewed. */
export type RoleChange<P extends string, R extends string> =
  | {
      readonly role: string;
      readonly permissions?: readonly P[];
      readonly parent?: RoleKey<R> | null;
    }
  | { readonly role: string; readonly remove: true }
  | { readonly user: string; readonly roles: readonly RoleKey<R>[] };

/** The effect of a change on one member. */
export interface Effect<P extends string> {
  readonly user: string;
  readonly gains: readonly P[];
  readonly loses: readonly P[];
}

/** The roles of a tenant. Roles are rows, so adding one needs no change of code. */
export interface Roles<P extends string, W extends string, R extends string> {
  /** The system roles and those of the tenant. */
  list(db: Queryable): Promise<readonly Role[]>;
  /**
   * Creates or replaces a role of the tenant: name, parent and permissions. `PERMISSION_UNKNOWN`,
   * `ROLE_UNKNOWN` for the parent, `ROLE_INVALID` for a malformed key or name, the key of a system role
   * or a cycle, `GRANT_ABOVE_OWN` also for permissions that it would remove, `PERMISSION_DENIED`.
   * @returns its id
   */
  save(db: Queryable, role: RoleInput<P | W, R>): Promise<{ readonly id: string }>;
  /** Removes a role of the tenant; its members lose it. `ROLE_UNKNOWN`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, role: { readonly tenant?: string; readonly key: string }): Promise<void>;
  /**
   * Which members would gain and lose which permissions by a change of a role or of a member's roles. The
   * database makes the change and rolls it back, so the answer is exact.
   */
  preview(db: Queryable, change: RoleChange<P | W, R>): Promise<readonly Effect<P>[]>;
}

export function rolesOf<P extends string, W extends string, R extends string>(
  tenancy: Tenancy,
): Roles<P, W, R> {
  const id = tenancy.id === 'uuid' ? ddl`::uuid` : ddl``;
  return Object.freeze<Roles<P, W, R>>({
    list: (db) =>
      answerOf(
        db,
        statement`select tenantry.rbac_roles(${tenantOf(tenancy, undefined)}${id}) as value`,
      ),
    async save(db, { tenant, key, name, parent = null, permissions }) {
      const at = tenantOf(tenancy, tenant);
      const saved = await answerOf<string>(
        db,
        statement`select tenantry.rbac_save_role(${at}${id}, ${newKey(key)}, ${textOf(name, 'a name', 200, 'ROLE_INVALID')}, ${parent === null ? null : roleOf(parent)}, ${patternsOf(permissions)}::text[]) as value`,
      );
      return Object.freeze({ id: saved });
    },
    async remove(db, { tenant, key }) {
      const at = tenantOf(tenancy, tenant);
      await answerOf(
        db,
        statement`select tenantry.rbac_remove_role(${at}${id}, ${roleOf(key)}) as value`,
      );
    },
    preview: async (db, change) =>
      answerOf(
        db,
        statement`select tenantry.rbac_preview(${JSON.stringify(checked(change))}::jsonb) as value`,
      ),
  });
}

/** Checks that the database can store every value of a change. */
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
