import { emptyResult, type Result } from '../lib/result.ts';
import { organization, type Shop, secret } from './schema.ts';

/** A thousand events of one customer, as a bulk change at Stripe sends them. */
export async function measureBurst(shop: Shop): Promise<Result> {
  const n = 900_000;
  const [customer = ''] = await shop.customers(n, 1);
  const runtime = shop.open();
  const worker = runtime.start();
  await runtime.link({ organizationId: organization(n), customer });
  await runtime.runOnce();
  const stop = shop.fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const id = shop.fake.truth(customer).subscriptions[0]?.id;
  for (let i = 0; i < 1000; i++) {
    shop.fake.call(`POST /v1/subscriptions/${id}`, { metadata: { i: String(i) } });
  }
  // the row has been quiet for a while when a burst begins
  await new Promise((resolve) => setTimeout(resolve, 5_100));
  shop.fake.takeRequests();
  const began = performance.now();
  const { accepted } = await shop.fake.deliver({ concurrency: 8 });
  const delivered = performance.now() - began;
  await runtime.runOnce();
  stop();
  const rounds = shop.fake
    .takeRequests()
    .filter(({ path }) => path === `/v1/customers/${customer}`).length;
  await worker.stop();
  return {
    ...emptyResult({ bench: 'billing', variant: 'tenantry', base: 'tenantry', op: 'burst' }),
    events: accepted,
    rounds,
    deliveredMs: Math.round(delivered),
  };
}
