import type { Context, Env, MiddlewareHandler } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import {
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  type ErrorResponse,
  fetchRequest,
  type GateOptions,
  type Guard,
  tenantryErrorOf,
  toErrorResponse,
} from './adapter/index.ts';

export { tenantryErrorOf } from './adapter/index.ts';

/** What {@link tenantMiddleware} takes; `user`, `ip` and `requestId` receive Hono's context. */
export type TenantMiddlewareOptions<E extends Env = Env> = GateOptions<Context<E>> & {
  /** End the scope when the client disconnects, and roll back what is under way. Default: false. */
  readonly cancelOnDisconnect?: boolean;
  /**
   * `answer` sends every error of Tenantry, also one that a handler threw, as problem+json; `app.onError`
   * does not see it. `throw` leaves all errors to `app.onError`, which can use {@link problemResponse}.
   * Default: 'answer'.
   */
  readonly errors?: 'answer' | 'throw';
  /** Receives the errors whose cause is hidden from the client. Default: console. */
  readonly logger?: { error(error: unknown): void };
};

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
  const { errors = 'answer', cancelOnDisconnect = false, logger = console } = options;
  const gate = createTenantGate<Context<E>>(pool, read, options);

  return async (c, next) => {
    const run = async () => {
      await next();
      // Hono has caught the error of a handler; the scope must end as failed
      if (c.error !== undefined) throw c.error;
    };
    try {
      await gate(c, run, { signal: cancelOnDisconnect ? c.req.raw.signal : undefined });
    } catch (error) {
      const isAnsweredByApp = error === c.error;
      const known = tenantryErrorOf(error);
      if (errors === 'answer' && known !== undefined) {
        // app.onError has logged the errors of handlers; nobody has seen the others
        if (!isAnsweredByApp && known.status >= 500) logger.error(known);
        await replaceResponse(c, toErrorResponse(known));
      } else if (!isAnsweredByApp) throw error;
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

/**
 * The problem+json response for an error of Tenantry, for `app.onError`.
 * @throws any other error unchanged.
 * @example
 * ```ts
 * app.onError((error) => (TenantryError.is(error) ? problemResponse(error) : custom(error)));
 * ```
 */
export function problemResponse(error: unknown): Response {
  const { status, headers, body } = toErrorResponse(error);
  return new Response(body, { status, headers });
}

const read = (c: Context) => fetchRequest(c.req.raw, (name) => c.req.param(name));

/** Headers that describe the discarded response; Hono would copy them to the new one. */
const ofRepresentation = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
  'location',
];

async function replaceResponse(c: Context, answer: ErrorResponse): Promise<void> {
  const dropped = c.finalized ? c.res.body : null;
  for (const name of ofRepresentation) c.header(name, undefined);
  c.res = c.newResponse(answer.body, answer.status as StatusCode, { ...answer.headers });
  if (dropped !== null && !dropped.locked) await dropped.cancel();
}
