import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';
import Stripe from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';

// Everything here goes through the real SDK: what it reads is what applications see.
let fake: FakeStripe;
let stripe: Stripe;
const start = 1_767_225_600; // 2026-01-01

beforeEach(async () => {
  fake = await startFakeStripe({ startAt: start });
  stripe = new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 });
});
afterEach(() => fake.close());

async function shop() {
  const product = await stripe.products.create({ name: 'Pro' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 2900,
    recurring: { interval: 'month' },
    lookup_key: 'pro_monthly',
  });
  const customer = await stripe.customers.create({
    email: 'ada@acme.test',
    metadata: { organizationId: 'acme' },
  });
  return { product, price, customer };
}

test('keeps customers: create, update, retrieve, delete', async () => {
  const { customer } = await shop();
  await stripe.customers.update(customer.id, { name: 'Acme', metadata: { size: '3' } });
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    email: 'ada@acme.test',
    name: 'Acme',
    metadata: { organizationId: 'acme', size: '3' },
  });
  await stripe.customers.del(customer.id);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
  await expect(stripe.customers.update(customer.id, { name: 'x' })).rejects.toMatchObject({
    code: 'resource_missing',
    statusCode: 404,
  });
});

test('a subscription renews, fails, is retried and is paid', async () => {
  const { price, customer } = await shop();
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity: 2 }],
  });
  expect(subscription.status).toBe('active');
  const [item] = subscription.items.data;
  expect(item).toMatchObject({ quantity: 2, current_period_end: 1_769_904_000 }); // 2026-02-01
  expect(item?.price.lookup_key).toBe('pro_monthly');

  fake.setPayments(customer.id, 'fail');
  fake.advance(32 * 86_400);
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('past_due');
  const invoices = await stripe.invoices.list({ customer: customer.id });
  expect(invoices.data.map((each) => each.status)).toEqual(['open', 'paid']);
  expect(invoices.data[0]?.parent?.subscription_details?.subscription).toBe(subscription.id);
  expect(invoices.data[0]?.lines.data[0]?.pricing?.price_details?.price).toBe(price.id);

  fake.setPayments(customer.id, 'succeed');
  fake.advance(4 * 86_400);
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
});

test('payments that fail for good cancel the subscription', async () => {
  const { price, customer } = await shop();
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
  });
  fake.setPayments(customer.id, 'fail');
  fake.advance(31 * 86_400 + 16 * 86_400);
  const ended = await stripe.subscriptions.retrieve(id);
  expect(ended.status).toBe('canceled');
  expect(ended.ended_at).toBeGreaterThan(start);
});

test('trials end, incomplete ones expire, a cancellation waits for the end of the period', async () => {
  const { price, customer } = await shop();
  const items = [{ price: price.id }];
  const trial = await stripe.subscriptions.create({
    customer: customer.id,
    items,
    trial_period_days: 14,
  });
  expect(trial.status).toBe('trialing');
  const leaving = await stripe.subscriptions.create({ customer: customer.id, items });
  await stripe.subscriptions.update(leaving.id, { cancel_at_period_end: true });
  fake.setPayments(customer.id, 'fail');
  const incomplete = await stripe.subscriptions.create({ customer: customer.id, items });
  expect(incomplete.status).toBe('incomplete');
  fake.setPayments(customer.id, 'succeed');

  fake.advance(86_400);
  expect((await stripe.subscriptions.retrieve(incomplete.id)).status).toBe('incomplete_expired');
  fake.advance(14 * 86_400);
  expect((await stripe.subscriptions.retrieve(trial.id)).status).toBe('active');
  expect((await stripe.subscriptions.retrieve(leaving.id)).status).toBe('active');
  fake.advance(20 * 86_400);
  expect((await stripe.subscriptions.retrieve(leaving.id)).status).toBe('canceled');
  const listed = await stripe.subscriptions.list({ customer: customer.id, status: 'all' });
  expect(listed.data).toHaveLength(3);
  expect((await stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(1);
});

test('a test clock moves only its own customers', async () => {
  const { price, customer } = await shop();
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
  const clocked = await stripe.customers.create({ test_clock: clock.id });
  const items = [{ price: price.id }];
  const here = await stripe.subscriptions.create({ customer: customer.id, items });
  const there = await stripe.subscriptions.create({ customer: clocked.id, items });
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: start + 40 * 86_400 });
  const period = async (id: string) =>
    (await stripe.subscriptions.retrieve(id)).items.data[0]?.current_period_start;
  expect(await period(here.id)).toBe(start);
  expect(await period(there.id)).toBe(1_769_904_000);
});

test('items are added, changed and removed; more than ten stand on further pages', async () => {
  const { price, product, customer } = await shop();
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
  });
  for (let i = 0; i < 12; i++) {
    const extra = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      recurring: { interval: 'month' },
    });
    await stripe.subscriptionItems.create({ subscription: subscription.id, price: extra.id });
  }
  const { items } = await stripe.subscriptions.retrieve(subscription.id);
  expect([items.data.length, items.has_more]).toEqual([10, true]);
  const all = [];
  for await (const item of stripe.subscriptionItems.list({
    subscription: subscription.id,
    limit: 5,
  })) {
    all.push(item);
  }
  expect(all).toHaveLength(13);
  await stripe.subscriptions.update(subscription.id, {
    items: [
      { id: all[0]?.id as string, deleted: true },
      { id: all[12]?.id as string, quantity: 9 },
    ],
  });
  const left = await stripe.subscriptionItems.list({ subscription: subscription.id, limit: 100 });
  expect(left.data).toHaveLength(12);
  expect(left.data.at(-1)?.quantity).toBe(9);
});

test('checkout: its page pays, and sends the browser back', async () => {
  const { price, customer } = await shop();
  const success_url = 'https://acme.test/plan?paid=1';
  const { id, url } = await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 1 }],
    success_url,
  });
  const open = (init?: RequestInit) => fetch(String(url), { redirect: 'manual', ...init });
  expect(await (await open()).text()).toContain('<button>Pay</button>');
  expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open');
  const paid = await open({ method: 'POST' });
  expect([paid.status, paid.headers.get('location')]).toEqual([303, success_url]);
  expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('complete');
  expect((await open({ method: 'POST' })).status).toBe(410);
  expect((await fetch(`${fake.url}/c/pay/${customer.id}`)).status).toBe(404);
});

test('checkout: a session is completed once, or expires', async () => {
  const { price, customer } = await shop();
  const create = () =>
    stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.id,
      client_reference_id: 'acme',
      line_items: [{ price: price.id, quantity: 1 }],
      subscription_data: { trial_period_days: 7 },
      success_url: 'https://acme.test/ok',
    });
  const session = await create();
  expect(session.url).toContain(session.id);
  const done = fake.completeCheckout(session.id);
  expect(() => fake.completeCheckout(session.id)).toThrow('complete');
  const subscription = await stripe.subscriptions.retrieve(done.subscription as string);
  expect(subscription.status).toBe('trialing');
  const other = await create();
  await stripe.checkout.sessions.expire(other.id);
  await expect(stripe.checkout.sessions.expire(other.id)).rejects.toThrow('open');
  const late = await create();
  fake.advance(25 * 3600);
  expect((await stripe.checkout.sessions.retrieve(late.id)).status).toBe('expired');
  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id });
  expect(portal.url).toContain('billing');
});

test('pages run both ways', async () => {
  const made: string[] = [];
  for (let i = 0; i < 7; i++) made.push((await stripe.customers.create()).id);
  const newest = await stripe.customers.list({ limit: 3 });
  expect(newest.data.map(({ id }) => id)).toEqual(made.slice(4).reverse());
  expect(newest.has_more).toBe(true);
  const older = await stripe.customers.list({ limit: 3, starting_after: made[4] as string });
  expect(older.data.map(({ id }) => id)).toEqual(made.slice(1, 4).reverse());
  const newer = await stripe.customers.list({ limit: 2, ending_before: made[0] as string });
  expect(newer.data.map(({ id }) => id)).toEqual([made[2], made[1]]);
  const all = await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
  expect(all).toHaveLength(7);
});

test('an idempotency key repeats the answer, and refuses other parameters', async () => {
  const options = { idempotencyKey: 'one' };
  const first = await stripe.customers.create({ name: 'A' }, options);
  const second = await stripe.customers.create({ name: 'A' }, options);
  expect(second.id).toBe(first.id);
  await expect(stripe.customers.create({ name: 'B' }, options)).rejects.toMatchObject({
    type: 'StripeIdempotencyError',
  });
  fake.setLatency(30);
  const both = await Promise.allSettled([
    stripe.customers.create({ name: 'C' }, { idempotencyKey: 'two' }),
    stripe.customers.create({ name: 'C' }, { idempotencyKey: 'two' }),
  ]);
  expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect((await stripe.customers.list()).data).toHaveLength(2);
});

test('fails when it is told to: 409, 429, 500, a lost connection, a lost answer', async () => {
  for (const [answer, error] of [
    [409, { statusCode: 409 }],
    [429, { statusCode: 429, type: 'StripeRateLimitError' }],
    [500, { statusCode: 500, type: 'StripeAPIError' }],
    ['disconnect', { type: 'StripeConnectionError' }],
  ] as const) {
    // the SDK repeats a request by itself when a kept connection was cut
    const stop = fake.fail({ on: 'POST /v1/customers', answer, times: 5 });
    await expect(stripe.customers.create()).rejects.toMatchObject(error);
    stop();
  }
  expect((await stripe.customers.list()).data).toHaveLength(0);
  const patient = new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 2 });
  fake.fail({ answer: 'lose-answer' });
  await patient.customers.create();
  fake.fail({ answer: 409, times: 2 });
  await patient.customers.create();
  expect((await stripe.customers.list()).data).toHaveLength(2);
});

test('prices are listed by lookup key, which names one of them', async () => {
  const { price, product } = await shop();
  const found = await stripe.prices.list({ lookup_keys: ['pro_monthly'] });
  expect(found.data.map(({ id }) => id)).toEqual([price.id]);
  const twice = { product: product.id, currency: 'usd', lookup_key: 'pro_monthly' };
  await expect(stripe.prices.create(twice)).rejects.toThrow('already uses that lookup key');
  const moved = await stripe.prices.create({ ...twice, transfer_lookup_key: true });
  expect((await stripe.prices.retrieve(price.id)).lookup_key).toBeNull();
  expect(moved.lookup_key).toBe('pro_monthly');
});
