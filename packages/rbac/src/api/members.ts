import type { Tenancy } from '@tenantry/core';
import { ddl, type Queryable, statement } from '@tenantry/core/sql';
import { answerOf, tenantOf } from './call.ts';
import { endOf, resourceOf, roleOf, userOf } from './values.ts';

/** A role by its key: one of the definition, or one that a tenant has made. */
export type RoleKey<R extends string> = R | (string & {});

/** A resource that a role is given for. */
export interface Resource {
  /** `projects`: what permissions of it begin with, or what `isolate` names. */
  readonly type: string;
  readonly id: string;
}

/** In a system scope, the tenant that is meant; in that of a tenant it is known. */
interface InTenant {
  readonly tenant?: string;
}

/** What changed a role returns: the version to ask a cache for, `can(…, { atLeast: version })`. */
export interface Changed {
  readonly version: number;
}

/** Members and their roles; all of it obeys the policies and the grant ceiling. */
export interface Members<R extends string> {
  /**
   * Adds a user, with a role where one is given: work of the system, in `tenancy.asSystem`. A tenant
   * invites instead, because a membership shows the row of its user. `MEMBER_EXISTS`,
   * `ROLE_UNKNOWN`, `PERMISSION_DENIED` in the scope of a tenant, and what counts seats.
   */
  add(
    db: Queryable,
    member: InTenant & { readonly user: string; readonly role?: RoleKey<R> },
  ): Promise<Changed>;
  /** Removes a user with all roles, at once. `MEMBER_UNKNOWN`, `LAST_OWNER`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, member: InTenant & { readonly user: string }): Promise<Changed>;
  /**
   * Gives a role: for the whole tenant or one resource, without an end or until `expiresAt`.
   * It ends with the resource too, where a table is declared for it: `rbac.isolate(t, { read: {
   * permission, of: t.id } })`. `MEMBER_UNKNOWN`, `ROLE_UNKNOWN`, `RESOURCE_UNKNOWN`,
   * `GRANT_ABOVE_OWN`, `VALUE_INVALID`.
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
   * Takes a role; of one that was given for a resource, name the resource. `ROLE_NOT_HELD`,
   * `ROLE_UNKNOWN`, `LAST_OWNER`, `GRANT_ABOVE_OWN`.
   */
  unassign(
    db: Queryable,
    assignment: InTenant & {
      readonly user: string;
      readonly role: RoleKey<R>;
      readonly on?: Resource;
    },
  ): Promise<Changed>;
  /** Whoever acts leaves the tenant. `LAST_OWNER`. */
  leave(db: Queryable): Promise<void>;
  /**
   * Whoever acts gives the owner role to another member and takes `keep` instead. One transaction;
   * `PERMISSION_DENIED` for everybody but an owner, `MEMBER_UNKNOWN`, `GRANT_ABOVE_OWN` for a role to
   * keep that an owner lacks.
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
