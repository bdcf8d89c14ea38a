import { expect, test, vi } from 'vitest';
import { tenancy } from './fixtures/application.ts';
import {
  catalogOf,
  organization,
  type Runtime,
  secret,
  settle,
  testWorld,
} from './support/world.ts';

vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const world = await testWorld();
const urls = { successUrl: 'https://acme.test/ok', cancelUrl: 'https://acme.test/no' };
const pro = { plan: 'pro', interval: 'monthly', ...urls } as const;

let next = 1;
async function setUp() {
  const fake = await world.stripe();
  const runtime = world.connect(fake);
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = organization(next++);
  await world.ask('insert into organizations (id) values ($1)', [tenant]);
  const inside = <R>(fn: () => Promise<R>) => tenancy.run(tenant, fn);
  const checkout = (order: Parameters<Runtime['checkout']>[0] = pro) =>
    inside(() => runtime.checkout(order));
  const customers = () => fake.call<{ data: { id: string }[] }>('GET /v1/customers').data;
  const subscriptions = () =>
    fake.call<{ data: { id: string }[] }>('GET /v1/subscriptions', { status: 'all' }).data;
  return { fake, runtime, tenant, inside, checkout, customers, subscriptions };
}

test('a checkout that is completed lifts the plan', async () => {
  const { fake, runtime, tenant, checkout, customers } = await setUp();
  const { url, session } = await checkout({ ...pro, addons: { storage: 3 } });
  expect(url).toContain(session);
  fake.completeCheckout(session);
  await settle(fake, runtime);
  const [row] = await world.ask(
    'select plan, addons from organization_billing where organization_id = $1',
    [tenant],
  );
  expect(row).toMatchObject({ plan: 'pro', addons: { storage: 3 } });
  expect(customers()).toMatchObject([{ metadata: { organizationId: tenant } }]);
  const intents = await world.ask('select state from checkout_intents where organization_id = $1', [
    tenant,
  ]);
  expect(intents).toEqual([{ state: 'completed' }]);
  await expect(checkout()).rejects.toMatchObject({
    code: 'BILLING_SUBSCRIPTION_EXISTS',
    status: 409,
  });
});

test('twenty checkouts at once: one customer, one session, one subscription', async () => {
  const { fake, runtime, inside, checkout, customers, subscriptions } = await setUp();
  fake.setLatency(5);
  // two processes: what is one request in each of them is two, and Stripe answers 409 to one
  const other = world.connect(fake);
  const opened = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0 ? checkout() : inside(() => other.checkout(pro)),
    ),
  );
  expect([new Set(opened.map(({ session }) => session)).size, customers().length]).toEqual([1, 1]);
  fake.completeCheckout((opened[0] as { session: string }).session);
  expect(subscriptions()).toHaveLength(1);
  // the event has not come, and there is no second subscription all the same
  await expect(checkout()).rejects.toMatchObject({ code: 'BILLING_SUBSCRIPTION_EXISTS' });
  expect(runtime).not.toBe(other);
});

test('twenty different orders at once: each gets a session or is told, and one is open', async () => {
  const { fake, inside, checkout } = await setUp();
  const other = world.connect(fake);
  const orders = Array.from({ length: 20 }, (_, i) => {
    const order = { ...pro, cancelUrl: `https://acme.test/${i % 4}` };
    return i % 2 === 0 ? checkout(order) : inside(() => other.checkout(order));
  });
  const settled = await Promise.allSettled(orders);
  for (const each of settled) {
    if (each.status === 'rejected') expect(each.reason.code).toBe('BILLING_CHECKOUT_CONTENDED');
  }
  const open = fake
    .call<{ data: { status: string }[] }>('GET /v1/checkout/sessions', { limit: 100 })
    .data.filter(({ status }) => status === 'open');
  expect(open.length).toBe(1);
});

test('portals and checkouts of a new organization at once make one customer', async () => {
  const { fake, runtime, inside, checkout, customers } = await setUp();
  fake.setLatency(5);
  const portal = () => inside(() => runtime.portal({ returnUrl: 'https://acme.test/' }));
  await Promise.all([checkout(), portal(), checkout(), portal(), portal()]);
  expect(customers()).toHaveLength(1);
});

test('customers are sent back to http and https, and to origins that are named', async () => {
  const { fake, inside, checkout } = await setUp();
  const listed = world.connect(fake, {
    returnOrigins: ['https://acme.test', 'https://*.acme.app', 'http://localhost:3000'],
  });
  const refused = { code: 'BILLING_RETURN_URL_INVALID', status: 400 };
  for (const url of [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://acme.test/',
    '//evil.test',
    '/billing',
    'https:acme.test',
    'https://acme.test\\@evil.test',
    'https://acme.test@evil.test/',
    'https://user:secret@acme.test/',
    'https://acme.test/\u0000',
    '',
    7,
    null,
  ] as string[]) {
    for (const order of [
      { ...pro, successUrl: url },
      { ...pro, cancelUrl: url },
      { ...pro, session: { cancel_url: url } },
    ]) {
      await expect(checkout(order), String(url)).rejects.toMatchObject(refused);
    }
    const portal = inside(() => listed.portal({ returnUrl: url }));
    await expect(portal, String(url)).rejects.toMatchObject(refused);
  }
  const portal = (returnUrl: string) => inside(() => listed.portal({ returnUrl }));
  for (const url of ['https://acme.test/x?y#z', 'https://eu.acme.app/', 'http://localhost:3000/']) {
    expect((await portal(url)).url).toContain('billing');
  }
  for (const url of [
    'http://acme.test/',
    'https://evil.test/',
    'https://acme.test.evil.test/',
    'https://acme.app/',
    'https://evilacme.app/',
    'http://localhost:3001/',
  ]) {
    await expect(portal(url), url).rejects.toMatchObject(refused);
  }
});

test('another order closes the one before, also when both come at once', async () => {
  const { fake, checkout } = await setUp();
  const first = await checkout();
  const yearly = { ...pro, interval: 'yearly' } as const;
  const second = await checkout(yearly);
  expect(second.session).not.toBe(first.session);
  expect(() => fake.completeCheckout(first.session)).toThrow('expired');
  for (let i = 0; i < 10; i++) {
    fake.setLatency(i % 3);
    await Promise.allSettled([checkout(), checkout(yearly), checkout(), checkout(yearly)]);
    const open = fake
      .call<{ data: { status: string }[] }>('GET /v1/checkout/sessions', { limit: 100 })
      .data.filter(({ status }) => status === 'open');
    expect(open.length).toBeLessThanOrEqual(1);
  }
});

test('a crash between the step of Stripe and ours makes no second customer', async () => {
  const { fake, checkout, customers } = await setUp();
  fake.fail({ on: 'POST /v1/customers', answer: 'lose-answer', times: 2 });
  await expect(checkout()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' });
  fake.fail({ on: 'POST /v1/checkout', answer: 'lose-answer', times: 2 });
  await expect(checkout()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' });
  await checkout();
  expect(customers()).toHaveLength(1);
  const sessions = fake.call<{ data: unknown[] }>('GET /v1/checkout/sessions').data;
  expect(sessions).toHaveLength(1);
});

test('an expired session is replaced; a trial is given once', async () => {
  const { fake, runtime, checkout, subscriptions } = await setUp();
  const trial = { ...pro, trialDays: 14 };
  const first = await checkout(trial);
  fake.advance(25 * 3600);
  const second = await checkout(trial);
  expect(second.session).not.toBe(first.session);
  const { subscription } = fake.completeCheckout(second.session);
  expect(subscriptions()).toMatchObject([{ status: 'trialing' }]);
  await settle(fake, runtime);
  fake.call(`DELETE /v1/subscriptions/${subscription}`);
  await settle(fake, runtime);
  fake.completeCheckout((await checkout(trial)).session);
  expect(subscriptions()[0]).toMatchObject({ status: 'active', trial_end: null });
});

test('a customer that was deleted at Stripe is replaced, with and without its event', async () => {
  const { fake, runtime, tenant, checkout, customers } = await setUp();
  await checkout();
  const [first] = customers();
  fake.call(`DELETE /v1/customers/${first?.id}`);
  await checkout({ ...pro, interval: 'yearly' }); // no event has come yet
  const [second] = customers();
  expect(second?.id).not.toBe(first?.id);
  await settle(fake, runtime);
  fake.call(`DELETE /v1/customers/${second?.id}`);
  await settle(fake, runtime);
  await checkout();
  await settle(fake, runtime);
  const [row] = await world.ask<Record<string, unknown>>(
    'select stripe_customer_id as id, customer_deleted_at as gone from organization_billing where organization_id = $1',
    [tenant],
  );
  expect(row).toEqual({ id: customers()[0]?.id, gone: null });
});

test('the portal opens for whoever has no customer yet too', async () => {
  const { fake, runtime, inside, customers } = await setUp();
  const open = () => inside(() => runtime.portal({ returnUrl: 'https://acme.test/' }));
  expect((await open()).url).toContain('billing');
  await open();
  expect(customers()).toHaveLength(1);
  await expect(runtime.portal({ returnUrl: 'x' })).rejects.toMatchObject({
    code: 'TENANT_CONTEXT_MISSING',
  });
  fake.fail({ on: 'POST /v1/billing_portal', answer: 500 });
  await expect(open()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE', status: 503 });
});

test('what is not on sale is refused, and a price that Stripe lacks is named', async () => {
  const { fake, checkout } = await setUp();
  const wrong = { ...pro, plan: 'platinum' } as never;
  await expect(checkout(wrong)).rejects.toMatchObject({
    code: 'BILLING_PLAN_UNKNOWN',
    status: 422,
  });
  fake.call(`POST /v1/prices/${catalogOf(fake).pro_monthly}`, { active: false });
  await expect(checkout()).rejects.toMatchObject({ code: 'BILLING_PRICE_MISSING' });
});

test('a checkout is closed only as it was seen: one whose session came meanwhile stays', async () => {
  const { tenant } = await setUp();
  const call = async <R>(id: string, input: object) => {
    const json = JSON.stringify({ tenant, account: 'default', livemode: false, ...input });
    const [row] = await world.ask<{ result: R }>(`select tenantry.billing_${id}($1) as result`, [
      json,
    ]);
    return row?.result as R;
  };
  const { id, session } = await call<{ id: string; session: null }>('open_intent', { params: {} });
  expect(await call('set_intent', { id, session: 'cs_1', url: 'https://stripe.test' })).toBe(true);
  expect(await call('set_intent', { id, state: 'superseded', was: session })).toBe(false);
  expect(await call('set_intent', { id, state: 'superseded', was: 'cs_1' })).toBe(true);
  // whoever made its session must close it, and learns that here
  expect(await call('set_intent', { id, session: 'cs_2' })).toBe(false);
});
