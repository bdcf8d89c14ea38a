import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';

/** The signing secret between the fake and the webhook of the demo. */
export const webhookSecret = 'whsec_demo';

/** A Stripe of this process, which sells what billing.ts names. */
export async function openFakeStripe(): Promise<FakeStripe> {
  const fake = await startFakeStripe();
  for (const [lookup_key, unit_amount, interval] of [
    ['team_monthly', 4900, 'month'],
    ['team_yearly', 49_000, 'year'],
  ] as const) {
    fake.call('POST /v1/prices', {
      lookup_key,
      unit_amount,
      currency: 'eur',
      product_data: { name: `Team, by the ${interval}` },
      recurring: { interval },
    });
  }
  return fake;
}
