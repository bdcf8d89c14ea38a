import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import Stripe from 'stripe';
import { afterAll, afterEach, expect, it } from 'vitest';
import { billing } from './schema.ts';
import { acme, everyWorld, globex, umbrella } from './world.ts';

const { ask, open, run } = await everyWorld();
const fake = await startFakeStripe();
afterAll(() => fake.close());
const secret = 'whsec_test';
const stripeOf = () => new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 });
const connect = (pool = open(), stripe = stripeOf()) =>
  billing.connect(pool, {
    stripe,
    livemode: false,
    webhookSecrets: [secret],
    burstMs: 0,
    retryMs: 1,
    maxAttempts: 50,
    onAlert: () => {},
  });
const runtime = connect();
fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
const price = fake.call<{ id: string }>('POST /v1/prices', {
  currency: 'usd',
  unit_amount: 900,
  lookup_key: 'pro',
  recurring: { interval: 'month' },
  product_data: { name: 'Pro' },
}).id;

afterEach(async () => {
  delete process.env.STRIPE_SECRET_KEY;
  delete process.env.STRIPE_API_BASE;
  await fake.deliver();
  await runtime.runOnce();
});

/** A customer whose metadata names nobody, with a subscription. */
const subscribed = () => {
  const { id } = fake.call<{ id: string }>('POST /v1/customers');
  fake.call('POST /v1/subscriptions', { customer: id, items: [{ price }] });
  return id;
};
const settle = async () => {
  await fake.deliver();
  await runtime.runOnce();
};
const states = async (customer: string) =>
  (
    await ask(undefined, 'select distinct state from webhook_events where customer_id = $1', [
      customer,
    ])
  ).map(({ state }) => state);
const row = async (place: string | undefined, tenant: string) =>
  (
    await ask(
      place,
      'select plan, customer_deleted_at as gone from organization_billing where organization_id = $1',
      [tenant],
    )
  )[0];
const atCommands = () => {
  process.env.STRIPE_SECRET_KEY = 'sk_test_fake';
  process.env.STRIPE_API_BASE = fake.url;
};

it('takes up events that waited for a link of a tenant in another database', async () => {
  const customer = subscribed();
  await settle();
  expect(await states(customer)).toEqual(['parked']);
  const { replayed } = await runtime.link({ organizationId: acme, customer });
  expect(replayed).toBeGreaterThan(3);
  await settle();
  expect(await states(customer)).toEqual(['processed']);
  expect(await row('eu1', acme)).toEqual({ plan: 'pro', gone: null });
  expect(await row(undefined, acme)).toBeUndefined();
});

it('applies a deleted customer, and every other event, where its tenant lives', async () => {
  const customer = subscribed();
  await runtime.link({ organizationId: umbrella, customer });
  await settle();
  expect(await row('eu2', umbrella)).toEqual({ plan: 'pro', gone: null });
  fake.call(`DELETE /v1/customers/${customer}`);
  await settle();
  expect(await states(customer)).toEqual(['processed']);
  expect(await row('eu2', umbrella)).toEqual({ plan: 'free', gone: expect.any(Date) });
});

it('keeps the events of a customer that a database may know which is down', async () => {
  const customer = subscribed();
  await runtime.link({ organizationId: umbrella, customer, replace: true });
  const own = subscribed();
  await fake.deliver();
  const halved = connect(open('eu2'));
  await expect(halved.runOnce()).rejects.toMatchObject({
    code: 'POOL_UNAVAILABLE',
    details: { databases: ['eu2'] },
  });
  expect(await states(customer)).toEqual(['unmapped']);
  expect(await states(own)).toEqual(['unmapped']);
  // nobody knows that one
  await expect
    .poll(async () => {
      await runtime.runOnce();
      return [await states(customer), await states(own)];
    })
    .toEqual([['processed'], ['parked']]);
  expect(await row('eu2', umbrella)).toEqual({ plan: 'pro', gone: null });
});

it('finds the tenant of a customer that is linked while its events are parked', async () => {
  const customer = subscribed();
  await fake.deliver();
  const stripe = stripeOf();
  const { retrieve } = stripe.customers;
  const linked: Promise<unknown>[] = [];
  stripe.customers.retrieve = (async (...args: Parameters<typeof retrieve>) => {
    const found = await retrieve.apply(stripe.customers, args);
    if (linked.length === 0)
      linked.push(runtime.link({ organizationId: umbrella, customer, replace: true }));
    await linked[0];
    return found;
  }) as typeof retrieve;
  await connect(open(), stripe).runOnce();
  expect(await states(customer)).toEqual(['processed']);
});

it('prunes every database, also when another one is down', async () => {
  const left = () =>
    Promise.all(
      [undefined, 'eu1', 'eu2'].map(async (place) => {
        const old = "select from webhook_events where processed_at < now() - interval '1 day'";
        return (await ask(place, old)).length;
      }),
    );
  for (const place of [undefined, 'eu1', 'eu2']) {
    await ask(
      place,
      `insert into webhook_events (event_id, account, livemode, type, route, state, occurred_at, processed_at)
       values ('evt_old', 'default', false, 'x', 'none', 'ignored', now(), now() - interval '9 days')`,
    );
  }
  await expect(connect(open('eu1')).prune({ olderThanDays: 2 })).rejects.toMatchObject({
    code: 'POOL_UNAVAILABLE',
    message: expect.stringContaining('eu1'),
  });
  expect(await left()).toEqual([0, 1, 0]);
  expect(await runtime.prune({ olderThanDays: 2 })).toBe(1);
  expect(await left()).toEqual([0, 0, 0]);
});

it('lists what could not be done, and names the database that gives no answer', async () => {
  atCommands();
  for (const place of ['eu1', 'eu2']) {
    await ask(place, "update organization_billing set error = 'a fault', next_at = 'infinity'");
  }
  const { code, stdout } = await run('billing dead --json', 'eu2');
  expect(code).toBe(1);
  const told = JSON.parse(stdout);
  expect(told.tenants).toEqual([expect.objectContaining({ organizationId: acme })]);
  expect(told.unanswered).toEqual([expect.stringMatching(/^eu2: .*POOL_UNAVAILABLE/)]);
  expect((await run('billing dead', 'eu2')).stdout).toMatch(/✗ eu2: .*POOL_UNAVAILABLE/);
  const checks = await connect(open('eu2')).doctor();
  const named = (name: string) => checks.find((each) => each.name === name);
  expect(named('every database of tenants answers')).toMatchObject({
    state: 'failed',
    found: expect.stringContaining('eu2'),
  });
  expect(named('nothing was given up')).toMatchObject({
    found: '0 dead events, 1 tenants with an error',
  });
  await expect(connect(open('eu2')).replay()).rejects.toMatchObject({ code: 'POOL_UNAVAILABLE' });
  expect(await ask('eu1', "select from organization_billing where next_at = 'infinity'")).toEqual(
    [],
  );
  expect(await runtime.replay()).toMatchObject({ tenants: 1 });
});

it('reconciles, compares and counts in every database', async () => {
  const customer = subscribed();
  await runtime.link({ organizationId: globex, customer });
  await settle();
  expect(await runtime.account()).toMatchObject({ customers: 3, stripeAccount: 'acct_fake' });
  const [shared, eu1] = [undefined, 'eu1'] as const;
  for (const place of [shared, eu1]) await ask(place, 'delete from subscription_items');
  const halved = connect(open('eu2'));
  const told: unknown[] = [];
  const compare = async () => {
    for await (const drift of halved.driftOfCustomers()) told.push(drift.organizationId);
  };
  await expect(compare()).rejects.toMatchObject({ code: 'POOL_UNAVAILABLE' });
  expect(new Set(told)).toEqual(new Set([acme, globex]));
  await expect(halved.reconcile()).rejects.toMatchObject({ code: 'POOL_UNAVAILABLE' });
  for (const place of [shared, eu1])
    expect(await ask(place, 'select from subscription_items')).toHaveLength(1);
  expect(await runtime.reconcile()).toMatchObject({ tenants: 3, failed: 0 });
});

it('keeps the prices of Stripe in every database, for the tenants there', async () => {
  const names = async () => {
    const found = await Promise.all(
      [undefined, 'eu1', 'eu2'].map((place) =>
        ask(place, 'select nickname from prices where id = $1', [price]),
      ),
    );
    return found.map(([row]) => row?.nickname);
  };
  fake.call(`POST /v1/prices/${price}`, { nickname: 'One' });
  await settle();
  expect(await names()).toEqual(['One', 'One', 'One']);
  fake.call(`POST /v1/prices/${price}`, { nickname: 'Two' });
  await expect(connect(open('eu1')).reconcile()).rejects.toMatchObject({
    code: 'POOL_UNAVAILABLE',
  });
  expect(await names()).toEqual(['Two', 'One', 'Two']);
  await runtime.reconcile();
  expect(await names()).toEqual(['Two', 'Two', 'Two']);
});

it('moves the account of every database', async () => {
  for (const place of [undefined, 'eu1', 'eu2'])
    await ask(place, "update tenantry.billing_accounts set stripe_account = 'acct_old'");
  expect(await runtime.doctor()).toEqual([
    expect.objectContaining({ state: 'failed', found: expect.stringContaining('acct_old') }),
  ]);
  await runtime.account({ move: true });
  for (const place of [undefined, 'eu1', 'eu2'])
    expect(await ask(place, 'select stripe_account from tenantry.billing_accounts')).toEqual([
      { stripe_account: 'acct_fake' },
    ]);
});
