import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import type { PriceRef } from '../plans/catalog.ts';
import { intervalOf } from '../plans/intervals.ts';
import { unlessMissing } from '../stripe/errors.ts';
import { type From, pages } from '../stripe/pages.ts';
import type { SyncParts } from '../sync/parts.ts';

const keepMs = 60_000;

/** A price that can be ordered. */
export interface Sold {
  readonly id: string;
  /** The billing interval: `month 3`. */
  readonly every: string;
  readonly isMetered: boolean;
}

/** Resolves names of defineBilling to prices of Stripe. */
export interface PriceFinder {
  /**
   * The price of a plan by an interval.
   * @throws TenantryError `BILLING_PRICE_MISSING`, `BILLING_PRICE_AMBIGUOUS`
   */
  ofPlan(ref: PriceRef, interval: string): Promise<Sold>;
  /**
   * The price of an add-on or of seats with the same billing interval as the plan.
   * @throws TenantryError `BILLING_PRICE_MISSING`, `BILLING_PRICE_AMBIGUOUS`
   */
  beside(refs: readonly PriceRef[], every: string): Promise<Sold>;
}

/**
 * Finds the single matching active price. A product can have several prices, for each interval and
 * one-time; an ambiguous one is refused, not guessed. Results are cached for a minute.
 */
export function createPriceFinder(
  parts: Pick<SyncParts, 'stripe' | 'request' | 'gate' | 'retryMs'>,
): PriceFinder {
  const known = new Map<PriceRef, { prices: readonly Sold[]; until: number }>();

  async function pricesOf(ref: PriceRef): Promise<readonly Sold[]> {
    const kept = known.get(ref);
    if (kept !== undefined && kept.until > Date.now()) return kept.prices;
    const prices = (await ask(parts, ref)).flatMap(soldAs);
    known.set(ref, { prices, until: Date.now() + keepMs });
    return prices;
  }

  return {
    async ofPlan(ref, interval) {
      const every = ref.startsWith('prod_') ? intervalOf(interval) : undefined;
      const prices = await pricesOf(ref);
      const fitting = every === undefined ? prices : prices.filter((each) => each.every === every);
      return only(fitting, `${ref} by ${interval}`);
    },
    async beside(refs, every) {
      const prices = await Promise.all(refs.map(pricesOf));
      const fitting = prices.flat().filter((each) => each.every === every);
      // a single directly named price applies to every interval
      const named = prices.filter((_, i) => !refs[i]?.startsWith('prod_')).flat();
      return only(
        fitting.length === 0 && prices.length === 1 ? named : fitting,
        `${refs.join(', ')} by ${every.replace(/ 1$/, '')}`,
      );
    },
  };
}

async function ask(
  parts: Pick<SyncParts, 'stripe' | 'request' | 'gate' | 'retryMs'>,
  ref: PriceRef,
): Promise<readonly Stripe.Price[]> {
  const { stripe, request } = parts;
  if (ref.startsWith('price_')) {
    const price = await unlessMissing(stripe.prices.retrieve(ref, {}, request));
    return price === undefined ? [] : [price];
  }
  const by = ref.startsWith('prod_') ? { product: ref } : { lookup_keys: [ref] };
  const all: Stripe.Price[] = [];
  const page = (from: From) => stripe.prices.list({ ...by, active: true, ...from }, request);
  for await (const prices of pages(parts, page)) all.push(...prices);
  return all;
}

/** Only recurring prices can give a plan. */
function soldAs({ id, active, recurring }: Stripe.Price): Sold[] {
  if (active === false || !recurring) return [];
  const { interval, interval_count: count, usage_type } = recurring;
  return [{ id, every: `${interval} ${count ?? 1}`, isMetered: usage_type === 'metered' }];
}

function only(prices: readonly Sold[], what: string): Sold {
  const [price, another] = prices;
  if (price === undefined) {
    throw new TenantryError('BILLING_PRICE_MISSING', {
      found: `no active recurring price for ${what}.`,
    });
  }
  if (another === undefined) return price;
  throw new TenantryError('BILLING_PRICE_AMBIGUOUS', {
    found: `${prices.length} prices for ${what}: ${prices.map(({ id }) => id).join(', ')}.`,
  });
}
