import { TenantryError } from '@tenantry/core';
import type { MiddlewareHandler } from 'hono';
import type { RequestIdVariables } from 'hono/request-id';
import { jwtVerify, SignJWT } from 'jose';

// The smallest sign-in that is not a lie: a signed, expiring token that names a user. There is no
// password here and no endpoint that gives tokens away. Replace this file by your auth library; all
// that the rest of the application needs is `c.var.userId`.

const issuer = 'b2b-saas';

/** What handlers behind {@link signedIn} know. */
export interface SessionEnv {
  Variables: RequestIdVariables & { userId: string };
}

/** What handlers of `/api` know; a request with a key has no user. */
export interface ApiEnv {
  Variables: RequestIdVariables & { userId?: string };
}

/** A token for a user, valid for 12 hours. */
export const signToken = (userId: string, secret: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime('12h')
    .sign(keyOf(secret));

/** Lets only requests through that carry a token of ours; the others get 401. */
export function signedIn(secret: string): MiddlewareHandler<SessionEnv> {
  const key = keyOf(secret);
  return async (c, next) => {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (token === undefined) throw new TenantryError('NOT_AUTHENTICATED');
    c.set('userId', await userOf(token, key));
    await next();
  };
}

async function userOf(token: string, key: Uint8Array): Promise<string> {
  try {
    const options = { issuer, algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] };
    const { payload } = await jwtVerify(token, key, options);
    return payload.sub as string;
  } catch (cause) {
    throw new TenantryError('NOT_AUTHENTICATED', { found: 'a token that is not valid', cause });
  }
}

function keyOf(secret: string): Uint8Array {
  if (secret.length < 32) throw new Error('SESSION_SECRET needs at least 32 random characters.');
  return new TextEncoder().encode(secret);
}
