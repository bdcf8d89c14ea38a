import { expect, test } from 'vitest';
import { testShop } from './support/shop.ts';

// Billing under a signed context: the same life of a plan, and nothing of a foreign tenant for SQL that
// claims to be one.
const shop = await testShop('signed');
const { tenancy, pool, billing } = shop;
const fake = await shop.stripe();
const runtime = shop.connect(fake);
fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
const [acme, globex] = [1, 2].map(
  (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
) as [string, string];
for (const each of [acme, globex]) await shop.organization(each);
const as = <R>(tenant: string, fn: () => Promise<R>) => tenancy.run(tenant, fn);

test('a payment lifts the limit, and the tenant reads its own billing', async () => {
  const add = (name: string) =>
    as(acme, () => pool.query('insert into projects (name) values ($1)', [name]));
  for (const name of ['one', 'two', 'three']) await add(name);
  await expect(add('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  for (const tenant of [acme, globex]) {
    const { session } = await as(tenant, () =>
      runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test/' }),
    );
    fake.completeCheckout(session);
  }
  expect(await fake.deliver({ order: 'shuffled', duplicate: 0.3 })).toMatchObject({ refused: 0 });
  await runtime.runOnce();
  await add('four');
  for (const table of ['organization_billing', 'subscriptions', 'subscription_items', 'invoices']) {
    const { rows } = await as(acme, () =>
      pool.query(`select distinct organization_id from ${table}`),
    );
    expect(rows, table).toEqual([{ organization_id: acme }]);
  }
  const { lists } = await as(acme, () => billing.describe(pool));
  expect(lists[0]).toMatchObject({ id: 'plans', rows: [{ plan: 'pro' }] });
  expect(await runtime.reconcile()).toMatchObject({ failed: 0 });
  expect(await shop.has(acme)).toMatchObject({ plan: 'pro' });
});

test('SQL that claims to be another tenant reads and writes no billing', async () => {
  const claim = `select set_config('app.organization_id', '${globex}', true)`;
  for (const sql of [
    `with c as materialized (${claim}) select b.* from c, organization_billing b`,
    `select b.* from organization_billing b where (${claim}) is not null`,
    `with c as materialized (${claim}) select i.* from c, invoices i`,
    `with c as materialized (${claim}) select s.* from c, subscriptions s`,
    `with c as materialized (${claim}) select t.* from c, checkout_intents t`,
  ]) {
    const answer = await as(acme, () => pool.query(sql)).then(
      ({ rows }) => rows as { organization_id?: string }[],
      (error: { code?: string }) => error.code,
    );
    // refused, or what is its own
    if (typeof answer === 'string') expect(answer, sql).toBe('28000');
    else
      expect(
        answer?.every((row) => row.organization_id === acme),
        sql,
      ).toBe(true);
  }
  for (const sql of [
    `select tenantry.billing_want('{"tenant": "${globex}", "account": "default", "livemode": false, "most": 1}')`,
    `select tenantry.billing_stored('{"tenant": "${globex}", "account": "default", "livemode": false}')`,
    `select tenantry.billing_prune('{}')`,
    `select tenantry.limit_held_plan('${globex}')`,
    `update organization_billing set plan = 'enterprise'`,
    `delete from webhook_events`,
  ]) {
    await expect(
      as(acme, () => pool.query(sql)),
      sql,
    ).rejects.toMatchObject({ code: '42501' });
  }
  const [row] = await shop.ask('select plan from organization_billing where organization_id = $1', [
    globex,
  ]);
  expect(row).toEqual({ plan: 'pro' });
});
