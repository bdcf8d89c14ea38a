/**
 * Limits for Hono. Errors need no further code: `tenantMiddleware` of `@tenantry/core/hono` answers them
 * as problem+json, with their status and headers.
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
 * Counts each request on a counter before its handler runs, in one round trip, and reports the rest in
 * the headers `RateLimit` and `RateLimit-Policy`. Above the limit it answers 429 with `Retry-After`.
 *
 * Mount it after `tenantMiddleware`. Every request whose handler runs is counted, also a repeated
 * `Idempotency-Key`: otherwise a key chosen by the client would decide what it pays for. A middleware
 * that answers repeated requests with a stored response belongs before this one.
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
 * Accepts requests of tenants whose plan has a feature; others get `FEATURE_NOT_IN_PLAN`.
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
