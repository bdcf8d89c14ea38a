import { describe, expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { limitsDatabase } from './support/database.ts';
import { dialect } from './support/dialect.ts';

// Every way in which the limit of a tenant goes down, and what it keeps: grace for `graceDays` of the
// plan that it has then.
const database = await limitsDatabase('plan-limits-grace');
const { pool, ask } = database;
const day = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * day);

const projects = (n: number) =>
  pool.query(
    `insert into projects (name) select 'p' || i from generate_series(1, ${n}) i returning organization_id`,
  );
const set = (
  organizationId: string,
  change: { plan: string | null; addons?: Record<string, number> },
) => database.system(() => limits.setPlan(pool, { organizationId, source: 'x', ...change }));
const override = (organizationId: string, what: object) =>
  database.system(() =>
    limits.addOverride(pool, {
      organizationId,
      feature: 'projects',
      reason: 'r',
      actor: 'a',
      ...what,
    }),
  );
const lower = (to: number, plan = 'pro', feature = 'projects') =>
  ask('update plan_features set limit_value = $1 where plan = $2 and feature = $3', [
    to,
    plan,
    feature,
  ]);
const days = (n: number, plan = 'pro', feature = 'projects') =>
  ask('update plan_features set grace_days = $1 where plan = $2 and feature = $3', [
    n,
    plan,
    feature,
  ]);
await days(7);

interface Way {
  /** Gives an organization on plan pro room for 60 projects, where pro has 50. */
  readonly before: (tenant: string) => Promise<unknown>;
  readonly goesDown: (tenant: string, given: unknown) => Promise<unknown>;
  /** The limit after it. */
  readonly to?: number;
}

const addOn = async (tenant: string) => {
  await ask(
    "insert into add_on_features (add_on, feature, units) values ('more', 'projects', 10) on conflict do nothing",
  );
  await ask("update add_on_features set units = 10 where add_on = 'more'");
  await set(tenant, { plan: 'pro', addons: { more: 1 } });
};
const more = (tenant: string) => override(tenant, { add: 10 });
const lowered = async () => {
  await lower(60);
};

const ways: Readonly<Record<string, Way>> = {
  'the plan, by setPlan': {
    before: (tenant) => set(tenant, { plan: 'enterprise' }),
    goesDown: (tenant) => set(tenant, { plan: 'pro' }),
  },
  'the plan, by SQL': {
    before: (tenant) => set(tenant, { plan: 'enterprise' }),
    goesDown: (tenant) => ask("update organizations set plan = 'pro' where id = $1", [tenant]),
  },
  'a trial that billing ends': {
    before: (organizationId) =>
      database.system(() =>
        limits.startTrial(pool, { organizationId, plan: 'enterprise', endsAt: inDays(3) }),
      ),
    goesDown: (tenant) => set(tenant, { plan: 'pro' }),
  },
  'a trial that ends by the clock': {
    before: (organizationId) =>
      database.system(() =>
        limits.startTrial(pool, { organizationId, plan: 'enterprise', endsAt: inDays(3) }),
      ),
    // what the clock would do, without a row being written
    goesDown: (tenant) =>
      ask(
        `do $$ begin set local session_replication_role = replica;
           update organizations set trial_ends_at = now() - interval '1 hour' where id = '${tenant}'; end $$`,
      ),
  },
  'an add-on, by setPlan': {
    before: addOn,
    goesDown: (tenant) => set(tenant, { plan: 'pro', addons: {} }),
  },
  'an add-on, by SQL': {
    before: addOn,
    goesDown: (tenant) => ask('delete from add_ons where organization_id = $1', [tenant]),
  },
  'fewer of an add-on, by SQL': {
    before: async (tenant) => {
      await addOn(tenant);
      await ask('update add_ons set quantity = 2 where organization_id = $1', [tenant]);
    },
    goesDown: (tenant) =>
      ask('update add_ons set quantity = 1 where organization_id = $1', [tenant]),
    to: 60,
  },
  'an add-on that is worth less': {
    before: addOn,
    goesDown: () => ask("update add_on_features set units = 0 where add_on = 'more'"),
  },
  'an exception that is ended': {
    before: more,
    goesDown: (organizationId, id) =>
      database.system(() => limits.endOverride(pool, { organizationId, id: String(id) })),
  },
  'an exception that is deleted': {
    before: more,
    goesDown: (tenant) => ask('delete from feature_overrides where organization_id = $1', [tenant]),
  },
  'an exception that is made smaller': {
    before: more,
    goesDown: (tenant) =>
      ask('update feature_overrides set value = 0 where organization_id = $1', [tenant]),
  },
  'an exception that ends by the clock': {
    before: (tenant) => override(tenant, { set: 'unlimited', endsAt: inDays(3) }),
    goesDown: (tenant) =>
      ask(
        `do $$ begin set local session_replication_role = replica;
           update feature_overrides set starts_at = now() - interval '9 days', ends_at = now() - interval '1 hour' where organization_id = '${tenant}'; end $$`,
      ),
  },
  'plan_features, by SQL': { before: lowered, goesDown: () => lower(50) },
  'plan_features, by the plans of the code': {
    before: lowered,
    goesDown: () =>
      database.system(async () => {
        await limits.sync(pool, { overwrite: true });
      }),
  },
};

/** So many days later: everything has happened so much longer ago. */
async function later(days: number): Promise<void> {
  const sets = {
    'tenantry.limit_changed': 'at = at - d',
    ...(dialect === 'citus' && { 'tenantry.limit_changed_plans': 'at = at - d' }),
    limit_states: 'grace_until = grace_until - d',
    feature_overrides: 'starts_at = starts_at - d, ends_at = ends_at - d',
    organizations: 'trial_ends_at = trial_ends_at - d where trial_ends_at < now()',
  };
  for (const [table, set] of Object.entries(sets)) {
    const past = (of: string) => `
      do $do$ declare d constant interval := interval '${days} days'; begin
        set local session_replication_role = replica;
        update ${of} set ${set};
      end $do$`;
    if (dialect === 'postgres') await ask(past(table));
    // an UPDATE through the coordinator subtracts no interval, and the setting stays there
    else
      expect(
        await ask('select result from run_command_on_placements($1, $2) where not success', [
          table,
          past('%s'),
        ]),
      ).toEqual([]);
  }
}

const full = (tenant: string, feature: 'projects' | 'documents' | 'apiCalls' = 'projects') =>
  database.in(tenant, () => limits.explain(pool, feature));

describe.each(Object.entries(ways))('%s', (_, { before, goesDown, to = 50 }) => {
  const setUp = async (used: number) => {
    const tenant = await database.organization('pro');
    const given = await before(tenant);
    await database.in(tenant, () => projects(used));
    return { tenant, goesDown: () => goesDown(tenant, given) };
  };

  test('begins a grace for who is over', async () => {
    const { tenant, goesDown } = await setUp(to + 8);
    await goesDown();
    expect(await full(tenant)).toMatchObject({
      planLimit: to,
      isOver: true,
      graceUntil: expect.any(String),
    });
    const { limit, graceUntil } = await full(tenant);
    expect(limit === null || limit === to + 10).toBe(true);
    const left = (Date.parse(String(graceUntil)) - Date.now()) / day;
    expect(left).toBeGreaterThan(6.9);
    expect(left).toBeLessThanOrEqual(7);
    await database.in(tenant, () => projects(2));
    if (limit !== null) {
      await database.in(tenant, () =>
        expect(projects(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED', details: { limit } }),
      );
    }
    // the same grace as the one that was shown
    expect((await full(tenant)).graceUntil).toBe(graceUntil);
    await later(8);
    await database.in(tenant, () =>
      expect(projects(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' }),
    );
    expect(await full(tenant)).toMatchObject({ limit: to, graceUntil: null });
  });

  test('begins none for who is within the limit, and none without days of grace', async () => {
    const { tenant, goesDown } = await setUp(to);
    await goesDown();
    expect(await full(tenant)).toMatchObject({ limit: to, graceUntil: null });
    await database.in(tenant, () =>
      expect(projects(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' }),
    );
    await days(0);
    const another = await setUp(to + 8);
    await another.goesDown();
    await days(0); // the code's plans may have put it back
    await ask('delete from limit_states where organization_id = $1', [another.tenant]);
    await database.in(another.tenant, () =>
      expect(projects(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' }),
    );
    await days(7);
  });
});

test('for everybody at once, with the row that keeps a figure and with counters', async () => {
  await days(7, 'pro', 'documents');
  await days(7, 'pro', 'apiCalls');
  const tenants = [await database.organization('pro'), await database.organization('pro')];
  for (const tenant of tenants) {
    await database.in(tenant, async () => {
      await pool.query(
        "insert into documents (title) select 'd' from generate_series(1, 40) returning organization_id",
      );
      await limits.consume(pool, 'apiCalls', 40_000);
    });
  }
  await lower(30, 'pro', 'documents');
  await lower(30_000, 'pro', 'apiCalls');
  for (const tenant of tenants) {
    await database.in(tenant, async () => {
      await pool.query(
        "insert into documents (title) select 'd' from generate_series(1, 10) returning organization_id",
      );
      await expect(pool.query("insert into documents (title) values ('d')")).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
      expect(await limits.check(pool, 'apiCalls', 10_000)).toMatchObject({ isAllowed: true });
      expect(await limits.consume(pool, 'apiCalls', 10_000)).toMatchObject({ limit: 50_000 });
      await expect(limits.consume(pool, 'apiCalls')).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
    });
    for (const feature of ['documents', 'apiCalls'] as const) {
      expect((await full(tenant, feature)).graceUntil).toEqual(expect.any(String));
    }
  }
  await lower(50, 'pro', 'documents');
  await lower(50_000, 'pro', 'apiCalls');
});

test('what goes down during a grace does not make it longer, and what goes up is no limit from before', async () => {
  const tenant = await database.organization('pro');
  await more(tenant);
  await database.in(tenant, () => projects(58));
  await ask('delete from feature_overrides where organization_id = $1', [tenant]);
  await later(6);
  const first = await full(tenant);
  expect(first).toMatchObject({ limit: 60 });
  await database.in(tenant, () => projects(1));
  await ask(
    "insert into add_on_features (add_on, feature, units) values ('more', 'projects', 10) on conflict (add_on, feature) do update set units = 10",
  );
  await set(tenant, { plan: 'pro', addons: { more: 1 } });
  await ask('delete from add_ons where organization_id = $1', [tenant]);
  expect(await full(tenant)).toMatchObject({ limit: 60, graceUntil: first.graceUntil });
  await later(2);
  expect(await full(tenant)).toMatchObject({ limit: 50, graceUntil: null });
});

test('another plan that covers the usage ends a grace, and a smaller one after it begins its own', async () => {
  const tenant = await database.organization('enterprise');
  await database.in(tenant, () => projects(12));
  await set(tenant, { plan: 'small' });
  expect(await full(tenant)).toMatchObject({ planLimit: 2, limit: null });
  // not covered: what is left of the grace holds under the other plan too
  await set(tenant, { plan: 'free' });
  expect(await full(tenant)).toMatchObject({ planLimit: 10, limit: null });
  await set(tenant, { plan: 'pro' });
  expect(await full(tenant)).toMatchObject({ limit: 50, graceUntil: null });
  // free has no days of grace, and those of small are over
  await set(tenant, { plan: 'free' });
  expect(await full(tenant)).toMatchObject({ limit: 10, graceUntil: null });
  await set(tenant, { plan: 'pro' });
  await set(tenant, { plan: 'small' });
  expect(await full(tenant)).toMatchObject({ planLimit: 2, limit: 50 });
});

test('a grace that nobody needs any more does not come back with a smaller plan', async () => {
  const tenant = await database.organization('enterprise');
  await database.in(tenant, () => projects(12));
  await set(tenant, { plan: 'small' });
  await ask(
    'delete from projects where organization_id = $1 and id not in (select id from projects where organization_id = $1 limit 1)',
    [tenant],
  );
  await ask("update organizations set plan = 'none' where id = $1", [tenant]);
  expect(await full(tenant)).toMatchObject({ used: 1, limit: 0, graceUntil: null });
});

test('a grace without a limit is for who is over too, and rows within the limit end it', async () => {
  const [tenant, other] = [
    await database.organization('enterprise'),
    await database.organization('pro'),
  ];
  await database.in(tenant, () => projects(12));
  await set(tenant, { plan: 'small' });
  expect(await full(tenant)).toMatchObject({ planLimit: 2, limit: null });
  await ask('delete from projects where organization_id = $1', [tenant]);
  await database.in(tenant, () =>
    expect(projects(9)).rejects.toMatchObject({ code: 'LIMIT_REACHED', details: { limit: 2 } }),
  );
  // an exception that allows everything covers what is used, and a row that is added then ends the grace
  await database.in(other, () => projects(12));
  await set(other, { plan: 'small' });
  await override(other, { set: 'unlimited' });
  await database.in(other, () => projects(1));
  expect(await ask('select from limit_states where organization_id = $1', [other])).toEqual([]);
});

test('plan and add-ons that setPlan changes at once are one change', async () => {
  const tenant = await database.organization('enterprise');
  await database.in(tenant, () => projects(15));
  await ask(
    "insert into add_on_features (add_on, feature, units) values ('more', 'projects', 10) on conflict (add_on, feature) do update set units = 10",
  );
  await set(tenant, { plan: 'small', addons: { more: 1 } });
  expect(await full(tenant)).toMatchObject({ planLimit: 12, limit: null });
  // free with the add-on would cover the usage and end the grace
  await set(tenant, { plan: 'free', addons: {} });
  expect(await full(tenant)).toMatchObject({ planLimit: 10, limit: null });
});

test('a change of the plan and rows that refer to the tenant do not wait for each other', async () => {
  const tenant = await database.organization('pro');
  const other = database.openPool({ max: 1 });
  await database.system(async () => {
    const client = await pool.connect();
    await client.query('begin');
    await limits.setPlan(client, { organizationId: tenant, plan: 'small', source: 'x' });
    await database.in(tenant, async () => {
      const writer = await other.connect();
      await writer.query('begin');
      await writer.query("set local lock_timeout = '2s'");
      await writer.query("insert into projects (name) values ('meanwhile')");
      await writer.query('commit');
      writer.release();
    });
    await client.query('rollback');
    client.release();
  });
  await database.in(tenant, async () => {
    const writer = await other.connect();
    await writer.query('begin');
    await writer.query("insert into projects (name) values ('first')");
    await database.system(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query("set local lock_timeout = '2s'");
      await limits.setPlan(client, { organizationId: tenant, plan: 'enterprise', source: 'x' });
      await client.query('commit');
      client.release();
    });
    await writer.query('rollback');
    writer.release();
  });
});
