import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../problems.ts';

/** Headers for an API that no page frames and no script is loaded from. */
export const securityHeaders = (): MiddlewareHandler =>
  secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    crossOriginResourcePolicy: 'same-site',
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
  });

/** Which pages of other origins may call the API; none unless named. */
export const allowOrigins = (origins: readonly string[]): MiddlewareHandler =>
  cors({
    origin: [...origins],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-organization'],
    exposeHeaders: ['location', 'ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id'],
    maxAge: 600,
  });

/** Refuses a body of more bytes, also one that does not say how long it is. */
export const limitBody = (maxBytes: number): MiddlewareHandler =>
  bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new Problem(413, 'BODY_TOO_LARGE', `The body is larger than ${maxBytes} bytes`);
    },
  });

/**
 * Lets each caller send so many requests a minute. It counts in this process: several processes count
 * apart, and `RateLimiterPostgres` of the same library counts for all of them. What a plan allows in a
 * month is another matter, and `consumes` counts that.
 *
 * @param callerOf who calls: a user, or the address of somebody who is not signed in
 */
export function limitRate(
  perMinute: number,
  callerOf: (c: Parameters<MiddlewareHandler>[0]) => string,
): MiddlewareHandler {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return async (c, next) => {
    try {
      await limiter.consume(callerOf(c));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      c.header('retry-after', String(Math.ceil(refusal.msBeforeNext / 1000)));
      throw new Problem(429, 'TOO_MANY_REQUESTS', `More than ${perMinute} requests in a minute`);
    }
    await next();
  };
}
