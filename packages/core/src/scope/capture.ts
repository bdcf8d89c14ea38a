import { createHmac, timingSafeEqual } from 'node:crypto';
import { TenantryError } from '../errors/index.ts';
import { type Actor, parseActor } from './actor.ts';

/** The content of a captured scope. */
export interface Captured {
  readonly setting: string;
  readonly tenant: string;
  readonly actor: Actor | null;
  /** When the token expires, in seconds since 1970. */
  readonly expires: number;
}

const longestToken = 4096;
const mac = (secret: string, body: string) =>
  createHmac('sha256', secret).update(`tenantry-scope-1.${body}`).digest();

/** Signs a scope: base64url JSON, a dot, base64url HMAC-SHA256 (RFC 2104) with the first secret. */
export function seal(secrets: readonly string[], captured: Captured): string {
  const secret = secrets[0];
  if (secret === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'capture() without a secret',
      fix: 'Give defineTenancy({ secret }) at least 32 random characters.',
    });
  }
  const body = Buffer.from(JSON.stringify(captured)).toString('base64url');
  return `${body}.${mac(secret, body).toString('base64url')}`;
}

/**
 * Opens a sealed scope with any of the secrets, so that secrets can be rotated.
 * @throws TenantryError `CAPTURE_INVALID`
 */
export function unseal(secrets: readonly string[], setting: string, token: unknown): Captured {
  const refuse = (found: string) => new TenantryError('CAPTURE_INVALID', { found });
  if (typeof token !== 'string' || token.length > longestToken) throw refuse('not a token');
  const [body, signature, ...rest] = token.split('.');
  if (!body || !signature || rest.length > 0) throw refuse('not a token');
  const given = Buffer.from(signature, 'base64url');
  const genuine = secrets.some((secret) => {
    const expected = mac(secret, body);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!genuine) throw refuse('a signature that none of the secrets made');
  const captured = JSON.parse(Buffer.from(body, 'base64url').toString()) as Captured | null;
  if (captured?.setting !== setting) throw refuse('a token of another tenancy');
  if (!(captured.expires * 1000 >= Date.now())) throw refuse('a token that has expired');
  return { ...captured, actor: captured.actor === null ? null : parseActor(captured.actor) };
}
