import fc from 'fast-check';
import Stripe from 'stripe';
import { expect, test, vi } from 'vitest';
import { fieldsOf } from '../src/sync/fields.ts';
import { readInvoice, readSubscription } from '../src/sync/read.ts';
import { catalogOf, organization, secret, start, testWorld } from './support/world.ts';

// What Stripe answers is input: each field absent, null, of another kind, or where an older version of
// the API has it.
vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const world = await testWorld();
const day = 86_400;
let next = 1;

async function setUp(options: Parameters<typeof world.connect>[1] = {}) {
  const fake = await world.stripe({ retries: 'stay-past-due' });
  const alerts: string[] = [];
  const runtime = world.connect(fake, {
    retryMs: 1,
    maxAttempts: 3,
    onAlert: ({ kind }) => void alerts.push(kind),
    ...options,
  });
  const stop = fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = organization(next++);
  const customer = await world.customer(fake, runtime, tenant);
  const row = async () =>
    (
      await world.ask<Record<string, unknown>>(
        'select * from organization_billing where organization_id = $1',
        [tenant],
      )
    )[0] ?? {};
  return { fake, runtime, alerts, stop, tenant, customer, row, price: catalogOf(fake) };
}

/** An SDK whose answers somebody rewrites on their way. */
function rewriting(url: string, rewrite: (path: string, body: unknown) => unknown) {
  const inner: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const path = new URL(String(input)).pathname;
    const body = rewrite(path, await answer.json());
    return Response.json(body, { status: answer.status });
  };
  const { hostname, port } = new URL(url);
  return new Stripe('sk_test_fake', {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(inner),
  });
}

/** Every path to a field of an answer, into lists and objects. */
function pathsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    [...path, key],
    ...pathsIn(each, [...path, key]),
  ]);
}

function withField(value: unknown, path: readonly string[], to: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = path.at(-1) as string;
  if (to === undefined) delete at[last];
  else at[last] = to;
  return copy;
}

const odd = [
  undefined,
  null,
  '',
  'x',
  7,
  -1,
  1.5,
  1e300,
  true,
  [],
  {},
  { id: 7 },
  '\u0000',
  '\ud800',
];

test('no field of a subscription or an invoice is needed to read the rest', async () => {
  const { fake, customer, price } = await setUp();
  const { id } = fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: price.pro_monthly }, { price: price.storage_monthly, quantity: 2 }],
    trial_period_days: 3,
    metadata: { a: 'b' },
  });
  const [subscription] = fake.truth(customer).subscriptions;
  const [invoice] = fake.truth(customer).invoices;
  expect((subscription as { id: string }).id).toBe(id);
  for (const path of pathsIn(subscription)) {
    for (const to of odd) {
      const shape = fieldsOf(withField(subscription, path, to));
      const items = fieldsOf(shape.items).data;
      const list = Array.isArray(items) ? items.map(fieldsOf) : [];
      const read = readSubscription(shape, list, null);
      if (path.join() !== 'id') expect(read, path.join('.')).toMatchObject({ id });
    }
  }
  for (const path of pathsIn(invoice)) {
    for (const to of odd) readInvoice(fieldsOf(withField(invoice, path, to)));
  }
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      readSubscription(fieldsOf(value), [fieldsOf(value)], null);
      readInvoice(fieldsOf(value));
    }),
  );
});

test('whatever one field of an answer is, the customer is synced', {
  timeout: 240_000,
}, async () => {
  let change: { path: string; at: readonly string[]; to: unknown } | undefined;
  const fake = await world.stripe();
  const stripe = rewriting(fake.url, (path, body) =>
    change !== undefined && path.startsWith(change.path)
      ? withField(body, change.at, change.to)
      : body,
  );
  const runtime = world.connect(fake, { stripe, retryMs: 1, maxAttempts: 2 });
  const tenant = organization(next++);
  const customer = await world.customer(fake, runtime, tenant);
  fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: catalogOf(fake).pro_monthly }],
    metadata: { a: 'b' },
  });
  await runtime.reconcile();
  const answers = {
    '/v1/subscriptions': fake.call('GET /v1/subscriptions', { customer, status: 'all' }),
    '/v1/invoices': fake.call('GET /v1/invoices', { customer }),
    [`/v1/customers/${customer}`]: fake.call(`GET /v1/customers/${customer}`),
    '/v1/prices': fake.call('GET /v1/prices', { limit: 1 }),
    '/v1/products': fake.call('GET /v1/products', { limit: 1 }),
  };
  // the envelope of a list is the SDK's to read
  const changes = Object.entries(answers).flatMap(([path, body]) =>
    pathsIn(body)
      .filter((at) => at[0] !== 'data' || at.length > 2)
      .filter((at) => !['object', 'data', 'has_more', 'url'].includes(at.join()))
      .map((at) => ({ path, at })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...changes), fc.constantFrom(...odd), async (field, to) => {
      // a customer of live mode is refused to a key of test mode: that is no shape of an answer
      fc.pre(!(/customers/.test(field.path) && field.at.join() === 'livemode' && to === true));
      change = { ...field, to };
      const deleted = field.at.join() === 'deleted';
      await runtime.refresh({ organizationId: tenant });
      const report = await runtime.runOnce();
      change = undefined;
      expect(report, `${field.path} ${field.at.join('.')} ${String(to)}`).toMatchObject({
        failed: 0,
      });
      const [row] = await world.ask<{ plan: string; error: string | null }>(
        'select plan, error from organization_billing where organization_id = $1',
        [tenant],
      );
      // an answer that cannot be understood takes nothing away
      const says = field.at.join('.');
      const ends = /ended_at|status|lookup_key|items|data\.0$/.test(says);
      if (!deleted && !ends) expect(row, says).toEqual({ plan: 'pro', error: null });
      await runtime.refresh({ organizationId: tenant });
      await runtime.runOnce();
    }),
    { numRuns: 80 },
  );
  const failing = (await runtime.dead()).tenants.filter((each) => each.organizationId === tenant);
  expect(failing).toEqual([]);
});

test('an SDK that is pinned to an older version of the API gives the same rows', async () => {
  const { fake, tenant, customer, price, row } = await setUp();
  const old = new Stripe('sk_test_fake', {
    ...fake.config,
    maxNetworkRetries: 0,
    apiVersion: '2024-06-20' as never,
  });
  const runtime = world.connect(fake, { stripe: old });
  const items = [{ price: price.pro_monthly }];
  const { id } = fake.call('POST /v1/subscriptions', { customer, items });
  const [shown] = (await old.subscriptions.list({ customer })).data;
  expect(shown).toMatchObject({ current_period_start: start });
  expect(shown?.items.data[0]).not.toHaveProperty('current_period_start');
  await fake.deliver();
  await runtime.refresh({ organizationId: tenant });
  await runtime.runOnce();
  expect(await row()).toMatchObject({ period_start: new Date(start * 1000) });
  expect((await row()).period_end).toBeInstanceOf(Date);
  const read = await world.ask(
    `select (select period_end is not null from subscription_items where organization_id = $1) as item,
      (select period_end is not null from subscriptions where organization_id = $1) as subscription,
      (select subscription_id from invoices where organization_id = $1) as of`,
    [tenant],
  );
  expect(read).toEqual([{ item: true, subscription: true, of: id }]);
  fake.setPayments(customer, 'fail');
  fake.advance(31 * day);
  await runtime.refresh({ organizationId: tenant });
  await runtime.runOnce();
  expect((await row()).past_due_since).toEqual(new Date('2026-02-01T00:00:00Z'));
});

test('texts that jsonb cannot hold stop nobody', async () => {
  const { fake, customer, price, runtime, tenant, row } = await setUp();
  const metadata = { a: 'x\u0000y', b: '\ud800', 'c\u0000': 'd' };
  fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: price.pro_monthly }],
  });
  const stripe = rewriting(fake.url, (path, body) => {
    if (path !== '/v1/subscriptions') return body;
    const list = body as { data: { metadata: object }[] };
    return { ...list, data: list.data.map((each) => ({ ...each, metadata })) };
  });
  const odd = world.connect(fake, { stripe });
  await odd.refresh({ organizationId: tenant });
  expect(await odd.runOnce()).toMatchObject({ failed: 0 });
  expect(await row()).toMatchObject({ plan: 'pro' });
  await runtime.runOnce();
});

test('grace begins with the failure: of a new invoice, whatever older one is open', async () => {
  const { fake, customer, price, runtime, tenant, row } = await setUp();
  const { id } = fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: price.pro_monthly }],
  });
  // an invoice of January is tried in vain and forgotten, that of February is paid, that of March fails
  fake.setPayments(customer, 'fail');
  fake.call(`POST /v1/subscriptions/${id}`, {
    items: [{ price: price.storage_monthly }],
    proration_behavior: 'always_invoice',
  });
  fake.advance(17 * day);
  fake.setPayments(customer, 'succeed');
  fake.advance(15 * day);
  fake.setPayments(customer, 'fail');
  fake.advance(28 * day);
  expect(fake.truth(customer).invoices.map(({ status }) => status)).toEqual([
    'paid',
    'open',
    'paid',
    'open',
  ]);
  await runtime.refresh({ organizationId: tenant });
  await runtime.runOnce();
  expect(await row()).toMatchObject({
    status: 'past_due',
    past_due_since: new Date('2026-03-01T00:00:00Z'),
    grace_until: new Date('2026-03-15T00:00:00Z'),
    access: 'full',
  });
});
