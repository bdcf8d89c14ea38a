import type { Tenancy } from '@tenantry/core';
import { atPlaceOf } from '@tenantry/core/scope';
import {
  callFunction,
  type Queryable,
  runStatement,
  type SqlStatement,
  statement,
} from '@tenantry/core/sql';
import type {
  Described,
  ListedRole,
  RawExplanation,
  RoleChangeEffect,
  Stored,
} from './api/answers.ts';
import { coded } from './api/coded.ts';
import type { Invitation, InvitationRow, InvitationState } from './api/invitation.ts';
import type { ApiKey, ApiKeyRow } from './api-keys/api-key.ts';

type Text = string | null;
/** A version comes as text or as a number, by what `db` is. */
type Version = string | number;
type Found = Invitation & { readonly tenant: string; readonly state: InvitationState };
type Accepted = { readonly tenant: string; readonly version: number };

/** The functions of the database that this package calls. */
interface Functions {
  rbac_api_keys(
    tenant: Text,
    live: boolean | null,
    at: SqlStatement,
    id: Text,
    most: number,
  ): ApiKeyRow[];
  rbac_check_api_key(hash: string): string | null;
  rbac_end_api_key(id: string, tenant: Text): number;
  rbac_make_api_key(
    name: string,
    permissions: string[],
    expires: Text,
    hash: string,
    hint: string,
  ): ApiKey;
  rbac_revoke_api_key(id: string): void;
  rbac_rotate_api_key(id: string, hash: string, hint: string, overlap: number): ApiKey;
  rbac_accept_invitation(hash: string, email: string, user: string): Accepted;
  rbac_definition(): Stored;
  rbac_describe(tenant: Text, most: number): Described;
  rbac_explain(permission: string, user: Text, type: Text, id: Text): RawExplanation;
  rbac_find_invitation(hash: string): Found | null;
  rbac_forget_invitations(days: number, most: number): number;
  rbac_leave(): void;
  rbac_preview(change: string): RoleChangeEffect<never>[];
  rbac_refresh(tenant: null, most: number): number;
  rbac_sync(definition: string): void;
  rbac_transfer_ownership(user: string, keep: Text): Version;
}

/** Those whose first argument is the tenant. */
interface FunctionsOfTenant {
  rbac_add_member(user: string, role: Text): Version;
  rbac_assign(user: string, role: string, type: Text, id: Text, expires: Text): Version;
  rbac_invitations(after: SqlStatement, id: Text, most: number): InvitationRow[];
  rbac_invite(email: string, role: string, hash: string, lifetime: string): Invitation;
  rbac_remove_member(user: string): Version;
  rbac_remove_role(role: string): void;
  rbac_resend_invitation(id: string, hash: string, lifetime: string): Invitation;
  rbac_revoke_invitation(id: string): void;
  rbac_roles(): ListedRole[];
  rbac_save_role(role: string, name: string, parent: Text, patterns: string[]): string;
  rbac_unassign(user: string, role: string, type: Text, id: Text): Version;
}

/**
 * Calls a function of the database.
 * @throws TenantryError what it raises; `VALUE_INVALID` and `CHANGED_MEANWHILE` for what cannot be stored
 */
export async function call<N extends keyof Functions>(
  db: Queryable,
  called: N,
  ...args: Parameters<Functions[N]>
): Promise<ReturnType<Functions[N]>> {
  try {
    return await callFunction<ReturnType<Functions[N]>>(db, called, args);
  } catch (error) {
    throw coded(error);
  }
}

/** Calls a function about a tenant, where this tenant lives. @throws TenantryError as {@link call} */
export async function callFor<N extends keyof FunctionsOfTenant>(
  db: Queryable,
  tenancy: Tenancy,
  tenant: string,
  called: N,
  ...args: Parameters<FunctionsOfTenant[N]>
): Promise<ReturnType<FunctionsOfTenant[N]>> {
  type Answer = ReturnType<FunctionsOfTenant[N]>;
  try {
    return await atPlaceOf(tenancy, tenant, db, () =>
      callFunction<Answer>(db, called, [tenant, ...args]),
    );
  } catch (error) {
    throw coded(error);
  }
}

/** Whether the application has invitations, which it need not have. */
export async function hasInvitations(db: Queryable): Promise<boolean> {
  const [row] = await runStatement<{ made: boolean }>(
    db,
    statement`select to_regprocedure($name$tenantry.rbac_forget_invitations(integer, integer)$name$) is not null as made`,
  );
  return row?.made === true;
}
