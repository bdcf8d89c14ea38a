/**
 * For authors of framework adapters. An adapter does three things, and all of them need only this module:
 *
 * 1. **Read.** A function that converts the framework's request to a {@link TenantRequest}.
 * 2. **Run.** `gate(request, run)` around the rest of the work. `run` must settle when the work of the
 *    request is over, and reject when it failed. Then the scope ends: statements still running are rolled
 *    back, and later ones are refused with `TENANT_SCOPE_ENDED`. The scope follows async calls, so
 *    everything that `run` starts (`next()`, `done()`, a handler) is in it.
 * 3. **Answer.** `toErrorResponse(error)` for errors of Tenantry, from the gate and from handlers. It
 *    throws any other error unchanged, for the framework's own error handling.
 *
 * An adapter that offers guards makes their check with {@link createGuardCheck}, calls it in `run` before the
 * handler, and adds the headers that it returns to the response.
 *
 * Answer after the gate has settled when the framework allows it. Only then does work that a handler
 * forgot to await (`SCOPE_WORK_UNFINISHED`) become a 500 instead of a 200 whose write was rolled back.
 *
 * How the frameworks map:
 *
 * - **Hono**: `await gate(c, async () => { await next(); if (c.error) throw c.error; })`. Hono does not
 *   reject `next()` when a handler threw; it keeps the error in `c.error`. Done: `./hono`.
 * - **Express**: a middleware that ends with the response, because handlers send responses themselves:
 *   `gate(req, () => new Promise((resolve) => { res.once('close', resolve); next(); }))`. `close` comes
 *   after `finish` and also when the client went away. On rejection call `next(error)` when
 *   `!res.headersSent`; else the response is already sent, so log the error. A four-argument error
 *   middleware sends `toErrorResponse(error)`, or calls `next(error)` with the error that it throws. Read
 *   duplicates from `req.headersDistinct`, the path from `req.originalUrl`.
 * - **Fastify**: in an encapsulated plugin, an `onRoute` hook that wraps the handler:
 *   `(request, reply) => gate(request, () => handler.call(this, request, reply))`. The handler's return
 *   value is serialised and sent after the gate has settled. `setErrorHandler` of the plugin sends
 *   `toErrorResponse(error)`. Handlers that call `reply.send()` themselves return `reply`, which can be
 *   awaited until the response is sent.
 * - **Next.js**: route handlers are wrapped:
 *   `(request, context) => gate(request, () => handler(request, context))` with {@link fetchRequest}.
 *   Server actions and components have no request: read `await headers()` (`read` may be async), with
 *   `path: undefined`. The errors of `redirect()` and `notFound()` pass through. Components that render
 *   later, inside Suspense, query after the scope has ended; load their data in `gate` and pass it to
 *   them.
 * - **Streams in every framework**: the scope ends when the handler has returned its response. A body
 *   that is produced later cannot query in it and opens its own scope with `tenancy.run(id, fn)`.
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
  type UserId,
} from './gate.ts';
export { createGuardCheck, type Guard, type GuardCheck, type GuardHeaders } from './guard.ts';
