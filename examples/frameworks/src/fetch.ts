import {
  type AdapterOptions,
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  errorToAnswer,
  fetchRequest,
  type Guard,
  problemResponse,
  readAdapterOptions,
  withHeaders,
} from '@tenantry/core/adapter';

/** A handler of a server or a framework that speaks the Fetch API. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Runs a handler in the scope of the tenant. Its response is sent after the scope has ended. */
export function withTenant(
  pool: EntryPool,
  options: AdapterOptions<Request>,
): (handler: FetchHandler) => (request: Request) => Promise<Response> {
  const answering = readAdapterOptions(options);
  const gate = createTenantGate(pool, (request: Request) => fetchRequest(request), options);
  return (handler) => async (request) => {
    try {
      const signal = answering.cancelOnDisconnect ? request.signal : undefined;
      return await gate(request, () => handler(request), { signal });
    } catch (error) {
      const known = errorToAnswer(error, answering);
      if (known === undefined) throw error;
      return problemResponse(known);
    }
  };
}

/** Lets a request reach a handler only when it meets all conditions. */
export function guarded(handler: FetchHandler, ...guards: readonly Guard[]): FetchHandler {
  const check = createGuardCheck(guards);
  return async (request) => {
    const headers = await check(fetchRequest(request));
    return withHeaders(await handler(request), headers);
  };
}
