import { KeyObject } from 'node:crypto';
import {
  type CryptoKey,
  createRemoteJWKSet,
  errors,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { check, checkOptions, type OptionTypes, TenantryError } from '../errors/index.ts';
import { claim, claimKind, malformed, type Resolver, single } from './claim.ts';
import type { TenantRequest } from './request.ts';

/** A key that verifies tokens: a public key, or a secret of at least 32 bytes for HS256. */
export type JwtKey = KeyObject | CryptoKey | JWK | Uint8Array;

/** What a token must fulfil before its claims are accepted. */
export interface JwtRules {
  /** The accepted values of `iss`, the issuer. */
  readonly issuer: string | readonly string[];
  /**
   * The accepted values of `aud`, the audience. `false` for an issuer whose tokens have none (Clerk,
   * WorkOS); a token that has one is refused then, because it was meant for somebody else.
   */
  readonly audience: string | readonly string[] | false;
  /**
   * A further condition on the verified claims; false refuses the token. For what an issuer has in place
   * of an audience: `({ azp }) => azp === 'https://app.acme.com'`. Default: none.
   */
  readonly accept?: (claims: JwtClaims) => boolean;
  /** The accepted algorithms: `['RS256']`. HS… cannot be combined with other algorithms or with `jwksUrl`. */
  readonly algorithms: readonly string[];
  /** How far the clocks may differ, in seconds, 0 to 300. Default: 0. */
  readonly clockToleranceSeconds?: number;
  /**
   * Reads the token of a request; undefined when there is none. Default: the token of
   * `Authorization: Bearer`.
   */
  readonly token?: (request: TenantRequest) => string | undefined;
}

/** The claims of a token. */
export type JwtClaims = Readonly<Record<string, unknown>>;

/** The rules, and one key or the address of the issuer's key set. */
export type JwtOptions = JwtRules &
  (
    | { readonly key: JwtKey; readonly jwksUrl?: never }
    | { readonly jwksUrl: string | URL; readonly key?: never }
  );

/** What {@link jwtClaim} takes. */
export type JwtClaimOptions = JwtOptions & {
  /** The claim that names the tenant: `'org_id'`, or a path into it: `['o', 'id']`. */
  readonly claim: string | readonly string[];
  /** The claim kind. Default: 'id'. */
  readonly by?: string;
};

/** What {@link jwtUser} takes. */
export type JwtUserOptions = JwtOptions & {
  /** The claim that names the user, or a path into it. Default: 'sub'. */
  readonly claim?: string | readonly string[];
};

const types: OptionTypes<JwtUserOptions> = {
  issuer: 'any',
  audience: 'any',
  accept: 'any',
  algorithms: 'any',
  clockToleranceSeconds: 'number?',
  token: 'function?',
  key: 'any',
  jwksUrl: 'any',
  claim: 'any',
};

const longestToken = 8192;
const fetchTimeoutMs = 3000;
const smallestSecret = 32;

/**
 * Reads the tenant from a claim of a signed token (JWT). A claim is accepted only after signature,
 * algorithm, issuer, audience and expiry have been checked. The token must have an expiry.
 *
 * The claim is a text; an id of an integer or bigint tenancy may be a number, which is exact only up to
 * 2^53: larger ids need a text. A missing token and a token without the claim name no tenant. The membership
 * is checked nevertheless, because a token may still be valid after its user has left.
 *
 * @example
 * ```ts
 * jwtClaim({
 *   claim: 'org_id',
 *   jwksUrl: 'https://auth.example.com/.well-known/jwks.json',
 *   issuer: 'https://auth.example.com/',
 *   audience: 'https://api.acme.app',
 *   algorithms: ['RS256'],
 * });
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the resolver throws `TOKEN_INVALID` (401),
 *   `TOKEN_KEYS_UNAVAILABLE` (503) and `TENANT_CLAIM_MALFORMED` (400)
 */
export function jwtClaim(options: JwtClaimOptions): Resolver {
  checkOptions('jwtClaim', options, { ...types, by: 'any' });
  const by = claimKind(options.by ?? 'id');
  const read = claimReader(options, options.claim);
  return Object.freeze<Resolver>(async (request, tenancy) => {
    const { value, name } = await read(request);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw malformed(`${name} is not a text and not a number.`);
    return claim(by, value, name, tenancy);
  });
}

/**
 * Reads the signed-in user from a signed token (JWT), under the same conditions as {@link jwtClaim}; null
 * without a token.
 *
 * @example
 * ```ts
 * const who = jwtUser({ jwksUrl, issuer, audience, algorithms: ['RS256'] });
 * tenantMiddleware(pool, { resolve, user: (c) => who(fetchRequest(c.req.raw)) });
 * ```
 * @throws TenantryError `CONFIG_INVALID`; the function throws `TOKEN_INVALID` (401), also for a token
 *   that names no user, and `TOKEN_KEYS_UNAVAILABLE` (503)
 */
export function jwtUser(
  options: JwtUserOptions,
): (request: TenantRequest) => Promise<string | null> {
  checkOptions('jwtUser', options, types);
  const read = claimReader(options, options.claim ?? 'sub');
  return async (request) => {
    const { value, name, hasToken } = await read(request);
    if (!hasToken) return null;
    if (typeof value !== 'string' || value === '') throw invalidToken(`${name} names no user`);
    return value;
  };
}

/** Reads a claim of the token of a request; undefined without a token, and for a token without it. */
function claimReader(options: JwtOptions, claimed: string | readonly string[]) {
  const path = [claimed].flat() as string[];
  checkRules(options, path);
  const { token = bearerToken, audience, accept } = options;
  const keys = options.jwksUrl === undefined ? options.key : remoteKeys(new URL(options.jwksUrl));
  const rules = {
    issuer: [options.issuer].flat() as string[],
    ...(audience !== false && { audience: [audience].flat() as string[] }),
    algorithms: [...options.algorithms],
    clockTolerance: options.clockToleranceSeconds ?? 0,
    requiredClaims: ['exp'],
  };
  const name = `claim ${path.join('.')} of the token`;

  return async (request: TenantRequest) => {
    const text = token(request);
    if (text === undefined) return { value: undefined, name, hasToken: false };
    if (typeof text !== 'string' || text.length > longestToken) throw invalidToken('too long');
    const payload = await verified(text, keys, rules);
    if (audience === false && payload.aud !== undefined)
      throw invalidToken('its claim aud is not as required');
    if (accept !== undefined && !accept(payload)) throw invalidToken('its claims are not accepted');
    return { value: valueAt(payload, path), name, hasToken: true };
  };
}

/** The value at a path of own properties; undefined for null too. */
function valueAt(payload: JWTPayload, path: readonly string[]): unknown {
  let at: unknown = payload;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as JwtClaims)[key];
  }
  return at ?? undefined;
}

type Keys = JwtKey | ReturnType<typeof remoteKeys>;
type VerifyRules = NonNullable<Parameters<typeof jwtVerify>[2]>;

async function verified(token: string, keys: Keys, rules: VerifyRules) {
  try {
    // the two overloads differ only in what they return besides the payload
    const { payload } = await (typeof keys === 'function'
      ? jwtVerify(token, keys, rules)
      : jwtVerify(token, keys, rules));
    return payload;
  } catch (error) {
    if (TenantryError.is(error)) throw error;
    throw invalidToken(reason(error), error);
  }
}

/** The issuer's keys, fetched once and kept for ten minutes. A failed fetch is not a fault of the token. */
function remoteKeys(url: URL) {
  const fetched = createRemoteJWKSet(url, { timeoutDuration: fetchTimeoutMs });
  return async (...args: Parameters<typeof fetched>) => {
    try {
      return await fetched(...args);
    } catch (error) {
      const isAboutToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (isAboutToken) throw error;
      throw new TenantryError('TOKEN_KEYS_UNAVAILABLE', { cause: error });
    }
  };
}

const invalidToken = (found: string, cause?: unknown) =>
  new TenantryError('TOKEN_INVALID', { found: `${found}.`, cause });

/** Why a token was refused, with no more detail than the standard gives (RFC 6750). */
function reason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `its claim ${error.claim} is not as required`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not accepted';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the issuer has no such key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not fit';
  return 'it is malformed';
}

function bearerToken(request: TenantRequest): string | undefined {
  const value = single(request.header('authorization'), 'header authorization');
  if (value === undefined || !/^bearer(?: |$)/i.test(value)) return undefined;
  return value.slice('bearer '.length);
}

function checkRules(options: JwtOptions, path: readonly string[]): void {
  const { issuer, audience, accept, algorithms, key, jwksUrl } = options;
  const texts = (list: unknown) => {
    const all = [list].flat();
    return all.length > 0 && all.every((text) => typeof text === 'string' && text !== '');
  };
  check(texts(path), 'option claim', "Name the claim, such as 'org_id', or a path: ['o', 'id'].");
  check(texts(issuer), 'option issuer', 'Name who issues the tokens.');
  check(
    audience === false || texts(audience),
    'option audience',
    'Name for whom the tokens are meant; false for an issuer whose tokens have no audience.',
  );
  check(
    accept === undefined || typeof accept === 'function',
    'option accept',
    'Give a function of the claims.',
  );
  check(
    Array.isArray(algorithms) &&
      texts(algorithms) &&
      algorithms.every((alg) => /^(HS|RS|PS|ES)(256|384|512)$|^(EdDSA|Ed25519)$/.test(alg)),
    'algorithms',
    "Name the algorithms of your issuer, such as ['RS256']; 'none' is never accepted.",
  );
  check(
    (key === undefined) !== (jwksUrl === undefined),
    'option key',
    'Give either key or jwksUrl.',
  );
  const tolerance = options.clockToleranceSeconds ?? 0;
  check(
    tolerance >= 0 && tolerance <= 300,
    'option clockToleranceSeconds',
    'Use 0 to 300 seconds.',
  );

  // if a public key could serve as an HMAC secret, everybody could sign
  const symmetric = algorithms.filter((alg) => alg.startsWith('HS')).length;
  check(
    symmetric === 0 || symmetric === algorithms.length,
    'option algorithms',
    'Do not accept HS… beside algorithms with public keys.',
  );
  if (jwksUrl !== undefined) {
    check(symmetric === 0, 'option algorithms', 'HS… needs a secret, which no key set publishes.');
    check(isSafeUrl(jwksUrl), 'option jwksUrl', 'Use an https address.');
  } else {
    check(
      isSecret(key) === symmetric > 0,
      'option key',
      'HS… needs a secret, the others a public key.',
    );
    check(
      !(key instanceof Uint8Array) || key.byteLength >= smallestSecret,
      'option key',
      `Use a secret of at least ${smallestSecret} random bytes.`,
    );
  }
}

function isSecret(key: unknown): boolean {
  if (key instanceof Uint8Array) return true;
  if (key instanceof KeyObject) return key.type === 'secret';
  const { type, kty } = key as { type?: string; kty?: string };
  return type === 'secret' || kty === 'oct';
}

function isSafeUrl(url: unknown): boolean {
  if (!(typeof url === 'string' || url instanceof URL) || !URL.canParse(String(url))) return false;
  const { protocol, hostname } = new URL(url);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}
