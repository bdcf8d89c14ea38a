import { createGuardCheck, type Guard } from '../adapter/index.ts';
import { type ReadRequest, readRequest } from './fastify-request.ts';

/** A preHandler hook that fits every route, whatever types its body and its answers have. */
export type GuardHook = (
  request: ReadRequest,
  reply: { headers(values: Record<string, string>): unknown },
) => Promise<void>;

/**
 * Lets a request reach its handler only when it meets all conditions, as a `preHandler` of a route or of a
 * plugin. It runs in the scope that {@link tenantPlugin} has opened, which also answers what it throws. The
 * headers of the guards, such as `RateLimit`, are added to the answer.
 *
 * @example
 * ```ts
 * app.post('/projects', { preHandler: guard(rbac.requires('projects:create')) }, handler);
 * app.addHook('preHandler', guard(limits.consumes('apiCalls')));
 * ```
 * @throws TenantryError `CONFIG_INVALID` without a guard; requests get what the guards throw, and
 *   `CONFIG_INVALID` where no tenantPlugin has opened a scope
 */
export function guard(...guards: readonly Guard[]): GuardHook {
  const check = createGuardCheck(guards);
  return async (request, reply) => {
    reply.headers({ ...(await check(readRequest(request))) });
  };
}
