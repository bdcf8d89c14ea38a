import pg from 'pg';
import { expect, test } from 'vitest';
import { gated } from './support/gated.ts';
import { catalogOf, organization, type Runtime, secret, testWorld } from './support/world.ts';

const world = await testWorld();

/** Waits until somebody waits for a lock in this database. */
const untilBlocked = () =>
  expect
    .poll(() =>
      world.ask(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ),
    )
    .not.toEqual([]);

/** Waits until the lease of an organization has run out, by the clock of the database. */
const untilFree = (tenant: string) =>
  expect
    .poll(() =>
      world.ask(
        `select from ${world.claims} where organization_id = $1 and lease_until > clock_timestamp()`,
        [tenant],
      ),
    )
    .toEqual([]);

const rowOf = async (tenant: string) =>
  (
    await world.ask<Record<string, unknown>>(
      `select b.*, c.lease_owner from organization_billing b
       join ${world.claims} c using (organization_id, account, livemode) where b.organization_id = $1`,
      [tenant],
    )
  )[0];

test('a slow worker with an older fetch does not overwrite a newer one', async () => {
  const fake = await world.stripe();
  const price = catalogOf(fake);
  const gate = gated('fetched');
  const slow = world.connect(fake, { onStep: gate.onStep, leaseMs: 1 });
  const quick = world.connect(fake);
  const tenant = organization(1);
  const customer = await world.customer(fake, quick, tenant);
  fake.sendEvents({ to: (request) => quick.webhook(request), secret });
  const { id } = fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: price.pro_monthly }],
  });
  await fake.deliver();
  const late = slow.runOnce();
  await gate.reached; // it has seen the subscription alive, and its lease runs out
  fake.call(`DELETE /v1/subscriptions/${id}`);
  await fake.deliver();
  await untilFree(tenant);
  expect(await quick.runOnce()).toMatchObject({ applied: 1 });
  gate.open();
  expect(await late).toMatchObject({ applied: 0, stale: 1 });
  expect(await rowOf(tenant)).toMatchObject({ plan: 'free', status: 'canceled' });
});

test('an event that arrives while its customer is being fetched asks for another round', async () => {
  const fake = await world.stripe();
  const price = catalogOf(fake);
  const plain = world.connect(fake);
  const gate = gated('fetched');
  const worker = world.connect(fake, { onStep: gate.onStep });
  const tenant = organization(2);
  const customer = await world.customer(fake, plain, tenant);
  const items = [{ price: price.pro_monthly }];
  const { id } = fake.call('POST /v1/subscriptions', { customer, items });
  await plain.runOnce();
  await plain.refresh({ organizationId: tenant });
  fake.sendEvents({ to: (request) => worker.webhook(request), secret });
  const running = worker.runOnce();
  await gate.reached; // it is alive, says this fetch
  fake.call(`DELETE /v1/subscriptions/${id}`);
  await fake.deliver();
  gate.open();
  expect(await running).toMatchObject({ applied: 2 });
  expect(await rowOf(tenant)).toMatchObject({ plan: 'free' });
});

test('an event that arrives while its customer is being linked is not parked for good', async () => {
  const fake = await world.stripe();
  const runtime = world.connect(fake);
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = organization(3);
  await world.ask('insert into organizations (id) values ($1)', [tenant]);
  const customer = fake.call('POST /v1/customers').id;
  await fake.deliver();
  await runtime.runOnce();
  fake.call('POST /v1/invoices', { customer });
  const linking = new pg.Client({ connectionString: world.url });
  await linking.connect();
  await linking.query('begin');
  const input = { tenant, customer, account: 'default', livemode: false };
  await linking.query('select tenantry.billing_link($1)', [JSON.stringify(input)]);
  const arriving = fake.deliver();
  await untilBlocked();
  await linking.query('commit');
  await linking.end();
  expect(await arriving).toMatchObject({ accepted: 1 });
  await runtime.runOnce();
  const left = await world.ask(
    `select type, state from webhook_events where customer_id = $1 and state <> 'processed'`,
    [customer],
  );
  expect(left).toEqual([]);
});

test('a customer that is linked while its events arrive loses none of them', async () => {
  const fake = await world.stripe();
  const runtime = world.connect(fake);
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenants = Array.from({ length: 40 }, (_, i) => organization(100 + i));
  await world.ask('insert into organizations (id) select unnest($1::uuid[])', [tenants]);
  const customers = tenants.map(() => fake.call('POST /v1/customers').id);
  await Promise.all([
    fake.deliver({ concurrency: 8 }),
    ...tenants.map((tenant, i) =>
      runtime.link({ organizationId: tenant, customer: customers[i] as string }),
    ),
  ]);
  await runtime.runOnce();
  const left = await world.ask(
    `select state from webhook_events where type = 'customer.created' and state <> 'processed' and customer_id = any ($1)`,
    [customers],
  );
  expect(left).toEqual([]);
});

test('two workers never hold one organization', async () => {
  const fake = await world.stripe();
  const inside = new Map<string, number>();
  let most = 0;
  const onStep = async (step: string, { organizationId: tenant }: { organizationId: string }) => {
    if (step === 'leased') inside.set(tenant, (inside.get(tenant) ?? 0) + 1);
    most = Math.max(most, inside.get(tenant) ?? 0);
    if (step === 'committed') inside.set(tenant, (inside.get(tenant) ?? 0) - 1);
  };
  const workers = [1, 2, 3].map(() => world.connect(fake, { onStep }));
  const [first] = workers as [Runtime];
  for (let i = 0; i < 30; i++) await world.customer(fake, first, organization(200 + i));
  const reports = await Promise.all(workers.map((worker) => worker.runOnce()));
  expect(most).toBe(1);
  expect(reports.reduce((sum, { applied }) => sum + applied, 0)).toBeGreaterThanOrEqual(30);
  expect(reports.reduce((sum, { stale }) => sum + stale, 0)).toBe(0);
});

test('two accounts of one organization are synced at once, and both are counted', async () => {
  const european = await world.stripe({ account: 'acct_eu' });
  const american = await world.stripe({ account: 'acct_us' });
  const eu = world.connect(european, { account: 'eu' });
  const us = world.connect(american, { account: 'us' });
  const tenant = organization(300);
  const there = await world.customer(european, eu, tenant);
  const here = await world.customer(american, us, tenant);
  const subscribe = (fake: typeof european, customer: string, plan: 'starter' | 'pro') =>
    fake.call('POST /v1/subscriptions', {
      customer,
      items: [{ price: catalogOf(fake)[`${plan}_monthly`] }],
    }).id;
  const larger = subscribe(american, here, 'pro');
  await Promise.all([eu.runOnce(), us.runOnce()]);
  const handed = async () =>
    (
      await world.ask<{ plan: string }>(
        `select change::json->>'plan' as plan from plan_changes
         where organization_id = $1 and kind = 'plan' order by (change::json->>'version')::int desc limit 1`,
        [tenant],
      )
    )[0]?.plan;
  expect(await handed()).toBe('pro');

  // one plan ends in America while another begins in Europe: neither may count the other's past
  subscribe(european, there, 'starter');
  american.call(`DELETE /v1/subscriptions/${larger}`);
  await Promise.all([
    eu.refresh({ organizationId: tenant }),
    us.refresh({ organizationId: tenant }),
  ]);
  const gate = gated('locked');
  const slow = world.connect(european, { account: 'eu', onStep: gate.onStep });
  const beginning = slow.runOnce();
  await gate.reached;
  // it finds the rows locked, and comes again until it gets them
  const ending = us.runOnce();
  gate.open();
  await Promise.all([beginning, ending]);
  expect(await handed()).toBe('starter');
});

test('a crash at any step leaves nothing half-done, and somebody else finishes', async () => {
  for (const [i, step] of (
    ['leased', 'fetched', 'locked', 'applied', 'committed'] as const
  ).entries()) {
    const fake = await world.stripe({ seed: 10 + i });
    const other = world.connect(fake);
    const crashing = world.connect(fake, {
      leaseMs: 5,
      onStep(at) {
        if (at === step) throw new Error('killed');
      },
    });
    const tenant = organization(400 + i);
    const customer = await world.customer(fake, other, tenant);
    const price = catalogOf(fake).pro_monthly;
    fake.call('POST /v1/subscriptions', { customer, items: [{ price }] });
    await expect(crashing.runOnce()).rejects.toThrow(step);
    const half = await rowOf(tenant);
    const done = step === 'committed';
    expect(half?.plan, step).toBe(done ? 'pro' : null);
    const told = await world.ask('select from plan_changes where organization_id = $1', [tenant]);
    expect(told.length > 1, step).toBe(done);
    await untilFree(tenant);
    await other.runOnce();
    expect(await rowOf(tenant), step).toMatchObject({ plan: 'pro', lease_owner: null });
  }
});
