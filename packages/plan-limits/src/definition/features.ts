import { check, checkOptions } from '@tenantry/core/errors';

/** A limit on existing rows, enforced by a trigger on their tables. */
export interface CountFeature {
  readonly kind: 'count';
  readonly mode: 'live' | 'counter';
}

/** The period of a counter, after which it starts at zero again. */
export type CounterPeriod = 'day' | 'month' | 'year' | 'lifetime';

/** Usage that is counted when it happens. */
export interface CounterFeature {
  readonly kind: 'counter';
  readonly per: CounterPeriod;
}

/** A feature that a plan includes or not. */
export interface FlagFeature {
  readonly kind: 'flag';
}

/** What a plan can limit. */
export type LimitFeature = CountFeature | CounterFeature | FlagFeature;

/** What {@link counted} takes. */
export interface CountedOptions {
  /**
   * `live` counts the rows at each insert, which costs in proportion to the limit. `counter` keeps the
   * count in usage_counters: the cost is the same at any size, but inserts of one tenant wait for each
   * other, also on an unlimited plan. Default: 'live'.
   */
  readonly mode?: 'live' | 'counter';
}

/**
 * Limits the number of rows of a tenant, by a trigger in the adding transaction. `limits.counts(t, …)`
 * says in each table which rows count. It covers single and bulk inserts, `ON CONFLICT`, `MERGE`, `COPY`,
 * updates after which a row counts, and raw SQL.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * projects: counted(),
 * documents: counted({ mode: 'counter' }),
 * ```
 */
export function counted(options: CountedOptions = {}): CountFeature {
  checkOptions('counted', options, { mode: 'string?' });
  const { mode = 'live' } = options;
  check(
    mode === 'live' || mode === 'counter',
    `counted({ mode: ${JSON.stringify(mode)} }).`,
    "Use 'live' or 'counter'.",
  );
  return Object.freeze({ kind: 'count', mode });
}

/**
 * Limits usage that is counted when it happens: API calls, invoices, tokens. `limits.consume` adds to it.
 *
 * @param options when it begins anew
 * @param options.per the period: `month` and `year` begin with the billing anchor of the tenant, `day`
 *   at midnight in its time zone, `lifetime` never ends.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * apiCalls: counter({ per: 'month' })
 * ```
 */
export function counter(options: { readonly per: CounterPeriod }): CounterFeature {
  checkOptions('counter', options, { per: 'string' });
  const { per } = options;
  check(
    ['day', 'month', 'year', 'lifetime'].includes(per),
    `counter({ per: ${JSON.stringify(per)} }).`,
    "Use 'day', 'month', 'year' or 'lifetime'.",
  );
  return Object.freeze({ kind: 'counter', per });
}

/** A feature that a plan includes or not: single sign-on, an export. */
export function flag(): FlagFeature {
  return Object.freeze({ kind: 'flag' });
}
