import { check, TenantryError } from '../errors/index.ts';
import type { TenantRequest } from '../resolvers/request.ts';
import { store } from '../scope/store.ts';
import type { Queryable } from '../sql/queryable.ts';

/** Headers for the answer. */
export type GuardHeaders = Readonly<Record<string, string>>;

/**
 * A condition that a request must meet before its handler runs: `rbac.requires('projects:create')`,
 * `limits.requires('sso')`. It knows no framework, so every adapter takes it.
 *
 * @example
 * ```ts
 * app.post('/projects', guard(rbac.requires('projects:create')), handler); // Hono
 * ```
 */
export interface Guard {
  /** The condition in one line, for logs and OpenAPI: `permission projects:create`. */
  readonly requires: string;
  /**
   * Checks the request in the scope of its tenant. Throws a TenantryError to refuse it.
   * @param db the pool of the scope
   * @returns headers for the answer, or nothing
   */
  check(db: Queryable, request: TenantRequest): Promise<GuardHeaders | undefined>;
}

/** Checks the guards of a route. Call it in the scope of the request, before the handler. */
export type GuardCheck = (request: TenantRequest) => Promise<GuardHeaders>;

/**
 * Makes the check that an adapter puts before a handler. It checks the guards one after the other, in the
 * scope that the gate has opened, and returns the headers of all of them for the answer. The error of the
 * first guard that refuses is the error of the request: `toErrorResponse` answers it.
 *
 * @throws TenantryError `CONFIG_INVALID` without a guard, and for a value that is none. The check throws
 *   `CONFIG_INVALID` outside the scope of a gate, `SCOPE_ABORTED` when the client left in the middle of its
 *   body, and what the guards throw.
 * @example
 * ```ts
 * const check = createGuardCheck([rbac.requires('projects:create')]);
 * const headers = await check(request); // in the scope of the request
 * ```
 */
export function createGuardCheck(guards: readonly Guard[]): GuardCheck {
  const areGuards =
    Array.isArray(guards) &&
    guards.length > 0 &&
    guards.every((each) => typeof each?.check === 'function');
  check(areGuards, 'guard(…) without a guard', "Pass guards, such as rbac.requires('…').");
  return async (request) => {
    const db = servingPool();
    let headers: GuardHeaders = {};
    for (const guard of guards) headers = { ...headers, ...(await guard.check(db, request)) };
    if (request.isCutOff === true) throw new TenantryError('SCOPE_ABORTED');
    return headers;
  };
}

/** By name, because several copies of this package may be loaded. */
const slot = Symbol.for('@tenantry/core/gate@1');

type Root = { [slot]?: Queryable };

/** Notes in the running scope that the gate of this pool has opened it. */
export function serveFrom(pool: unknown): void {
  const root = store.getStore()?.root as Root | undefined;
  if (root !== undefined) root[slot] = pool as Queryable;
}

/** The pool whose gate has opened the running scope. */
function servingPool(): Queryable {
  const pool = (store.getStore()?.root as Root | undefined)?.[slot];
  check(
    pool !== undefined,
    'a guard on a route that no tenant gate serves',
    'Mount the tenant middleware before the route.',
  );
  return pool;
}
