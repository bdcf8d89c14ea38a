import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { limitsDatabase } from './support/database.ts';

// What each query of the package reads, with ten times the organizations: pages, never time. What is
// about one organization reads as much as before; what is about all reads ten times as much.
const small = await limitsDatabase('plan-limits-size');
const large = await limitsDatabase('plan-limits-size');
const sizes = { small: 150, large: 1500 };
const tenant = '00000000-0000-4000-8000-000000000001';

async function fill({ ask }: typeof small, n: number) {
  const id = "('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid";
  const each = (rows: number) => `generate_series(1, ${n}) t, generate_series(1, ${rows}) r`;
  await ask(
    `insert into organizations (id, name, plan) select ${id}, 'Acme', 'pro' from ${each(1)}`,
  );
  await ask(`update organizations set plan_source = 'again'`);
  await ask(`insert into projects (organization_id, name) select ${id}, 'p' from ${each(5)}`);
  await ask(`insert into documents (organization_id, title) select ${id}, 'd' from ${each(5)}`);
  await ask(`insert into clients (organization_id, name) select ${id}, 'c' from ${each(5)}`);
  await ask(
    `insert into memberships (organization_id, user_id) select ${id}, gen_random_uuid() from ${each(2)}`,
  );
  await ask(
    `insert into add_ons (organization_id, add_on, quantity) select ${id}, 'extra-seats', 1 from ${each(1)}`,
  );
  await ask(
    `insert into feature_overrides (organization_id, feature, mode, value, reason, actor) select ${id}, 'seats', 'add', 1, 'r', 'a' from ${each(2)}`,
  );
  await ask(
    `insert into limit_states (organization_id, feature, grace_until) select ${id}, 'apiCalls', now() + interval '1 day' from ${each(1)}`,
  );
  await ask(
    `insert into limit_events (organization_id, feature, threshold, used, limit_value, plan) select ${id}, 'apiCalls', 80, 8, 10, 'pro' from ${each(2)}`,
  );
  await ask(
    `insert into usage_counters (organization_id, feature, period_start, period_end, used) select ${id}, 'apiCalls', date_trunc('month', now(), 'UTC'), date_trunc('month', now(), 'UTC') + interval '1 month', 20 from ${each(1)}`,
  );
  // some of them reserved, some of those in time
  await ask(`insert into usage_events (organization_id, feature, key, amount, state, period_start, answer, expires_at) select ${id}, 'apiCalls', 'k' || r, 1,
    case when r <= 4 then 'reserved' else 'used' end, date_trunc('month', now(), 'UTC'), '{"amount": 1}', case when r <= 4 then now() + (r - 3) * interval '1 hour' end from ${each(20)}`);
  await ask('vacuum analyze');
}

/** Pages that a statement reads, in a transaction that is taken back. */
async function pages(client: pg.Client, statement: string): Promise<number> {
  await client.query('begin');
  // once before, so that no look at the catalogue is counted
  await client.query(`savepoint a`);
  await client.query(statement);
  await client.query('rollback to a');
  const { rows } = await client.query(
    `explain (analyze, buffers, timing off, summary off, format json) ${statement}`,
  );
  await client.query('rollback');
  const { Plan, Triggers = [] } = rows[0]['QUERY PLAN'][0];
  expect(Triggers).toBeDefined();
  return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'];
}

const perTenant: Record<string, string> = {
  consume: `select tenantry.usage_take_of('${tenant}', 'apiCalls', 1, null, null)`,
  'consume with a key': `select tenantry.usage_take_of('${tenant}', 'apiCalls', 1, 'new', null)`,
  'consume with a key that was used': `select tenantry.usage_take_of('${tenant}', 'apiCalls', 1, 'k9', null)`,
  reserve: `select tenantry.usage_take_of('${tenant}', 'apiCalls', 1, 'new', 60)`,
  confirm: `select tenantry.usage_settle_of('${tenant}', 'apiCalls', 'k4', 'confirm', null)`,
  refund: `select tenantry.usage_settle_of('${tenant}', 'apiCalls', 'k9', 'refund', null)`,
  'expired reservations of a counter': `select tenantry.usage_expire('${tenant}', 'apiCalls', 1000)`,
  usage: `select tenantry.limit_report_of('${tenant}', null, null)`,
  'a preview': `select tenantry.limit_report_of('${tenant}', null, 'small')`,
  history: `select tenantry.limit_changes_of('${tenant}', 100)`,
  entitlementsAt: `select tenantry.limit_report_at_of('${tenant}', now(), null)`,
  'entitlementsAt of a feature': `select tenantry.limit_report_at_of('${tenant}', now(), 'seats')`,
  getPlan: `select tenantry.limit_held_plan('${tenant}')`,
  'the plans of the code': `select tenantry.limit_seed('{"plans": [], "addOns": []}', false)`,
  setPlan: `select tenantry.limit_set_plan('${tenant}', '{"plan": "small", "source": "x", "addons": {}}')`,
  'setPlan with another period': `select tenantry.limit_set_plan('${tenant}', '{"plan": "enterprise", "source": "x", "periodStart": "2024-05-05"}')`,
  startTrial: `select tenantry.limit_start_trial('${tenant}', 'enterprise', now() + interval '1 day')`,
  addOverride: `select tenantry.limit_add_override('${tenant}', 'seats', 'add', 1, null, null, 'r', 'a')`,
  endOverride: `select tenantry.limit_end_override('${tenant}', 'none')`,
  takeEvents: 'select tenantry.limit_take_events(10)',
  drift: 'select tenantry.limit_rows()',
  'an insert that is counted live': `insert into projects (organization_id, name) values ('${tenant}', 'p')`,
  'an insert that is counted by a counter': `insert into documents (organization_id, title) values ('${tenant}', 'd')`,
  'a plan that is changed': `update organizations set plan = 'small' where id = '${tenant}'`,
  'the end of an organization': `delete from organizations where id = '${tenant}'`,
};

/** What is asked when somebody who is over would be refused. */
perTenant['a grace that is looked for'] =
  `select tenantry.limit_lapsed('${tenant}', 'apiCalls', 1000000)`;

const ofAll: Readonly<Record<string, string>> = {
  'the baseline of the history': 'select tenantry.limit_history_baseline()',
  'the baseline of an empty history':
    'with gone as (delete from entitlement_history returning 1) select count(*), tenantry.limit_history_baseline() from gone',
  'reservations that are due': 'select tenantry.usage_due()',
  'what doctor looks for': "select tenantry.limit_overdue('usageEvents', 1)",
  'a recount': 'select tenantry.limit_recount(null)',
  'expired reservations of all': 'select tenantry.usage_expire(null, null, 100000)',
  ...Object.fromEntries(
    [
      'usageEvents',
      'usageCounters',
      'limitEvents',
      'limitStates',
      'limitChanges',
      'featureOverrides',
      'entitlementHistory',
    ].map((table) => [
      `upkeep of ${table}`,
      `select tenantry.limit_clean('${table}', 0, 0, 100000)`,
    ]),
  ),
};

test('no query reads more than it should when there are ten times as many organizations', async () => {
  await Promise.all([fill(small, sizes.small), fill(large, sizes.large)]);
  const ratios: Record<string, string> = {};
  await withClient(small.url, (few) =>
    withClient(large.url, async (many) => {
      for (const [name, statement] of Object.entries({ ...perTenant, ...ofAll })) {
        const [a, b] = [await pages(few, statement), await pages(many, statement)];
        const most = name in ofAll ? 14 * a : 1.6 * a + 12;
        if (b > most) ratios[name] = `${a} pages, then ${b}`;
      }
    }),
  );
  expect(ratios).toEqual({});
});

test('every call of the package is measured here', () => {
  const folder = fileURLToPath(new URL('../src/', import.meta.url));
  const called = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('sql'))
    .flatMap((file) => [
      ...readFileSync(folder + file, 'utf8').matchAll(
        /db,\s*'((?:limit|usage)_[a-z_]+)'|tenantry\.([a-z_]+)\(/g,
      ),
    ])
    .map(([, a, b]) => String(a ?? b));
  expect(called.length).toBeGreaterThan(15);
  const measured = Object.values({ ...perTenant, ...ofAll }).join(' ');
  const missing = called.filter(
    // what the app role calls asks the same of the tenant of its context
    (name) => !measured.includes(`tenantry.${name}(`) && !measured.includes(`tenantry.${name}_of(`),
  );
  expect([...new Set(missing)]).toEqual([]);
});

/** Rows that the nodes of a plan have looked at, those too that a condition put away. */
function looked(plan: Record<string, unknown>): number {
  const number = (key: string) => Number(plan[key] ?? 0);
  const own =
    number('Actual Rows') +
    number('Rows Removed by Filter') +
    number('Rows Removed by Join Filter');
  const below = (plan.Plans ?? []) as Record<string, unknown>[];
  return own * number('Actual Loops') + below.reduce((sum, each) => sum + looked(each), 0);
}

test.each(['full', 'empty'])(
  'the baseline of a history that is %s looks at each row once',
  async (history) => {
    const rows = await Promise.all(
      [small, large].map((database) =>
        withClient(database.url, async (client) => {
          const found = await client.query(
            "select prosrc from pg_proc where proname = 'limit_history_baseline'",
          );
          const statements: string[] =
            String(found.rows[0].prosrc).match(/insert into[^;]*;/g) ?? [];
          expect(statements.length).toBe(5);
          await client.query('begin');
          if (history === 'empty') await client.query('delete from entitlement_history');
          let sum = 0;
          for (const statement of statements) {
            const { rows } = await client.query(`explain (analyze, format json) ${statement}`);
            sum += looked(rows[0]['QUERY PLAN'][0].Plan);
          }
          await client.query('rollback');
          return sum;
        }),
      ),
    );
    const [a = 0, b = 0] = rows;
    expect(b / a).toBeLessThan(14);
  },
);
