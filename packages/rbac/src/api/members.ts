import type { Tenancy } from '@tenantry/core';
import { type Queryable, statement } from '@tenantry/core/sql';
import { answerOf, tenantOf } from './call.ts';

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
   * Adds a user, with a role where one is given. `MEMBER_EXISTS`, `ROLE_UNKNOWN`, `GRANT_ABOVE_OWN`,
   * `PERMISSION_DENIED`, and what counts seats.
   */
  add(
    db: Queryable,
    member: InTenant & { readonly user: string; readonly role?: RoleKey<R> },
  ): Promise<Changed>;
  /** Removes a user with all roles, at once. `MEMBER_UNKNOWN`, `LAST_OWNER`, `GRANT_ABOVE_OWN`. */
  remove(db: Queryable, member: InTenant & { readonly user: string }): Promise<Changed>;
  /**
   * Gives a role: for the whole tenant or one resource, without an end or until `expiresAt`.
   * `MEMBER_UNKNOWN`, `ROLE_UNKNOWN`, `GRANT_ABOVE_OWN`.
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
  /** Takes a role. `LAST_OWNER`, `GRANT_ABOVE_OWN`. */
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
   * `PERMISSION_DENIED` for everybody but an owner, `MEMBER_UNKNOWN`.
   */
  transferOwnership(
    db: Queryable,
    to: { readonly user: string; readonly keep?: RoleKey<R> },
  ): Promise<Changed>;
}

export function membersOf<R extends string>(tenancy: Tenancy): Members<R> {
  const id = { sql: tenancy.id === 'uuid' ? '::uuid' : '' };
  const changed = (version: unknown): Changed => Object.freeze({ version: Number(version) });
  return Object.freeze<Members<R>>({
    async add(db, { tenant, user, role = null }) {
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_add_member(${at}${id}, ${user}, ${role}) as value`,
        ),
      );
    },
    async remove(db, { tenant, user }) {
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_remove_member(${at}${id}, ${user}) as value`,
        ),
      );
    },
    async assign(db, { tenant, user, role, on, expiresAt }) {
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_assign(${at}${id}, ${user}, ${role}, ${on?.type ?? null}, ${on?.id ?? null}, ${expiresAt?.toISOString() ?? null}::timestamptz) as value`,
        ),
      );
    },
    async unassign(db, { tenant, user, role, on }) {
      const at = tenantOf(tenancy, tenant);
      return changed(
        await answerOf(
          db,
          statement`select tenantry.rbac_unassign(${at}${id}, ${user}, ${role}, ${on?.type ?? null}, ${on?.id ?? null}) as value`,
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
          statement`select tenantry.rbac_transfer_ownership(${user}, ${keep}) as value`,
        ),
      );
    },
  });
}
