import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { organizations } from './fixtures/schema.ts';
import { failure, limitsDatabase } from './support/database.ts';
import { dialect } from './support/dialect.ts';

const database = await limitsDatabase();
const { pool } = database;
const projects = (n: number) =>
  pool.query(
    `insert into projects (name) select 'p' || i from generate_series(1, ${n}) i returning organization_id`,
  );
const explain = (
  organization: string,
  feature: 'projects' | 'seats' | 'apiCalls' | 'sso' = 'projects',
) => database.in(organization, () => limits.explain(pool, feature));

describe('the port of billing', () => {
  test('sets plan, add-ons, period and source in the transaction of the caller', async () => {
    const acme = await database.organization(null);
    const periodStart = new Date('2026-01-31T10:00:00Z');
    await database.system(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await limits.setPlan(client, { organizationId: acme, plan: 'enterprise', source: 'stripe' });
      await client.query('rollback');
      client.release();
    });
    expect(await explain(acme)).toMatchObject({ plan: 'free', limit: 10 });
    const change = {
      organizationId: acme,
      plan: 'pro',
      addons: { 'extra-seats': 2, 'single-sign-on': 1 },
      periodStart,
      periodEnd: new Date('2026-02-28T10:00:00Z'),
      source: 'stripe',
      version: 7n,
    };
    for (const _ of ['first', 'again']) {
      expect(await database.system(() => limits.setPlan(pool, change))).toBe(true);
    }
    expect(await explain(acme, 'seats')).toMatchObject({
      plan: 'pro',
      base: 10,
      added: 10,
      limit: 20,
      addOns: [{ addOn: 'extra-seats', quantity: 2, units: 5 }],
    });
    await database.system(() =>
      limits.setPlan(pool, { organizationId: acme, plan: 'pro', addons: {}, source: 'stripe' }),
    );
    expect(await explain(acme, 'seats')).toMatchObject({ limit: 10, addOns: [] });
    const [row] = await database.ask(
      'select plan_source, plan_version::int from organizations where id = $1',
      [acme],
    );
    expect(row).toEqual({ plan_source: 'stripe', plan_version: 7 });
  });

  test('leaves out a version that is older than the last', async () => {
    const acme = await database.organization();
    const set = (plan: string | null, version: number) =>
      database.system(() =>
        limits.setPlan(pool, { organizationId: acme, plan, version, source: 'stripe' }),
      );
    expect(await set('pro', 10)).toBe(true);
    expect(await set('enterprise', 9)).toBe(false);
    expect(await explain(acme)).toMatchObject({ plan: 'pro' });
    expect(await set(null, 11)).toBe(true);
    expect(await explain(acme)).toMatchObject({ plan: 'free' });
  });

  test('versions that arrive in any order at once end with the newest', async () => {
    const acme = await database.organization();
    const plans = ['free', 'pro', 'small', 'enterprise'];
    await Promise.all(
      [7, 3, 15, 1, 12, 9, 14, 2, 16, 5].map((version) =>
        database.system(() =>
          limits.setPlan(pool, {
            organizationId: acme,
            plan: plans[version % 4] as string,
            version,
            source: 'stripe',
          }),
        ),
      ),
    );
    expect(await explain(acme)).toMatchObject({ plan: plans[16 % 4] });
  });

  test('keeps an anchor that explains the new period, and takes one that does not', async () => {
    const acme = await database.organization();
    const anchorAfter = async (periodStart: string) => {
      await database.system(() =>
        limits.setPlan(pool, {
          organizationId: acme,
          plan: 'pro',
          periodStart: new Date(periodStart),
          source: 'stripe',
        }),
      );
      const [row] = await database.ask<{ plan_anchor: Date }>(
        'select plan_anchor from organizations where id = $1',
        [acme],
      );
      return row?.plan_anchor.toISOString().slice(0, 10);
    };
    expect(await anchorAfter('2026-01-31T10:00:00Z')).toBe('2026-01-31');
    expect(await anchorAfter('2026-02-28T10:00:00Z')).toBe('2026-01-31');
    expect(await anchorAfter('2026-03-31T10:00:00Z')).toBe('2026-01-31');
    expect(await anchorAfter('2026-04-12T10:00:00Z')).toBe('2026-04-12');
  });

  test('refuses what it does not know, and changes nothing then', async () => {
    const acme = await database.organization('pro');
    const set = (change: object) =>
      failure(
        database.system(() =>
          limits.setPlan(pool, { organizationId: acme, plan: 'free', source: 'x', ...change }),
        ),
      );
    expect(await set({ plan: 'gold' })).toMatchObject({
      code: 'PLAN_UNKNOWN',
      status: 422,
      details: { plan: 'gold' },
    });
    expect(await set({ addons: { gold: 1 } })).toMatchObject({ code: 'ADD_ON_UNKNOWN' });
    expect(await set({ addons: { 'extra-seats': -1 } })).toMatchObject({ code: 'USAGE_INVALID' });
    expect(await set({ addons: { 'extra-seats': 0.5 } })).toMatchObject({ code: 'USAGE_INVALID' });
    expect(await set({ organizationId: '00000000-0000-4000-8000-000000000000' })).toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
    expect(await set({ organizationId: 'acme' })).toMatchObject({ code: 'TENANT_ID_MALFORMED' });
    expect(await explain(acme)).toMatchObject({ plan: 'pro' });
  });

  test('is for the system role alone', async () => {
    const acme = await database.organization();
    await database.in(acme, () =>
      expect(
        limits.setPlan(pool, { organizationId: acme, plan: 'enterprise', source: 'me' }),
      ).rejects.toMatchObject({ code: '42501' }),
    );
  });
});

test('a tenant writes its row back whole, and the column is named where its plan changes', async () => {
  const acme = await database.organization();
  const times = { periodStart: new Date('2026-01-31T10:00:00.123Z'), periodEnd: new Date() };
  const change = { organizationId: acme, plan: 'pro', source: 'stripe', version: 7n, ...times };
  await database.system(() => limits.setPlan(pool, change));
  await database.system(() =>
    limits.startTrial(pool, {
      organizationId: acme,
      plan: 'enterprise',
      endsAt: new Date(Date.now() + 1e7),
    }),
  );
  await database.in(acme, async () => {
    const db = drizzle({ client: pool });
    const [row] = await db.select().from(organizations);
    const { id, ...others } = row as NonNullable<typeof row>;
    // Citus takes no tenant column there, also with the value that is there
    const whole = dialect === 'citus' ? others : { id, ...others };
    await db.update(organizations).set({ ...whole, name: 'Acme & Sons' });
    const [written] = await db.select().from(organizations);
    expect(written).toEqual({ ...row, name: 'Acme & Sons' });
    const better = await failure(pool.query(`update organizations set plan = 'enterprise'`));
    expect(better).toMatchObject({ code: '42501', column: 'plan', table: 'organizations' });
  });
});

test('a trial holds until it ends, and billing ends it by a plan', async () => {
  const acme = await database.organization();
  const start = (endsAt: number) =>
    database.system(() =>
      limits.startTrial(pool, {
        organizationId: acme,
        plan: 'enterprise',
        endsAt: new Date(Date.now() + endsAt),
      }),
    );
  await start(60_000);
  expect(await explain(acme)).toMatchObject({ plan: 'enterprise', limit: null });
  await database.system(() =>
    limits.setPlan(pool, { organizationId: acme, plan: null, source: 'stripe' }),
  );
  expect(await explain(acme)).toMatchObject({ plan: 'enterprise' });
  await start(-1000);
  expect(await explain(acme)).toMatchObject({ plan: 'free' });
  await start(60_000);
  await database.system(() =>
    limits.setPlan(pool, { organizationId: acme, plan: 'pro', source: 'stripe' }),
  );
  expect(await explain(acme)).toMatchObject({ plan: 'pro' });
  await expect(
    database.system(() =>
      limits.startTrial(pool, { organizationId: acme, plan: 'gold', endsAt: new Date() }),
    ),
  ).rejects.toMatchObject({ code: 'PLAN_UNKNOWN' });
});

test('overrides set, add, begin, end, and are explained', async () => {
  const acme = await database.organization();
  const override = (what: object) =>
    database.system(() =>
      limits.addOverride(pool, {
        organizationId: acme,
        feature: 'projects',
        reason: 'a deal',
        actor: 'sales',
        ...what,
      }),
    );
  await override({ add: 5 });
  expect(await explain(acme)).toMatchObject({ base: 10, added: 5, limit: 15 });
  const id = await override({ set: 2 });
  expect(await explain(acme)).toMatchObject({ limit: 7, changedTo: { limit: 2 } });
  await override({ set: 'unlimited', startsAt: new Date(Date.now() + 60_000) });
  await database.in(acme, () => projects(7));
  await database.in(acme, () =>
    expect(projects(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' }),
  );
  expect(await database.system(() => limits.endOverride(pool, { organizationId: acme, id }))).toBe(
    true,
  );
  expect(await database.system(() => limits.endOverride(pool, { organizationId: acme, id }))).toBe(
    false,
  );
  const explained = await explain(acme);
  expect(explained).toMatchObject({ limit: 15, used: 7, remaining: 8 });
  expect(explained.overrides).toHaveLength(2);
  expect(explained.overrides[0]).toMatchObject({
    mode: 'add',
    value: 5,
    reason: 'a deal',
    actor: 'sales',
  });
  await override({ set: 'unlimited' });
  expect(await explain(acme)).toMatchObject({ limit: null, remaining: null, percentage: null });
  await override({ set: 0 });
  expect(await explain(acme)).toMatchObject({ limit: 5, changedTo: { limit: 0 } });
  for (const bad of [{}, { set: 1, add: 1 }, { set: -1 }, { add: 0.5 }]) {
    await expect(override(bad)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  }
  await expect(override({ feature: 'none', add: 1 })).rejects.toMatchObject({
    code: 'FEATURE_UNKNOWN',
  });
});

test('a flag comes by plan, by add-on and by override', async () => {
  const acme = await database.organization();
  await database.in(acme, () =>
    expect(limits.require(pool, 'sso')).rejects.toMatchObject({
      code: 'FEATURE_NOT_IN_PLAN',
      status: 403,
      details: { feature: 'sso', plan: 'free' },
    }),
  );
  await database.system(() =>
    limits.setPlan(pool, {
      organizationId: acme,
      plan: null,
      addons: { 'single-sign-on': 1 },
      source: 'x',
    }),
  );
  await database.in(acme, () => limits.require(pool, 'sso'));
  await database.system(() =>
    limits.addOverride(pool, {
      organizationId: acme,
      feature: 'sso',
      set: 0,
      reason: 'abuse',
      actor: 'ops',
    }),
  );
  await database.system(() =>
    limits.setPlan(pool, { organizationId: acme, plan: 'pro', addons: {}, source: 'x' }),
  );
  await database.in(acme, () =>
    expect(limits.require(pool, 'sso')).rejects.toMatchObject({ code: 'FEATURE_NOT_IN_PLAN' }),
  );
});

test('a settings page shows every feature in one round trip', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await projects(8);
    await limits.consume(pool, 'apiCalls', 25);
    const all = await limits.usage(pool);
    expect(all.map(({ feature }) => feature)).toEqual(Object.keys(limits.features).sort());
    const of = (name: string) => all.find(({ feature }) => feature === name);
    expect(of('projects')).toMatchObject({
      used: 8,
      limit: 10,
      remaining: 2,
      percentage: 80,
      resetsAt: null,
      isOver: false,
    });
    expect(of('apiCalls')).toMatchObject({
      used: 25,
      percentage: 25,
      resetsAt: expect.stringContaining('T00:00:00.000Z'),
    });
    expect(of('sso')).toMatchObject({ kind: 'flag', included: false, used: null });
    expect(of('exports')).toMatchObject({ included: false, limit: 0 });
    expect(await limits.check(pool, 'projects', 2)).toMatchObject({ isAllowed: true });
    expect(await limits.check(pool, 'projects', 3)).toMatchObject({ isAllowed: false });
  });
});

test('a preview lists what would be over and what would be lost, and deletes nothing', async () => {
  const acme = await database.organization('pro');
  await database.in(acme, async () => {
    await projects(12);
    const preview = await limits.previewPlanChange(pool, 'small');
    expect(preview.over).toMatchObject([{ feature: 'projects', used: 12, limit: 2, excess: 10 }]);
    expect(preview.lost).toEqual(['activeClients', 'documents', 'exports', 'seats', 'sso']);
    expect(await limits.previewPlanChange(pool, 'enterprise')).toMatchObject({
      over: [],
      lost: [],
    });
    expect((await limits.explain(pool, 'projects')).used).toBe(12);
    await expect(limits.previewPlanChange(pool, 'gold')).rejects.toMatchObject({
      code: 'PLAN_UNKNOWN',
    });
  });
});

describe('grace', () => {
  const set = (organization: string, plan: string) =>
    database.system(() =>
      limits.setPlan(pool, { organizationId: organization, plan, source: 'x' }),
    );

  test('keeps the limit from before for the days of the new plan, then ends', async () => {
    const acme = await database.organization('pro');
    await database.in(acme, () => projects(12));
    await set(acme, 'small');
    expect(await explain(acme)).toMatchObject({
      limit: 50,
      planLimit: 2,
      isOver: true,
      graceUntil: expect.any(String),
    });
    await database.in(acme, () => projects(1));
    await database.ask(
      "update limit_states set grace_until = now() - interval '1 s' where organization_id = $1",
      [acme],
    );
    expect(await explain(acme)).toMatchObject({ limit: 2, used: 13, graceUntil: null });
    await database.in(acme, () =>
      expect(projects(1)).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
        details: { used: 13, limit: 2 },
      }),
    );
  });

  test('starts by an UPDATE of the plan too, and is not prolonged by a second change', async () => {
    const acme = await database.organization('enterprise');
    await database.in(acme, () => projects(60));
    await database.ask("update organizations set plan = 'pro' where id = $1", [acme]);
    const first = await explain(acme);
    expect(first).toMatchObject({ limit: null, planLimit: 50 });
    await set(acme, 'small');
    expect(await explain(acme)).toMatchObject({ limit: null, graceUntil: first.graceUntil });
  });

  test('heals itself when the tenant is back within its limit', async () => {
    const acme = await database.organization('pro');
    await database.in(acme, () => projects(12));
    await set(acme, 'small');
    await database.in(acme, async () => {
      await pool.query("delete from projects where name not in ('p1', 'p2')");
      expect(await limits.explain(pool, 'projects')).toMatchObject({ limit: 2, graceUntil: null });
      await expect(projects(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    });
  });

  test('does not start where nothing is over', async () => {
    const acme = await database.organization('pro');
    await database.in(acme, () => projects(2));
    await set(acme, 'small');
    expect(await explain(acme)).toMatchObject({ limit: 2, graceUntil: null });
  });

  test('holds for counters', async () => {
    const acme = await database.organization('pro');
    await database.in(acme, () => limits.consume(pool, 'apiCalls', 30));
    await set(acme, 'small');
    await database.in(acme, () => limits.consume(pool, 'apiCalls', 1000));
  });
});

test('thresholds become events exactly when usage crosses them', async () => {
  await database.ask('delete from limit_events');
  const acme = await database.organization();
  await database.in(acme, async () => {
    await projects(7);
    await projects(1);
    await projects(1);
    await Promise.all(Array.from({ length: 100 }, () => limits.consume(pool, 'apiCalls')));
    await expect(limits.consume(pool, 'apiCalls')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    const client = await pool.connect();
    await client.query('begin');
    await client.query("insert into projects (name) values ('undone')");
    await client.query('rollback');
    client.release();
  });
  const take = () => database.system(() => limits.takeEvents(pool, { batchSize: 2 }));
  const taken = (await Promise.all([take(), take(), take()])).flat();
  expect(
    taken.map(({ feature, threshold, used }) => `${feature} ${threshold} ${used}`).sort(),
  ).toEqual(['apiCalls 100 100', 'apiCalls 80 80', 'projects 80 8']);
  expect(taken[0]).toMatchObject({
    organizationId: acme,
    plan: 'free',
    at: expect.stringContaining('Z'),
  });
  expect(await take()).toEqual([]);
});

describe('history', () => {
  test('tells what a tenant was allowed at a time, with the plans of that time', async () => {
    const acme = await database.organization('free');
    const now = async () =>
      new Date(
        (await database.ask<{ at: string }>("select to_json(clock_timestamp()) #>> '{}' as at"))[0]
          ?.at ?? '',
      );
    const sleep = () => database.ask('select pg_sleep(0.01)');
    const before = await now();
    await sleep();
    await database.system(() =>
      limits.setPlan(pool, {
        organizationId: acme,
        plan: 'pro',
        addons: { 'extra-seats': 1 },
        source: 'stripe',
      }),
    );
    await sleep();
    const between = await now();
    await sleep();
    await database.ask(
      "update plan_features set limit_value = 99 where plan = 'pro' and feature = 'projects'",
    );
    await database.system(() =>
      limits.addOverride(pool, {
        organizationId: acme,
        feature: 'activeClients',
        set: 'unlimited',
        reason: 'r',
        actor: 'a',
      }),
    );
    await database.system(() =>
      limits.setPlan(pool, { organizationId: acme, plan: 'pro', addons: {}, source: 'stripe' }),
    );
    const at = async (time: Date) => {
      const all = await database.in(acme, () => limits.entitlementsAt(pool, time));
      return Object.fromEntries(
        all.map(({ feature, limit, plan }) => [feature, `${plan} ${limit}`]),
      );
    };
    expect(await at(before)).toMatchObject({ projects: 'free 10', seats: 'free 3' });
    expect(await at(between)).toMatchObject({
      projects: 'pro 50',
      seats: 'pro 15',
      activeClients: 'pro 50',
    });
    expect(await at(await now())).toMatchObject({
      projects: 'pro 99',
      seats: 'pro 10',
      activeClients: 'pro null',
    });
    await database.ask(
      "update plan_features set limit_value = 50 where plan = 'pro' and feature = 'projects'",
    );
    const changes = await database.in(acme, () => limits.history(pool));
    expect(
      changes.map(({ subject, state }) => `${subject} ${state === null ? 'ended' : 'is'}`),
    ).toEqual([
      'plan_feature is',
      'add_on ended',
      'override is',
      'plan_feature is',
      'add_on is',
      'plan is',
      'plan is',
    ]);
    expect(changes[1]?.actor).toEqual({ system: 'test', reason: 'test' });
    // of another plan a tenant is told nothing
    expect(changes[0]).toMatchObject({ key: 'pro/projects', state: { limit_value: 50 } });
  });
});

describe('sync and drift', () => {
  const rows = () =>
    database.ask(
      "select feature, limit_value::int as l from plan_features where plan = 'small' order by 1",
    );

  test('what an operator changed stays until somebody says otherwise', async () => {
    expect(await database.system(() => limits.drift(pool))).toEqual([]);
    await database.ask(
      "update plan_features set limit_value = 3 where plan = 'small' and feature = 'projects'",
    );
    await database.ask(
      "insert into plan_features (plan, feature, limit_value) values ('small', 'credits', 1)",
    );
    expect(await database.system(() => limits.sync(pool))).toEqual([]);
    expect(await rows()).toEqual([
      { feature: 'apiCalls', l: 10 },
      { feature: 'credits', l: 1 },
      { feature: 'projects', l: 3 },
    ]);
    expect(await database.system(() => limits.drift(pool))).toMatchObject([
      { what: 'plan feature', key: 'small credits', kind: 'unknown' },
      {
        feature: 'plan-limits',
        what: 'plan feature',
        key: 'small projects',
        kind: 'changed',
        found: expect.stringMatching(/"limit":2.* in the code and .*"limit":3.* in the database/),
      },
    ]);
    expect(await database.system(() => limits.sync(pool, { overwrite: true }))).toMatchObject([
      { key: 'small projects', kind: 'changed' },
    ]);
    expect(await rows()).toEqual([
      { feature: 'apiCalls', l: 10 },
      { feature: 'credits', l: 1 },
      { feature: 'projects', l: 2 },
    ]);
    await database.ask("delete from plan_features where plan = 'small' and feature = 'credits'");
    expect(await database.system(() => limits.drift(pool))).toEqual([]);
  });
});
