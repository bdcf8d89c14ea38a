import { errorOf, TenantryError } from '../errors/index.ts';

/** An answer that a framework can send as it is. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text (RFC 9457). */
  readonly body: string;
}

const failed = 'The server failed to answer this request';
/** From 500 on the titles of the catalogue speak of the inside of the server. */
const publicTitles: Readonly<Record<number, string>> = {
  503: 'The server cannot answer right now',
  504: 'The server took too long to answer',
};

/** The realm-less challenge that a 401 must carry (RFC 9110); the error code is that of RFC 6750. */
const challenges: Readonly<Record<string, string>> = {
  NOT_AUTHENTICATED: 'Bearer',
  TOKEN_INVALID: 'Bearer error="invalid_token"',
};

/**
 * The answer to an error of Tenantry, as `application/problem+json` (RFC 9457): `type` (the docs
 * link), `title`, `status`, `code`, `detail` where the client can do something with it, and the
 * `details` of the error beside them.
 *
 * It tells a client only what concerns the client. Nothing of `found` leaves the server from 500 on;
 * an unknown tenant and a foreign one give the same bytes. No answer may be stored by a cache, which
 * would hand one user's 404 to another.
 *
 * @throws the error itself, untouched, when it is not one of Tenantry: it is the application's.
 * @example
 * ```ts
 * const { status, headers, body } = toErrorResponse(error);
 * return new Response(body, { status, headers });
 * ```
 */
export function toErrorResponse(error: unknown): ErrorResponse {
  const known = tenantryErrorOf(error);
  if (known === undefined) throw error;
  const { code, status, docs, found, details } = known;
  const title = status < 500 ? (errorOf(code)?.title ?? code) : (publicTitles[status] ?? failed);
  const detail = status < 500 && status !== 404 ? found : undefined;
  const shownDetails = status < 500 && status !== 404 ? details : {};
  const challenge = challenges[code] ?? (status === 401 ? 'Bearer' : undefined);
  return Object.freeze({
    status,
    headers: Object.freeze({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...known.headers,
    }),
    // extension members of RFC 9457; the names of its own win
    body: JSON.stringify({ ...shownDetails, type: docs, title, status, code, detail }),
  });
}

/**
 * The error of Tenantry that an error is, or that an ORM wrapped: Drizzle throws its own error with
 * the one of the pool as its cause. Errors that the application made around ours are its own.
 */
export function tenantryErrorOf(error: unknown): TenantryError | undefined {
  if (TenantryError.is(error)) return error;
  if (!(error instanceof Error) || !TenantryError.is(error.cause)) return undefined;
  const { query, params } = error as { query?: unknown; params?: unknown };
  return typeof query === 'string' && Array.isArray(params) ? error.cause : undefined;
}
