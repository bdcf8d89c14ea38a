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
 * {@link nodeRequest} and {@link fetchRequest} read what most frameworks have. {@link AdapterOptions} are the
 * options of every adapter: {@link readAdapterOptions} checks them, {@link errorToAnswer} says what to answer.
 * `./express`, `./fastify`, `./hono` and `./next` are made so; the guide "Write an adapter" has one for Koa.
 *
 * - **Handlers that send the response themselves** (Express, node:http): hold the call that ends it.
 *   `run` receives the scope; `scope.end()` ends it at once and says whether all its work was done. If not,
 *   send the response, or the error in its place, when the gate has settled.
 * - **`next()` that does not reject** (Hono, tRPC): throw what it kept, or a failed request ends as success.
 * - **Headers without a request** (server actions of Next.js): `read` may be async, and give
 *   `path: undefined`.
 * - **Streams in every framework**: the scope ends when the handler has returned its response. A body
 *   that is produced later cannot query in it and opens its own scope with `tenancy.run(id, fn)`.
 * - **Callbacks of the socket** (`req.on('end')`, a message of a WebSocket) run in no scope: bind them with
 *   `tenancy.bind(fn)`, or open a scope in them.
 *
 * Prove an adapter with `adapterConformance` of `@tenantry/testing/conformance`.
 *
 * @module
 */
export type { HeaderValue, TenantRequest } from '../resolvers/request.ts';
export { databaseErrorOf } from './database-error.ts';
export { disconnectSignal } from './disconnect.ts';
export type { EntryPool } from './entry-pool.ts';
export { type ErrorResponse, tenantryErrorOf, toErrorResponse } from './error-response.ts';
export { fetchRequest } from './fetch-request.ts';
export {
  createTenantGate,
  type GatedScope,
  type GateOptions,
  type TenantGate,
} from './gate.ts';
export { createGuardCheck, type Guard, type GuardCheck, type GuardHeaders } from './guard.ts';
export {
  checkWebhook,
  type FetchHandler,
  type FetchRequestOptions,
  sendResponse,
  toFetchRequest,
} from './node-fetch.ts';
export { type NodeRequest, nodeRequest } from './node-request.ts';
export {
  type AdapterOptions,
  type AnswerOptions,
  errorToAnswer,
  readAdapterOptions,
} from './options.ts';
export { problemResponse, representationHeaders, sendProblem } from './problem.ts';
export type { SignedIn, UserId, UserReader } from './signed-in.ts';
export { withHeaders } from './with-headers.ts';
