import { type JwtRules, jwtClaim, jwtUser } from '@tenantry/core/jwt';
import { SignJWT } from 'jose';

/** How long a token is valid, in seconds. */
export const tokenSeconds = 15 * 60;

/** Tokens of this application: a user in one organization, for programs that keep no cookies. */
export function openTokens({
  origin,
  secret,
}: {
  readonly origin: string;
  readonly secret: string;
}) {
  const key = new TextEncoder().encode(secret);
  const rules: JwtRules = { issuer: origin, audience: `${origin}/api`, algorithms: ['HS256'] };
  return {
    /** A token for a user in the organization of this slug. */
    sign: (userId: string, organization: string): Promise<string> =>
      new SignJWT({ organization })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setIssuer(origin)
        .setAudience(`${origin}/api`)
        .setIssuedAt()
        .setExpirationTime(`${tokenSeconds}s`)
        .sign(key),
    /** Reads the organization of a request. */
    organization: jwtClaim({ ...rules, key, claim: 'organization', by: 'slug' }),
    /** Reads the user of a request; null without a token. */
    user: jwtUser({ ...rules, key }),
  };
}

export type Tokens = ReturnType<typeof openTokens>;
