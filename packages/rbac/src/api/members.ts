import type { Tenancy, TenantOption } from '@tenantry/core';
import { checkedMethods, type Queryable } from '@tenantry/core/sql';
import { call, callFor } from '../calls.ts';
import { tenantOf } from './tenant.ts';
import { endOf, resourceOf, roleOf, userOf } from './values.ts';
import { withPerson } from './with-person.ts';

/** The key of a role: one of the definition, or one that a tenant has created. */
export type RoleKey<R extends string> = R | (string & {});

/** A resource that a role is assigned for. */
export interface AssignedResource {
  /** `projects`: the resource in its permissions, or the type that `isolate` names. */
  readonly type: string;
  readonly id: string;
}

/** The result of a change of roles: the version to pass to a cache, `can(…, { atLeast: version })`. */
export interface RolesVersion {
  readonly version: number;
}

/**
 * Members and their roles; all calls obey the policies and the grant ceiling. In a system scope the
 * options name the tenant: `{ organizationId, user }`.
 */
export interface MembersApi<R extends string, I extends string> {
  /**
   * Adds a user, optionally with a role; only in `tenancy.asSystem`. A tenant has to invite instead,
   * because a membership makes the row of its user visible. `MEMBER_EXISTS`, `ROLE_UNKNOWN`,
   * `PERMISSION_DENIED` in a tenant scope, and the errors of the seat limit.
   */
  add(
    db: Queryable,
    member: TenantOption<I> & { readonly user: string; readonly role?: RoleKey<R> },
  ): Promise<RolesVersion>;
  /** Removes a user with all roles, at once. `MEMBER_UNKNOWN`, `LAST_OWNER`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, member: TenantOption<I> & { readonly user: string }): Promise<RolesVersion>;
  /**
   * Assigns a role: for the whole tenant or one resource, for ever or until `expiresAt`. When a table is
   * declared for the resource, the assignment also ends with the row:
   * `rbac.isolate(t, { read: { permission, of: t.id } })`. `MEMBER_UNKNOWN`, `ROLE_UNKNOWN`,
   * `RESOURCE_UNKNOWN`, `GRANT_ABOVE_OWN`, `VALUE_INVALID`.
   */
  assign(
    db: Queryable,
    assignment: TenantOption<I> & {
      readonly user: string;
      readonly role: RoleKey<R>;
      readonly on?: AssignedResource;
      readonly expiresAt?: Date;
    },
  ): Promise<RolesVersion>;
  /**
   * Removes a role; for one assigned for a resource, name the resource. `ROLE_NOT_HELD`, `ROLE_UNKNOWN`,
   * `LAST_OWNER`, `GRANT_ABOVE_OWN`.
   */
  unassign(
    db: Queryable,
    assignment: TenantOption<I> & {
      readonly user: string;
      readonly role: RoleKey<R>;
      readonly on?: AssignedResource;
    },
  ): Promise<RolesVersion>;
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
  ): Promise<RolesVersion>;
}

export function membersOf<R extends string, I extends string>(tenancy: Tenancy): MembersApi<R, I> {
  const at = (db: Queryable, options: object) => [db, tenancy, tenantOf(tenancy, options)] as const;
  const changed = async (version: Promise<string | number>): Promise<RolesVersion> =>
    Object.freeze({ version: Number(await version) });
  const methods: MembersApi<R, I> = {
    async add(db, { user, role = null, ...of }) {
      const tenant = tenantOf(tenancy, of);
      const given = [userOf(user), orNull(role)] as const;
      return changed(
        withPerson({ db, tenancy, tenant, user }, () =>
          callFor(db, tenancy, tenant, 'rbac_add_member', ...given),
        ),
      );
    },
    remove: async (db, { user, ...of }) =>
      changed(callFor(...at(db, of), 'rbac_remove_member', userOf(user))),
    async assign(db, { user, role, on, expiresAt, ...of }) {
      const { type, id } = resourceOf(on);
      const until = endOf(expiresAt);
      const given = [userOf(user), roleOf(role), type, id, until] as const;
      return changed(callFor(...at(db, of), 'rbac_assign', ...given));
    },
    async unassign(db, { user, role, on, ...of }) {
      const { type, id } = resourceOf(on);
      const given = [userOf(user), roleOf(role), type, id] as const;
      return changed(callFor(...at(db, of), 'rbac_unassign', ...given));
    },
    async leave(db) {
      await call(db, 'rbac_leave');
    },
    transferOwnership: async (db, { user, keep = null }) =>
      changed(call(db, 'rbac_transfer_ownership', userOf(user), orNull(keep))),
  };
  const one = ['any', 'object'] as const;
  return checkedMethods(
    'rbac.members',
    { add: one, remove: one, assign: one, unassign: one, transferOwnership: one },
    methods,
    'VALUE_INVALID',
  );
}

const orNull = (role: unknown) => (role === null ? null : roleOf(role));
