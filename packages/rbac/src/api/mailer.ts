import type { SentInvitation } from './invitation.ts';

/** The application's way to send invitations: a mail service, a queue, or an array in tests. */
export interface InvitationMailer {
  sendInvitation(message: InvitationMessage): Promise<void>;
}

/** The message for a mailer. */
export interface InvitationMessage {
  readonly to: string;
  /** The address of the invitation page; accepting there is a POST. */
  readonly url: string;
  readonly role: string;
  readonly expiresAt: Date;
  /** The idempotency key: the same for every attempt to send this link. */
  readonly idempotencyKey: string;
}

/**
 * Sends an invitation. Call it after the transaction that created the invitation has committed. When
 * sending fails, `rbac.invitations.resend` makes another link.
 *
 * @param link returns the address of the page. Put the token behind a `#`, which no server logs.
 * @example
 * ```ts
 * const invitation = await rbac.invitations.create(db, { email, role: 'member' });
 * await sendInvitation(mailer, invitation, (token) => `https://app.example/join#${token}`);
 * ```
 * @throws the error of the mailer
 */
export async function sendInvitation(
  mailer: InvitationMailer,
  { id, email, role, expiresAt, token }: SentInvitation,
  link: (token: string) => string,
): Promise<void> {
  await mailer.sendInvitation({
    to: email,
    url: link(token),
    role,
    expiresAt: new Date(expiresAt),
    idempotencyKey: `${id}-${expiresAt}`,
  });
}
