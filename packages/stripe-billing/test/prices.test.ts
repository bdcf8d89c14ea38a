import { inspect } from 'node:util';
import { defineBilling } from '@tenantry/stripe-billing';
import Stripe from 'stripe';
import { expect, test, vi } from 'vitest';
import { tenancy } from './fixtures/application.ts';
import { organization, secret, testWorld } from './support/world.ts';

// Which price is sold where a product or a list is named: the one that is meant, or none.
vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const world = await testWorld();
let next = 1;
const successUrl = 'https://acme.test/';

async function setUp() {
  const fake = await world.stripe();
  const product = fake.call('POST /v1/products', { name: 'Pro' }).id;
  const price = (recurring: object | undefined, more: object = {}) =>
    fake.call('POST /v1/prices', {
      product,
      currency: 'usd',
      unit_amount: 100,
      ...(recurring !== undefined && { recurring }),
      ...more,
    }).id;
  const connect = (options: object) => {
    const billing = defineBilling(tenancy, options as never);
    return billing.connect(world.pool, {
      stripe: new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 }),
      livemode: false,
      webhookSecrets: [secret],
      logger: { warn() {}, error() {} },
    });
  };
  const tenant = organization(next++);
  await world.ask('insert into organizations (id) values ($1)', [tenant]);
  const bought = async (options: object, order: object) => {
    const runtime = connect(options);
    const { session } = await tenancy.run(tenant, () =>
      runtime.checkout({ successUrl, ...order } as never),
    );
    const { subscription } = fake.completeCheckout(session);
    const items = fake.call<{ data: { price: { id: string }; quantity?: number }[] }>(
      'GET /v1/subscription_items',
      { subscription },
    );
    return items.data.map((each) => each.price.id).reverse();
  };
  return { fake, product, price, connect, tenant, bought };
}

const by = (product: string, ...intervals: string[]) => ({
  plans: { pro: Object.fromEntries(intervals.map((interval) => [interval, product])) },
});

test('a product sells the price of the interval, and neither the newest nor a one-time one', async () => {
  for (const [interval, recurring] of [
    ['monthly', { interval: 'month' }],
    ['yearly', { interval: 'year' }],
    ['quarterly', { interval: 'month', interval_count: 3 }],
    ['weekly', { interval: 'week' }],
  ] as const) {
    const { product, price, bought } = await setUp();
    const meant = price(recurring);
    for (const other of [{ interval: 'day' }, { interval: 'year', interval_count: 2 }, undefined]) {
      price(other);
    }
    price(recurring, { active: false });
    expect(await bought(by(product, interval), { plan: 'pro', interval })).toEqual([meant]);
  }
});

test('what fits several prices, or none, is refused', async () => {
  const { product, price, bought } = await setUp();
  const order = { plan: 'pro', interval: 'monthly' };
  price(undefined);
  price({ interval: 'year' });
  await expect(bought(by(product, 'monthly'), order)).rejects.toMatchObject({
    code: 'BILLING_PRICE_MISSING',
  });
  price({ interval: 'month' });
  price({ interval: 'month' }, { currency: 'eur' });
  await expect(bought(by(product, 'monthly'), order)).rejects.toMatchObject({
    code: 'BILLING_PRICE_AMBIGUOUS',
  });
  // a word that names no interval fits one price, not two
  await expect(
    bought(by(product, 'standard'), { plan: 'pro', interval: 'standard' }),
  ).rejects.toMatchObject({ code: 'BILLING_PRICE_AMBIGUOUS' });
  const once = price(undefined, { lookup_key: 'once' });
  for (const ref of ['once', once]) {
    await expect(bought(by(ref, 'monthly'), order)).rejects.toMatchObject({
      code: 'BILLING_PRICE_MISSING',
    });
  }
});

test('one product may stand for all intervals of its plan, and an add-on follows the plan', async () => {
  const { fake, product, price, bought } = await setUp();
  const [monthly, yearly] = [price({ interval: 'month' }), price({ interval: 'year' })];
  const storage = fake.call('POST /v1/products', { name: 'Storage' }).id;
  const extra = (interval: string) =>
    fake.call('POST /v1/prices', { product: storage, currency: 'usd', recurring: { interval } }).id;
  const [byMonth, byYear] = [extra('month'), extra('year')];
  const calls = fake.call('POST /v1/prices', {
    product: storage,
    currency: 'usd',
    recurring: { interval: 'year', usage_type: 'metered' },
  }).id;
  for (const addon of [storage, [byMonth, byYear]]) {
    if (addon === storage) fake.call(`POST /v1/prices/${calls}`, { active: false });
    else fake.call(`POST /v1/prices/${calls}`, { active: true });
    const options = { ...by(product, 'monthly', 'yearly'), addons: { storage: addon } };
    const order = { plan: 'pro', addons: { storage: 2 } };
    expect(await bought(options, { ...order, interval: 'yearly' })).toEqual([yearly, byYear]);
    for (const { id } of fake.call<{ data: { id: string }[] }>('GET /v1/subscriptions').data) {
      fake.call(`DELETE /v1/subscriptions/${id}`);
    }
    expect(await bought(options, { ...order, interval: 'monthly' })).toEqual([monthly, byMonth]);
    for (const { id } of fake.call<{ data: { id: string }[] }>('GET /v1/subscriptions').data) {
      fake.call(`DELETE /v1/subscriptions/${id}`);
    }
  }
  // a metered price is ordered without a quantity
  const metered = { ...by(product, 'yearly'), addons: { calls: [calls] } };
  expect(await bought(metered, { plan: 'pro', interval: 'yearly', addons: { calls: 3 } })).toEqual([
    yearly,
    calls,
  ]);
});

test('what limits do not know is refused by the definition', () => {
  const port = { async setPlan() {} };
  const limits = { ...port, plans: ['free', 'pro'], addOns: ['storage'] };
  const define = (options: object) =>
    defineBilling(tenancy, { plans: { pro: { monthly: 'a' } }, free: 'free', limits, ...options });
  const invalid = (named: string) =>
    expect.objectContaining({ code: 'CONFIG_INVALID', found: expect.stringContaining(named) });
  expect(() => define({ addons: { storage: 'b' } })).not.toThrow();
  expect(() => define({ plans: { gold: { monthly: 'a' } } })).toThrow(invalid('gold'));
  expect(() => define({ free: 'gratis' })).toThrow(invalid('gratis'));
  expect(() => define({ addons: { support: 'b' } })).toThrow(invalid('support'));
  expect(() => define({ seats: { prices: 'b' } })).toThrow(invalid('seats'));
  expect(() => define({ seats: { prices: 'b', addon: 'storage' } })).not.toThrow();
  expect(() => define({ limits: port, addons: { support: 'b' } })).not.toThrow();
});

test('nothing that is handed out or thrown shows a key, a secret or what belongs to customers', async () => {
  const { fake, connect, tenant } = await setUp();
  const key = 'sk_test_51abcDEFghiJKLmno';
  const runtime = world.connect(fake, {
    stripe: new Stripe(key, { ...fake.config, maxNetworkRetries: 0 }),
    webhookSecrets: ['whsec_very_secret'],
  });
  const shown = (value: unknown) =>
    `${inspect(value, { depth: 12, showHidden: true, getters: true })} ${JSON.stringify(value)}`;
  const hidden = [key, 'whsec_very_secret', 'ada@acme.test', '4242424242424242'];
  const clean = (value: unknown) => {
    for (const each of hidden) expect(shown(value)).not.toContain(each);
  };
  clean(runtime);
  clean(connect({ plans: { pro: { monthly: 'pro_monthly' } } }));
  for (const [answer, code] of [
    [400, 'STRIPE_REFUSED'],
    [401, 'STRIPE_REFUSED'],
    [402, 'STRIPE_REFUSED'],
    [403, 'STRIPE_REFUSED'],
    [500, 'STRIPE_UNAVAILABLE'],
  ] as const) {
    const message = `Invalid API Key provided: ${key}, for ada@acme.test with 4242424242424242`;
    const stop = fake.fail({ on: 'POST /v1/billing_portal', answer, message, rate: 1 });
    const portal = tenancy.run(tenant, () => runtime.portal({ returnUrl: successUrl }));
    const error = await portal.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    stop();
    expect(error).toMatchObject({ code });
    clean(error);
  }
});
