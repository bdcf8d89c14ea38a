import { expect, test } from 'vitest';
import { catalogOf, organization, secret, settle, start, testWorld } from './support/world.ts';

const world = await testWorld();
const day = 86_400;

/** A Stripe, a runtime and one customer, with short ways to ask what is stored of it. */
let next = 1;
async function setUp(options: Parameters<typeof world.stripe>[0] = {}) {
  const fake = await world.stripe({ retries: 'stay-past-due', ...options });
  const alerts: { kind: string; prices?: readonly string[] }[] = [];
  const runtime = world.connect(fake, { onAlert: (alert) => void alerts.push(alert) });
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = organization(next++);
  const customer = await world.customer(fake, runtime, tenant);
  await settle(fake, runtime);
  const price = catalogOf(fake);
  const row = async () =>
    (
      await world.ask<Record<string, unknown>>(
        'select * from organization_billing where organization_id = $1',
        [tenant],
      )
    )[0] ?? {};
  const handed = async () => {
    const [last] = await world.ask<{ change: string }>(
      `select change from plan_changes where organization_id = $1 and kind = 'plan'
       order by (change::json->>'version')::int desc limit 1`,
      [tenant],
    );
    const { plan, readOnly, addons } = JSON.parse(last?.change ?? '{}');
    return { plan, readOnly, addons };
  };
  const subscribe = (items: object[], more: object = {}) =>
    fake.call('POST /v1/subscriptions', { customer, items, ...more }).id;
  const sync = () => settle(fake, runtime);
  return { fake, runtime, alerts, tenant, customer, price, row, handed, subscribe, sync };
}

test('every status, and one that does not exist yet', async () => {
  const { fake, alerts, price, row, handed, subscribe, sync } = await setUp();
  const id = subscribe([{ price: price.pro_monthly }]);
  const expected = {
    incomplete: { plan: 'free', readOnly: false },
    trialing: { plan: 'pro', readOnly: false },
    active: { plan: 'pro', readOnly: false },
    unpaid: { plan: 'pro', readOnly: true },
    paused: { plan: 'pro', readOnly: true },
    past_due: { plan: 'pro', readOnly: false },
    incomplete_expired: { plan: 'free', readOnly: false },
    canceled: { plan: 'free', readOnly: false },
  };
  for (const [status, entitlement] of Object.entries(expected)) {
    fake.setStatus(id, status);
    await sync();
    expect({ status, ...(await handed()) }).toMatchObject({ status, ...entitlement });
  }
  fake.setStatus(id, 'active');
  await sync();
  fake.setStatus(id, 'hibernating');
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro', readOnly: false });
  expect(await row()).toMatchObject({ plan: 'pro', access: 'full' });
  expect(alerts.at(-1)).toMatchObject({ kind: 'unknown-status' });
});

test('past due keeps the plan for the grace, and then only reads, without any event', async () => {
  const { fake, runtime, customer, price, row, handed, subscribe, sync } = await setUp();
  subscribe([{ price: price.pro_monthly }]);
  await sync();
  fake.setPayments(customer, 'fail');
  fake.advance(31 * day);
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro', readOnly: false });
  const { past_due_since: since, grace_until: until } = await row();
  expect((until as Date).getTime() - (since as Date).getTime()).toBe(14 * day * 1000);
  fake.advance(13 * day);
  await sync();
  expect(await handed()).toMatchObject({ readOnly: false });
  fake.advance(2 * day);
  await runtime.runOnce();
  expect(await handed()).toMatchObject({ plan: 'pro', readOnly: true });
  fake.setPayments(customer, 'succeed');
  for (const { id } of fake.truth(customer).invoices.filter(({ status }) => status === 'open')) {
    fake.call(`POST /v1/invoices/${id}/pay`);
  }
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro', readOnly: false });
  expect(await row()).toMatchObject({ past_due_since: null, grace_until: null, recheck_at: null });
});

test('cancel_at, cancel_at_period_end and pause_collection', async () => {
  const { fake, price, row, handed, subscribe, sync } = await setUp();
  const id = subscribe([{ price: price.pro_monthly }]);
  const post = (change: object) => fake.call(`POST /v1/subscriptions/${id}`, change);
  post({ cancel_at_period_end: true });
  await sync();
  expect(await row()).toMatchObject({
    cancel_at_period_end: true,
    ends_at: new Date('2026-02-01T00:00:00Z'),
    plan: 'pro',
  });
  post({ cancel_at_period_end: false });
  post({ cancel_at: start + 10 * day });
  await sync();
  expect(await row()).toMatchObject({
    cancel_at_period_end: false,
    ends_at: new Date('2026-01-11T00:00:00Z'),
  });
  post({ cancel_at: '', pause_collection: { behavior: 'void' } });
  await sync();
  expect(await row()).toMatchObject({ ends_at: null, status: 'active', access: 'full' });
  expect(await handed()).toMatchObject({ plan: 'pro', readOnly: false });
});

test('a plan comes from all items of all subscriptions; add-ons and seats are summed', async () => {
  const { fake, price, handed, subscribe, sync } = await setUp();
  const first = subscribe([
    { price: price.storage_monthly, quantity: 2 },
    { price: price.starter_monthly },
    { price: price.seat_monthly, quantity: 7 },
  ]);
  await sync();
  expect(await handed()).toEqual({
    plan: 'starter',
    readOnly: false,
    addons: { storage: 2, seats: 7 },
  });
  const second = subscribe([
    { price: price.pro_yearly },
    { price: price.storage_monthly, quantity: 3 },
  ]);
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro', addons: { storage: 5, seats: 7 } });
  fake.call(`DELETE /v1/subscriptions/${first}`);
  await sync();
  expect(await handed()).toEqual({ plan: 'pro', readOnly: false, addons: { storage: 3 } });
  fake.call(`DELETE /v1/subscriptions/${second}`);
  await sync();
  expect(await handed()).toEqual({ plan: 'free', readOnly: false, addons: {} });
});

test('a price that nobody mapped alerts, and never means free', async () => {
  const { fake, alerts, price, row, handed, subscribe, sync } = await setUp();
  const id = subscribe([{ price: price.pro_monthly }]);
  await sync();
  const special = fake.call('POST /v1/prices', {
    product_data: { name: 'Special' },
    recurring: { interval: 'month' },
  });
  const [item] = fake.call<{ data: { id: string }[] }>('GET /v1/subscription_items', {
    subscription: id,
  }).data;
  fake.call(`POST /v1/subscriptions/${id}`, {
    items: [{ id: item?.id, price: special.id }],
  });
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro', readOnly: false });
  expect(await row()).toMatchObject({ unmapped_prices: [special.id] });
  expect(alerts.at(-1)).toMatchObject({ kind: 'unmapped-price', prices: [special.id] });
});

test('more than ten items, and a customer that is deleted', async () => {
  const { fake, customer, price, row, handed, subscribe, sync } = await setUp();
  const extras = Array.from({ length: 14 }, () =>
    fake.call('POST /v1/prices', {
      product_data: { name: 'Extra' },
      recurring: { interval: 'month', usage_type: 'metered' },
    }),
  );
  subscribe([...extras.map(({ id }) => ({ price: id })), { price: price.pro_monthly }]);
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro' });
  const [count] = await world.ask<{ count: string }>(
    `select count(*) from subscription_items i join organization_billing b using (organization_id)
     where b.stripe_customer_id = $1`,
    [customer],
  );
  expect(count?.count).toBe('15');
  fake.call(`DELETE /v1/customers/${customer}`);
  await sync();
  expect(await row()).toMatchObject({ plan: 'free', access: 'none' });
  expect((await row()).customer_deleted_at).toBeInstanceOf(Date);
  expect(await handed()).toMatchObject({ plan: 'free' });
});

test('columns that the application added keep their values', async () => {
  const { fake, price, subscribe, sync } = await setUp();
  const id = subscribe([{ price: price.pro_monthly }]);
  await sync();
  await world.ask(`update subscriptions set note = 'VIP' where id = $1`, [id]);
  fake.call(`POST /v1/subscriptions/${id}`, { metadata: { a: 'b' } });
  await sync();
  const [kept] = await world.ask('select note, metadata from subscriptions where id = $1', [id]);
  expect(kept).toEqual({ note: 'VIP', metadata: { a: 'b' } });
});

test('an invoice that is deleted goes, and prices and products are mirrored', async () => {
  const { fake, customer, tenant, price, subscribe, sync } = await setUp();
  subscribe([{ price: price.pro_monthly }]);
  const draft = fake.call('POST /v1/invoices', { customer });
  await sync();
  const invoices = () =>
    world.ask('select status from invoices where organization_id = $1 order by status', [tenant]);
  expect(await invoices()).toEqual([{ status: 'draft' }, { status: 'paid' }]);
  fake.call(`DELETE /v1/invoices/${draft.id}`);
  await sync();
  expect(await invoices()).toEqual([{ status: 'paid' }]);
  const offer = fake.call('POST /v1/prices', { product_data: { name: 'Offer' }, unit_amount: 1 });
  await sync();
  fake.call(`POST /v1/prices/${offer.id}`, { active: false });
  fake.call(`POST /v1/products/${offer.product}`, { name: 'Old offer' });
  await sync();
  expect(
    await world.ask('select active, unit_amount from prices where id = $1', [offer.id]),
  ).toEqual([{ active: false, unit_amount: '1' }]);
  expect(await world.ask('select name from products where id = $1', [offer.product])).toEqual([
    { name: 'Old offer' },
  ]);
  fake.call(`DELETE /v1/products/${offer.product}`);
  await sync();
  expect(await world.ask('select active from products where id = $1', [offer.product])).toEqual([
    { active: false },
  ]);
});

test('live mode governs as soon as there is a live customer', async () => {
  const { price, handed, subscribe, sync, tenant } = await setUp();
  subscribe([{ price: price.pro_monthly }]);
  await sync();
  expect(await handed()).toMatchObject({ plan: 'pro' });
  const live = await world.stripe({ livemode: true });
  const runtime = world.connect(live, { livemode: true });
  const customer = await world.customer(live, runtime, tenant);
  await runtime.runOnce();
  expect(await handed()).toMatchObject({ plan: 'free' });
  live.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: catalogOf(live).starter_monthly }],
  });
  await runtime.refresh({ organizationId: tenant });
  await runtime.runOnce();
  expect(await handed()).toMatchObject({ plan: 'starter' });
});

test('a burst of a thousand events costs few rounds', async () => {
  const { fake, runtime, price, subscribe, customer } = await setUp();
  const patient = world.connect(fake, { burstMs: 125 });
  const id = subscribe([{ price: price.pro_monthly }]);
  for (let i = 0; i < 1000; i++) {
    fake.call(`POST /v1/subscriptions/${id}`, { metadata: { i: String(i) } });
  }
  fake.takeRequests();
  let delivered = false;
  const started = Date.now();
  const delivering = fake.deliver({ concurrency: 8 }).finally(() => {
    delivered = true;
  });
  while (!delivered) await patient.runOnce();
  await patient.runOnce();
  expect((await delivering).refused).toBe(0);
  const rounds = fake.takeRequests().filter(({ path }) => path === `/v1/customers/${customer}`);
  // a pause between two rounds, twice as long each time up to 4 s: so many fit into the time it took
  let fit = 2;
  for (let left = Date.now() - started, pause = 250; left > 0; pause = Math.min(4000, pause * 2)) {
    left -= pause;
    fit += 1;
  }
  expect(rounds.length).toBeLessThanOrEqual(fit);
  expect(await runtime.runOnce()).toMatchObject({ applied: 0 });
  const [stored] = await world.ask('select metadata from subscriptions where id = $1', [id]);
  expect(stored).toEqual({ metadata: { i: '999' } });
});
