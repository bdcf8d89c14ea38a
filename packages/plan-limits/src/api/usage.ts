import type { TenantOption } from '@tenantry/core';
import { checkedMethods, type Queryable } from '@tenantry/core/sql';
import type { CounterUsage, SettledUsage } from '../answers.ts';
import { callFor } from '../calls.ts';
import type { Definition } from '../sql/model.ts';
import { checkCounter, code, text, within } from './check.ts';

/** Options of `consume`. */
export type ConsumeOptions<P extends string = string> = TenantOption<P> & {
  /**
   * The idempotency key, 1 to 200 characters; required for a refund. A repeated call with the same key
   * and amount returns the first answer and counts once, until it is refunded. Choose it on the server,
   * such as the id of a job: a key chosen by a client would decide what it pays for. Default: none.
   */
  readonly key?: string;
};

/** Options of `reserve`. */
export type ReserveOptions<P extends string = string> = TenantOption<P> & {
  readonly key: string;
  /** When the reservation expires, in seconds, 1 to 2,592,000. */
  readonly expiresInSeconds: number;
};

/** The key of consumed or reserved usage. */
export type UsageKeyOptions<P extends string = string> = TenantOption<P> & {
  readonly key: string;
};

/** The functions of counters. */
export interface UsageApi<Counter extends string, P extends string> {
  /**
   * Adds to a counter, in one round trip. Above the limit it throws and adds nothing. In a transaction it
   * counts at commit, and concurrent calls wait for that.
   *
   * Sends `select tenantry.usage_take(feature, amount, key, null)`.
   * @param amount an integer, 1 to 9,007,199,254,740,991. Default: 1.
   * @throws TenantryError `LIMIT_REACHED` (429 with RateLimit headers), `FEATURE_NOT_IN_PLAN`,
   *   `PLAN_READ_ONLY`, `USAGE_INVALID`, `USAGE_KEY_REUSED`, `FEATURE_UNKNOWN`
   * @example
   * ```ts
   * await limits.consume(db, 'apiCalls', 1, { key: jobId });
   * ```
   */
  consume(
    db: Queryable,
    feature: Counter,
    amount?: number,
    options?: ConsumeOptions<P>,
  ): Promise<CounterUsage>;
  /**
   * Returns the amount consumed under a key to its period. A second call changes nothing.
   * @throws TenantryError `USAGE_NOT_FOUND`, `USAGE_STATE_INVALID`
   */
  refund(db: Queryable, feature: Counter, options: UsageKeyOptions<P>): Promise<SettledUsage>;
  /**
   * Reserves an amount before its use is certain. It counts at once, and is returned when it is released
   * or expires without confirmation.
   * @throws as `consume`
   * @example
   * ```ts
   * await limits.reserve(db, 'tokens', 4000, { key: jobId, expiresInSeconds: 600 });
   * const used = await generate();
   * await limits.confirm(db, 'tokens', { key: jobId, amount: used });
   * ```
   */
  reserve(
    db: Queryable,
    feature: Counter,
    amount: number,
    options: ReserveOptions<P>,
  ): Promise<CounterUsage>;
  /**
   * Makes a reservation final; the part above `amount` is returned.
   * @throws TenantryError `USAGE_NOT_FOUND`, `USAGE_STATE_INVALID` when it was released or has expired
   */
  confirm(
    db: Queryable,
    feature: Counter,
    options: UsageKeyOptions<P> & { readonly amount?: number },
  ): Promise<SettledUsage>;
  /** Releases a reservation. A second call, or one after the expiry, changes nothing. */
  release(db: Queryable, feature: Counter, options: UsageKeyOptions<P>): Promise<SettledUsage>;
}

const longestTtl = 2_592_000;

const settled = ['any', 'any', 'object'] as const;

/** Makes the functions of counters. */
export function usageApi(definition: Definition): UsageApi<string, string> {
  const { tenancy } = definition;
  const settle = (
    db: Queryable,
    feature: string,
    action: 'confirm' | 'release' | 'refund',
    amount: number | null,
    options: UsageKeyOptions,
  ) => {
    checkCounter(definition, feature);
    const key = keyOf(options);
    return callFor(db, tenancy, options, 'usage_settle', feature, key, action, amount);
  };
  return checkedMethods<UsageApi<string, string>>(
    'limits',
    {
      consume: ['any', 'any', 'any', 'object?'],
      reserve: ['any', 'any', 'any', 'object'],
      confirm: settled,
      release: settled,
      refund: settled,
    },
    {
      async consume(db, feature, amount = 1, options: ConsumeOptions = {}) {
        checkCounter(definition, feature);
        within(amount, 1, Number.MAX_SAFE_INTEGER, 'amount');
        const key = options.key === undefined ? null : keyOf(options);
        return callFor(db, tenancy, options, 'usage_take', feature, amount, key, null);
      },
      async reserve(db, feature, amount, options) {
        checkCounter(definition, feature);
        within(amount, 1, Number.MAX_SAFE_INTEGER, 'amount');
        const key = keyOf(options);
        const ttl = within(options.expiresInSeconds, 1, longestTtl, 'expiresInSeconds');
        return callFor(db, tenancy, options, 'usage_take', feature, amount, key, ttl);
      },
      refund: async (db, feature, options) => settle(db, feature, 'refund', null, options),
      release: async (db, feature, options) => settle(db, feature, 'release', null, options),
      async confirm(db, feature, options) {
        if (options.amount !== undefined) {
          within(options.amount, 0, Number.MAX_SAFE_INTEGER, 'amount');
        }
        return settle(db, feature, 'confirm', options.amount ?? null, options);
      },
    },
    code,
  );
}

const keyOf = ({ key }: { readonly key?: string }): string => text(key, 'a key', 200);
