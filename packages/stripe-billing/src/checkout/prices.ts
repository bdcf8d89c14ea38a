import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import type { PriceRef } from '../plans/catalog.ts';

const keepMs = 60_000;

/**
 * Turns what defineBilling names into ids of prices: a lookup key and a product are asked of Stripe,
 * and kept for a minute.
 */
export function createPriceFinder(stripe: Stripe, request: Stripe.RequestOptions) {
  const known = new Map<PriceRef, { id: string; until: number }>();
  return async (ref: PriceRef): Promise<string> => {
    if (ref.startsWith('price_')) return ref;
    const kept = known.get(ref);
    if (kept !== undefined && kept.until > Date.now()) return kept.id;
    const by = ref.startsWith('prod_') ? { product: ref } : { lookup_keys: [ref] };
    const { data } = await stripe.prices.list({ ...by, active: true, limit: 1 }, request);
    const id = data[0]?.id;
    if (id === undefined) {
      throw new TenantryError('BILLING_PRICE_MISSING', { found: `no active price for ${ref}.` });
    }
    known.set(ref, { id, until: Date.now() + keepMs });
    return id;
  };
}
