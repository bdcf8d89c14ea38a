import { expect, test } from 'vitest';
import { catalogOf, organization, secret, settle, testWorld } from './support/world.ts';

const world = await testWorld();
const fake = await world.stripe();
const runtime = world.connect(fake);
fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
const price = catalogOf(fake);
let next = 1;

async function newCustomer() {
  const tenant = organization(next++);
  const customer = await world.customer(fake, runtime, tenant);
  const row = async () =>
    (
      await world.ask<Record<string, unknown>>(
        'select * from organization_billing where organization_id = $1',
        [tenant],
      )
    )[0];
  const plans = async () =>
    (
      await world.ask<{ change: string }>(
        `select change from plan_changes where organization_id = $1 and kind = 'plan' order by (change::json->>'version')::int`,
        [tenant],
      )
    ).map(({ change }) => JSON.parse(change));
  const subscribe = (items: object[], more: object = {}) =>
    fake.call('POST /v1/subscriptions', { customer, items, ...more }).id;
  return { tenant, customer, row, plans, subscribe };
}

test('a subscription gives its plan, in one transaction with the plan port and the audit log', async () => {
  const { tenant, subscribe, row, plans } = await newCustomer();
  const id = subscribe([{ price: price.pro_monthly }]);
  await settle(fake, runtime);
  expect(await row()).toMatchObject({
    plan: 'pro',
    access: 'full',
    status: 'active',
    plan_source: `stripe:${id}`,
  });
  expect((await plans()).at(-1)).toMatchObject({
    organizationId: tenant,
    plan: 'pro',
    readOnly: false,
    source: `stripe:${id}`,
    periodStart: '2026-01-01T00:00:00.000Z',
    periodEnd: '2026-02-01T00:00:00.000Z',
  });
  const audit = await world.ask(
    `select change from plan_changes where organization_id = $1 and kind = 'billing.plan_changed'`,
    [tenant],
  );
  expect(audit.length).toBeGreaterThan(0);
  const invoices = await world.ask(
    'select status, total from invoices where organization_id = $1',
    [tenant],
  );
  expect(invoices).toEqual([{ status: 'paid', total: '2900' }]);
  const left = await world.ask(`select from webhook_events where state <> 'processed'`);
  expect(left).toEqual([]);
});
