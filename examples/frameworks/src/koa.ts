import {
  type AdapterOptions,
  createGuardCheck,
  createTenantGate,
  disconnectSignal,
  type EntryPool,
  errorToAnswer,
  type Guard,
  nodeRequest,
  readAdapterOptions,
  representationHeaders,
  toErrorResponse,
} from '@tenantry/core/adapter';
import type { Context, Middleware } from 'koa';

export type TenantMiddlewareOptions = AdapterOptions<Context>;

/** Runs what follows in the scope of the tenant. Mount it after the session and before the handlers. */
export function tenantMiddleware(pool: EntryPool, options: TenantMiddlewareOptions): Middleware {
  const answering = readAdapterOptions(options);
  const gate = createTenantGate<Context>(pool, read, options);
  return async (ctx, next) => {
    const signal = answering.cancelOnDisconnect ? disconnectSignal(ctx.res) : undefined;
    try {
      // Koa sends the body when the middleware is done: after the scope has ended
      await gate(ctx, next, { signal });
    } catch (error) {
      const known = errorToAnswer(error, answering);
      if (known === undefined) throw error;
      const { status, headers, body } = toErrorResponse(known);
      for (const name of representationHeaders) ctx.remove(name);
      ctx.body = body;
      ctx.status = status;
      ctx.set(headers);
    }
  };
}

/** Lets a request reach its handler only when it meets all conditions. */
export function guard(...guards: readonly Guard[]): Middleware {
  const check = createGuardCheck(guards);
  return async (ctx, next) => {
    ctx.set(await check(read(ctx)));
    await next();
  };
}

/** Routers keep the parameters in `ctx.params`; a mounted one changes the url of `ctx.req`. */
const read = ({ req, originalUrl, params }: Context) =>
  nodeRequest(
    { method: req.method, originalUrl, headers: req.headers, rawHeaders: req.rawHeaders },
    (name) => params?.[name],
  );
