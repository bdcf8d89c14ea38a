import Stripe from 'stripe';
import { afterAll, expect, it } from 'vitest';
import { createClient } from '../src/actions/clients.ts';
import { billing } from '../src/billing.ts';
import { openFakeStripe } from '../src/demo/fake-stripe.ts';
import { planAndUsage } from '../src/queries/plan.ts';
import { billingInvoices, businessBilling, subscriptions } from '../src/schema/index.ts';
import { codeOf, testWorld } from './support/world.ts';

const { db, pool, as } = await testWorld();
const asTomas = <T>(work: () => Promise<T>) => as('oliveira', 'tomas', work);

const fake = await openFakeStripe();
afterAll(() => fake.close());
const secret = 'whsec_test';
const runtime = billing.connect(pool, {
  stripe: new Stripe('sk_test_fake', fake.config),
  livemode: false,
  webhookSecrets: [secret],
  returnOrigins: ['https://solo.example'],
});
fake.sendEvents({ to: (request) => runtime.webhook(request), secret });

/** What Stripe sends arrives, late and twice, and is worked off. */
async function settled(): Promise<void> {
  await fake.deliver({ order: 'shuffled', duplicate: 0.3 });
  await runtime.runOnce();
}

it('lifts the limits when a business pays, and lowers them when it stops', async () => {
  expect(await codeOf(asTomas(() => createClient(db, { name: 'A fourth' })))).toBe('LIMIT_REACHED');
  const { session } = await asTomas(() =>
    runtime.checkout({
      plan: 'solo',
      interval: 'monthly',
      successUrl: 'https://solo.example/oliveira-web/plan',
      cancelUrl: 'https://solo.example/oliveira-web/plan',
    }),
  );
  fake.completeCheckout(session);
  await settled();
  await asTomas(async () => {
    expect((await planAndUsage(db)).plan).toBe('solo');
    await createClient(db, { name: 'A fourth' });
    expect(await db.select().from(subscriptions)).toMatchObject([
      { status: 'active', plan: 'solo' },
    ]);
    expect(await db.select().from(billingInvoices)).toMatchObject([
      { status: 'paid', total: 1200, currency: 'usd' },
    ]);
  });
  // the customer at Stripe is the business, and nobody else's
  const customers = await as('nair', 'priya', () => db.select().from(businessBilling));
  expect(customers).toEqual([]);

  const [subscription] = await asTomas(() => db.select().from(subscriptions));
  fake.call(`DELETE /v1/subscriptions/${subscription?.id}`, {});
  await settled();
  await asTomas(async () => {
    const { plan, features } = await planAndUsage(db);
    expect(plan).toBe('free');
    // nothing is deleted: four of three are kept, and a fifth is refused
    expect(features.find(({ feature }) => feature === 'activeClients')).toMatchObject({
      used: 4,
      limit: 3,
    });
    expect(await codeOf(createClient(db, { name: 'A fifth' }))).toBe('LIMIT_REACHED');
  });
});
