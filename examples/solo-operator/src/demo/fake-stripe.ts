import {
  type FakeStripe,
  type FakeStripeOptions,
  startFakeStripe,
} from '@tenantry/stripe-billing/fake';

/** The signing secret between the fake and the webhook of the application. */
export const webhookSecret = 'whsec_demo';

/** A Stripe of this process, which sells what billing.ts names. */
export async function openFakeStripe(options?: FakeStripeOptions): Promise<FakeStripe> {
  const fake = await startFakeStripe(options);
  for (const [lookup_key, unit_amount, interval] of [
    ['solo_monthly', 1200, 'month'],
    ['solo_yearly', 12_000, 'year'],
    ['pro_monthly', 2900, 'month'],
    ['pro_yearly', 29_000, 'year'],
  ] as const)
    fake.call('POST /v1/prices', {
      lookup_key,
      unit_amount,
      currency: 'usd',
      product_data: { name: lookup_key },
      recurring: { interval },
    });
  return fake;
}
