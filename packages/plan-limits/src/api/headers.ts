import type { CounterUsage } from '../answers.ts';

/**
 * The headers of an accepted request: `RateLimit` and `RateLimit-Policy`, as in
 * draft-ietf-httpapi-ratelimit-headers-10. Empty when there is no limit or no reset.
 *
 * @example
 * ```ts
 * reply.headers(rateLimitHeaders(await limits.consume(db, 'apiCalls')));
 * // ratelimit: "apiCalls";r=999;t=86400   ratelimit-policy: "apiCalls";q=1000;w=2592000
 * ```
 */
export function rateLimitHeaders(usage: CounterUsage): Readonly<Record<string, string>> {
  const { feature, limit, remaining, resetsInSeconds, windowSeconds } = usage;
  if (limit === null || resetsInSeconds === null) return {};
  return {
    ratelimit: `"${feature}";r=${remaining ?? 0};t=${Math.max(resetsInSeconds, 1)}`,
    'ratelimit-policy': `"${feature}";q=${limit};w=${windowSeconds}`,
  };
}
