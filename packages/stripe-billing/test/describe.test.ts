import { expect, test } from 'vitest';
import { billing, tenancy } from './fixtures/application.ts';
import { catalogOf, organization, secret, settle, testWorld } from './support/world.ts';

const world = await testWorld();
const fake = await world.stripe({ retries: 'stay-past-due' });
const runtime = world.connect(fake);
fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
const [acme, globex] = [organization(1), organization(2)];
const of = (tenant: string) => tenancy.run(tenant, () => billing.describe(world.pool));
const allowed = ({ allowances }: Awaited<ReturnType<typeof of>>) =>
  Object.fromEntries(allowances.map(({ key, allowed }) => [key, allowed]));

async function subscribe(tenant: string) {
  const customer = await world.customer(fake, runtime, tenant);
  const items = [{ price: catalogOf(fake).pro_monthly }];
  const { id } = fake.call('POST /v1/subscriptions', { customer, items });
  await settle(fake, runtime);
  return { customer, id: id as string };
}

test('a tenant sees its plan, what it pays, and what it may do now', async () => {
  await world.ask('insert into organizations (id) values ($1)', [acme]);
  const before = await of(acme);
  expect(before).toMatchObject({ feature: 'stripe-billing', changes: [] });
  expect(before.lists.map(({ id, rows }) => [id, rows.length])).toEqual([
    ['plans', 0],
    ['subscriptions', 0],
    ['items', 0],
    ['invoices', 0],
  ]);
  expect(allowed(before)).toEqual({ checkout: true, portal: true, write: true });

  const { customer, id } = await subscribe(acme);
  await subscribe(globex);
  const paid = await of(acme);
  expect(Object.fromEntries(paid.lists.map((list) => [list.id, list.rows]))).toMatchObject({
    plans: [{ plan: 'pro', access: 'full', periodEnd: '2026-02-01T00:00:00.000Z' }],
    subscriptions: [{ id, plan: 'pro', status: 'active' }],
    items: [{ subscription: id, role: 'base', quantity: 1 }],
    invoices: [{ status: 'paid', total: 2900 }],
  });
  expect(paid.lists.some(({ rows }) => rows.some((row) => JSON.stringify(row).includes('http'))))
    // the page of an invoice opens for whoever has its address
    .toBe(false);
  expect(allowed(paid)).toEqual({ checkout: false, portal: true, write: true });
  expect(paid.changes).toEqual([
    { at: '2026-01-01T00:00:00.000Z', what: 'plan pro started', actor: null },
  ]);

  fake.setPayments(customer, 'fail');
  fake.advance(32 * 86_400);
  await settle(fake, runtime);
  const late = await of(acme);
  expect(late.allowances.find(({ key }) => key === 'write')).toMatchObject({
    allowed: true,
    until: expect.stringMatching(/^2026-02-15T/),
  });
  expect(late.changes[0]).toMatchObject({ what: 'payment of plan pro failed' });
  fake.advance(20 * 86_400);
  await settle(fake, runtime);
  expect(allowed(await of(acme))).toMatchObject({ write: false });
  fake.call(`DELETE /v1/subscriptions/${id}`);
  await settle(fake, runtime);
  const ended = await of(acme);
  expect(ended.changes[0]).toMatchObject({ what: 'plan pro ended' });
  expect(allowed(ended)).toMatchObject({ checkout: true, write: true });
});

test('a system scope sees the plans of tenants, a page of them', async () => {
  const values = Array.from({ length: 120 }, (_, i) => organization(1000 + i));
  await world.ask('insert into organizations (id) select unnest($1::uuid[])', [values]);
  await world.ask(
    'insert into organization_billing (organization_id, livemode) select unnest($1::uuid[]), false',
    [values],
  );
  const described = await tenancy.asSystem({ reason: 'look', actor: 'test' }, () =>
    billing.describe(world.pool),
  );
  const [plans, ...others] = described.lists;
  expect(plans).toMatchObject({ id: 'plans', more: true });
  expect(plans?.rows).toHaveLength(100);
  expect(plans?.rows.slice(0, 2)).toMatchObject([
    { organizationId: acme },
    { organizationId: globex, plan: 'pro' },
  ]);
  expect(others.every(({ rows }) => rows.length === 0)).toBe(true);
  expect(described).toMatchObject({ allowances: [], changes: [] });
});
