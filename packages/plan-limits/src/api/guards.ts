import type { Guard } from '@tenantry/core/adapter';
import { checkOptions, typeName } from '@tenantry/core/errors';
import type { TenantRequest } from '@tenantry/core/resolvers';
import type { Definition } from '../sql/model.ts';
import { checkCounter, checkFeature, checkUsage, code } from './check.ts';
import { rateLimitHeaders } from './headers.ts';
import type { ReportApi } from './report.ts';
import type { UsageApi } from './usage.ts';

/** What `limits.consumes(counter, options)` takes. */
export interface ConsumesOptions {
  /** How much a request consumes: an integer from 1. Default: 1. */
  readonly amount?: number | ((request: TenantRequest) => number | Promise<number>);
}

/** Conditions on requests; every adapter takes them. */
export interface GuardApi<Feature extends string, Counter extends string> {
  /**
   * Lets requests of tenants pass whose plan has a feature; others get `FEATURE_NOT_IN_PLAN`.
   *
   * @throws TenantryError `FEATURE_UNKNOWN`
   * @example
   * ```ts
   * app.get('/api/saml', guard(limits.requires('sso')), handler);
   * ```
   */
  requires(feature: Feature): Guard;
  /**
   * Counts each request on a counter before its handler runs, in one round trip, and reports the rest in
   * the headers `RateLimit` and `RateLimit-Policy`. Above the limit it answers 429 with `Retry-After`.
   *
   * Every request whose handler runs is counted, also a repeated `Idempotency-Key`: otherwise a key
   * chosen by the client would decide what it pays for. A middleware that answers repeated requests with
   * a stored response belongs before this one.
   * @throws TenantryError `FEATURE_UNKNOWN`, `USAGE_INVALID`; the guard throws as `limits.consume`
   * @example
   * ```ts
   * app.use('/api/*', tenantMiddleware(pool, …), guard(limits.consumes('apiCalls')));
   * ```
   */
  consumes(counter: Counter, options?: ConsumesOptions): Guard;
}

/** Makes the guards. */
export function guardApi(
  definition: Definition,
  { require }: Pick<ReportApi<string, string>, 'require'>,
  { consume }: Pick<UsageApi<string, string>, 'consume'>,
): GuardApi<string, string> {
  return {
    requires(feature) {
      checkFeature(definition, feature);
      return Object.freeze<Guard>({
        requires: `feature ${feature}`,
        async check(db) {
          await require(db, feature);
          return undefined;
        },
      });
    },
    consumes(counter, options = {}) {
      checkCounter(definition, counter);
      checkOptions('consumes', options, { amount: 'any' }, code);
      const { amount = 1 } = options;
      checkUsage(
        typeof amount === 'function' || (Number.isSafeInteger(amount) && amount >= 1),
        `amount ${typeof amount === 'number' ? amount : `of type ${typeName(amount)}`} of consumes`,
        'Use a whole number from 1, or a function of the request.',
      );
      return Object.freeze<Guard>({
        requires: `usage of ${counter}`,
        async check(db, request) {
          const taken = typeof amount === 'function' ? await amount(request) : amount;
          return rateLimitHeaders(await consume(db, counter, taken));
        },
      });
    },
  };
}
