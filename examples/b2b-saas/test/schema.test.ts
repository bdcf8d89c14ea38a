import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { builtExample } from '../../../scripts/packaging/built-example.ts';
import { testWorld } from './support/world.ts';

const { ask } = await testWorld();
const folder = fileURLToPath(new URL('..', import.meta.url));
const tables = [
  'api_keys',
  'built_in_role_permissions',
  'built_in_roles',
  'checkout_intents',
  'invitations',
  'invoices',
  'member_roles',
  'memberships',
  'organization_billing',
  'organizations',
  'permissions',
  'prices',
  'products',
  'projects',
  'role_permissions',
  'roles',
  'subscription_items',
  'subscriptions',
  'users',
  'webhook_events',
];

/** Of the plans: each row says what is, and the history when it became so. */
const limitTables = [
  'add_on_features',
  'add_ons',
  'entitlement_history',
  'feature_overrides',
  'limit_states',
  'plan_features',
  'plan_history',
  'usage_counters',
  'usage_events',
];

it('has an index for every foreign key', async () => {
  const missing = await ask(`
    select c.conrelid::regclass::text || ' ' || c.conname as key
    from pg_constraint c
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
      select from pg_index i
      where i.indrelid = c.conrelid and i.indpred is null
        and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`);
  expect(missing).toEqual([]);
  const [count] = await ask(`select count(*)::int from pg_constraint where contype = 'f'`);
  expect(count).toEqual({ count: 27 });
});

it('knows of every row when it was made and changed', async () => {
  const columns = await ask(
    `
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and column_name in ('created_at', 'updated_at')
      and is_nullable = 'NO' and column_default = 'now()'
      and data_type = 'timestamp with time zone' and table_name <> all ($1)
    order by table_name, column_name`,
    [limitTables],
  );
  expect(columns).toEqual(
    tables.flatMap((table_name) => [
      { table_name, column_name: 'created_at' },
      { table_name, column_name: 'updated_at' },
    ]),
  );
});

it('forces row-level security on every table', async () => {
  const forced = await ask(`
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and relrowsecurity and relforcerowsecurity
    order by relname`);
  expect(forced).toEqual(
    ['audit_logs', ...limitTables, ...tables].sort().map((relname) => ({ relname })),
  );
});

it('gives the login of the application no right of its own', async () => {
  const rights = await ask(`
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
      and has_table_privilege('b2b_web', oid, 'select, insert, update, delete')`);
  expect(rights).toEqual([]);
});

it('lets no organization change its own plan', async () => {
  const [kept] = await ask(`
    select 'name' = any (names) as name, 'plan' = any (names) as plan, enabled
    from (select array_agg(a.attname) as names, bool_and(t.tgenabled = 'O') as enabled
      from pg_trigger t join pg_attribute a on a.attrelid = t.tgrelid and a.attnum = any (t.tgattr::int2[])
      where t.tgfoid = 'tenantry.refuse_column_change()'::regprocedure and t.tgrelid = 'organizations'::regclass) k`);
  expect(kept).toEqual({ name: false, plan: true, enabled: true });
});

it('stands in the migrations as it stands in the code', async () => {
  const { tenantry, remove } = await builtExample(folder);
  afterAll(remove);
  expect(await tenantry(['generate', '--check'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('up to date'),
  });
});
