import type { MiddlewareHandler } from 'hono';
import type { RequestIdVariables } from 'hono/request-id';

/** A line of the request log. It has no query, no body and no token: those are a user's. */
export interface RequestLine {
  readonly time: string;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly userId?: string;
  readonly organization?: string;
}

/** Writes a line for each request when its answer is ready. */
export function requestLog(write: (line: RequestLine) => void): MiddlewareHandler<{
  Variables: RequestIdVariables & { userId?: string };
}> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const { userId, requestId } = c.var;
    const organization = c.req.header('x-organization');
    write({
      time: new Date().toISOString(),
      requestId,
      method: c.req.method,
      path: withoutTokens(c.req.path),
      status: c.res.status,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      ...(userId !== undefined && { userId }),
      ...(organization !== undefined && { organization }),
    });
  };
}

/** The token of an invitation is a password for as long as it is open. */
const withoutTokens = (path: string): string =>
  path.replace(/^(\/account\/invitations\/)(?!accept$).+/, '$1…');
