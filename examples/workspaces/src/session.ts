import { TenantryError } from '@tenantry/core';
import type { onRequestAsyncHookHandler } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';

// The smallest sign-in that is not a lie: a signed, expiring token that names a user. There is no
// password here and no endpoint that gives tokens away. Replace this file by your auth library; all
// that the rest of the application needs is `request.userId`.

const issuer = 'workspaces';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it; set by `signedIn`. */
    userId: string;
  }
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
export function signedIn(secret: string): onRequestAsyncHookHandler {
  const key = keyOf(secret);
  return async (request) => {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw new TenantryError('NOT_AUTHENTICATED');
    request.userId = await userOf(token, key);
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
