import { fileURLToPath } from 'node:url';
import { runUpkeep } from '@tenantry/rls/upkeep';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { builtExample } from '../../../scripts/packaging/built-example.ts';
import { openDatabase } from '../src/database.ts';
import { loginUrls, prepareDatabase } from '../src/demo/prepare.ts';
import { seed } from '../src/seed.ts';
import config from '../tenantry.config.ts';

const password = 'a password of the tests';
const { url } = await testDatabase({
  key: 'b2b-saas',
  migrate: (empty: string) => prepareDatabase(empty, password),
});
const urls = loginUrls(url, password);
const database = openDatabase(urls);
const { organizations } = await seed(database);
const admin = new pg.Client({ connectionString: url });
await admin.connect();
const { tenantry, remove } = await builtExample(fileURLToPath(new URL('..', import.meta.url)));
afterAll(async () => {
  remove();
  await database.pool.end();
  await admin.end();
});

/** `tenantry maintain`, as a daily job runs it: with the login of system work alone. */
const maintain = (...argv: string[]) =>
  tenantry(['maintain', ...argv], { DATABASE_URL: '', SYSTEM_DATABASE_URL: urls.systemUrl });

/** Sealing waits for whatever other tests have open on this server; here without a process for each try. */
const untilDone = () =>
  expect
    .poll(async () => {
      const turns = await runUpkeep(database.pool, { features: config.features ?? [] });
      return turns.filter(({ report }) => report?.done !== true);
    })
    .toEqual([]);

it('does the upkeep of every feature until it is done', async () => {
  await admin.query(
    `insert into invitations (organization_id, email, role_id, token_hash, expires_at)
     select $1, 'n' || n || '@old.example', r.id, md5(n::text), now() - interval '2 years'
     from generate_series(1, 6000) n, built_in_roles r where r.key = 'viewer'`,
    [organizations.acme],
  );
  await admin.query(
    `insert into usage_counters (organization_id, feature, period_start, period_end, used)
     values ($1, 'apiCalls', now() - interval '4 years', now() - interval '3 years', 7)`,
    [organizations.acme],
  );
  const first = await maintain();
  expect(first.stdout).toContain('6000 invitations');
  expect(first.stdout).toMatch(/✓ plan-limits: .*usageCounters/);
  expect(first.stdout).toMatch(/audit-log: seals: \d+ sealed/);
  expect(first.stdout).toContain('stripe-billing: events and checkouts');
  await untilDone();
  const { rows } = await admin.query('select from invitations');
  expect(rows).toEqual([]);

  const second = await maintain('--json');
  const turns = JSON.parse(second.stdout) as { task: string; did: Record<string, number> }[];
  const invitations = turns.find(({ task }) => task === 'invitations that are over');
  expect(invitations?.did).toEqual({ invitations: 0 });
});

/** A row of every table that is cleaned, so old that it goes, and one that stays: by feature and name. */
const ago = (days: number) => `now() - interval '${days} days'`;
const planted = (days: number) => {
  const org = `'${organizations.acme}'`;
  const id = `'${days}'`;
  return {
    'rbac invitations': `insert into invitations (organization_id, email, role_id, token_hash, expires_at)
      select ${org}, ${id} || '@planted.example', r.id, md5(${id}), ${ago(days)} from built_in_roles r where r.key = 'viewer'`,
    'plan-limits usageEvents': `insert into usage_events (organization_id, feature, key, amount, state, period_start, answer, created_at)
      values (${org}, 'apiCalls', ${id}, 1, 'used', now(), '{}', ${ago(days)})`,
    'plan-limits usageCounters': `insert into usage_counters (organization_id, feature, period_start, period_end, used)
      values (${org}, 'apiCalls', ${ago(days + 30)}, ${ago(days)}, 1)`,
    'plan-limits limitStates': `insert into limit_states (organization_id, feature, grace_until)
      values (${org}, ${days > 1000 ? "'projects'" : "'seats'"}, ${ago(days)})`,
    'plan-limits limitChanges': `insert into tenantry.limit_changed (tenant, part, key, at) values (${org}, 'addOns', ${id}, ${ago(days)})`,
    'plan-limits featureOverrides': `insert into feature_overrides (organization_id, feature, mode, value, starts_at, ends_at, reason, actor)
      values (${org}, 'seats', 'add', 1, ${ago(days + 1)}, ${ago(days)}, ${id}, 'a')`,
    'plan-limits entitlementHistory': `insert into entitlement_history (organization_id, subject, key, state, at) values (${org}, 'override', ${id}, null, ${ago(days)})`,
    'audit-log failure records deleted': `insert into tenantry.audit_failures (failed_at, table_name, operation, sqlstate) values (${ago(days)}, ${id}, 'INSERT', '22P02')`,
    'plan-limits planHistory': `insert into plan_history (subject, key, state, at) values ('plan_feature', ${id}, null, ${ago(days)})`,
    'stripe-billing processedEvents': `insert into webhook_events (event_id, livemode, type, route, state, occurred_at, processed_at)
      values ('done' || ${id}, false, 'x', 'none', 'ignored', now(), ${ago(days)})`,
    'stripe-billing givenUpEvents': `insert into webhook_events (event_id, livemode, type, route, state, occurred_at, created_at)
      values ('dead' || ${id}, false, 'x', 'none', 'dead', now(), ${ago(days)})`,
    'stripe-billing checkoutIntents': `insert into checkout_intents (organization_id, livemode, state, updated_at) values (${org}, false, 'expired', ${ago(days)})`,
  };
};
const rows = {
  invitations: "from invitations where email like '%planted.example'",
  usage_events: 'from usage_events',
  usage_counters: "from usage_counters where feature = 'apiCalls'",
  limit_states: 'from limit_states',
  limit_changed: "from tenantry.limit_changed where key in ('3000', '20')",
  feature_overrides: 'from feature_overrides',
  entitlement_history: "from entitlement_history where key in ('3000', '20')",
  plan_history: "from plan_history where key in ('3000', '20')",
  audit_failures: 'from tenantry.audit_failures',
  webhook_events: "from webhook_events where type = 'x'",
  checkout_intents: 'from checkout_intents',
};
const counted = async () => {
  const each = Object.entries(rows).map(
    ([name, from]) => `(select count(*)::int ${from}) as ${name}`,
  );
  const { rows: found } = await admin.query(`select ${each.join(', ')}`);
  return found[0];
};
/** What doctor says of tables that nobody cleans. */
async function growing() {
  const found: string[] = [];
  for (const { name, doctor = [] } of config.features ?? []) {
    const checks = doctor.filter(({ id }) => id === `${name}-upkeep`);
    expect(checks, name).toHaveLength(1);
    const query = (text: string, values?: readonly unknown[]) =>
      admin.query(text, [...(values ?? [])]);
    for (const { find } of checks) {
      const findings = await find({ query, tenancy: config.tenancy, role: 'app', version: 0 });
      for (const { object, fix } of findings) {
        expect(fix).toContain('npx tenantry maintain');
        found.push(object);
      }
    }
  }
  return found.sort();
}

it('removes what is old from every table that is cleaned, and leaves what is young', async () => {
  for (const days of [3000, 20]) {
    for (const statement of Object.values(planted(days))) await admin.query(statement);
  }
  const before = await counted();
  expect(await growing()).toEqual([
    'public.checkout_intents',
    'public.entitlement_history',
    'public.feature_overrides',
    'public.invitations',
    'public.limit_states',
    'public.plan_history',
    'public.usage_counters',
    'public.usage_events',
    'public.webhook_events',
    'public.webhook_events',
    'tenantry.audit_failures',
    'tenantry.limit_changed',
  ]);
  const { stdout } = await maintain('--json');
  await untilDone();
  const turns = JSON.parse(stdout) as { of: string; task: string; did: Record<string, number> }[];
  const did = Object.fromEntries(
    turns.flatMap(({ of, did: all }) =>
      Object.entries(all).map(([what, n]) => [`${of} ${what}`, n]),
    ),
  );
  // one that is cleaned and not planted would be missing here
  const other = [
    'rbac members',
    'audit-log sealed',
    'audit-log partitions created',
    'audit-log entries deleted',
    'plan-limits reservations',
  ];
  expect(
    Object.keys(did)
      .filter((what) => !other.includes(what))
      .sort(),
  ).toEqual(Object.keys(planted(0)).sort());
  for (const what of Object.keys(planted(0))) expect(did[what], what).toBeGreaterThan(0);
  const twice = (table: string) => (table === 'webhook_events' ? 2 : 1);
  expect(await counted()).toEqual(
    Object.fromEntries(
      Object.entries(before).map(([table, n]) => [table, Number(n) - twice(table)]),
    ),
  );
  expect(await growing()).toEqual([]);
});
