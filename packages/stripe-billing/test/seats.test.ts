import { expect, test, vi } from 'vitest';
import { tenancy } from './fixtures/application.ts';
import { catalogOf, organization, secret, settle, testWorld } from './support/world.ts';

vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const world = await testWorld();
const fake = await world.stripe();
const runtime = world.connect(fake);
fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
const price = catalogOf(fake);

const join = (tenant: string, count: number) =>
  tenancy.run(tenant, () =>
    world.pool.query(
      'insert into memberships (user_id) select gen_random_uuid() from generate_series(1, $1) returning 1',
      [count],
    ),
  );

const seatsAt = (customer: string) => {
  const [subscription] = fake.truth(customer).subscriptions as {
    items: { data: { price: { id: string }; quantity: number }[] };
  }[];
  return subscription?.items.data.find((item) => item.price.id === price.seat_monthly)?.quantity;
};

test('members are seats: raw SQL on the app role is enough', async () => {
  const tenant = organization(1);
  const customer = await world.customer(fake, runtime, tenant);
  await join(tenant, 3);
  const { session } = await tenancy.run(tenant, () =>
    runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
  );
  fake.completeCheckout(session);
  expect(seatsAt(customer)).toBe(3);
  await settle(fake, runtime);

  await join(tenant, 4);
  await runtime.runOnce();
  expect(seatsAt(customer)).toBe(7);
  await settle(fake, runtime);
  const [row] = await world.ask(
    'select addons from organization_billing where organization_id = $1',
    [tenant],
  );
  expect(row).toEqual({ addons: { seats: 7 } });

  await tenancy.run(tenant, () => world.pool.query('delete from memberships'));
  await runtime.runOnce();
  expect(seatsAt(customer)).toBe(1);
});

test('what is rolled back is not paid for', async () => {
  const tenant = organization(2);
  const customer = await world.customer(fake, runtime, tenant);
  const items = [{ price: price.pro_monthly }, { price: price.seat_monthly, quantity: 1 }];
  fake.call('POST /v1/subscriptions', { customer, items });
  await settle(fake, runtime);
  await tenancy.run(tenant, async () => {
    const client = await world.pool.connect();
    try {
      await client.query('begin');
      await client.query(
        'insert into memberships (user_id) values (gen_random_uuid()), (gen_random_uuid())',
      );
      await client.query('rollback');
    } finally {
      client.release();
    }
  });
  fake.takeRequests();
  await runtime.runOnce();
  expect(fake.takeRequests()).toEqual([]);
  expect(seatsAt(customer)).toBe(1);
});

test('the one who pays may leave: billing belongs to the organization', async () => {
  const tenant = organization(3);
  const customer = await world.customer(fake, runtime, tenant);
  await join(tenant, 1);
  fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.pro_monthly }] });
  await settle(fake, runtime);
  await tenancy.run(tenant, () => world.pool.query('delete from memberships'));
  await join(tenant, 1);
  await settle(fake, runtime);
  const read = await tenancy.run(tenant, () =>
    world.pool.query('select plan, access from organization_billing'),
  );
  expect(read.rows).toEqual([{ plan: 'pro', access: 'full' }]);
});

test('seats that Stripe refuses keep no upgrade away', async () => {
  for (const [i, answer] of ([400, 402, 403, 404, 500, 409, 'disconnect'] as const).entries()) {
    const tenant = organization(10 + i);
    const alerts: string[] = [];
    const worker = world.connect(fake, { onAlert: ({ kind }) => void alerts.push(kind) });
    const customer = await world.customer(fake, runtime, tenant);
    const items = [{ price: price.starter_monthly }, { price: price.seat_monthly, quantity: 1 }];
    const { id } = fake.call('POST /v1/subscriptions', { customer, items });
    await settle(fake, worker);
    await join(tenant, 3);
    const [first] = fake.truth(customer).subscriptions as { items: { data: { id: string }[] } }[];
    const base = first?.items.data[0]?.id;
    fake.call(`POST /v1/subscriptions/${id}`, { items: [{ id: base, price: price.pro_monthly }] });
    const stop = fake.fail({ on: 'POST /v1/subscription_items', answer, rate: 1 });
    await settle(fake, worker);
    const row = async () =>
      (
        await world.ask<Record<string, unknown>>(
          `select b.plan, c.error, c.attempts::int, c.sync_wanted = c.sync_done as done
           from organization_billing b join ${world.claims} c using (organization_id) where b.organization_id = $1`,
          [tenant],
        )
      )[0];
    expect(await row(), String(answer)).toMatchObject({ plan: 'pro', attempts: 0, done: true });
    expect((await row())?.error).toContain('Seats');
    expect(alerts).toContain('seats-refused');
    expect(seatsAt(customer)).toBe(1);
    stop();
    // by itself after a while, without any event
    fake.advance(3601);
    await worker.runOnce();
    expect(seatsAt(customer), String(answer)).toBe(3);
    expect(await row()).toMatchObject({ error: null });
  }
});

test('a metered seat takes no quantity, and none is written', async () => {
  const tenant = organization(30);
  const customer = await world.customer(fake, runtime, tenant);
  fake.call(`POST /v1/prices/${price.seat_monthly}`, { lookup_key: '' });
  const metered = fake.call('POST /v1/prices', {
    product_data: { name: 'Metered seat' },
    currency: 'usd',
    lookup_key: 'seat_monthly',
    recurring: { interval: 'month', usage_type: 'metered' },
  }).id;
  const items = [{ price: price.pro_monthly }, { price: metered }];
  fake.call('POST /v1/subscriptions', { customer, items });
  await join(tenant, 3);
  fake.takeRequests();
  await settle(fake, runtime);
  expect(fake.takeRequests().filter(({ method }) => method === 'POST')).toEqual([]);
  const [row] = await world.ask(
    'select plan, error from organization_billing where organization_id = $1',
    [tenant],
  );
  expect(row).toEqual({ plan: 'pro', error: null });
});
