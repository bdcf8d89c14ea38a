import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import type { BillingDatabase } from '../runtime/database.ts';

/** Stores a price, if no newer fetch has stored it. */
export const putPrice = (database: BillingDatabase, price: Stripe.Price, ticket: number) =>
  database.call('put_price', {
    id: price.id,
    ticket,
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

/** Stores a product, if no newer fetch has stored it. */
export const putProduct = (database: BillingDatabase, product: Stripe.Product, ticket: number) =>
  database.call('put_product', {
    id: product.id,
    ticket,
    name: product.name,
    description: product.description,
    active: product.active,
    metadata: product.metadata,
  });
