import {
  type AdapterOptions,
  type AnswerOptions,
  checkWebhook,
  createGuardCheck,
  createTenantGate,
  disconnectSignal,
  type EntryPool,
  type FetchHandler,
  type FetchRequestOptions,
  type Guard,
  nodeRequest,
  readAdapterOptions,
  sendResponse,
  toFetchRequest,
} from '../adapter/index.ts';
import { answer, refuse, serve, silence } from './answer.ts';
import { HeldResponse } from './held-response.ts';
import type { ErrorMiddleware, ExpressRequest, Middleware } from './types.ts';

/** The options of {@link tenantMiddleware}; `user`, `ip` and `requestId` receive the request of Express. */
export type TenantMiddlewareOptions<Q extends ExpressRequest = ExpressRequest> = AdapterOptions<Q>;

/**
 * Runs each request in the scope of its tenant: resolves the claim, checks the membership of the
 * signed-in user in one round trip, and runs the handlers after it in that scope.
 *
 * Mount it once on a path, after compression, cors, sessions and sign-in, and before the handlers; body
 * parsers go on either side. It opens no transaction. The scope ends with the response: work that a
 * handler forgot to await turns it into a 500.
 *
 * @example
 * ```ts
 * app.use('/api', tenantMiddleware(pool, {
 *   resolve: [subdomain({ root: 'acme.app' }), header('x-organization', { by: 'slug' })],
 *   user: (request) => request.session.userId ?? null,
 * }));
 * ```
 * @throws TenantryError `CONFIG_INVALID`; requests get 400, 401 and 404 as described at
 *   `createTenantGate`
 */
export function tenantMiddleware<Q extends ExpressRequest = ExpressRequest>(
  pool: EntryPool,
  options: TenantMiddlewareOptions<Q>,
): Middleware<Q> {
  const answering = readAdapterOptions(options);
  const gate = createTenantGate<Q>(pool, read, options);

  return (request, response, next) => {
    const held = new HeldResponse(response);
    const signal = answering.cancelOnDisconnect ? disconnectSignal(response) : undefined;
    serve(response, { held, answering });
    gate(request, (scope) => held.run(scope, next), { signal }).then(
      () => held.release(),
      (error) =>
        held.refuse(error, (known) => {
          answer(response, known, next, answering);
          silence(response);
        }),
    );
  };
}

/**
 * Lets a request reach its handler only when it meets all conditions. Mount it after
 * {@link tenantMiddleware}. The headers of the guards, such as `RateLimit`, are set on the response.
 *
 * @example
 * ```ts
 * app.post('/projects', guard(rbac.requires('projects:create')), handler);
 * app.use('/api', guard(limits.consumes('apiCalls')));
 * ```
 * @throws TenantryError `CONFIG_INVALID` without a guard; requests get what the guards throw, and
 *   `CONFIG_INVALID` where no tenantMiddleware ran before
 */
export function guard<Q extends ExpressRequest = ExpressRequest>(
  ...guards: readonly Guard[]
): Middleware<Q> {
  const check = createGuardCheck(guards);
  return (request, response, next) => {
    check(read(request)).then(
      (headers) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        next();
      },
      (error) => refuse(response, error, next),
    );
  };
}

/**
 * Answers errors of Tenantry that handlers throw or pass to `next`, as problem+json, and ends the scope of
 * their request as failed. Other errors go on to the next error handler. Mount it last, before an error
 * handler of your own; with `errors: 'throw'` that one gets all errors.
 *
 * @param options.logger receives the errors whose cause is hidden from the client, on routes without
 *   {@link tenantMiddleware}. Default: console.
 * @example
 * ```ts
 * app.use(tenantErrors());
 * ```
 */
export function tenantErrors(options: Pick<AnswerOptions, 'logger'> = {}): ErrorMiddleware {
  const answering = readAdapterOptions(options);
  // Express tells error handlers by their four parameters
  return (error, _request, response, next) => refuse(response, error, next, answering);
}

/**
 * Serves a handler of Fetch requests, such as the webhook of Stripe, with the raw bytes of the body. Mount
 * it outside {@link tenantMiddleware}, and before `express.json()` or with a parser that keeps the bytes.
 *
 * @param options.maxBytes the largest body, in bytes. Default: 1048576.
 * @throws TenantryError `CONFIG_INVALID`; requests get `BODY_TOO_LARGE`, and `CONFIG_INVALID` when a parser
 *   has read the body
 * @example
 * ```ts
 * app.post('/webhooks/stripe', webhook(runtime.webhook));
 * app.use(express.json());
 * ```
 */
export function webhook(
  handler: FetchHandler,
  options: Pick<FetchRequestOptions, 'maxBytes'> = {},
): Middleware {
  checkWebhook(handler, options);
  return (request, response, next) => {
    const serveIt = async () =>
      sendResponse(await handler(await toFetchRequest(request, options)), response);
    serveIt().catch((error) => {
      if (!response.destroyed) refuse(response, error, next);
    });
  };
}

const read = (request: ExpressRequest) =>
  nodeRequest(request, (name) => {
    const value = (request as RoutedRequest).params?.[name];
    return typeof value === 'string' ? value : undefined;
  });

/** The parameters that the router of Express took from the path. */
interface RoutedRequest extends ExpressRequest {
  readonly params?: Readonly<Record<string, unknown>>;
}
