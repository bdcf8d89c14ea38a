import {
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  fetchRequest,
  type GateOptions,
  type Guard,
  tenantryErrorOf,
} from '@tenantry/core/adapter';
import { initTRPC, TRPCError } from '@trpc/server';

const t = initTRPC.context<{ readonly request: Request }>().create();

type Code = TRPCError['code'];

/** The codes of tRPC that have the status of an error of Tenantry. */
const codes: Readonly<Record<number, Code>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  402: 'PAYMENT_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

/** An error that tRPC answers with the same status; from 500 on without its reason. */
export function trpcError(error: unknown): unknown {
  const inner = error instanceof TRPCError ? error.cause : error;
  const known = tenantryErrorOf(inner);
  if (known === undefined) return error;
  const message = known.status < 500 ? known.code : 'The server failed to answer this call';
  return new TRPCError({
    code: codes[known.status] ?? 'INTERNAL_SERVER_ERROR',
    message,
    cause: known,
  });
}

/** A procedure that runs in the scope of the tenant: one scope a call, also of calls in one batch. */
export function tenantProcedure(pool: EntryPool, options: GateOptions<Request>) {
  const gate = createTenantGate(pool, (request: Request) => fetchRequest(request), options);
  return t.procedure.use(async ({ ctx, next }) => {
    try {
      return await gate(ctx.request, async () => {
        const result = await next();
        // next() never rejects: without this a call that failed would end its scope as success
        if (!result.ok) throw result.error;
        return result;
      });
    } catch (error) {
      throw trpcError(error);
    }
  });
}

/** Guards of a procedure: `procedure.use(requires(rbac.requires('projects:create')))`. */
export function requires(...guards: readonly Guard[]) {
  const check = createGuardCheck(guards);
  return t.middleware(async ({ ctx, next }) => {
    await check(fetchRequest(ctx.request));
    return next();
  });
}

export const { router } = t;
