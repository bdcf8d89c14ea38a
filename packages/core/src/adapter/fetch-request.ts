import type { TenantRequest } from '../resolvers/request.ts';

/**
 * Reads a Fetch API `Request`, as Hono, Next.js route handlers, Bun, Deno and workers have it.
 * Headers that came repeatedly are one comma list there, which the resolvers refuse.
 *
 * @param param gives the parameters of the router, where there is one
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
    // servers without a Host header (tests, workers) know the host from the address alone
    host: headers.get('host') ?? new URL(url).host,
    header: (name) => headers.get(name) ?? undefined,
    ...(param !== undefined && { param }),
  };
}
