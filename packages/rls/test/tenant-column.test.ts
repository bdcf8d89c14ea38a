import { defineTenancy } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import {
  type AnyPgTable,
  bigint,
  bigserial,
  integer,
  pgSchema,
  pgTable,
  serial,
  text,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { defineIsolation } from '../src/index.ts';
import { examine, lines } from './doctor/support.ts';
import { applySchema } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { inContext, sqlState } from './support/scope.ts';

describe('each table has its own name for the tenant column', async () => {
  const tenancy = defineTenancy({ tenant: 'team', id: 'integer' });
  const isolation = defineIsolation(tenancy);
  const { isolate, isolateThrough, reference, searchable, tenants, visibleThrough } = isolation;
  const crm = pgSchema('crm');
  const teams = pgTable('teams', { id: serial().primaryKey(), name: text().notNull() }, (t) => [
    ...tenants(t),
  ]);
  const users = pgTable('users', { id: serial().primaryKey(), email: text() }, (t) => [
    ...visibleThrough(t, { link: (): AnyPgTable => members, property: 'userId' }),
  ]);
  const members = pgTable(
    'team_members',
    { orgId: integer('org_id').notNull(), userId: integer('user_id').notNull() },
    (t) => [
      ...isolate(t, { tenant: t.orgId, key: [t.userId] }),
      ...reference(t, { tenant: t.orgId, column: t.orgId, to: () => teams, onDelete: 'cascade' }),
    ],
  );
  // the same word as a plain column: the tenant is the one that is named
  const projects = crm.table(
    'projects',
    {
      id: serial().primaryKey(),
      ownerTeam: integer('ownerTeamId').notNull(),
      teamId: integer('team_id'),
      title: text().notNull(),
    },
    (t) => [
      ...isolate(t, { tenant: t.ownerTeam }),
      ...searchable(t, { title: { fullText: 'simple' } }, { tenant: t.ownerTeam }),
    ],
  );
  const tasks = pgTable(
    'tasks',
    {
      ...tenancy.columns.scoped(),
      id: serial().notNull(),
      projectId: integer('project_id').notNull(),
    },
    (t) => [
      ...isolate(t),
      ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
    ],
  );
  const comments = pgTable(
    'comments',
    { id: serial().primaryKey(), projectId: integer('project_id').notNull(), body: text() },
    (t) => [...isolateThrough(t, { column: t.projectId, parent: () => projects })],
  );
  const schema = { crm, teams, users, members, projects, tasks, comments };
  const directory = { tenant: teams.id, member: members.userId };
  const { url } = await testDatabase();
  const { warnings } = await applySchema(url, { tenancy, schema, directory });
  const client = await connect(url);
  await client.query(`
    insert into teams (id, name) values (1, 'one'), (2, 'two');
    insert into users (id, email) values (7, 'ada'), (8, 'bob');
    insert into team_members values (1, 7), (2, 8);
    insert into crm.projects (id, "ownerTeamId", team_id, title) values (10, 1, 2, 'of one'), (20, 2, 1, 'of two');
    insert into tasks (team_id, project_id) values (1, 10), (2, 20);
    insert into comments (project_id, body) values (10, 'one'), (20, 'two');
  `);
  const as = { role: 'app', setting: 'app.team_id', tenant: '1' };
  const asOne = <R>(fn: () => Promise<R>) => inContext(client, as, fn);

  test('each is isolated by it', async () => {
    const seen = async (sql: string) =>
      (await asOne(() => client.query({ text: sql, rowMode: 'array' }))).rows.flat();
    expect(await seen('select title from crm.projects')).toEqual(['of one']);
    expect(await seen('select org_id from team_members')).toEqual([1]);
    expect(await seen('select project_id from tasks')).toEqual([10]);
    expect(await seen('select body from comments')).toEqual(['one']);
    expect(await seen('select email from users')).toEqual(['ada']);
    expect(await seen('select name from teams')).toEqual(['one']);
  });

  test('a reference takes the tenant along, under both names', async () => {
    const { rows } = await client.query(
      `select pg_get_constraintdef(oid) as key from pg_constraint where conname = 'tasks_project_id_fk'`,
    );
    expect(rows[0].key).toContain(
      'FOREIGN KEY (team_id, project_id) REFERENCES crm.projects("ownerTeamId", id)',
    );
    const across = asOne(() => client.query('insert into tasks (project_id) values (20)'));
    expect(await sqlState(across)).toBe('23503');
  });

  test('the entry and doctor know the names', async () => {
    const entered = await inContext(client, { ...as, tenant: '' }, () =>
      client.query(`select tenantry.enter('id', '1', '7')::json as entry`),
    );
    expect(entered.rows[0].entry.tenant).toBe('1');
    expect(warnings).toEqual([]);
    expect(lines(await examine(client, { tenancy, schema, directory }))).toEqual([
      'primary-key-without-tenant crm.projects.projects_pkey',
    ]);
  });
});

describe('one name for all tables, named once', async () => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'bigint', column: 'organizationId' });
  const { isolate, reference, tenants } = defineIsolation(tenancy);
  const organizations = pgTable(
    'organizations',
    { id: bigserial({ mode: 'bigint' }).primaryKey(), name: text().notNull() },
    (t) => [...tenants(t)],
  );
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text().notNull() },
    (t) => [...isolate(t), ...reference(t, { column: t.organizationId, to: () => organizations })],
  );
  const schema = { organizations, projects };
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  const client = await connect(url);

  test('the column is quoted, and the setting is not of it', async () => {
    await client.query(`insert into organizations (id, name) values (5, 'five')`);
    const as = { role: 'app', setting: 'app.organization_id', tenant: '5' };
    const { rows } = await inContext(client, as, () =>
      client.query(`insert into projects (title) values ('x') returning "organizationId" as of`),
    );
    expect(rows).toEqual([{ of: '5' }]);
    expect(lines(await examine(client, { tenancy, schema }))).toEqual([]);
    // without the schema doctor knows the column from the tenancy alone
    expect(
      lines(await examine(client, { tenancy })).filter((l) => /nullable|not-isolated/.test(l)),
    ).toEqual([]);
  });
});

test.each(['snake_case', 'camelCase'] as const)("Drizzle's casing: %s", async (casing) => {
  const tenancy = defineTenancy({
    tenant: 'organization',
    id: 'integer',
    ...(casing === 'camelCase' && { column: 'organizationId' }),
  });
  const { isolate, reference } = defineIsolation(tenancy);
  const projects = pgTable(
    'projects',
    { organizationId: integer().notNull(), id: serial().notNull(), projectTitle: text() },
    (t) => [...isolate(t)],
  );
  const tasks = pgTable(
    'tasks',
    { ...tenancy.columns.scoped(), id: serial().notNull(), projectId: integer().notNull() },
    (t) => [...isolate(t), ...reference(t, { column: t.projectId, to: () => projects })],
  );
  const schema = { projects, tasks };
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema, casing });
  const client = await connect(url);
  const column = casing === 'snake_case' ? 'organization_id' : '"organizationId"';
  await client.query(`insert into projects (${column}) values (1), (2)`);
  const as = { role: 'app', setting: 'app.organization_id', tenant: '1' };
  const { rows } = await inContext(client, as, () =>
    client.query(`select ${column} as of from projects`),
  );
  expect(rows).toEqual([{ of: 1 }]);
  expect(lines(await examine(client, { tenancy, schema, casing }))).toEqual([]);
});

test('a table without the property and without a name for it is refused in words', async () => {
  const tenancy = defineTenancy({ tenant: 'team', id: 'bigint' });
  const { isolate } = defineIsolation(tenancy);
  const notes = pgTable(
    'notes',
    { org: bigint('org', { mode: 'bigint' }).notNull(), id: serial() },
    (t) => [
      // @ts-expect-error This table has no teamId: spread ...tenancy.columns.scoped() into it
      ...isolate(t),
    ],
  );
  const { url } = await testDatabase();
  await expect(applySchema(url, { tenancy, schema: { notes } })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    fix: expect.stringContaining('isolate(t, { tenant: t.… })'),
  });
});
