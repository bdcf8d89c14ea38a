import { signPayload } from '@tenantry/stripe-billing/fake';
import type { BenchDatabase } from '../lib/database.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { countRoundTrips } from '../lib/round-trips.ts';
import { figure, median, quantile } from '../lib/stats.ts';
import { runWindow } from '../lib/window.ts';
import { organization, type Shop, secret } from './schema.ts';

const url = 'http://billing.test/webhooks/stripe';

/** Signed webhooks, ready to be sent: signing is Stripe's work. */
function webhooks(shop: Shop, customers: readonly string[], count: number, run: string) {
  return Array.from({ length: count }, (_, i) => {
    const customer = customers[i % customers.length] as string;
    const subscription = shop.fake.truth(customer).subscriptions[0];
    const body = JSON.stringify({
      id: `evt_${run}_${i}`,
      object: 'event',
      type: 'customer.subscription.updated',
      created: shop.fake.now(),
      livemode: false,
      data: { object: subscription },
    });
    return { method: 'POST', body, headers: { 'stripe-signature': signPayload(body, secret) } };
  });
}

/** Events that are checked, stored and answered a second, while the worker fetches what they ask for. */
export async function measureIntake(
  database: BenchDatabase,
  shop: Shop,
  { seconds, concurrency }: { readonly seconds: number; readonly concurrency: number },
): Promise<Result> {
  const customers = await shop.customers(1, 200);
  const linking = shop.open();
  for (const [i, customer] of customers.entries()) {
    await linking.link({ organizationId: organization(i + 1), customer });
  }
  await linking.runOnce();

  await database.proxy.setLatency(0);
  const counted = shop.open(database.proxy.url(shop.systemUrl));
  const few = webhooks(shop, customers, 200, 'counted');
  const roundTrips = await countRoundTrips(database.proxy, (i) =>
    counted.webhook(new Request(url, few[i % few.length] as RequestInit)),
  );

  const runtime = shop.open();
  const worker = runtime.start();
  const latencies: number[] = [];
  const perSecond: number[] = [];
  let refused = 0;
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < 2 || performance.now() < end; round++) {
    const ready = webhooks(shop, customers, 1000, `round${round}`);
    const ms = await runWindow(
      async (i) => {
        const response = await runtime.webhook(new Request(url, ready[i] as RequestInit));
        if (response.status !== 200) refused += 1;
      },
      { count: ready.length, concurrency, from: 0 },
      latencies,
    );
    if (round > 0) perSecond.push((ready.length / ms) * 1000);
    else latencies.length = 0;
  }
  const [stored] = await database.ask<{ count: string }>(
    `select count(*) from webhook_events where event_id like 'evt_round%'`,
  );
  await worker.stop();
  return {
    ...emptyResult({ bench: 'billing', variant: 'tenantry', base: 'tenantry', op: 'intake' }),
    concurrency,
    roundTrips,
    p50: figure(quantile(latencies, 0.5)),
    p99: figure(quantile(latencies, 0.99)),
    perSecond: figure(median(perSecond)),
    refused,
    lost: (perSecond.length + 1) * 1000 - Number(stored?.count),
  };
}
