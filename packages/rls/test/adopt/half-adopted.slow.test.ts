import { createTenantPool } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { adopt, readFacts, schemaOfPlan } from '@tenantry/rls/adopt';
import type { TableDeclarations } from '@tenantry/rls/model';
import { expectIsolated } from '@tenantry/testing';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { testLogin } from '../support/login.ts';
import { organizationsSql, seed, tablesSql } from './single-user.ts';
import { connected, failed, planFor, rows, tenancy } from './support.ts';

// Projects are enforced, tasks are observed, and with the others nothing has begun.

const { url } = await testDatabase();
const root = await connected(url);
await root.query(tablesSql);
await seed(root, { users: 4, tasks: 40 });
await root.query(organizationsSql);
await root.query(`create table labels (id serial primary key, project_id uuid not null references projects (id),
  status_id integer not null references statuses (id)); insert into labels (project_id, status_id) select id, 1 from projects`);
await root.query('create view open_tasks with (security_invoker = true) as select * from tasks');
const plan = await planFor(root);
await adopt(root, tenancy, plan, {
  enforce: true,
  tables: [
    'public.organizations',
    'public.memberships',
    'public.users',
    'public.projects',
    'public.labels',
  ],
});
await adopt(root, tenancy, plan, { tables: ['public.tasks'] });
await root.query('grant select on open_tasks to app');
const schema = schemaOfPlan(plan, await readFacts(root, 'app'), tenancy);
const { url: login } = await testLogin(url, ['app', 'system']);

const prove = async (adopting: boolean) => {
  const pool = createTenantPool(tenancy, {
    connectionString: login,
    accept: ['table-not-isolated', 'login-bypasses-rls'],
    logger: { warn: () => {} },
  });
  try {
    return await expectIsolated({ pool, tenancy, schema, adopting });
  } finally {
    await pool.end();
  }
};

test('it says of each table what it proved, what not, and why', async () => {
  const report = await prove(true);
  const attacked = new Set(report.results.map(({ target }) => target));
  expect([...attacked]).toEqual(
    expect.arrayContaining(['organizations', 'memberships', 'users', 'projects']),
  );
  expect(attacked).not.toContain('tasks');
  expect(report.leaks).toEqual([]);
  const why = Object.fromEntries(report.unproven.map((each) => [each.table, each.why]));
  expect(why).toEqual({
    tasks: expect.stringMatching(/^adoption: observe mode.*tenantry adopt --enforce --table tasks/),
    comments: expect.stringMatching(/^adoption: it has not begun.*no column organization_id/),
    documents: expect.stringMatching(/^adoption: it has not begun.*no column organization_id/),
    statuses: expect.stringMatching(/^adoption: it has not begun/),
    sessions: expect.stringMatching(/^adoption: it has not begun/),
    labels: 'adoption: no row could be inserted, because it needs one of statuses',
    open_tasks: expect.stringMatching(/^adoption: .*tasks/),
  });
  for (const table of ['projects', 'tasks', 'users', 'organizations'])
    expect(await rows(root, `select 1 from ${table}`)).toHaveLength(
      { projects: 20, tasks: 40, users: 4, organizations: 2 }[table] ?? 0,
    );
});

test('the same without a Drizzle schema', async () => {
  const { isolate, shared, systemOnly, tenants, visibleThrough } = defineIsolation(tenancy);
  const tables: TableDeclarations = {
    organizations: tenants,
    memberships: (t) => isolate(t, { key: false }),
    projects: isolate,
    tasks: isolate,
    comments: isolate,
    users: (t, { memberships }) => visibleThrough(t, { link: memberships, property: 'user_id' }),
    statuses: shared,
    sessions: systemOnly,
  };
  const pool = createTenantPool(tenancy, {
    connectionString: login,
    accept: ['table-not-isolated', 'login-bypasses-rls'],
    logger: { warn: () => {} },
  });
  const report = await expectIsolated({ pool, tenancy, tables, adopting: true });
  await pool.end();
  expect(report.tables).toEqual(['organizations', 'users', 'memberships', 'projects']);
  expect(report.unproven.map(({ table }) => table).sort()).toEqual([
    'comments',
    'open_tasks',
    'sessions',
    'statuses',
    'tasks',
  ]);
});

test('without adopting: true it is no proof', async () => {
  const error = await failed(prove(false));
  expect(error.code).toBe('ISOLATION_NOT_PROVEN');
  expect(error.message).toMatch(/tasks: adoption: observe mode/);
});

test.each([
  ['its own name', 'all_tasks()', 'select organization_id::text from projects'],
  ['a longer word', 'every_name()', 'select organization_id::text as subtasks from projects'],
  [
    'a comment',
    'every_name()',
    'select organization_id::text from projects -- tasks are elsewhere',
  ],
])('a function that leaks enforced rows is not excused by %s', async (_, called, body) => {
  await root.query(`create function ${called} returns setof text language sql security definer as $$
    ${body}
  $$; grant execute on function ${called} to app`);
  const error = await failed(prove(true)).finally(() => root.query(`drop function ${called}`));
  expect(error.code).toBe('ISOLATION_BROKEN');
  expect(error.message).toContain(called.replace('()', ''));
});

test.each([
  ['by its name', 'language sql security definer as $$ select organization_id::text from tasks $$'],
  [
    'by a quoted name',
    'language sql security definer as $$ select organization_id::text from "public"."tasks" $$',
  ],
  [
    'in a body without text',
    'language sql security definer begin atomic select organization_id::text from tasks; end',
  ],
  [
    'in a statement that it makes',
    `language plpgsql security definer as $$ begin return query execute format('select organization_id::text from %I', 'tasks'); end $$`,
  ],
])('a function that reads an observed table is told: %s', async (_, body) => {
  await root.query(
    `create function of_tasks() returns setof text ${body}; grant execute on function of_tasks() to app`,
  );
  const { unproven } = await prove(true).finally(() => root.query('drop function of_tasks()'));
  expect(unproven.find(({ table }) => table === 'of_tasks')?.why).toMatch(/^adoption: .*tasks/);
});

test('a table that the application forces is not one that adoption has enforced', async () => {
  await root.query(`alter table tasks enable row level security, force row level security;
    create policy mine on tasks using (true)`);
  const { unproven } = await prove(true).finally(() =>
    root.query(
      'drop policy mine on tasks; alter table tasks disable row level security, no force row level security',
    ),
  );
  expect(unproven.find(({ table }) => table === 'tasks')?.why).toMatch(/^adoption: observe mode/);
});

test('a table that was enforced and has lost its policies is attacked', async () => {
  await root.query('alter table projects disable row level security');
  const error = await failed(prove(true));
  expect(error.code).toBe('ISOLATION_BROKEN');
  expect(error.message).toMatch(/read on projects/);
  await root.query('alter table projects enable row level security');
});

test('so is one that has its policies without adoption', async () => {
  await root.query("delete from tenantry.adoption_steps where of_table = 'public.projects'");
  await root.query('alter table projects disable row level security');
  expect((await failed(prove(true))).code).toBe('ISOLATION_BROKEN');
  await root.query('alter table projects enable row level security');
});

test('a tenant column that is missing without an adoption is a schema that differs', async () => {
  await root.query('delete from tenantry.adoption_steps');
  const error = await failed(prove(true));
  expect(error.code).toBe('ISOLATION_SCHEMA_DIFFERS');
  expect(error.message).toContain('the column organization_id of comments');
});
