import { expect, test } from 'vitest';
import { tenancy } from './fixtures/application.ts';
import { catalogOf, organization, testWorld } from './support/world.ts';

const world = await testWorld();
const fake = await world.stripe();
const runtime = world.connect(fake);
const [acme, globex] = [organization(1), organization(2)];
for (const tenant of [acme, globex]) {
  const customer = await world.customer(fake, runtime, tenant);
  const items = [{ price: catalogOf(fake).pro_monthly }];
  fake.call('POST /v1/subscriptions', { customer, items });
}
await runtime.reconcile();

const as = (tenant: string, sql: string) => tenancy.run(tenant, () => world.pool.query(sql));
const ofTenants = ['organization_billing', 'subscriptions', 'subscription_items', 'invoices'];

test('a tenant reads its own billing, and writes none of it', async () => {
  for (const table of ofTenants) {
    const { rows } = await as(acme, `select distinct organization_id from ${table}`);
    expect(rows, table).toEqual([{ organization_id: acme }]);
    for (const sql of [
      `delete from ${table}`,
      `update ${table} set account = 'mine'`,
      `insert into ${table} (organization_id, livemode) values ('${acme}', false)`,
    ]) {
      await expect(as(acme, sql), sql).rejects.toMatchObject({ code: '42501' });
    }
  }
  expect((await as(acme, 'select from prices')).rows.length).toBeGreaterThan(5);
  await expect(as(acme, 'update prices set active = false')).rejects.toMatchObject({
    code: '42501',
  });
});

test('the events of Stripe and the functions of billing are out of reach', async () => {
  for (const sql of [
    'select from webhook_events',
    'select from tenantry.billing_cursors',
    `select nextval('tenantry.billing_fencing_tokens')`,
    `select tenantry.billing_link('{}')`,
    `select tenantry.billing_apply('{}')`,
  ]) {
    await expect(as(acme, sql), sql).rejects.toMatchObject({ code: '42501' });
  }
  const open = await world.ask(`
    select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'tenantry' and p.proname like 'billing%' and p.proname <> 'billing_describe'
      and (has_function_privilege('public', p.oid, 'execute') or has_function_privilege('app', p.oid, 'execute')
        or p.proconfig is null or p.proconfig::text not like '%search_path%')`);
  expect(open).toEqual([]);
});
