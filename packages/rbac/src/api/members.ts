import type { Tenancy } from '@tenantry/core';
import { ddl, type Queryable, statement } from '@tenantry/core/sql';
import { answerOf, tenantOf } from './call.ts';
import { endOf, resourceOf, roleOf, userOf } from './values.ts';

/** The key of a role: one of the definition, or one that a tenant has created. */
export type RoleKey<R extends string> = R | (string & {});

/** A resource that a role is assigned for. */
export interface Resource {
  /** `projects`: the resource in its permissions, or the type that `isolate` names. */
  readonly type: string;
  readonly id: string;
}

/** The tenant; required in a system scope, and known in a tenant scope. */
interface InTenant {
  readonly tenant?: string;
}

/** The result of a change of roles: the version to pass to a cache, `can(…, { atLeast: version })`. */
export interface Changed {
  readonly version: number;
}

/** Members and their roles; all calls obey the policies and the grant ceiling. */
export interface Members<R extends string> {
  /**
   * Adds a user, optionally with a role; only in `tenancy.asSystem`. A tenant has to invite instead,
   * because a membership makes the row of its user visible. `MEMBER_EXISTS`, `ROLE_UNKNOWN`,
   * `PERMISSION_DENIED` in a tenant scope, and the errors of the seat limit.
   */
  add(
    db: Queryable,
    member: InTenant & { readonly user: string; readonly role?: RoleKey<R> },
  ): Promise<Changed>;
  /** Removes a user with all roles, at once. `MEMBER_UNKNOWN`, `LAST_OWNER`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, member: InTenant & { readonly user: string }): Promise<Changed>;
  /**
   * Assigns a role: for the whole tenant or one resource, for ever or until `expiresAt`. When a table is
   * declared for the resource, the assignment also ends with the row:
   * `rbac.isolate(t, { read: { permission, of: t.id } })`. `MEMBER_UNKNOWN`, `ROLE_UNKNOWN`,
   * `RESOURCE_UNKNOWN`, `GRANT_ABOVE_OWN`, `VALUE_INVALID`.
   */
  assign(
    db: Queryable,
    assignment: InTenant & {
      readonly user: string;
      readonly role: RoleKey<R>;
      readonly on?: Resource;
      readonly expiresAt?: Date;
    },
  ): Promise<Changed>;
  /**
   * Removes a role; for one assigned for a resource, name the resource. `ROLE_NOT_HELD`, `ROLE_UNKNOWN`,
   * `LAST_OWNER`, `GRANT_ABOVE_OWN`.
   */
  unassign(
    db: Queryable,
    assignment: InTenant & {
      readonly user: string;
      readonly role: RoleKey<R>;
      readonly on?: Resource;
    },
  ): Promise<Changed>;
  /** The actor leaves the tenant. `LAST_OWNER`. */
  leave(db: Queryable): Promise<void>;
  /**
   * The actor transfers the owner role to another member and takes the role `keep` instead, in one
   * transaction. `PERMISSION_DENIED` for everybody but an owner, `MEMBER_UNKNOWN`, `GRANT_ABOVE_OWN` when
   * `keep` grants more than the owner role.
   */
  transferOwnership(
    db: Queryable,
    to: { readonly user: string; readonly keep?: RoleKey<R> },
  ): Promise<Changed>;
}

export function membersOf<R extends string>(tenancy: Tenancy): Members<R> {
  const id = tenancy.id === 'uuid' ? ddl`::uuid` : ddl``;
  const changed = (version: unknown): Changed => Object.freeze({ version: Number(version) });
  return Object.freeze<Members<R>>({
    async add(db, { tenant, user, role = null }) {
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_add_member(${at}${id}, ${userOf(user)}, ${role === null ? null : roleOf(role)}) as value`,
        ),
      );
    },
    async remove(db, { tenant, user }) {
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_remove_member(${at}${id}, ${userOf(user)}) as value`,
        ),
      );
    },
    async assign(db, { tenant, user, role, on, expiresAt }) {
      const of = resourceOf(on);
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_assign(${at}${id}, ${userOf(user)}, ${roleOf(role)}, ${of.type}, ${of.id}, ${endOf(expiresAt)}::timestamptz) as value`,
        ),
      );
    },
    async unassign(db, { tenant, user, role, on }) {
      const of = resourceOf(on);
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_unassign(${at}${id}, ${userOf(user)}, ${roleOf(role)}, ${of.type}, ${of.id}) as value`,
        ),
      );
    },
    async leave(db) {
      await answerOf(db, statement`select tenantry.rbac_leave() as value`);
    },
    async transferOwnership(db, { user, keep = null }) {
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_transfer_ownership(${userOf(user)}, ${keep === null ? null : roleOf(keep)}) as value`,
        ),
      );
    },
  });
}
