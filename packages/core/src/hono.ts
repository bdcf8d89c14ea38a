import type { Context, Env, MiddlewareHandler } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import {
  type AdapterOptions,
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  type ErrorResponse,
  errorToAnswer,
  fetchRequest,
  type Guard,
  problemResponse,
  readAdapterOptions,
  representationHeaders,
  tenantryErrorOf,
  toErrorResponse,
} from './adapter/index.ts';

export { problemResponse, tenantryErrorOf } from './adapter/index.ts';

/** The options of {@link tenantMiddleware}; `user`, `ip` and `requestId` receive Hono's context. */
export type TenantMiddlewareOptions<E extends Env = Env> = AdapterOptions<Context<E>>;

/**
 * Runs each request in the scope of its tenant: resolves the claim, checks the membership of the
 * signed-in user in one round trip, and runs the handlers after it in that scope.
 *
 * Mount it once on a path, after CORS and sign-in and before the handlers. It opens no transaction. The
 * response is sent after the handlers' database work has finished.
 *
 * @example
 * ```ts
 * app.use('/api/*', tenantMiddleware(pool, {
 *   resolve: [subdomain({ root: 'acme.app' }), header('x-organization', { by: 'slug' })],
 *   user: (c) => c.get('session')?.userId ?? null,
 * }));
 * ```
 * @throws TenantryError `CONFIG_INVALID`; requests get 400, 401 and 404 as described at
 *   `createTenantGate`
 */
export function tenantMiddleware<E extends Env = Env>(
  pool: EntryPool,
  options: TenantMiddlewareOptions<E>,
): MiddlewareHandler<E> {
  const answering = readAdapterOptions(options);
  const gate = createTenantGate<Context<E>>(pool, read, options);

  return async (c, next) => {
    const run = async () => {
      await next();
      // Hono has caught the error of a handler; the scope must end as failed
      if (c.error !== undefined) throw c.error;
    };
    try {
      await gate(c, run, { signal: answering.cancelOnDisconnect ? c.req.raw.signal : undefined });
    } catch (error) {
      // app.onError has logged the errors of handlers; nobody has seen the others
      const isSeen = error === c.error;
      const known = errorToAnswer(error, answering, isSeen);
      if (known !== undefined) await replaceResponse(c, toErrorResponse(known));
      else if (!isSeen) throw error;
    }
  };
}

/**
 * Lets a request reach its handler only when it meets all conditions. Mount it after
 * {@link tenantMiddleware}, which answers the errors of the guards. Their headers, such as `RateLimit`,
 * are added to the response.
 *
 * @example
 * ```ts
 * app.post('/projects', guard(rbac.requires('projects:create')), handler);
 * app.use('/api/*', guard(limits.consumes('apiCalls')));
 * ```
 * @throws TenantryError `CONFIG_INVALID` without a guard; requests get what the guards throw, and
 *   `CONFIG_INVALID` where no tenantMiddleware ran before
 */
export function guard<E extends Env = Env>(...guards: readonly Guard[]): MiddlewareHandler<E> {
  const check = createGuardCheck(guards);
  return async (c, next) => {
    const headers = await check(read(c)).catch((error: unknown) => {
      throw refused(error);
    });
    await next();
    // afterwards: Hono drops earlier headers when a handler returns a Response of its own
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}

/**
 * Gives a refusal its response, as an HTTPException of Hono has one: without an `onError` of the
 * application, Hono would print a stack trace for each 403.
 */
function refused(error: unknown): unknown {
  const known = tenantryErrorOf(error);
  if (known === undefined || known.status >= 500) return error;
  // one error may refuse several times: that of a scope that was aborted
  return Object.defineProperty(known, 'getResponse', {
    value: () => problemResponse(known),
    configurable: true,
  });
}

const read = (c: Context) => fetchRequest(c.req.raw, (name) => c.req.param(name));

async function replaceResponse(c: Context, answer: ErrorResponse): Promise<void> {
  const dropped = c.finalized ? c.res.body : null;
  for (const name of representationHeaders) c.header(name, undefined);
  c.res = c.newResponse(answer.body, answer.status as StatusCode, { ...answer.headers });
  if (dropped !== null && !dropped.locked) await dropped.cancel();
}
