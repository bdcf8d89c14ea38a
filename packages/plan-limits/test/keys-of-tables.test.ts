import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { limitsDatabase } from './support/database.ts';

// A key that does not begin with the tenant answers whether somebody else has a row.
const database = await limitsDatabase();
const { pool, ask } = database;

test('every key of a table with a tenant begins with the tenant', async () => {
  const keys = await ask<{ name: string; first: string; key: string }>(
    `select c.relname as name, i.relname as key, (select attname from pg_attribute where attrelid = c.oid and attnum = x.indkey[0]) as first
     from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
     where x.indisunique and c.relnamespace = 'public'::regnamespace
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id')`,
  );
  expect(keys.length).toBeGreaterThan(9);
  expect(keys.filter(({ first }) => first !== 'organization_id')).toEqual([]);
});

test('every table has a primary key, and none mixes rows of tenants with rows of all', async () => {
  const tables = await ask<{ name: string; hasKey: boolean; mayLackTenant: boolean | null }>(
    `select c.relname as name, exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary) as "hasKey",
       (select not a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id') as "mayLackTenant"
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
  );
  expect(tables.filter(({ hasKey }) => !hasKey)).toEqual([]);
  expect(tables.filter(({ mayLackTenant }) => mayLackTenant === true)).toEqual([]);
});

test('a tenant has no right on a sequence of these tables, nor on the history', async () => {
  const sequences = await ask(
    `select c.sequencename from pg_sequences c where c.schemaname = 'public'
     and has_sequence_privilege('app', format('%I.%I', c.schemaname, c.sequencename), 'usage, select, update')`,
  );
  expect(sequences).toEqual([]);
  const acme = await database.organization();
  await database.in(acme, async () => {
    for (const statement of [
      'select from entitlement_history',
      'select from plan_history',
      "insert into entitlement_history (subject, key) values ('plan', '')",
      "select nextval(pg_get_serial_sequence('entitlement_history', 'id'))",
      'select last_value from entitlement_history_id_seq',
    ]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

test('a row of somebody else and one that is not there are refused alike', async () => {
  const [acme, globex] = [await database.organization(), await database.organization('pro')];
  await ask(
    "insert into usage_counters (organization_id, feature, period_start, period_end, used) values ($1, 'apiCalls', '2026-01-01', '2026-02-01', 1)",
    [globex],
  );
  await ask(
    "insert into add_ons (organization_id, add_on, quantity) values ($1, 'extra-seats', 1)",
    [globex],
  );
  await database.in(acme, async () => {
    for (const organization of [globex, randomUUID()]) {
      for (const statement of [
        `insert into usage_counters (organization_id, feature, period_start, period_end, used) values ('${organization}', 'apiCalls', '2026-01-01', '2026-02-01', 1)`,
        `insert into add_ons (organization_id, add_on, quantity) values ('${organization}', 'extra-seats', 1) on conflict do nothing`,
        `insert into usage_events (organization_id, feature, key, amount, state, period_start, answer) values ('${organization}', 'apiCalls', 'k', 1, 'used', now(), '{}')`,
      ]) {
        await expect(pool.query(statement)).rejects.toMatchObject({
          code: '42501',
          detail: undefined,
        });
      }
    }
  });
});
