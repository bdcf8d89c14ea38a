import { adopt, checkPlan, planAdoption, readFacts, readPlan } from '@tenantry/rls/adopt';
import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { organizationsSql, seed, tablesSql } from './single-user.ts';
import { codeOf, connected, edited, fills, kinds, planFor, tenancy } from './support.ts';

const { url } = await testDatabase();
const root = await connected(url);
await root.query(tablesSql);
await seed(root, { users: 4, tasks: 20 });

test('without a table of tenants it says what is missing', async () => {
  expect(await codeOf(planFor(root))).toBe('ADOPT_NO_TENANTS');
});

test('each table is what its columns and foreign keys say', async () => {
  await root.query(organizationsSql);
  const plan = await planFor(root);
  expect(kinds(plan)).toEqual({
    organizations: 'tenants',
    memberships: 'isolated',
    projects: 'isolated',
    tasks: 'isolated',
    comments: 'isolated',
    documents: 'isolated',
    users: 'visible',
    statuses: 'shared',
    sessions: 'system',
    __drizzle_migrations: 'other',
  });
  expect(plan.members).toEqual({
    table: 'public.memberships',
    tenant: 'organization_id',
    user: 'user_id',
  });
  expect(fills(plan)).toEqual({
    memberships: [],
    projects: [{ from: 'owner', column: 'user_id' }],
    tasks: [{ from: 'parent', column: 'project_id', parent: 'public.projects' }],
    comments: [{ from: 'parent', column: 'task_id', parent: 'public.tasks' }],
    // its parent may be null, and then the owner tells
    documents: [
      { from: 'parent', column: 'project_id', parent: 'public.projects' },
      { from: 'owner', column: 'user_id' },
    ],
  });
  const order = plan.tables.map(({ table }) => table);
  for (const [first, second] of [
    ['public.organizations', 'public.projects'],
    ['public.projects', 'public.tasks'],
    ['public.tasks', 'public.comments'],
    ['public.projects', 'public.documents'],
  ] as const)
    expect(order.indexOf(first)).toBeLessThan(order.indexOf(second));
  const { inTheWay } = plan.tables.find(({ table }) => table === 'public.projects') ?? {};
  expect(inTheWay).toEqual([
    'column organization_id is missing',
    'no index begins with organization_id',
    'touch would fire for every filled row, and is silenced meanwhile',
  ]);
});

test('a plan is what its file says, and a wrong file names the place', async () => {
  const plan = await planFor(root);
  const { tables, ...people } = readPlan(JSON.stringify(plan));
  expect(people).toEqual({
    version: 1,
    tenants: plan.tenants,
    members: plan.members,
    users: plan.users,
  });
  expect(tables).toEqual(plan.tables.map(({ inTheWay: _, ...table }) => table));
  const text = JSON.stringify(plan);
  for (const [wrong, found] of [
    ['{', 'a file that is no JSON'],
    ['[]', 'the plan, which is no object'],
    [text.replace('"version":1', '"version":2'), 'version 2; this version reads 1'],
    [text.replace('"is":"shared"', '"is":"open"'), 'is of public.statuses'],
    [text.replace('"from":"owner"', '"from":"somebody"'), 'fill of public.projects.from'],
    [
      text.replace('"because"', '"reason"'),
      'reason of public.organizations, which is no part of a plan',
    ],
  ] as const)
    expect(() => readPlan(wrong)).toThrow(found);
});

test('a plan that the database does not match any more is refused by table and reason', async () => {
  const plan = await planFor(root);
  const checked = async (given: typeof plan) =>
    checkPlan(given, await readFacts(root, 'app'), tenancy);
  await root.query('begin');
  try {
    await root.query('drop table sessions');
    await root.query('create table invoices (id uuid primary key)');
    await root.query('alter table projects rename column user_id to owner_id');
    await expect(checked(plan)).rejects.toThrow(
      /public\.invoices: the plan does not name it, and the database has it; add it\n.*public\.projects: `fill` names its column user_id, which.*\n.*public\.sessions: the database does not have it; take it out/s,
    );
  } finally {
    await root.query('rollback');
  }
  expect(await codeOf(checked(edited(plan, { 'public.statuses': { is: 'undecided' } })))).toBe(
    'ADOPT_UNDECIDED',
  );
  await expect(checked(edited(plan, { 'public.projects': { is: 'shared' } }))).rejects.toThrow(
    'public.tasks: `fill` names the parent public.projects, which is not isolated in this plan',
  );
  await expect(
    checked({ ...plan, tables: [...plan.tables, ...plan.tables.slice(0, 1)] }),
  ).rejects.toThrow(`${plan.tables[0]?.table}: the plan names it twice`);
  await expect(
    checked(edited(plan, { 'public.projects': { fill: [{ from: 'tenant', id: 'acme' }] } })),
  ).rejects.toThrow(
    'public.projects: `fill` has the tenant "acme", which is not an id of kind uuid',
  );
  await expect(checked({ ...plan, members: null })).rejects.toThrow(
    'public.projects: `fill` asks for the memberships of the user in user_id, but `members`',
  );
});

test('a tenant column of another type stops its table, and nothing is begun', async () => {
  await root.query('begin');
  try {
    await root.query('alter table projects add column organization_id integer');
    const plan = await planFor(root);
    expect(plan.tables.find(({ table }) => table === 'public.projects')?.inTheWay?.[0]).toBe(
      'stops: column organization_id is of type integer, and the tenancy has ids of type uuid',
    );
    expect(await codeOf(adopt(root, tenancy, plan))).toBe('ADOPT_BLOCKED');
    expect((await root.query("select to_regnamespace('tenantry') is null as none")).rows).toEqual([
      { none: true },
    ]);
  } finally {
    await root.query('rollback');
  }
});

test('a policy of the application under a name of ours stops its table', async () => {
  await root.query('create policy projects_owner on projects using (true)');
  const plan = await planFor(root);
  await expect(adopt(root, tenancy, plan)).rejects.toThrow(
    "public.projects: its policy projects_owner has a name of Tenantry's policies; rename it",
  );
  await root.query('drop policy projects_owner on projects');
});

test('what somebody names is not guessed', async () => {
  const facts = await readFacts(root, 'app');
  expect(
    planAdoption(facts, tenancy, { members: 'memberships', users: 'public.users' }).members?.table,
  ).toBe('public.memberships');
  expect(() => planAdoption(facts, tenancy, { tenants: 'teams' })).toThrow(
    'public.teams, which the database lacks',
  );
  expect(
    kinds(planAdoption(facts, tenancy, { exempt: { documents: 'another service' } })).documents,
  ).toBe('other');
});
