import type { SentInvitation } from './invitation.ts';

/** What an application sends invitations with: a mail service, a queue, or an array in tests. */
export interface Mailer {
  sendInvitation(message: InvitationMessage): Promise<void>;
}

/** What a mailer needs to know. */
export interface InvitationMessage {
  readonly to: string;
  /** Where the invitation is looked at; accepting it there is a POST. */
  readonly url: string;
  readonly role: string;
  readonly expiresAt: Date;
  /** The same for every attempt to send this link, so that a service sends it once. */
  readonly idempotencyKey: string;
}

/**
 * Sends an invitation. Call it when the transaction that made it has committed; when it fails,
 * `rbac.invitations.resend` makes another link.
 *
 * @param link makes the address of the page. Put the token behind a `#`, which no server logs.
 * @example
 * ```ts
 * const invitation = await rbac.invitations.create(db, { email, role: 'member' });
 * await sendInvitation(mailer, invitation, (token) => `https://app.example/join#${token}`);
 * ```
 * @throws what the mailer throws
 */
export async function sendInvitation(
  mailer: Mailer,
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
