import type { BillingConnectOptions } from '@tenantry/stripe-billing';
import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { tenancy } from './fixtures/application.ts';
import {
  catalogOf,
  organization,
  type Runtime,
  secret,
  settle,
  testWorld,
} from './support/world.ts';

vi.setConfig({ testTimeout: 60_000 });

// The SDK of Stripe, against the fake: the key of another account, or of the other mode, is refused by
// name, and nothing is written at Stripe or here.
const world = await testWorld();
let next = 1;
const successUrl = 'https://acme.test/';
const mismatch = { code: 'BILLING_ACCOUNT_MISMATCH', status: 502 };
const patient: Partial<BillingConnectOptions<'organizationId'>> = { retryMs: 1, maxAttempts: 2 };

beforeEach(() =>
  world.ask(
    `truncate organizations, ${world.claims}, webhook_events, tenantry.billing_accounts cascade`,
  ),
);

/** A customer with a plan, at an account of its own. */
async function setUp(account = 'acct_ours') {
  const fake = await world.stripe({ account });
  const right = world.connect(fake, patient);
  fake.sendEvents({ to: (request) => right.webhook(request), secret });
  const tenant = organization(next++);
  const customer = await world.customer(fake, right, tenant);
  const items = [{ price: catalogOf(fake).pro_monthly }];
  fake.call('POST /v1/subscriptions', { customer, items });
  await settle(fake, right);
  return { fake, right, tenant, customer };
}

const rows = async () => ({
  billing: await world.ask('select * from organization_billing order by 1'),
  claims: await world.ask(`select * from ${world.claims} order by 1`),
  subscriptions: await world.ask('select * from subscriptions order by id'),
  events: await world.ask('select * from webhook_events order by event_id'),
  intents: await world.ask('select * from checkout_intents'),
  pinned: await world.ask('select * from tenantry.billing_accounts'),
});

const inside = <R>(tenant: string, fn: () => Promise<R>) => tenancy.run(tenant, fn);

async function all<T>(found: AsyncIterable<T>): Promise<T[]> {
  const each: T[] = [];
  for await (const one of found) each.push(one);
  return each;
}

/** Every call of a runtime that asks Stripe or changes something. */
const calls: Record<string, (runtime: Runtime, tenant: string) => Promise<unknown>> = {
  checkout: (runtime, tenant) =>
    inside(tenant, () => runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl })),
  portal: (runtime, tenant) => inside(tenant, () => runtime.portal({ returnUrl: successUrl })),
  runOnce: (runtime) => runtime.runOnce(),
  refresh: (runtime, tenant) => runtime.refresh({ organizationId: tenant }),
  reconcile: (runtime) => runtime.reconcile({ link: true }),
  drift: (runtime) => all(runtime.driftOfCustomers()),
  link: (runtime, tenant) =>
    runtime.link({ organizationId: tenant, customer: 'cus_theirs', replace: true }),
  dead: (runtime) => runtime.dead(),
  replay: (runtime) => runtime.replay(),
  prune: (runtime) => runtime.prune({ olderThanDays: 1 }),
};

describe.each<[string, () => Promise<FakeStripe>, string]>([
  ['another account', () => world.stripe({ account: 'acct_theirs' }), 'acct_theirs'],
  ['live mode', () => world.stripe({ account: 'acct_ours', livemode: true }), 'live mode'],
])('with a key of %s', (_, stripe, named) => {
  test.each(Object.keys(calls))('%s is refused, and changes nothing', async (name) => {
    const { tenant } = await setUp();
    const wrong = world.connect(await stripe(), patient);
    const before = await rows();
    await expect(calls[name]?.(wrong, tenant)).rejects.toMatchObject({
      ...mismatch,
      message: expect.stringContaining(named),
    });
    expect(await rows()).toEqual(before);
  });

  test('a webhook is refused, and the right key gets it', async () => {
    const { fake, right, tenant, customer } = await setUp();
    const wrong = world.connect(await stripe(), patient);
    const before = await rows();
    const statuses: number[] = [];
    fake.sendEvents({
      to: async (request) => {
        const answer = await wrong.webhook(request);
        statuses.push(answer.status);
        return answer;
      },
      secret,
    });
    fake.call(`POST /v1/customers/${customer}`, { name: 'Acme' });
    await fake.deliver();
    expect(new Set(statuses)).toEqual(new Set([502]));
    expect(await right.runOnce()).toMatchObject({ failed: 0 });
    expect((await rows()).events.length).toBe(before.events.length + 1);
    expect((await rows()).billing).toMatchObject([{ organization_id: tenant, plan: 'pro' }]);
  });

  test('doctor says so', async () => {
    await setUp();
    const wrong = world.connect(await stripe(), patient);
    expect(await wrong.doctor()).toMatchObject([
      { state: 'failed', found: expect.stringContaining(named) },
    ]);
  });
});

test('of two keys that make the first customers at once, one is the account', async () => {
  const accounts = ['acct_one', 'acct_two'];
  const runtimes = await Promise.all(
    accounts.map(async (account) => world.connect(await world.stripe({ account }), patient)),
  );
  const tenants = accounts.map(() => organization(next++));
  await world.ask('insert into organizations (id) select unnest($1::uuid[])', [tenants]);
  const settled = await Promise.allSettled(
    runtimes.map((runtime, i) =>
      inside(tenants[i] as string, () => runtime.portal({ returnUrl: successUrl })),
    ),
  );
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({ reason: mismatch });
  expect((await rows()).billing.filter((row) => row.stripe_customer_id !== null)).toHaveLength(1);
});

test('a database from before learns the account from the first customer that its key knows', async () => {
  const { right, customer } = await setUp();
  await world.ask('delete from tenantry.billing_accounts');
  const wrong = world.connect(await world.stripe({ account: 'acct_theirs' }), patient);
  await wrong.reconcile();
  expect((await rows()).pinned).toEqual([]);
  await right.replay();
  await right.reconcile();
  expect((await rows()).pinned).toMatchObject([{ stripe_account: 'acct_ours' }]);
  expect((await rows()).billing).toMatchObject([{ stripe_customer_id: customer, plan: 'pro' }]);
});

test('an account is moved on purpose, and a process with the old key is refused from then on', async () => {
  const { right, tenant } = await setUp();
  const theirs = await world.stripe({ account: 'acct_theirs' });
  const moved = world.connect(theirs, patient);
  expect(await moved.account()).toEqual({
    ofKey: 'acct_theirs',
    stripeAccount: 'acct_ours',
    customers: 1,
  });
  expect(await moved.account({ move: true })).toMatchObject({ stripeAccount: 'acct_theirs' });
  await expect(right.runOnce()).rejects.toMatchObject(mismatch);
  await expect(right.refresh({ organizationId: tenant })).rejects.toMatchObject(mismatch);
  // who was not carried over keeps the plan, and is told apart
  await moved.refresh({ organizationId: tenant });
  await moved.runOnce();
  expect((await rows()).billing).toMatchObject([{ plan: 'pro' }]);
  const drift = await all(moved.driftOfCustomers());
  expect(drift).toMatchObject([{ organizationId: tenant, what: 'customer', kind: 'unknown' }]);
});

test('each name has its account, and each mode its own', async () => {
  await setUp();
  const other = world.connect(await world.stripe({ account: 'acct_theirs' }), {
    ...patient,
    account: 'second',
  });
  const live = world.connect(await world.stripe({ account: 'acct_live', livemode: true }), {
    ...patient,
    livemode: true,
  });
  expect(await other.runOnce()).toMatchObject({ failed: 0 });
  expect(await live.runOnce()).toMatchObject({ failed: 0 });
});

test('while Stripe is away events are stored, and nothing else happens; the key is asked again', async () => {
  const { fake, tenant } = await setUp();
  const fresh = world.connect(fake, patient);
  fake.fail({ on: 'GET /v1/account', answer: 503, times: 3 });
  expect(await fresh.dead()).toMatchObject({ events: [] });
  await expect(fresh.runOnce()).rejects.toMatchObject({ code: 'STRIPE_UNAVAILABLE' });
  await fresh.refresh({ organizationId: tenant });
  expect(await fresh.runOnce()).toMatchObject({ applied: 1, failed: 0 });
});

test('a key that may not read its account works as before, and says so', async () => {
  const { fake, tenant } = await setUp();
  const alerts: string[] = [];
  const restricted = world.connect(fake, { ...patient, onAlert: ({ kind }) => alerts.push(kind) });
  fake.fail({ on: 'GET /v1/account', answer: 403 });
  fake.fail({ on: 'GET /v1/balance', answer: 403 });
  await restricted.refresh({ organizationId: tenant });
  expect(await restricted.runOnce()).toMatchObject({ applied: 1, failed: 0 });
  expect(alerts).toEqual(['account-unknown']);
});
