/**
 * For authors of framework adapters. An adapter is three things, and none of them needs more than
 * this module:
 *
 * 1. **Read.** A function from the framework's request to {@link TenantRequest}.
 * 2. **Run.** `gate(request, run)` around the rest of the work. `run` must settle when the work of
 *    the request is over, and reject when it failed: then the scope ends, statements still under way
 *    are rolled back, and later ones are refused with `TENANT_SCOPE_ENDED`. The scope follows async
 *    calls, so whatever `run` starts (`next()`, `done()`, a handler) is in it.
 * 3. **Answer.** `toErrorResponse(error)` for errors of Tenantry, from the gate and from handlers;
 *    it throws any other error untouched, for the framework's own handling.
 *
 * Answer after the gate has settled wherever the framework lets you. Only then can work that a
 * handler forgot (`SCOPE_WORK_UNFINISHED`) become a 500 instead of a 200 whose write was rolled back.
 *
 * How the frameworks map:
 *
 * - **Hono**: `await gate(c, async () => { await next(); if (c.error) throw c.error; })`. Hono does
 *   not reject `next()` when a handler threw, it keeps the error in `c.error`. Done: `./hono`.
 * - **Express**: a middleware that ends when the response does, since handlers answer by themselves:
 *   `gate(req, () => new Promise((resolve) => { res.once('close', resolve); next(); }))`. `close`
 *   comes after `finish` and also when the client went away. On rejection: `next(error)` when
 *   `!res.headersSent`, else log it, for the answer has gone. A four-argument error middleware sends
 *   `toErrorResponse(error)`, or calls `next(error)` with what it throws. Read duplicates from
 *   `req.headersDistinct`, the path from `req.originalUrl`.
 * - **Fastify**: in an encapsulated plugin, an `onRoute` hook that wraps the handler:
 *   `(request, reply) => gate(request, () => handler.call(this, request, reply))`. What the handler
 *   returns is serialised and sent after the gate has settled. `setErrorHandler` of the plugin sends
 *   `toErrorResponse(error)`. Handlers that call `reply.send()` themselves return `reply`, which is
 *   awaitable until the response is out.
 * - **Next.js**: route handlers are wrapped: `(request, context) => gate(request, () =>
 *   handler(request, context))` with {@link fetchRequest}. Server actions and components have no
 *   request: read `await headers()` (`read` may be async), with `path: undefined`. The errors of
 *   `redirect()` and `notFound()` pass through. Queries of components that render later, inside
 *   Suspense, run after their scope; load the data in `gate` and hand it to them.
 * - **Streams everywhere**: the scope ends when the handler has returned its response, so a body that
 *   is produced later cannot query in it; it opens one of its own with `tenancy.run(id, fn)`.
 *
 * Prove an adapter with `adapterConformance` of `@tenantry/testing/conformance`.
 *
 * @module
 */
export type { HeaderValue, TenantRequest } from '../resolvers/request.ts';
export { databaseErrorOf } from './database-error.ts';
export type { EntryPool } from './entry-pool.ts';
export { type ErrorResponse, tenantryErrorOf, toErrorResponse } from './error-response.ts';
export { fetchRequest } from './fetch-request.ts';
export {
  createTenantGate,
  type GateOptions,
  type SignedIn,
  type TenantGate,
} from './gate.ts';
