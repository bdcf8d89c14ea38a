import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';

/** A price, as it is stored unless a newer fetch has done so. */
export const priceInput = (price: Stripe.Price, fencingToken: number) => ({
  id: price.id,
  fencingToken,
  product: idIn(price.product),
  lookupKey: price.lookup_key,
  nickname: price.nickname,
  active: price.active,
  currency: price.currency,
  unitAmount: price.unit_amount,
  interval: price.recurring?.interval ?? null,
  intervalCount: price.recurring?.interval_count ?? null,
  usageType: price.recurring?.usage_type ?? null,
  metadata: price.metadata,
});

export type PriceInput = ReturnType<typeof priceInput>;

/** A product, as it is stored unless a newer fetch has done so. */
export const productInput = (product: Stripe.Product, fencingToken: number) => ({
  id: product.id,
  fencingToken,
  name: product.name,
  description: product.description,
  active: product.active,
  metadata: product.metadata,
});

export type ProductInput = ReturnType<typeof productInput>;
