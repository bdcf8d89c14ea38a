import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();
const { pool } = database;

test('tells plan, exceptions, add-ons, allowances and the last changes of a tenant', async () => {
  const acme = await database.organization();
  const other = await database.organization('enterprise');
  await database.system(async () => {
    await limits.setPlan(pool, {
      organizationId: acme,
      plan: 'pro',
      addons: { 'extra-seats': 2 },
      source: 'support',
    });
    await limits.addOverride(pool, {
      organizationId: acme,
      feature: 'exports',
      set: 0,
      reason: 'abuse',
      actor: 'ada',
    });
  });
  await database.in(acme, () => limits.consume(pool, 'apiCalls', 7));
  // a plan that it has, and one that it has not
  await database.ask(
    "update plan_features set limit_value = 60 where feature = 'projects' and plan in ('pro', 'free')",
  );
  const told = await database.in(acme, () => limits.describe(pool));
  expect(told).toMatchObject({
    feature: 'plan-limits',
    title: 'Plan and limits',
    lists: [
      { id: 'plan', rows: [{ plan: 'pro', readOnly: false }], more: false },
      {
        id: 'overrides',
        rows: [{ feature: 'exports', mode: 'set', value: 0, reason: 'abuse', actor: 'ada' }],
      },
      {
        id: 'addOns',
        rows: [{ addOn: 'extra-seats', feature: 'seats', quantity: 2, units: 5 }],
      },
    ],
  });
  const of = (key: string) => told.allowances.find((each) => each.key === key);
  expect(told.allowances).toHaveLength(Object.keys(limits.features).length);
  expect(of('apiCalls')).toEqual({
    key: 'apiCalls',
    allowed: true,
    used: 7,
    limit: 50_000,
    until: expect.stringMatching(/Z$/),
  });
  expect(of('exports')).toMatchObject({ allowed: false, limit: 0 });
  expect(of('sso')).toEqual({ key: 'sso', allowed: true, used: null, limit: null, until: null });
  expect(told.changes.map(({ what }) => what)).toEqual([
    'plan pro projects 60',
    'exception exports set 0',
    'add-on extra-seats × 2',
    'plan pro',
    expect.stringContaining('plan free'),
  ]);
  expect(told.changes[1]?.actor).toBe('test');
  await database.ask(
    "update plan_features set limit_value = case plan when 'pro' then 50 else 10 end where feature = 'projects' and plan in ('pro', 'free')",
  );
  // the same from a system scope, and nothing of another tenant
  expect(
    await database.system(() => limits.describe(pool, { organizationId: other })),
  ).toMatchObject({ lists: [{ rows: [{ plan: 'enterprise' }] }, { rows: [] }, { rows: [] }] });
});

test('lists the plans where no tenant is named, and at most 100 rows', async () => {
  const { lists, allowances, changes } = await database.system(() => limits.describe(pool));
  expect([allowances, changes]).toEqual([[], []]);
  expect(lists[0]).toMatchObject({ id: 'plans', more: false });
  expect(lists[0]?.rows).toContainEqual(
    expect.objectContaining({ plan: 'pro', feature: 'projects', limit: 50 }),
  );
  await database.ask(
    "insert into plan_features (plan, feature) select 'p' || i, 'projects' from generate_series(1, 100) i",
  );
  const again = await database.system(() => limits.describe(pool));
  expect(again.lists[0]).toMatchObject({ more: true });
  expect(again.lists[0]?.rows).toHaveLength(100);
  await database.ask("delete from plan_features where plan ~ '^p[0-9]'");
});

test('start runs the upkeep until it is stopped', async () => {
  const acme = await database.organization();
  await database.in(acme, () =>
    limits.reserve(pool, 'apiCalls', 5, { key: 'k', expiresInSeconds: 60 }),
  );
  await database.ask("update usage_events set expires_at = now() - interval '1 s'");
  const reported: string[] = [];
  const upkeep = limits.start(pool, {
    onReport: (of, task, { did }) => reported.push(`${of} ${task} ${did.reservations}`),
    onError: (error) => reported.push(String(error)),
  });
  await expect.poll(() => reported).toEqual(['plan-limits reservations and retention 1']);
  await upkeep.stop();
});

test('a guard says what it asks for, and refuses at once what it cannot be', () => {
  expect(limits.requires('sso').requires).toBe('feature sso');
  expect(limits.consumes('apiCalls').requires).toBe('usage of apiCalls');
  expect(() => limits.requires('nothing' as never)).toThrow('nothing');
  expect(() => limits.consumes('projects' as never)).toThrow('projects, which is a count');
  expect(() => limits.consumes('apiCalls', { amount: 0 })).toThrow('amount 0');
});
