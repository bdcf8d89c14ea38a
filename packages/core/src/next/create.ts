import type { NextRequest } from 'next/server.js';
import {
  type AdapterOptions,
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  type Guard,
  type GuardCheck,
  readAdapterOptions,
} from '../adapter/index.ts';
import { check, type TenantryError } from '../errors/index.ts';
import type { KeyPart } from '../tenancy/cache-key.ts';
import { cachedFunction, type TenantCacheOptions } from './cache.ts';
import { warnOfCopies } from './one-pool.ts';
import { type NextClaim, type NextSource, ofAction, ofPage } from './request.ts';
import { routeHandler, type TenantRoute } from './route.ts';
import { serverFunction } from './server-function.ts';

/**
 * What {@link createTenantNext} takes; `user`, `ip` and `requestId` receive method and headers.
 * `cancelOnDisconnect` and `errors` are for route handlers: Next answers an error that is left to it with a
 * 500 without a body.
 */
export type TenantNextOptions = AdapterOptions<NextSource> & {
  /**
   * Called with an error of Tenantry in an action or a page, after its scope has ended and before it is
   * thrown. It may `redirect('/sign-in')`. Default: none.
   */
  readonly refused?: (error: TenantryError) => unknown;
};

/** Guards, and the function that runs when all of them let the request through. */
type Guarded<F> = [...guards: Guard[], fn: F];

/** Next.js with tenants: made once with {@link createTenantNext}, used in every file. */
export interface TenantNext {
  /**
   * A route handler in the scope of its tenant. The response is sent after its database work has
   * finished; errors of Tenantry are answered as problem+json. `redirect()` and `notFound()` work.
   * @param args guards, if any, and the handler
   * @example
   * ```ts
   * export const GET = withTenant(async () => Response.json(await db.select().from(projects)));
   * export const POST = withTenant(rbac.requires('projects:create'), createProject);
   * ```
   */
  withTenant<C>(
    ...args: Guarded<TenantRoute<C>>
  ): (request: NextRequest, context: C) => Promise<Response>;
  /**
   * A server action in the scope of its tenant, in a file with `'use server'`. An error of Tenantry
   * reaches the browser as its `digest`, which `parseDigest` reads.
   * @param args guards, if any, and the action
   * @example
   * ```ts
   * export const rename = tenantAction(rbac.requires('projects:update'), async (form: FormData) => {
   *   await db.update(projects).set({ name: String(form.get('name')) });
   * });
   * ```
   */
  tenantAction<A extends unknown[], R>(
    ...args: Guarded<(...given: A) => R | Promise<R>>
  ): (...given: A) => Promise<R>;
  /**
   * A page, a layout, `generateMetadata`, or a function that loads data for them, in the scope of its
   * tenant. The components that it returns render after the scope has ended and get their data as props.
   * An unknown tenant, or a foreign one, gets the page of `notFound()`.
   * @param args guards, if any, and the component or function
   * @example
   * ```tsx
   * export default tenantPage(async () => <List rows={await db.select().from(projects)} />);
   * ```
   */
  tenantPage<A extends unknown[], R>(
    ...args: Guarded<(...given: A) => R | Promise<R>>
  ): (...given: A) => Promise<R>;
  /**
   * `unstable_cache` with the tenant in key and tags. On a miss the function runs in a scope of its own;
   * what it returns is kept as JSON. Call it in a scope.
   * @param fn what is cached; its arguments, which must be JSON, are part of the key
   * @param keys what the entry is called, at least one part
   * @throws TenantryError `CONFIG_INVALID`; the cached function throws `TENANT_CONTEXT_MISSING` outside a
   *   scope
   * @example
   * ```ts
   * const countOpen = tenantCache(() => db.$count(projects), ['open'], { tags: ['projects'] });
   * ```
   */
  tenantCache<A extends unknown[], R>(
    fn: (...given: A) => Promise<R>,
    keys: readonly KeyPart[],
    options?: TenantCacheOptions,
  ): (...given: A) => Promise<R>;
}

/**
 * Makes what route handlers, server actions and server components of Next.js need, once for the
 * application. Each of them resolves the claim, checks the membership of the signed-in user in one round
 * trip, and runs in the scope of that tenant. It opens no transaction.
 *
 * @param pool the tenant pool, opened with `sharedTenantPool`
 * @param options see {@link TenantNextOptions}
 * @example
 * ```ts
 * // src/tenant.ts
 * export const { withTenant, tenantAction, tenantPage, tenantCache } = createTenantNext(pool, {
 *   resolve: subdomain({ root: 'acme.app' }),
 *   user: async ({ headers }) => (await readSession(headers))?.userId ?? null,
 * });
 * ```
 * @throws TenantryError `CONFIG_INVALID`, also in the edge runtime, which has no sockets; requests get
 *   400, 401 and 404 as described at `createTenantGate`
 */
export function createTenantNext(pool: EntryPool, options: TenantNextOptions): TenantNext {
  check(
    process.env.NEXT_RUNTIME !== 'edge',
    'the edge runtime, which opens no connection to PostgreSQL',
    "Remove `export const runtime = 'edge'`.",
  );
  const answering = readAdapterOptions(options, { refused: 'function?' });
  const { refused } = options;
  const gate = createTenantGate<NextClaim>(pool, ({ read }) => read, options);
  warnOfCopies(pool);

  return Object.freeze<TenantNext>({
    withTenant(...args) {
      const { guards, fn } = split(args, 'withTenant');
      return routeHandler({ gate, answering }, guards, fn);
    },
    tenantAction(...args) {
      const { guards, fn } = split(args, 'tenantAction');
      return serverFunction({ gate, refused }, ofAction, guards, fn);
    },
    tenantPage(...args) {
      const { guards, fn } = split(args, 'tenantPage');
      return serverFunction({ gate, refused }, ofPage, guards, fn);
    },
    tenantCache: (fn, keys, given = {}) => cachedFunction(pool.tenancy, fn, keys, given),
  });
}

function split<F>(args: Guarded<F>, by: string): { guards: GuardCheck | undefined; fn: F } {
  const guards = args.slice(0, -1) as Guard[];
  const fn = args.at(-1) as F;
  check(typeof fn === 'function', `${by} without a function at the end`, `Use ${by}(…guards, fn).`);
  return { guards: guards.length === 0 ? undefined : createGuardCheck(guards), fn };
}
