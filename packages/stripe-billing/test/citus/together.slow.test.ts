import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { application } from './application.ts';
import { type CitusWorld, onCitus, secret, subscribe } from './world.ts';

const { audit, billing, limits, tenancy } = application;

async function paying(world: CitusWorld) {
  const fake = await world.stripe();
  const runtime = world.connect(fake);
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = await world.organization();
  const { id: customer } = fake.call('POST /v1/customers');
  await runtime.link({ organizationId: tenant, customer });
  subscribe(fake, customer);
  await fake.deliver({ order: 'shuffled', duplicate: 0.3, concurrency: 4 });
  await runtime.runOnce();
  return { fake, runtime, tenant, customer };
}

onCitus('billing with limits, seats and a log', (world) => {
  test('rows of tenants are on shards, what is on sale is on every node, the queue is on the coordinator', async () => {
    const places = await world().ask<{ name: string; kind: string }>(
      `select c.relname as name, case p.partmethod when 'n' then 'every node' when 'h' then 'shards' else 'coordinator' end as kind
       from pg_class c left join pg_dist_partition p on p.logicalrelid = c.oid
       where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'tenantry'::regnamespace)`,
    );
    const of = (kind: string, ...names: string[]) =>
      places
        .filter((each) => each.kind === kind && names.includes(each.name))
        .map(({ name }) => name)
        .sort();
    const shards = [
      'checkout_intents',
      'invoices',
      'organization_billing',
      'subscription_items',
      'subscriptions',
    ];
    expect(of('shards', ...shards)).toEqual(shards);
    expect(of('every node', 'prices', 'products')).toEqual(['prices', 'products']);
    const queue = ['billing_accounts', 'billing_claims', 'billing_cursors', 'webhook_events'];
    expect(of('coordinator', ...queue)).toEqual(queue);
  });

  test('the plan of the subscription limits, through either node, and ends with it', async () => {
    const w = world();
    const { fake, runtime, tenant } = await paying(w);
    for (const app of ['coordinator', 'worker'] as const) {
      const pool = w.openPool({ app });
      await w.in(tenant, async () => {
        expect(await limits.usage(pool)).toMatchObject([{ feature: 'projects', limit: 50 }]);
        const names = app === 'coordinator' ? ['a', 'b', 'c'] : ['d', 'e', 'f'];
        for (const name of names)
          await pool.query('insert into projects (name) values ($1)', [name]);
        const { allowances, lists } = await billing.describe(pool);
        expect(allowances).toContainEqual(
          expect.objectContaining({ key: 'checkout', allowed: false }),
        );
        expect(lists.map(({ rows }) => rows.length)).toEqual([1, 1, 1, 1]);
        for (const table of [
          'organization_billing',
          'subscriptions',
          'subscription_items',
          'invoices',
        ]) {
          const { rows } = await pool.query(`select organization_id from ${table}`);
          expect(rows, table).toEqual([{ organization_id: tenant }]);
        }
        const { rows: prices } = await pool.query('select from prices');
        expect(prices.length).toBe(0);
      });
    }
    const [subscription] = await w.ask<{ id: string }>(
      'select id from subscriptions where organization_id = $1',
      [tenant],
    );
    fake.call(`DELETE /v1/subscriptions/${subscription?.id}`);
    await fake.deliver();
    await runtime.runOnce();
    await w.in(tenant, async () => {
      await expect(w.pool.query("insert into projects (name) values ('g')")).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
      expect((await w.pool.query('select from projects')).rowCount).toBe(6);
    });
    const log = await w.ask<{ action: string }>(
      `select action from audit_logs where organization_id = $1 and action like 'billing.%' order by created_at`,
      [tenant],
    );
    expect(log.map(({ action }) => action)).toEqual([
      'billing.customer_linked',
      'billing.plan_changed',
      'billing.plan_changed',
    ]);
  });

  test('what a tenant reads of its billing is one task on one shard', async () => {
    const w = world();
    const { tenant } = await paying(w);
    for (const sql of [
      'select * from subscriptions',
      'select * from organization_billing',
      'select * from invoices order by issued_at desc',
      `select i.price, p.lookup_key from subscription_items i
       join subscriptions s on s.organization_id = i.organization_id and s.id = i.subscription_id
       left join prices p on p.id = i.price`,
    ]) {
      const { rows } = await w.in(tenant, () => w.pool.query(`explain ${sql}`));
      const plan = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Task Count: 1');
    }
  });

  test('members are seats, on the shard where they join', async () => {
    const w = world();
    const { fake, runtime, tenant, customer } = await paying(w);
    subscribe(fake, customer, 'seat_monthly');
    const pool = w.openPool({ app: 'worker' });
    await w.in(tenant, async () => {
      for (let i = 0; i < 3; i++)
        await pool.query('insert into memberships (user_id) values (gen_random_uuid())');
    });
    await runtime.runOnce();
    const quantities = () =>
      w.ask(
        "select quantity::int from subscription_items where organization_id = $1 and lookup_key = 'seat_monthly'",
        [tenant],
      );
    expect(await quantities()).toEqual([{ quantity: 3 }]);
    expect(await runtime.runOnce()).toMatchObject({ applied: 0, stale: 0, failed: 0 });
  });

  test('a pool whose system role is on a worker is told to use the coordinator, and stores nothing', async () => {
    const w = world();
    const fake = await w.stripe();
    const runtime = w.connect(fake, {}, w.openPool({ app: 'worker', system: 'worker' }));
    const statuses: number[] = [];
    fake.sendEvents({
      async to(request) {
        const answer = await runtime.webhook(request);
        statuses.push(answer.status);
        return answer;
      },
      secret,
    });
    fake.call('POST /v1/customers');
    await fake.deliver();
    expect(new Set(statuses)).toEqual(new Set([503]));
    const tenant = await w.organization();
    const refused = { code: 'BILLING_NOT_ON_COORDINATOR', status: 500 };
    await expect(runtime.runOnce()).rejects.toMatchObject(refused);
    await expect(runtime.refresh({ organizationId: tenant })).rejects.toMatchObject(refused);
    await expect(runtime.link({ organizationId: tenant, customer: 'cus_x' })).rejects.toMatchObject(
      refused,
    );
  });

  test('rows that nobody may read or write from outside, attacked in every shard', async () => {
    const w = world();
    await paying(w);
    const report = await expectIsolated({
      pool: w.pool,
      tenancy,
      schema: application.schema,
      acceptDatabase: new URL(w.url).pathname.slice(1),
      disposable: true,
    });
    expect(report.leaks).toEqual([]);
    const tenant = await w.organization();
    for (const sql of ['select from tenantry.billing_claims', 'select from webhook_events'])
      await expect(
        w.in(tenant, () => w.pool.query(sql)),
        sql,
      ).rejects.toMatchObject({ code: '42501' });
  });

  test('doctor has nothing to say', async () => {
    const w = world();
    await withClient(w.url, async (client) => {
      const { findings } = await diagnose(client, {
        ...application,
        ignore: [
          { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
          { rule: 'large-objects', object: 'database *', reason: 'as in every database' },
        ],
      });
      expect(findings.map(({ rule, object, found }) => `${rule} ${object}: ${found}`)).toEqual([]);
    });
    await w.system(() => audit.seal(w.pool));
  });
});
