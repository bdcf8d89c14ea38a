import { TenantryError } from '../errors/index.ts';
import type { TenantRequest } from '../resolvers/request.ts';
import type { Queryable } from '../sql/queryable.ts';

/** Headers for the answer. */
export type GuardHeaders = Readonly<Record<string, string>>;

/**
 * A condition that a request must meet before its handler runs, in no framework's words:
 * `rbac.requires('projects:create')`, `limits.requires('sso')`. Every adapter takes it.
 *
 * @example
 * ```ts
 * app.post('/projects', guard(rbac.requires('projects:create')), handler); // Hono
 * ```
 */
export interface Guard {
  /** The condition in one line, for logs and for OpenAPI: `permission projects:create`. */
  readonly requires: string;
  /**
   * Checks the request in the scope of its tenant. Throws a TenantryError to refuse it.
   * @param db the pool of the scope
   * @returns headers for the answer, or nothing
   */
  check(db: Queryable, request: TenantRequest): Promise<GuardHeaders | undefined>;
}

/**
 * Checks guards one after the other, for authors of adapters: call it in the scope of the request,
 * before the handler.
 * @param db the pool that the gate entered
 * @returns the headers of all guards
 * @throws TenantryError the error of the first guard that refuses
 * @example
 * ```ts
 * const headers = await checkGuards(pool, request, [rbac.requires('projects:create')]);
 * ```
 */
export async function checkGuards(
  db: unknown,
  request: TenantRequest,
  guards: readonly Guard[],
): Promise<GuardHeaders> {
  if (typeof (db as { query?: unknown } | undefined)?.query !== 'function') {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'a guard on a route that no tenant gate serves.',
      fix: 'Mount the tenant middleware with the tenant pool before the route.',
    });
  }
  let headers: GuardHeaders = {};
  for (const guard of guards) {
    headers = { ...headers, ...(await guard.check(db as Queryable, request)) };
  }
  return headers;
}
