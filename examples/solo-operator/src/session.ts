import { createHmac, timingSafeEqual } from 'node:crypto';

// The smallest sign-in that is not a lie: a signed, expiring cookie that names a user. Who signs in is chosen from
// a list, because nothing is learnt here from a form for passwords. Replace this file by your auth library; all
// that the rest of the application needs is the id of the user.

const hoursMs = 60 * 60 * 1000;

/** How long a session lasts, in seconds. */
export const sessionSeconds = (12 * hoursMs) / 1000;

/** The text of a session cookie. */
export function signSession(userId: string, secret: string, now = Date.now()): string {
  const claims = JSON.stringify({ user: userId, until: now + sessionSeconds * 1000 });
  const payload = Buffer.from(claims).toString('base64url');
  return `${payload}.${signatureOf(payload, secret).toString('base64url')}`;
}

/** The user of a session cookie; null when it is missing, forged or expired. */
export function readSession(
  cookie: string | undefined,
  secret: string,
  now = Date.now(),
): string | null {
  const [payload = '', signature = '', ...others] = (cookie ?? '').split('.');
  const given = Buffer.from(signature, 'base64url');
  const expected = signatureOf(payload, secret);
  if (others.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return null;
  const { user, until } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    user: string;
    until: number;
  };
  return now < until ? user : null;
}

function signatureOf(payload: string, secret: string): Buffer {
  if (secret.length < 32) throw new Error('SESSION_SECRET needs at least 32 random characters.');
  return createHmac('sha256', secret).update(payload).digest();
}
