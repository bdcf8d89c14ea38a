import type { TenantOption } from '@tenantry/core';

/** An invitation, without its token. */
export interface Invitation {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  /** The key of the role that the new member gets. */
  readonly role: string;
  readonly invitedBy: string | null;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

/** An invitation with its new token. The token is stored nowhere, so it cannot be read again. */
export interface SentInvitation extends Invitation {
  /** 32 random bytes as base64url: 43 characters. */
  readonly token: string;
}

/** What `invitations.list` takes. */
export type InvitationQuery<I extends string> = TenantOption<I> & {
  /** Invitations of one page, 1 to 500. Default: 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string | null | undefined;
};

/** An invitation in a list. */
export interface ListedInvitation extends Invitation {
  readonly state: InvitationState;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** With when it was made in seconds, with the microseconds that `createdAt` does not show. */
export interface InvitationRow extends ListedInvitation {
  readonly madeAt: number;
}

/** A page of invitations. */
export interface InvitationPage {
  readonly items: readonly ListedInvitation[];
  /** The cursor of the next page; null after the last. */
  readonly next: string | null;
}

/** What has become of an invitation. */
export type InvitationState = 'open' | 'expired' | 'revoked' | 'accepted';
