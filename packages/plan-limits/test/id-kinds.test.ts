import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import { counted, counter, defineLimits } from '../src/index.ts';
import { databaseOf, dialect } from './support/dialect.ts';

describe.each([
  ['integer', 42, 43],
  ['bigint', 9007199254740993n, 9007199254740992n],
] as const)('limits of tenants with ids of kind %s', async (id, acme, globex) => {
  const tenancy = defineTenancy({ tenant: 'team', id: id as 'bigint', dialect });
  const { isolate, tenants } = defineIsolation(tenancy);
  const limits = defineLimits(tenancy, {
    features: {
      projects: counted(),
      documents: counted({ mode: 'counter' }),
      calls: counter({ per: 'month' }),
    },
    plans: {
      free: { projects: 1, documents: 1, calls: 10 },
      pro: { projects: { limit: 3, graceDays: 7 }, documents: 3, calls: 100 },
    },
    defaultPlan: 'free',
  });
  const { tables: parts } = limits;
  const plain = (name: string, of: { columns(): object; rules(t: never): unknown[] }) =>
    pgTable(name, of.columns() as never, (t) => [...(of.rules(t as never) as never[])]);
  const teams = pgTable(
    'teams',
    { id: tenancy.columns.id().primaryKey(), ...parts.tenants.columns() },
    (t) => [...tenants(t), ...parts.tenants.rules(t)],
  );
  const owned = () => ({
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
  });
  const schema = {
    teams,
    projects: pgTable('projects', owned(), (t) => [...isolate(t), ...limits.counts(t, 'projects')]),
    documents: pgTable('documents', owned(), (t) => [
      ...isolate(t),
      ...limits.counts(t, 'documents'),
    ]),
    planFeatures: plain('plan_features', parts.planFeatures),
    featureOverrides: plain('feature_overrides', parts.featureOverrides),
    addOnFeatures: plain('add_on_features', parts.addOnFeatures),
    addOns: plain('add_ons', parts.addOns),
    usageCounters: plain('usage_counters', parts.usageCounters),
    usageEvents: plain('usage_events', parts.usageEvents),
    limitStates: plain('limit_states', parts.limitStates),
    limitEvents: plain('limit_events', parts.limitEvents),
    entitlementHistory: plain('entitlement_history', parts.entitlementHistory),
    planHistory: plain('plan_history', parts.planHistory),
  };
  const { url } = await databaseOf(`plan-limits-${id}`, async (at) => {
    await applySchema(at, { tenancy, schema, features: [limits] });
  });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());
  await withClient(url, (client) =>
    client.query('insert into teams (id) values ($1), ($2)', [acme, globex]),
  );
  const inside = <R>(team: number | bigint, fn: () => R | Promise<R>) => tenancy.run(team, fn);
  const system = <R>(fn: () => R | Promise<R>) =>
    tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn);
  const add = (table: string, name: string) =>
    inside(acme, () => pool.query(`insert into ${table} (name) values ($1)`, [name]));

  test('counts and counters refuse, per tenant', async () => {
    for (const table of ['projects', 'documents']) {
      await add(table, 'one');
      await expect(add(table, 'two')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      await inside(globex, () => pool.query(`insert into ${table} (name) values ('one')`));
    }
    await inside(acme, () => limits.consume(pool, 'calls', 10, { key: 'a request' }));
    const more = inside(acme, () => limits.consume(pool, 'calls', 1));
    await expect(more).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await inside(globex, () => limits.consume(pool, 'calls', 1));
  });

  test('a plan, an exception, the history and events name the tenant as it is', async () => {
    const teamId = acme as bigint;
    await system(() => limits.setPlan(pool, { teamId, plan: 'pro', source: 'test' }));
    await add('projects', 'two');
    expect(await system(() => limits.getPlan(pool, { teamId }))).toMatchObject({ plan: 'pro' });
    const override = await system(() =>
      limits.addOverride(pool, {
        teamId,
        feature: 'projects',
        set: 2,
        reason: 'a test',
        actor: 'test',
      }),
    );
    await expect(add('projects', 'three')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    expect(await system(() => limits.endOverride(pool, { teamId, id: override }))).toBe(true);
    await add('projects', 'three');
    await inside(acme, () => limits.consume(pool, 'calls', 85));
    const events = await system(() => limits.takeEvents(pool));
    const own = events.filter((event) => event.teamId === acme);
    expect(own.length).toBeGreaterThan(0);
    expectTypeOf(own[0]?.teamId).toEqualTypeOf<bigint | undefined>();
    const history = await system(() => limits.history(pool, { teamId }));
    expect(history.map(({ subject }: { subject?: string }) => subject)).toBeDefined();
    expect(history.length).toBeGreaterThan(1);
    const usage = await system(() => limits.usage(pool, { teamId }));
    expect(usage.find(({ feature }) => feature === 'projects')).toMatchObject({ used: 3 });
    await system(() => limits.upkeep(pool));
    await expect(
      system(() => limits.getPlan(pool, { teamId: 1.5 as never })),
    ).rejects.toMatchObject({
      code: 'TENANT_ID_MALFORMED',
      found: 'the number 1.5',
    });
  });
});
