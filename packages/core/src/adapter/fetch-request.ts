import type { TenantRequest } from '../resolvers/request.ts';

/**
 * Reads a Fetch API `Request`, as Hono, Next.js route handlers, Bun, Deno and workers have it. A Fetch
 * request joins repeated headers with commas; the resolvers refuse such a list.
 *
 * @param param returns a parameter of the router, when there is one. Default: none.
 * @example
 * ```ts
 * const gate = createTenantGate(pool, (request: Request) => fetchRequest(request), options);
 * ```
 */
export function fetchRequest(
  request: Request,
  param?: (name: string) => string | undefined,
): TenantRequest {
  const { method, url, headers } = request;
  const pathAt = url.indexOf('/', url.indexOf('://') + 3);
  return {
    method,
    path: pathAt < 0 ? '/' : url.slice(pathAt).split(/[?#]/, 1)[0],
    // without a Host header (tests, workers) the host is known from the URL alone
    host: headers.get('host') ?? new URL(url).host,
    header: (name) => headers.get(name) ?? undefined,
    ...(param !== undefined && { param }),
  };
}
