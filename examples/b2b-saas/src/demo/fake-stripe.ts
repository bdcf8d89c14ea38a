import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';

/** The signing secret between the fake and the webhook of the demo. */
export const webhookSecret = 'whsec_demo';

/** A Stripe of this process, which sells what billing.ts names. */
export async function openFakeStripe(): Promise<FakeStripe> {
  const fake = await startFakeStripe();
  for (const [lookup_key, unit_amount, interval] of [
    ['pro_monthly', 2900, 'month'],
    ['pro_yearly', 29_000, 'year'],
  ] as const) {
    fake.call('POST /v1/prices', {
      lookup_key,
      unit_amount,
      currency: 'usd',
      product_data: { name: `Pro, by the ${interval}` },
      recurring: { interval },
    });
  }
  return fake;
}
