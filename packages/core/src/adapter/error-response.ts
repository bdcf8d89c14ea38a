import { errorOf, TenantryError } from '../errors/index.ts';

/** A response that a framework can send as it is. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text (RFC 9457). */
  readonly body: string;
}

const failed = 'The server failed to answer this request';
/** Public titles from 500 on, where the titles of the catalogue describe server internals. */
const publicTitles: Readonly<Record<number, string>> = {
  503: 'The server cannot answer right now',
  504: 'The server took too long to answer',
};

/** The challenge that a 401 must carry (RFC 9110), without a realm; the error code is from RFC 6750. */
const challenges: Readonly<Record<string, string>> = {
  NOT_AUTHENTICATED: 'Bearer',
  TOKEN_INVALID: 'Bearer error="invalid_token"',
};

/**
 * The response for an error of Tenantry, as `application/problem+json` (RFC 9457): `type` (the docs
 * link), `title`, `status`, `code`, `detail` when the client can act on it, and the `details` of the
 * error.
 *
 * It contains only what concerns the client. From 500 on, `found` is never sent. An unknown tenant and a
 * foreign one get the same bytes. Caches must not store any of these responses, or one user's 404 would
 * be served to another.
 *
 * @throws any other error unchanged: it belongs to the application.
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
    // extension members of RFC 9457; the standard names win
    body: JSON.stringify({ ...shownDetails, type: docs, title, status, code, detail }),
  });
}

/**
 * Returns the error of Tenantry, also when an ORM wrapped it: Drizzle throws its own error with the
 * pool's error as the cause. An error that the application wrapped around ours belongs to the
 * application.
 */
export function tenantryErrorOf(error: unknown): TenantryError | undefined {
  if (TenantryError.is(error)) return error;
  if (!(error instanceof Error) || !TenantryError.is(error.cause)) return undefined;
  const { query, params } = error as { query?: unknown; params?: unknown };
  return typeof query === 'string' && Array.isArray(params) ? error.cause : undefined;
}
