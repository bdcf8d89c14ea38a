import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgEnum, pgSchema, pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { counted, counter, defineLimits, flag, unlimited } from '../src/index.ts';

/** The least: the tenant is the user, ids are text, the plan is one column of theirs. */
function soloOperator() {
  const tenancy = defineTenancy({ tenant: 'user', id: 'text' });
  const { isolate, tenants } = defineIsolation(tenancy);
  const limits = defineLimits(tenancy, {
    features: { activeClients: counted() },
    plans: {
      free: { activeClients: 3 },
      solo: { activeClients: 15 },
      pro: { activeClients: unlimited },
    },
    defaultPlan: 'free',
    status: 402,
  });
  const users = pgTable(
    'users',
    { id: tenancy.columns.id().primaryKey(), name: text(), plan: text().notNull().default('free') },
    (t) => [...limits.tables.tenants.rules(t), ...tenants(t)],
  );
  const clients = pgTable(
    'clients',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), status: text().default('active') },
    (t) => [...isolate(t), ...limits.counts(t, 'activeClients', { status: 'active' })],
  );
  const planFeatures = pgTable('plan_features', limits.tables.planFeatures.columns(), (t) => [
    ...limits.tables.planFeatures.rules(t),
  ]);
  return { tenancy, schema: { users, clients, planFeatures }, limits };
}

/** The most: a plan table of its own, tables in a schema, a signed context. */
function ownTable() {
  const tenancy = defineTenancy({ tenant: 'workspace', id: 'uuid', context: 'signed' });
  const { isolate, reference, tenants } = defineIsolation(tenancy);
  const saas = pgSchema('saas');
  const workspaces = saas.table(
    'workspaces',
    { id: tenancy.columns.id().primaryKey(), name: text() },
    (t) => [...tenants(t)],
  );
  const limits = defineLimits(tenancy, {
    features: { docs: counted(), calls: counter({ per: 'day' }) },
    plans: { free: { docs: 2, calls: 5 }, pro: { docs: 4, calls: 50 } },
    defaultPlan: 'free',
  });
  const { tables: parts, counts } = limits;
  const docs = saas.table(
    'the docs',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id() },
    (t) => [...isolate(t), ...counts(t, 'docs')],
  );
  const workspacePlans = saas.table('workspace_plans', parts.planState.columns(), (t) => [
    ...parts.planState.rules(t),
    ...reference(t, { column: t.workspaceId, to: () => workspaces, onDelete: 'cascade' }),
  ]);
  const planFeatures = saas.table('plan_features', parts.planFeatures.columns(), (t) => [
    ...parts.planFeatures.rules(t),
  ]);
  const usageCounters = saas.table('usage_counters', parts.usageCounters.columns(), (t) => [
    ...parts.usageCounters.rules(t),
    ...reference(t, { column: t.workspaceId, to: () => workspaces, onDelete: 'cascade' }),
  ]);
  const usageEvents = saas.table('usage_events', parts.usageEvents.columns(), (t) => [
    ...parts.usageEvents.rules(t),
    ...reference(t, { column: t.workspaceId, to: () => workspaces, onDelete: 'cascade' }),
  ]);
  const schema = {
    saas,
    workspaces,
    docs,
    workspacePlans,
    planFeatures,
    usageCounters,
    usageEvents,
  };
  return { tenancy, schema, limits };
}

async function open(
  application: ReturnType<typeof soloOperator> | ReturnType<typeof ownTable>,
  key: string,
) {
  const { tenancy, schema, limits } = application;
  const secret = 'a context secret of the tests, long enough';
  const database = await testDatabase({
    key,
    migrate: async (url) => {
      await applySchema(url, { tenancy, schema, features: [limits] });
      if (tenancy.context === 'signed') {
        await withClient(url, (client) =>
          client.query('select tenantry.set_context_secret($1)', [secret]),
        );
      }
    },
  });
  const logins = await createLogins(database.url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    ...(tenancy.context === 'signed' && { contextSecret: secret }),
  });
  return {
    pool,
    root: <R>(sql: string) =>
      withClient(database.url, async (c) => (await c.query(sql)).rows as R[]),
  };
}

test('a plan column on the table of tenants is enough', async () => {
  const application = soloOperator();
  const { tenancy, limits } = application;
  const { pool, root } = await open(application, 'plan-limits-solo');
  await root("insert into users (id, name) values ('ada', 'Ada')");
  await tenancy.run('ada', async () => {
    await pool.query(
      "insert into clients (status) values ('active'), ('active'), ('active'), ('lead')",
    );
    await expect(
      pool.query("insert into clients (status) values ('active')"),
    ).rejects.toMatchObject({
      code: 'LIMIT_REACHED',
      status: 402,
    });
    await expect(pool.query("update users set plan = 'pro'")).rejects.toMatchObject({
      code: '42501',
    });
  });
  await root("insert into users (id, name) values ('bob', 'Bob')");
  await tenancy.run('bob', async () => {
    const attempts = Array.from({ length: 60 }, () =>
      pool.query('insert into clients default values'),
    );
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
  await tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, () =>
    limits.setPlan(pool, {
      userId: 'ada',
      plan: 'solo',
      source: 'test',
      version: 3,
      readOnly: true,
    }),
  );
  await tenancy.run('ada', async () => {
    await pool.query("insert into clients (status) values ('active')");
    expect(await limits.explain(pool, 'activeClients')).toMatchObject({
      plan: 'solo',
      limit: 15,
      used: 4,
    });
  });
  await tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, () =>
    limits.setPlan(pool, { userId: 'ada', plan: null, source: 'test' }),
  );
  expect(await root("select plan from users where id = 'ada'")).toEqual([{ plan: 'free' }]);
  await pool.end();
});

test('a plan table of its own, in a schema, under a signed context', async () => {
  const application = ownTable();
  const { tenancy, limits } = application;
  const { pool, root } = await open(application, 'plan-limits-own-table');
  const [row] = await root<{ id: string }>(
    "insert into saas.workspaces (name) values ('Acme') returning id",
  );
  const acme = row?.id ?? '';
  const fill = (n: number) =>
    pool.query(`insert into saas."the docs" select from generate_series(1, ${n})`);
  await tenancy.run(acme, async () => {
    await expect(fill(3)).rejects.toMatchObject({
      code: 'LIMIT_REACHED',
      details: { plan: 'free' },
    });
    await limits.consume(pool, 'calls', 5, { key: 'a' });
    await expect(limits.consume(pool, 'calls')).rejects.toMatchObject({ status: 429 });
  });
  await tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, () =>
    limits.setPlan(pool, { workspaceId: acme, plan: 'pro', source: 'test' }),
  );
  await tenancy.run(acme, async () => {
    await fill(4);
    await expect(fill(1)).rejects.toMatchObject({ details: { plan: 'pro', used: 4 } });
    expect(await limits.consume(pool, 'calls', 5)).toMatchObject({ used: 10, limit: 50 });
  });
  await pool.end();
});

describe('the generator', () => {
  const { tenancy, schema, limits } = soloOperator();

  test('writes the same SQL twice, and it can run twice', async () => {
    const [one, two] = [1, 2].map(() => generate({ tenancy, schema, features: [limits] }).sections);
    expect(one).toEqual(two);
    const database = await testDatabase({
      key: 'plan-limits-twice',
      migrate: async (url) => {
        const made = await applySchema(url, { tenancy, schema, features: [limits] });
        await withClient(url, async (client) => {
          for (const { statements } of made.sections) {
            for (const statement of statements) await client.query(statement);
          }
        });
      },
    });
    await withClient(database.url, async (client) => {
      const { rows } = await client.query(
        "select count(*)::int as n from pg_trigger where tgname like 'tenantry_limit%'",
      );
      expect(rows).toEqual([{ n: 2 }]);
      const without = defineLimits(tenancy, {
        features: { sso: flag() },
        plans: { free: {} },
        defaultPlan: 'free',
      });
      const clients = pgTable(
        'clients',
        { ...tenancy.columns.scoped(), id: tenancy.columns.id(), status: text().default('active') },
        (t) => [...defineIsolation(tenancy).isolate(t)],
      );
      const uncounted = { ...schema, clients };
      for (const { statements } of generate({ tenancy, schema: uncounted, features: [without] })
        .sections) {
        for (const statement of statements) await client.query(statement);
      }
      const left = await client.query("select from pg_trigger where tgname like 'tenantry_limit%'");
      expect(left.rowCount).toBe(0);
    });
  });

  test('a plan column that does not fit fails the migration, not the first customer', async () => {
    const { isolate, tenants } = defineIsolation(tenancy);
    const plan = pgEnum('plan_name', ['free', 'pro']);
    const counting = defineLimits(tenancy, {
      features: { notes: counted() },
      plans: { free: { notes: 3 } },
      defaultPlan: 'free',
    });
    const people = pgTable(
      'people',
      { id: tenancy.columns.id().primaryKey(), plan: plan() },
      (t) => [...tenants(t), ...counting.tables.tenants.rules(t)],
    );
    const notes = pgTable(
      'notes',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id() },
      (t) => [...isolate(t), ...counting.counts(t, 'notes')],
    );
    const database = await testDatabase({ key: 'plan-limits-enum', migrate: async () => {} });
    await expect(
      applySchema(database.url, {
        tenancy,
        schema: { plan, people, notes, planFeatures: schema.planFeatures },
        features: [counting],
      }),
    ).rejects.toThrow(/plan_name/);
  });

  test('names what is missing', () => {
    const { users, clients, planFeatures } = schema;
    expect(() =>
      generate({ tenancy, schema: { users, planFeatures }, features: [limits] }),
    ).toThrow('activeClients, which counts rows, and no table');
    expect(() => generate({ tenancy, schema: { users, clients }, features: [limits] })).toThrow(
      'planFeatures',
    );
    expect(() =>
      generate({ tenancy, schema: { clients, planFeatures }, features: [limits] }),
    ).toThrow('limits.tables.tenants.rules(t)');
    const calls = defineLimits(tenancy, {
      features: { calls: counter({ per: 'day' }) },
      plans: { free: {} },
      defaultPlan: 'free',
    });
    expect(() => generate({ tenancy, schema: { users, planFeatures }, features: [calls] })).toThrow(
      'usageCounters',
    );
  });
});
