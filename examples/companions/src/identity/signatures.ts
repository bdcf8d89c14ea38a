import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old or how early a signature may be, in milliseconds. */
const toleranceMs = 5 * 60_000;

const isRecent = (ms: number) => Math.abs(Date.now() - ms) <= toleranceMs;
const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();
const isSame = (given: Buffer, expected: Buffer) =>
  given.length === expected.length && timingSafeEqual(given, expected);

/** Svix, and so Clerk: `svix-signature: v1,<base64>` over id, time and body; several while keys rotate. */
export function isSignedBySvix(secret: string, body: string, headers: Headers): boolean {
  const id = headers.get('svix-id') ?? '';
  const seconds = headers.get('svix-timestamp') ?? '';
  if (!/^\d{1,12}$/.test(seconds) || !isRecent(Number(seconds) * 1000)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = hmac(key, `${id}.${seconds}.${body}`);
  return (headers.get('svix-signature') ?? '')
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .some((signature) => isSame(Buffer.from(signature.slice(3), 'base64'), expected));
}

/** WorkOS: `workos-signature: t=<milliseconds>, v1=<hexadecimal>` over time and body. */
export function isSignedByWorkOS(secret: string, body: string, headers: Headers): boolean {
  const [, time, signature] =
    /^t=(\d{1,15}), ?v1=([0-9a-f]{64})$/.exec(headers.get('workos-signature') ?? '') ?? [];
  if (time === undefined || signature === undefined || !isRecent(Number(time))) return false;
  return isSame(Buffer.from(signature, 'hex'), hmac(secret, `${time}.${body}`));
}
