import { createHash } from 'node:crypto';
import { type Tenancy, type TenantKey, type TenantOption, TenantryError } from '@tenantry/core';
import { wholeNumber } from '@tenantry/core/errors';
import { checkedMethods, type Queryable, tenantKey } from '@tenantry/core/sql';
import { call, callFor } from '../calls.ts';
import type {
  Invitation,
  InvitationPage,
  InvitationQuery,
  InvitationState,
  SentInvitation,
} from './invitation.ts';
import { invitationPage } from './invitation-pages.ts';
import { newToken, tenantOfToken } from './invitation-token.ts';
import type { RoleKey, RolesVersion } from './members.ts';
import { tenantOf } from './tenant.ts';
import { roleOf, userOf } from './values.ts';
import { withPerson } from './with-person.ts';

/**
 * Invitations into a tenant, bound to an address and valid for one acceptance. In a system scope the
 * options name the tenant: `{ organizationId, email, role }`.
 */
export interface InvitationsApi<R extends string, I extends string> {
  /**
   * Invites an address. A new invitation replaces an expired one. When it is accepted, the sender must
   * still be allowed to grant the role, so it ends with the sender's membership.
   * @throws TenantryError `INVITATION_PENDING`, `MEMBER_EXISTS`, `ROLE_UNKNOWN`, `GRANT_ABOVE_OWN`,
   *   `PERMISSION_DENIED`, `EMAIL_MALFORMED`
   */
  create(
    db: Queryable,
    invitation: TenantOption<I> & {
      readonly email: string;
      readonly role: RoleKey<R>;
      /** How long it can be accepted, in seconds, 60 to 31,536,000. Default: 604800. */
      readonly expiresInSeconds?: number;
    },
  ): Promise<SentInvitation>;
  /**
   * Makes a new token and a new expiry. The earlier link becomes invalid, and the caller becomes the
   * sender. `INVITATION_UNKNOWN`, `GRANT_ABOVE_OWN`.
   */
  resend(
    db: Queryable,
    invitation: TenantOption<I> & {
      readonly id: string;
      readonly expiresInSeconds?: number;
    },
  ): Promise<SentInvitation>;
  /** `INVITATION_UNKNOWN` when it is not open, `GRANT_ABOVE_OWN` for a role above one's own. */
  revoke(db: Queryable, invitation: TenantOption<I> & { readonly id: string }): Promise<void>;
  /**
   * A page of open, expired or accepted invitations, the oldest first.
   * @throws TenantryError `VALUE_INVALID` for a limit out of range and a malformed cursor
   */
  list(db: Queryable, query?: InvitationQuery<I>): Promise<InvitationPage>;
  /**
   * Returns the invitation of a token, for the page that asks whether to accept; null for an unknown
   * token. It changes nothing, so a mail scanner may open the page. It needs no scope.
   */
  find(
    db: Queryable,
    token: string,
  ): Promise<(Invitation & TenantKey<I> & { readonly state: InvitationState }) | null>;
  /**
   * Makes the user a member with the role of the invitation, exactly once under concurrent calls: one
   * statement takes the invitation, counts the seat and adds the membership, or does none of these. Call
   * it from a POST. It needs no scope: `db` is the pool, or a database on it. The row of the user is copied
   * from the shared tables to the place of the tenant, when it is not there.
   *
   * @param acceptance.email the address that the signed-in user has verified
   * @throws TenantryError `INVITATION_UNKNOWN`, `INVITATION_EXPIRED`, `INVITATION_REVOKED` also when the
   *   user was removed since, or the sender may no longer grant the role, `INVITATION_USED`,
   *   `INVITATION_EMAIL_MISMATCH`, `MEMBER_EXISTS`, and the errors of the seat limit; the invitation then
   *   stays unchanged
   */
  accept(
    db: Queryable,
    acceptance: { readonly token: string; readonly user: string; readonly email: string },
  ): Promise<TenantKey<I> & RolesVersion>;
}

const week = 7 * 24 * 3600;
const emailForm = /^[^\s@\p{Cc}\p{Cs}]{1,64}@[^\s@\p{Cc}\p{Cs}]{1,255}$/u;

/** Only this is stored; a token has 256 bits, so that a fast hash is as good as a slow one. */
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export function invitationsOf<R extends string, I extends string>(
  tenancy: Tenancy,
): InvitationsApi<R, I> {
  const named = <Row extends { readonly tenant: string }>({ tenant, ...row }: Row) =>
    Object.freeze({ ...(tenantKey(tenancy, tenant) as TenantKey<I>), ...row });
  /** A token names its tenant, which may live in a place of its own. */
  const at = (tenant: string) => ({ [tenancy.property]: tenant }) as never;
  const methods: InvitationsApi<R, I> = {
    async create(db, { email, role, expiresInSeconds, ...of }) {
      const tenant = tenantOf(tenancy, of);
      const token = newToken(tenant);
      const made = await callFor(
        db,
        tenancy,
        tenant,
        'rbac_invite',
        parseEmail(email),
        roleOf(role),
        hashOf(token),
        lifetime(expiresInSeconds),
      );
      return Object.freeze({ ...made, token });
    },
    async resend(db, { id, expiresInSeconds, ...of }) {
      const tenant = tenantOf(tenancy, of);
      const token = newToken(tenant);
      const sent = await callFor(
        db,
        tenancy,
        tenant,
        'rbac_resend_invitation',
        rowId(id),
        hashOf(token),
        lifetime(expiresInSeconds),
      );
      return Object.freeze({ ...sent, token });
    },
    async revoke(db, { id, ...of }) {
      await callFor(db, tenancy, tenantOf(tenancy, of), 'rbac_revoke_invitation', rowId(id));
    },
    list: (db, query = {}) => invitationPage(db, tenancy, query),
    async find(db, token) {
      const tenant = tenantOfToken(token, tenancy);
      if (tenant === undefined) return null;
      const entry = { reason: 'look at an invitation', actor: 'invitation', place: at(tenant) };
      const found = await tenancy.asSystem(entry, () =>
        call(db, 'rbac_find_invitation', hashOf(token)),
      );
      return found && named(found);
    },
    async accept(db, { token, user, email }) {
      const tenant = tenantOfToken(token, tenancy);
      if (tenant === undefined) throw new TenantryError('INVITATION_UNKNOWN');
      const entry = { reason: 'accept an invitation', actor: user, write: true, place: at(tenant) };
      const accept = () =>
        tenancy.asSystem(entry, async () =>
          call(db, 'rbac_accept_invitation', hashOf(token), parseEmail(email), userOf(user)),
        );
      return named(await withPerson({ db, tenancy, tenant, user }, accept));
    },
  };
  const one = ['any', 'object'] as const;
  return checkedMethods(
    'rbac.invitations',
    { create: one, resend: one, revoke: one, list: ['any', 'object?'], accept: one },
    methods,
    'VALUE_INVALID',
  );
}

/** An address as it is stored. @throws TenantryError `EMAIL_MALFORMED` */
function parseEmail(email: string): string {
  const given = typeof email === 'string' ? email.trim() : '';
  if (!emailForm.test(given)) throw new TenantryError('EMAIL_MALFORMED');
  return given.toLowerCase();
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks an id; a malformed id belongs to no invitation. */
function rowId(id: string): string {
  if (typeof id === 'string' && uuid.test(id)) return id;
  throw new TenantryError('INVITATION_UNKNOWN');
}

const lifetime = (seconds: number = week): string =>
  `${wholeNumber(seconds, { name: 'expiresInSeconds', least: 60, greatest: 31_536_000 })} seconds`;
