import { expect, test, vi } from 'vitest';
import { tenancy } from './fixtures/application.ts';
import { catalogOf, organization, secret, settle, testWorld } from './support/world.ts';

vi.setConfig({ testTimeout: 60_000 });

// Nothing destructive follows from an answer that a wrong key explains.
const world = await testWorld();
let next = 1;
const successUrl = 'https://acme.test/';

/** A customer with a plan, and a runtime whose key is of another account. */
async function setUp() {
  const fake = await world.stripe();
  const other = await world.stripe();
  const right = world.connect(fake, { retryMs: 1, maxAttempts: 2 });
  const wrong = world.connect(other, { retryMs: 1, maxAttempts: 2 });
  const stop = fake.sendEvents({ to: (request) => right.webhook(request), secret });
  const tenant = organization(next++);
  const customer = await world.customer(fake, right, tenant);
  const items = [{ price: catalogOf(fake).pro_monthly }];
  const { id } = fake.call('POST /v1/subscriptions', { customer, items });
  await settle(fake, right);
  const state = async () => ({
    billing: await world.ask(
      'select stripe_customer_id, plan, access, status, customer_deleted_at from organization_billing where organization_id = $1',
      [tenant],
    ),
    subscriptions: await world.ask(
      'select id, status from subscriptions where organization_id = $1',
      [tenant],
    ),
    invoices: await world.ask('select id, status from invoices where organization_id = $1', [
      tenant,
    ]),
    prices: await world.ask(`select id from prices where not active and id like '%' order by id`),
    handed: await world.ask(
      `select change::json->>'plan' as plan from plan_changes where organization_id = $1 and kind = 'plan'`,
      [tenant],
    ),
  });
  return { fake, other, right, wrong, stop, tenant, customer, subscription: id, state };
}

test('every call with the key of another account leaves customer, plan and rows as they are', async () => {
  const { fake, right, wrong, tenant, customer, state } = await setUp();
  const before = await state();
  const inside = <R>(fn: () => Promise<R>) => tenancy.run(tenant, fn);
  const unknown = { code: 'BILLING_CUSTOMER_UNKNOWN', status: 502 };
  await expect(inside(() => wrong.portal({ returnUrl: successUrl }))).rejects.toMatchObject(
    unknown,
  );
  await expect(
    inside(() => wrong.checkout({ plan: 'pro', interval: 'monthly', successUrl })),
  ).rejects.toMatchObject(unknown);
  expect(await state()).toEqual(before);
  await wrong.refresh({ organizationId: tenant });
  for (let i = 0; i < 4; i++) await wrong.runOnce();
  await wrong.reconcile({ link: true });
  const drift = [];
  for await (const each of wrong.driftOfCustomers()) drift.push(each);
  expect(drift).toContainEqual(
    expect.objectContaining({ what: 'customer', key: customer, kind: 'unknown' }),
  );
  expect(await state()).toEqual(before);
  // and with the right key everything goes on
  await right.replay();
  expect(await right.runOnce()).toMatchObject({ failed: 0 });
  const { handed, ...rest } = await state();
  expect({ ...rest, handed: before.handed }).toEqual(before);
  expect(new Set(handed.map(({ plan }) => plan))).toEqual(new Set(['pro']));
  expect(fake.truth(customer).customer?.deleted).toBeUndefined();
});

test('an open checkout is not opened twice for a session that another account does not know', async () => {
  const { fake, wrong, right, stop } = await setUp();
  stop();
  const tenant = organization(next++);
  await world.ask('insert into organizations (id) values ($1)', [tenant]);
  const inside = <R>(fn: () => Promise<R>) => tenancy.run(tenant, fn);
  const order = { plan: 'pro', interval: 'monthly', successUrl } as const;
  const { session } = await inside(() => right.checkout(order));
  for (const each of [order, { ...order, interval: 'yearly' } as const]) {
    await expect(inside(() => wrong.checkout(each))).rejects.toMatchObject({
      code: 'BILLING_CUSTOMER_UNKNOWN',
    });
  }
  expect(await inside(() => right.checkout(order))).toMatchObject({ session });
  const { data } = fake.call<{ data: unknown[] }>('GET /v1/checkout/sessions');
  expect(data).toHaveLength(1);
});

test('events of objects that the key does not know wait, and are taken up with the right one', async () => {
  const { fake, right, wrong, stop, state } = await setUp();
  stop();
  const before = await state();
  fake.sendEvents({ to: (request) => wrong.webhook(request), secret });
  const price = fake.call('POST /v1/prices', {
    product_data: { name: 'New' },
    currency: 'usd',
    unit_amount: 1,
  }).id;
  fake.emit('invoice_payment.paid', { id: 'inpay_x', object: 'invoice_payment', invoice: 'in_x' });
  await fake.deliver();
  await wrong.runOnce();
  const waiting = (await wrong.dead()).events.map(({ type }) => type).sort();
  expect(waiting).toEqual(
    expect.arrayContaining(['invoice_payment.paid', 'price.created', 'product.created']),
  );
  expect((await state()).prices).toEqual(before.prices);
  await right.replay();
  await right.runOnce();
  expect(await world.ask('select active from prices where id = $1', [price])).toEqual([
    { active: true },
  ]);
});

test('one that is gone for good is replaced by hand', async () => {
  const { fake, right, tenant, state } = await setUp();
  const another = fake.call('POST /v1/customers').id;
  await expect(right.link({ organizationId: tenant, customer: another })).rejects.toMatchObject({
    code: 'BILLING_CUSTOMER_TAKEN',
  });
  expect(
    await right.link({ organizationId: tenant, customer: another, replace: true }),
  ).toMatchObject({ outcome: 'linked' });
  await settle(fake, right);
  const { billing, subscriptions } = await state();
  expect(billing).toMatchObject([{ stripe_customer_id: another, plan: 'free' }]);
  expect(subscriptions).toEqual([]);
});

test('odd metadata of a customer is one that is not linked, and the others are', async () => {
  const fake = await world.stripe();
  const runtime = world.connect(fake);
  const fresh = organization(next++);
  await world.ask('insert into organizations (id) values ($1)', [fresh]);
  const odd = [
    'x',
    '',
    ' ',
    fresh.slice(1),
    `${fresh}\u0000`,
    '00000000-0000-4000-8000-000000009999',
    'null',
    '{}',
    'é'.repeat(300),
  ];
  const make = (organizationId: string) =>
    fake.call('POST /v1/customers', { metadata: { organizationId, note: 'x' } }).id;
  const first = odd.slice(0, 5).map(make);
  const good = make(fresh);
  const rest = odd.slice(5).map(make);
  const report = await runtime.reconcile({ link: true });
  // a key that is given as '' is none
  expect([...report.refused].sort()).toEqual(
    [...first, ...rest].filter((id) => id !== first[1]).sort(),
  );
  const [row] = await world.ask(
    'select stripe_customer_id as id from organization_billing where organization_id = $1',
    [fresh],
  );
  expect(row).toEqual({ id: good });
});
