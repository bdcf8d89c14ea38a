import type { Tenancy } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import { call } from '../calls.ts';
import { tenantOf } from './tenant.ts';
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
  const at = (tenant: string | undefined) => tenantOf(tenancy, tenant);
  const changed = async (version: Promise<string | number>): Promise<Changed> =>
    Object.freeze({ version: Number(await version) });
  return Object.freeze<Members<R>>({
    add: async (db, { tenant, user, role = null }) =>
      changed(call(db, 'rbac_add_member', at(tenant), userOf(user), orNull(role))),
    remove: async (db, { tenant, user }) =>
      changed(call(db, 'rbac_remove_member', at(tenant), userOf(user))),
    async assign(db, { tenant, user, role, on, expiresAt }) {
      const { type, id } = resourceOf(on);
      const until = endOf(expiresAt);
      return changed(
        call(db, 'rbac_assign', at(tenant), userOf(user), roleOf(role), type, id, until),
      );
    },
    async unassign(db, { tenant, user, role, on }) {
      const { type, id } = resourceOf(on);
      return changed(call(db, 'rbac_unassign', at(tenant), userOf(user), roleOf(role), type, id));
    },
    async leave(db) {
      await call(db, 'rbac_leave');
    },
    transferOwnership: async (db, { user, keep = null }) =>
      changed(call(db, 'rbac_transfer_ownership', userOf(user), orNull(keep))),
  });
}

const orNull = (role: unknown) => (role === null ? null : roleOf(role));
