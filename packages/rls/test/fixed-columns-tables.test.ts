import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { date, pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { examine } from './doctor/support.ts';
import { isolate, tenancy } from './fixtures/schema.ts';
import { connect } from './support/fixture.ts';
import { testLogin } from './support/login.ts';
import { asTenant, inContext, sqlState } from './support/scope.ts';
import { acme } from './support/seed.ts';

// Tables that are more than one, which the migrations of an application make.

const shape = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  status: text().notNull(),
  day: date().notNull().default('2026-01-01'),
});
const tickets = pgTable('tickets', shape(), (t) => [
  ...isolate(t, { key: [t.id, t.status, t.day], readOnly: [t.day] }),
]);
const parents = pgTable('parents', shape(), (t) => [...isolate(t, { readOnly: [t.day] })]);
const schema = { tickets, parents };

const { url } = await testDatabase();
await applySchema(url, {
  tenancy,
  schema,
  rewrite: (statement) =>
    statement.startsWith('CREATE TABLE "tickets"')
      ? `${statement.replace(/;\s*$/, '')} partition by list (status)`
      : statement,
});
const root = await connect(url);
await root.query(`
  create table tickets_open partition of tickets for values in ('open');
  create table tickets_rest partition of tickets default;
  create table children (more text) inherits (parents);
  create table "grand Children" () inherits (children);
  insert into tickets (organization_id, id, status) values ('${acme.id}', '${acme.task}', 'open');
  insert into parents (organization_id, status) values ('${acme.id}', 'a');
  insert into children (organization_id, status) values ('${acme.id}', 'b');
  insert into "grand Children" (organization_id, status) values ('${acme.id}', 'c')`);
const { url: loginUrl } = await testLogin(url, ['app', 'system']);
const app = await connect(loginUrl);
const as = (text: string) =>
  inContext(app, asTenant(acme.id), () => app.query(text)).then(
    ({ rowCount }) => rowCount,
    ({ code, column }) => [code, column],
  );

test('a row moves to another partition with its id, and its other columns stay', async () => {
  const move = (set: string) => as(`update tickets set ${set} where id = '${acme.task}'`);
  expect(await move(`id = id, organization_id = organization_id, day = day, status = 'shut'`)).toBe(
    1,
  );
  expect(await as(`select from only tickets_rest`)).toEqual(['42501', undefined]);
  expect((await root.query('select from tickets_rest')).rowCount).toBe(1);
  expect(await move(`status = 'open', id = gen_random_uuid()`)).toEqual(['42501', 'id']);
  expect(await move(`status = 'open', day = '2026-02-01'`)).toEqual(['42501', 'day']);
  const upsert = `insert into tickets (id, status) values ('${acme.task}', 'shut')
    on conflict (organization_id, id, status, day) do update set id = excluded.id, day = excluded.day`;
  expect(await as(upsert)).toBe(1);
});

test('doctor finds children that inherit the rights and not the trigger, and its SQL gives them one', async () => {
  const change = `update parents set id = gen_random_uuid() where status = `;
  expect(await as(`${change} 'a'`)).toEqual(['42501', 'id']);
  expect(await as(`${change} 'b'`)).toBe(1); // the control
  const found = async () => {
    const { findings } = await examine(root, { tenancy, schema });
    return findings.filter(({ rule }) => rule === 'tenant-change-allowed');
  };
  const findings = await found();
  expect(findings.map(({ object }) => object).sort()).toEqual(['children', 'grand Children']);
  for (const { fixSql } of findings) for (const each of fixSql) await root.query(each);
  expect(await found()).toEqual([]);
  expect(await as(`${change} 'b'`)).toEqual(['42501', 'id']);
  expect(await as(`${change} 'c'`)).toEqual(['42501', 'id']);
  expect(await as(`update parents set id = id, day = day`)).toBe(3);
});

test('what doctor writes for a table without the trigger is the whole trigger', async () => {
  await root.query('drop trigger "0_tenantry_refuse_column_change" on parents');
  const { findings } = await examine(root, { tenancy, schema });
  const [finding] = findings.filter(
    ({ rule, object }) => rule === 'tenant-change-allowed' && object === 'parents',
  );
  for (const each of finding?.fixSql ?? []) await root.query(each);
  expect(await as(`update parents set day = '2026-02-01' where status = 'a'`)).toEqual([
    '42501',
    'day',
  ]);
  // one that is switched off is switched on, and not made anew with less in it
  await root.query('alter table parents disable trigger "0_tenantry_refuse_column_change"');
  const without = await examine(root, { tenancy });
  for (const { rule, object, fixSql } of without.findings) {
    if (rule !== 'tenant-change-allowed' || object !== 'parents') continue;
    for (const each of fixSql) await root.query(each);
  }
  expect(
    await sqlState(
      inContext(app, asTenant(acme.id), () =>
        app.query(`update parents set day = '2026-02-01' where status = 'a'`),
      ),
    ),
  ).toBe('42501');
});
