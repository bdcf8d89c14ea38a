import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { testShop } from './support/shop.ts';

// What Stripe did not give, Stripe's sync does not take.
vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const shop = await testShop();
const { tenancy } = shop;
let next = 1;

async function setUp() {
  const fake = await shop.stripe();
  const runtime = shop.connect(fake, { retryMs: 1, maxAttempts: 2 });
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
  const tenant = `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}`;
  await shop.organization(tenant);
  const inside = <R>(fn: () => Promise<R>) => tenancy.run(tenant, fn);
  const prices = Object.fromEntries(
    fake
      .call<{ data: { lookup_key: string; id: string }[] }>('GET /v1/prices')
      .data.map(({ lookup_key, id }) => [lookup_key, id]),
  );
  const customer = async () =>
    (
      await shop.ask<{ id: string }>(
        'select stripe_customer_id as id from organization_billing where organization_id = $1',
        [tenant],
      )
    )[0]?.id as string;
  const open = () =>
    inside(() =>
      runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test/' }),
    );
  const portal = () => inside(() => runtime.portal({ returnUrl: 'https://acme.test/' }));
  const settle = async () => {
    await fake.deliver({ order: 'shuffled', duplicate: 0.2 });
    return runtime.runOnce();
  };
  const subscribe = async (...keys: string[]) => {
    if ((await customer()) === undefined) await portal();
    const items = keys.map((key) => ({ price: prices[`${key}_monthly`] }));
    return fake.call('POST /v1/subscriptions', { customer: await customer(), items }).id;
  };
  const has = () => shop.has(tenant);
  return { fake, runtime, tenant, prices, customer, open, portal, settle, subscribe, has };
}

for (const way of ['portal', 'open'] as const) {
  test(`a plan that an operator gave survives: ${way === 'open' ? 'checkout' : 'portal'}`, async () => {
    for (const plan of ['enterprise', 'pro', 'starter']) {
      const each = await setUp();
      await shop.grant(each.tenant, plan, { support: 2 });
      const before = await each.has();
      await each[way]();
      await each.settle();
      await each.runtime.reconcile();
      expect(await each.has()).toEqual(before);
    }
  });
}

test('one that was written with SQL survives too', async () => {
  const { tenant, portal, settle, has } = await setUp();
  await shop.ask(`update organizations set plan = 'enterprise' where id = $1`, [tenant]);
  await portal();
  await settle();
  expect(await has()).toMatchObject({ plan: 'enterprise' });
});

test('a payment lifts a smaller plan, and its end gives that one back', async () => {
  const { fake, tenant, subscribe, settle, has } = await setUp();
  await shop.grant(tenant, 'starter', { support: 2, storage: 1 });
  const id = await subscribe('pro', 'storage');
  await settle();
  expect(await has()).toEqual({
    plan: 'pro',
    source: `stripe:${id}`,
    readOnly: false,
    addons: { support: 2, storage: 2 },
  });
  fake.call(`DELETE /v1/subscriptions/${id}`);
  await settle();
  expect(await has()).toEqual({
    plan: 'starter',
    source: 'support',
    readOnly: false,
    addons: { support: 2, storage: 1 },
  });
});

test('what is not on sale stands above a payment, whose add-ons are given all the same', async () => {
  const { fake, tenant, subscribe, settle, has, runtime } = await setUp();
  await shop.grant(tenant, 'enterprise');
  const id = await subscribe('starter', 'storage');
  await settle();
  const kept = { plan: 'enterprise', source: 'support', readOnly: false };
  expect(await has()).toEqual({ ...kept, addons: { storage: 1 } });
  fake.setStatus(id, 'unpaid');
  await settle();
  expect(await has()).toEqual({ ...kept, addons: {} });
  // an operator takes it back: the payment counts from then on
  fake.setStatus(id, 'active');
  await shop.grant(tenant, 'free');
  await runtime.reconcile();
  expect(await has()).toMatchObject({ plan: 'starter', addons: { storage: 1 } });
});

test('what Stripe gave is put right when somebody lowers it by hand, and is taken at its end', async () => {
  const { fake, tenant, subscribe, settle, has, runtime } = await setUp();
  const id = await subscribe('pro');
  await settle();
  await shop.grant(tenant, 'free');
  await runtime.reconcile();
  expect(await has()).toMatchObject({ plan: 'pro' });
  fake.call(`DELETE /v1/subscriptions/${id}`);
  await settle();
  expect(await has()).toMatchObject({ plan: 'free', readOnly: false });
});

/** One thing that operators, customers, banks and mistakes do. */
const moves = [
  'grant enterprise',
  'grant starter',
  'take the grant',
  'portal',
  'checkout',
  'pay the checkout',
  'subscribe starter',
  'subscribe pro',
  'update',
  'unpaid',
  'paused',
  'incomplete',
  'active',
  'delete',
  'delete customer',
  'wrong key',
  'sweep',
] as const;

const rank: Readonly<Record<string, number>> = { free: 0, starter: 1, pro: 2, enterprise: 3 };

test('in any order: nobody has less than was given', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...moves), { minLength: 2, maxLength: 9 }),
      async (history) => {
        const { fake, runtime, tenant, prices, customer, ...each } = await setUp();
        const other = await shop.stripe();
        const foreign = shop.connect(other, { retryMs: 1, maxAttempts: 2 });
        let granted = 'free';
        let session: string | undefined;
        const mine = async () => {
          const id = await customer();
          return (id === undefined ? [] : fake.truth(id).subscriptions) as {
            id: string;
            status: string;
            ended_at: number | null;
            items: { data: { price: { lookup_key: string } }[] };
          }[];
        };
        const living = async () => (await mine()).filter(({ ended_at }) => ended_at === null);
        const some = async () => (await living())[0]?.id;
        const grant = (plan: string) => {
          granted = plan;
          return shop.grant(tenant, plan);
        };
        const refused = (error: unknown) => {
          if (!/Tenantry|FakeStripe/.test((error as Error).name)) throw error;
        };
        const doing: Record<(typeof moves)[number], () => Promise<unknown>> = {
          'grant enterprise': () => grant('enterprise'),
          'grant starter': () => grant('starter'),
          'take the grant': () => grant('free'),
          portal: () => each.portal(),
          checkout: async () => {
            session = (await each.open()).session;
          },
          'pay the checkout': async () => session !== undefined && fake.completeCheckout(session),
          'subscribe starter': () => each.subscribe('starter', 'storage'),
          'subscribe pro': () => each.subscribe('pro'),
          update: async () => {
            const id = await some();
            if (id !== undefined)
              fake.call(`POST /v1/subscriptions/${id}`, { metadata: { a: 'b' } });
          },
          unpaid: async () => (await some()) && fake.setStatus((await some()) as string, 'unpaid'),
          paused: async () => (await some()) && fake.setStatus((await some()) as string, 'paused'),
          incomplete: async () =>
            (await some()) && fake.setStatus((await some()) as string, 'incomplete'),
          active: async () => (await some()) && fake.setStatus((await some()) as string, 'active'),
          delete: async () =>
            (await some()) && fake.call(`DELETE /v1/subscriptions/${await some()}`),
          'delete customer': async () =>
            (await customer()) && fake.call(`DELETE /v1/customers/${await customer()}`),
          'wrong key': async () => {
            if ((await customer()) === undefined) return;
            const at = () => foreign.portal({ returnUrl: 'https://acme.test/' });
            await tenancy.run(tenant, at).catch(refused);
            await foreign.reconcile();
            await runtime.replay();
          },
          sweep: () => runtime.reconcile(),
        };
        const before = (await customer()) ?? null;
        expect(before).toBeNull();
        for (const move of history) {
          const kept = await customer();
          await doing[move]().catch(refused);
          // one that Stripe has called deleted is replaced, with whatever key
          const deleted = kept !== undefined && fake.truth(kept).customer?.deleted === true;
          if (move === 'wrong key' && !deleted) expect(await customer()).toBe(kept);
          await each.settle();
        }
        // an operator who lowers what is paid for is corrected by the sweep
        await runtime.reconcile();
        const has = await each.has();
        const paid = (await mine())
          .filter(({ status }) => status === 'active')
          .flatMap(({ items }) => items.data.map(({ price }) => price.lookup_key.split('_')[0]));
        const worth = Math.max(
          rank[granted] as number,
          ...paid.map((plan) => rank[plan as string] ?? 0),
        );
        expect(rank[has.plan as string], history.join(', ')).toBeGreaterThanOrEqual(worth);
        // and without a living subscription exactly what was granted
        if ((await living()).length === 0 && (await mine()).length > 0) {
          expect(has.plan).toBe(granted);
        }
        if (granted !== 'free' && paid.length === 0) expect(has.plan).toBe(granted);
        await other.close();
        await fake.close();
      },
    ),
    { numRuns: 40 },
  );
});
