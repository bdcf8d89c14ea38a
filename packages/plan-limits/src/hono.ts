/**
 * Limits for Hono. Errors need nothing from here: `tenantMiddleware` of `@tenantry/core/hono` answers
 * them as problem+json, with the status and the headers that they carry.
 *
 * @module
 */
import type { Queryable } from '@tenantry/core/sql';
import type { Context, Env, MiddlewareHandler } from 'hono';
import { rateLimitHeaders } from './api/headers.ts';
import type { ReportApi } from './api/report.ts';
import type { UsageApi } from './api/usage.ts';

export { rateLimitHeaders } from './api/headers.ts';

/** What {@link consumes} takes. */
export interface ConsumesOptions<E extends Env = Env> {
  /** How much a request consumes: an integer from 1. Default: 1. */
  readonly amount?: number | ((c: Context<E>) => number | Promise<number>);
}

/**
 * Counts each request on a counter before its handler runs, in one round trip, and tells the client by
 * `RateLimit` and `RateLimit-Policy` what is left. Over the limit it answers 429 with `Retry-After`.
 *
 * Mount it behind `tenantMiddleware`. Every request counts whose handler runs, also one that repeats an
 * `Idempotency-Key`: a key that the client chooses would decide what it pays for. What answers a repeated
 * request with the stored answer of the first belongs in front of it.
 * @throws TenantryError as `limits.consume`
 * @example
 * ```ts
 * app.use('/api/*', tenantMiddleware(pool, …), consumes(limits, db, 'apiCalls'));
 * ```
 */
export function consumes<Counter extends string, E extends Env = Env>(
  limits: Pick<UsageApi<Counter>, 'consume'>,
  db: Queryable,
  feature: NoInfer<Counter>,
  { amount = 1 }: ConsumesOptions<E> = {},
): MiddlewareHandler<E> {
  return async (c, next) => {
    const taken = typeof amount === 'number' ? amount : await amount(c);
    const usage = await limits.consume(db, feature, taken);
    for (const [name, value] of Object.entries(rateLimitHeaders(usage))) c.header(name, value);
    await next();
  };
}

/**
 * Lets requests through whose tenant has a feature in its plan; the others get the status of
 * `FEATURE_NOT_IN_PLAN`.
 *
 * @example
 * ```ts
 * app.get('/api/saml', requiresFeature(limits, db, 'sso'), handler);
 * ```
 */
export function requiresFeature<Feature extends string>(
  limits: Pick<ReportApi<Feature>, 'require'>,
  db: Queryable,
  feature: NoInfer<Feature>,
): MiddlewareHandler {
  return async (_c, next) => {
    await limits.require(db, feature);
    await next();
  };
}
