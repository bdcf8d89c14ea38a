import { createTenantPool, defineTenancy } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { counted, defineLimits } from '@tenantry/plan-limits';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { runCommand } from 'tenantry';
import { afterAll, expect, test } from 'vitest';

// counts that are kept, and one over a table that a schema has and a table that stays

const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'counts_app', system: 'counts_system' },
});
const { isolate, tenants } = defineIsolation(tenancy);
const limits = defineLimits(tenancy, {
  features: { kept: counted({ mode: 'counter' }), both: counted() },
  plans: { free: { kept: 3, both: 4 } },
  defaultPlan: 'free',
});
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), ...limits.tables.tenants.columns() },
  (t) => [...tenants(t), ...limits.tables.tenants.rules(t)],
);
const items = pgTable(
  'items',
  { ...tenancy.columns.scoped(), id: uuid('id').primaryKey().defaultRandom(), kind: text('kind') },
  (t) => [
    ...isolate(t),
    ...limits.counts(t, 'kept', { kind: ['100%', 'usual'] }),
    ...limits.counts(t, 'both', { kind: ['100%', 'usual'] }),
  ],
);
const files = pgTable(
  'files',
  { ...tenancy.columns.scoped(), id: uuid('id').primaryKey().defaultRandom() },
  (t) => [...isolate(t), ...limits.counts(t, 'both')],
);
const planFeatures = pgTable('plan_features', limits.tables.planFeatures.columns(), (t) => [
  ...limits.tables.planFeatures.rules(t),
]);
const usageCounters = pgTable('usage_counters', limits.tables.usageCounters.columns(), (t) => [
  ...limits.tables.usageCounters.rules(t),
]);
const placements = definePlacements(tenancy, { connect: () => undefined, schemaTables: [items] });
const schema = { organizations, items, files, planFeatures, usageCounters };
const features = [limits, placements];
const { url } = await testDatabase({
  key: 'counts-in-schemas',
  migrate: async (to) => void (await applySchema(to, { tenancy, schema, features })),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
  placements,
});
afterAll(() => pool.end());
const ask = (sql: string) => withClient(url, async (client) => (await client.query(sql)).rows);
const [acme, globex] = ['a', 'b'].map((last) => `00000000-0000-4000-8000-00000000000${last}`) as [
  string,
  string,
];
await ask(`insert into organizations (id) values ('${acme}'), ('${globex}')`);
const added = await runCommand(
  { tenancy, features: [placements], database: { url, systemUrl: url } },
  ['places', 'add', 'own', '--schema', 't_own', '--url', url],
);
expect([added.code, added.stderr]).toEqual([0, expect.anything()]);
const asSystem = <R>(fn: () => Promise<R>) =>
  tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn);
await asSystem(() => placements.place(pool, { organizationId: acme, place: 'own' }));

const put = (kind = '100%') => pool.query('insert into items (kind) values ($1)', [kind]);
const used = async () =>
  Object.fromEntries((await limits.usage(pool)).map(({ feature, used: n }) => [feature, n]));
const reached = { code: 'LIMIT_REACHED' };

test.each([acme, globex])('tenant %s is held to both, wherever its rows are', async (tenant) => {
  await tenancy.run(tenant, async () => {
    for (let i = 0; i < 3; i++) await put();
    await put('unlike');
    await expect(put()).rejects.toMatchObject(reached);
    await pool.query('insert into files default values');
    await expect(pool.query('insert into files default values')).rejects.toMatchObject(reached);
    expect(await used()).toEqual({ kept: 3, both: 4 });
    await pool.query(
      `delete from items where id = (select id from items where kind = '100%' limit 1)`,
    );
    await pool.query('insert into files default values');
    await expect(put()).rejects.toMatchObject(reached);
    expect(await used()).toEqual({ kept: 2, both: 4 });
  });
});

test('a recount reads each tenant where it lives', async () => {
  await ask(`set session_replication_role = replica;
    insert into t_own.items (organization_id, kind) values ('${acme}', 'usual'), ('${globex}', 'usual');
    insert into public.items (organization_id, kind) values ('${acme}', 'usual')`);
  expect(await asSystem(() => limits.recount(pool))).toBe(1);
  for (const [tenant, kept] of [
    [acme, 3],
    [globex, 2],
  ] as const)
    expect((await tenancy.run(tenant, used)).kept).toBe(kept);
  expect(await asSystem(() => limits.recount(pool))).toBe(0);
  await ask('truncate t_own.items');
  expect((await tenancy.run(acme, used)).kept).toBe(0);
});
