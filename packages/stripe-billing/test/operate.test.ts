import { defineTenancy } from '@tenantry/core';
import { defineBilling } from '@tenantry/stripe-billing';
import { createLogins } from '@tenantry/testing/schema';
import Stripe from 'stripe';
import { runCommand } from 'tenantry';
import { afterEach, expect, test } from 'vitest';
import { requiredEvents } from '../src/events/index.ts';
import { billing, tenancy } from './fixtures/application.ts';
import { planPort } from './support/ports.ts';
import { catalogOf, organization, secret, settle, testWorld } from './support/world.ts';

const world = await testWorld();
const logins = await createLogins(world.url, tenancy);
let next = 1;

async function setUp() {
  await world.ask(
    `truncate organizations, organization_billing, ${world.claims}, webhook_events, subscriptions, subscription_items, invoices, tenantry.billing_cursors cascade`,
  );
  const fake = await world.stripe();
  const runtime = world.connect(fake, { retryMs: 1, maxAttempts: 2 });
  const stop = fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = organization(next++);
  const customer = await world.customer(fake, runtime, tenant);
  const price = catalogOf(fake);
  await settle(fake, runtime);
  process.env.STRIPE_SECRET_KEY = 'sk_test_fake';
  process.env.STRIPE_API_BASE = fake.url;
  return { fake, runtime, tenant, customer, price, stop };
}

afterEach(() => {
  delete process.env.STRIPE_SECRET_KEY;
  delete process.env.STRIPE_API_BASE;
});

/** Runs a command as the command line does. */
async function command(name: string, ...argv: string[]) {
  const database = { url: logins.app, systemUrl: logins.system };
  const config = { tenancy, features: [billing], database };
  const { code, stdout, stderr } = await runCommand(config, ['billing', name, ...argv]);
  return { code, output: stdout + stderr };
}

test('a parked customer waits for its link, and then nothing is missing', async () => {
  const { fake, runtime, price } = await setUp();
  const stranger = fake.call('POST /v1/customers').id;
  const items = [{ price: price.pro_monthly }];
  fake.call('POST /v1/subscriptions', { customer: stranger, items });
  fake.takeRequests();
  await settle(fake, runtime);
  const asked = fake.takeRequests().length;
  expect(asked).toBeLessThanOrEqual(3); // for the customer, not for each of its events
  const dead = await runtime.dead();
  expect(dead.events.length).toBeGreaterThan(3);
  expect(new Set(dead.events.map(({ state }) => state))).toEqual(new Set(['parked']));
  fake.call(`POST /v1/customers/${stranger}`, { name: 'Later' });
  fake.call(`GET /v1/customers/${stranger}`);
  await settle(fake, runtime);
  const tenant = organization(900);
  await world.ask('insert into organizations (id) values ($1)', [tenant]);
  const { outcome, replayed } = await runtime.link({ organizationId: tenant, customer: stranger });
  expect([outcome, replayed > 3]).toEqual(['linked', true]);
  await runtime.runOnce();
  expect((await runtime.dead()).events).toEqual([]);
  const [row] = await world.ask(
    'select plan from organization_billing where organization_id = $1',
    [tenant],
  );
  expect(row).toEqual({ plan: 'pro' });
  await expect(
    runtime.link({ organizationId: organization(1), customer: stranger }),
  ).rejects.toMatchObject({
    code: 'BILLING_CUSTOMER_TAKEN',
  });
});

test('a customer whose metadata names its organization links itself', async () => {
  const { fake, runtime } = await setUp();
  const tenant = organization(901);
  await world.ask('insert into organizations (id) values ($1)', [tenant]);
  fake.call('POST /v1/customers', { metadata: { organizationId: tenant } });
  fake.call('POST /v1/customers', { metadata: { organizationId: 'no uuid' } });
  fake.call('POST /v1/customers', { metadata: { organizationId: organization(999) } });
  await settle(fake, runtime);
  const linked = await world.ask('select from organization_billing where organization_id = $1', [
    tenant,
  ]);
  expect(linked).toHaveLength(1);
  expect((await runtime.dead()).events).toHaveLength(2);
});

test('what fails is tried again, given up, shown, and replayed', async () => {
  const { fake, runtime, customer, price } = await setUp();
  fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.pro_monthly }] });
  const stop = fake.fail({ on: 'GET /v1/subscriptions', answer: 400, rate: 1 });
  await fake.deliver();
  for (let i = 0; i < 3; i++) {
    await runtime.runOnce();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const shown = await command('dead');
  expect(shown.code).toBe(1);
  expect(shown.output).toMatch(/dead +evt_\w+ customer\.subscription\.created +cus_\w+ +2 +400/);
  stop();
  expect(await runtime.runOnce()).toMatchObject({ applied: 0 });
  expect((await command('replay')).output).toMatch(/1 stored, 0 failed/);
  expect((await command('dead')).output).toBe('Nothing.\n');
});

test('429 slows everything down and gives nothing up', async () => {
  const { fake, runtime, customer, price } = await setUp();
  fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.pro_monthly }] });
  fake.fail({ on: 'GET /v1/customers', answer: 429 });
  await fake.deliver();
  const started = Date.now();
  expect(await runtime.runOnce()).toMatchObject({ failed: 1, applied: 1 });
  expect(Date.now() - started).toBeGreaterThan(700);
  expect((await runtime.dead()).events).toEqual([]);
});

test('drift is printed by a dry run and gone after a reconciliation', async () => {
  const { fake, runtime, tenant, customer, price, stop } = await setUp();
  const id = fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: price.pro_monthly }],
  }).id;
  await settle(fake, runtime);
  expect(await command('reconcile', '--dry-run')).toEqual({ code: 0, output: 'No drift.\n' });
  stop();
  fake.call(`POST /v1/subscriptions/${id}`, { cancel_at_period_end: true });
  await world.ask(`update invoices set status = 'open'`);
  await world.ask(
    `insert into subscriptions (organization_id, id, livemode, status, started_at)
    values ($1, 'sub_invented', false, 'active', now())`,
    [tenant],
  );
  const dry = await command('reconcile', '--dry-run');
  expect(dry.code).toBe(1);
  expect(dry.output).toContain(
    `subscription ${id} cancel_at_period_end: false here, true at Stripe.`,
  );
  expect(dry.output).toContain('status: "open" here, "paid" at Stripe');
  expect(dry.output).toContain('subscription sub_invented: exists here, missing at Stripe.');
  const done = await command('reconcile');
  expect(done).toMatchObject({
    code: 0,
    output: expect.stringContaining('1 tenants fetched'),
  });
  expect((await command('reconcile', '--dry-run')).output).toBe('No drift.\n');
});

test('missed events are read from a cursor', async () => {
  const { fake, runtime, customer, price, stop } = await setUp();
  await runtime.reconcile({ scope: 'events' });
  stop();
  fake.advance(3600);
  fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.pro_monthly }] });
  expect((await runtime.reconcile({ scope: 'events' })).missedEvents).toBeGreaterThan(3);
  expect((await runtime.reconcile({ scope: 'events' })).missedEvents).toBe(0);
  const [row] = await world.ask(
    'select plan from organization_billing where stripe_customer_id = $1',
    [customer],
  );
  expect(row).toEqual({ plan: 'pro' });
  fake.takeRequests();
  await runtime.reconcile({ scope: 'events' });
  expect(fake.takeRequests()).toHaveLength(1);
});

test('the doctor goes through the checklist', async () => {
  const { fake, price } = await setUp();
  const sick = await command('doctor');
  expect(sick.code).toBe(1);
  expect(sick.output).toContain('✗ a webhook endpoint is enabled: none');
  fake.call('POST /v1/webhook_endpoints', {
    url: 'https://acme.test/webhooks/stripe',
    enabled_events: ['customer.created'],
  });
  expect((await command('doctor')).output).toMatch(
    /✗ it sends every event that is needed: not .*invoice\.paid/,
  );
  fake.call('POST /v1/webhook_endpoints', {
    url: 'https://acme.test/webhooks/stripe',
    enabled_events: [...requiredEvents],
  });
  const healthy = await command('doctor');
  expect(healthy).toMatchObject({ code: 0 });
  expect(healthy.output).toContain('✓ every active price is mapped');
  fake.call(`POST /v1/prices/${price.pro_yearly}`, { active: false });
  fake.call('POST /v1/prices', { product_data: { name: 'X' }, recurring: { interval: 'month' } });
  const warned = await command('doctor');
  expect(warned.output).toContain('✗ everything on sale has an active price: none for pro_yearly');
  expect(warned.output).toMatch(/! every active price is mapped: not price_/);
  process.env.STRIPE_SECRET_KEY = '';
  expect(await command('doctor')).toMatchObject({
    code: 1,
    output: expect.stringContaining('no STRIPE_SECRET_KEY'),
  });
});

test('the doctor tries whether limits know what is sold, and whether one price is meant', async () => {
  const { fake } = await setUp();
  const product = fake.call('POST /v1/products', { name: 'Pro' }).id;
  for (const interval of ['month', 'month', 'year']) {
    fake.call('POST /v1/prices', { product, currency: 'usd', recurring: { interval } });
  }
  const knowing = {
    async setPlan(_: unknown, { plan, addons = {} }: { plan: string | null; addons?: object }) {
      if (plan === 'gold') throw new Error('PLAN_UNKNOWN: gold');
      if ('support' in addons) throw new Error('ADD_ON_UNKNOWN: support');
      await planPort.setPlan(_ as never, {
        organizationId: organization(next - 1),
        plan,
        source: 'x',
      });
    },
  };
  const sold = defineBilling(tenancy, {
    plans: { pro: { monthly: product, yearly: product }, gold: { monthly: 'pro_monthly' } },
    addons: { storage: 'storage_monthly', support: 'support_monthly' },
    limits: knowing as never,
  });
  const runtime = sold.connect(world.pool, {
    stripe: new Stripe('sk_test_fake', fake.config),
    livemode: false,
  });
  const told = () => world.ask('select from plan_changes');
  const before = (await told()).length;
  const checks = await runtime.doctor();
  const of = (name: string) => checks.find((each) => each.name.includes(name));
  expect(of('limits know')).toMatchObject({ state: 'failed' });
  expect(of('limits know')?.found).toMatch(/plan gold.*add-on support/);
  expect(of('limits know')?.found).not.toMatch(/plan pro|storage/);
  expect(of('one price')).toMatchObject({
    state: 'failed',
    found: `pro by monthly: 2 prices of ${product}`,
  });
  expect((await told()).length).toBe(before);
});

test('old events are forgotten, what waits is not', async () => {
  const { runtime } = await setUp();
  await world.ask(`update webhook_events set processed_at = now() - interval '40 days'`);
  expect(await runtime.prune({ olderThanDays: 30 })).toBeGreaterThan(0);
  expect(await runtime.prune({ olderThanDays: 30 })).toBe(0);
});

test('a worker in this process is woken by webhooks and looks by itself', async () => {
  const { fake, customer, price, stop } = await setUp();
  stop();
  let queued = 0;
  const inline = world.connect(fake, {
    onReceived: () => void queued++,
  });
  const worker = inline.start({ everyMs: 20 });
  fake.sendEvents({
    to: (request) => tenancy.run(organization(1), () => inline.webhook(request)),
    secret,
  });
  fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.pro_monthly }] });
  await fake.deliver();
  expect(queued).toBeGreaterThan(3);
  const plan = async () =>
    (
      await world.ask<{ plan: string }>(
        'select plan from organization_billing where stripe_customer_id = $1',
        [customer],
      )
    )[0]?.plan;
  await expect.poll(plan).toBe('pro');
  await worker.stop();
});

test('nothing runs until a worker is started, and what is queued is said', async () => {
  const { fake, tenant, customer, price, stop } = await setUp();
  stop();
  const bodies: string[] = [];
  const quiet = world.connect(fake);
  fake.sendEvents({
    async to(request) {
      const answer = await quiet.webhook(request);
      bodies.push(await answer.clone().text());
      return answer;
    },
    secret,
  });
  fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.pro_monthly }] });
  await fake.deliver();
  expect(bodies.filter((body) => body.includes('"outcome":"queued"')).length).toBeGreaterThan(0);
  expect(await quiet.refresh({ organizationId: tenant })).toEqual({ queued: true });
  expect(await quiet.refresh({ organizationId: organization(999) })).toEqual({ queued: false });
  const waiting = () => world.ask(`select from ${world.claims} where sync_wanted > sync_done`);
  expect(await waiting()).toHaveLength(1);
  const workers = [0, 1].map(() => quiet.start({ everyMs: 3_600_000 }));
  await expect.poll(waiting).toHaveLength(0);
  await Promise.all(workers.map((worker) => worker.stop()));
  await quiet.refresh({ organizationId: tenant });
  expect(await waiting()).toHaveLength(1);
});

test('a tenant is named by the word of the tenancy, and checked', async () => {
  const { runtime, customer } = await setUp();
  const missing = { code: 'TENANT_CONTEXT_MISSING' };
  const malformed = { code: 'TENANT_ID_MALFORMED' };
  const wrong = { tenantId: organization(1), customer } as never;
  await expect(runtime.refresh(wrong)).rejects.toMatchObject(missing);
  await expect(runtime.link(wrong)).rejects.toMatchObject(missing);
  const odd = { organizationId: 'acme', customer };
  await expect(runtime.refresh(odd)).rejects.toMatchObject(malformed);
  await expect(runtime.link(odd)).rejects.toMatchObject(malformed);
});

test('options are checked when it connects', async () => {
  const { fake } = await setUp();
  const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
  for (const wrong of [
    { livemode: undefined },
    { webhookSecrets: [''] },
    { webhookSecrets: [' whsec'] },
    { leaseMs: 0 },
  ]) {
    expect(() => world.connect(fake, wrong as never)).toThrow(invalid);
  }
  const runtime = world.connect(fake);
  const pool = { tenancy: defineTenancy({ tenant: 'team', id: 'uuid' }) };
  const options = { stripe: new Stripe('sk_test_fake', fake.config), livemode: false };
  expect(() => billing.connect(pool as never, options)).toThrow(invalid);
  expect(() => runtime.start({ everyMs: 0 })).toThrow(invalid);
  await expect(runtime.dead({ limit: 0 })).rejects.toThrow(invalid);
  await expect(runtime.prune({ olderThanDays: 0.5 })).rejects.toThrow(invalid);
});
