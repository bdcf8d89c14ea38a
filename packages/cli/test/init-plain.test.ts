import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { organizations, singleUser } from './support/applications.ts';
import { withDatabase } from './support/database.ts';
import { emptyProject } from './support/project.ts';

// Projects without Drizzle: what the tables are is proposed from the database.

const projectWith = (dependencies: object, url?: string) => {
  const project = emptyProject(['@tenantry/testing', 'pg', 'vitest']);
  project.write('package.json', JSON.stringify({ type: 'module', private: true, dependencies }));
  if (url !== undefined) project.write('.env', `DATABASE_URL=${url}\n`);
  return project;
};

test('tables, exemptions and the directory are proposed, and adopt takes them', async () => {
  const { url } = await testDatabase();
  await withDatabase(url, (client) =>
    client.query(`${singleUser}${organizations}create table jobs (id serial primary key)`),
  );
  const project = projectWith({ kysely: '*' }, url);
  const { code, text } = await project.tenantry('init', '--yes');
  expect({ code, text }).toMatchObject({ code: 0 });
  expect(text).toContain('table organizations holds the tenants, with ids of type uuid');
  expect(text).toContain('run your migrations');
  expect(text).not.toContain('drizzle-kit');
  const config = project.read('tenantry.config.ts');
  for (const line of [
    'organizations: tenants,',
    "comments: (t, others) => [...isolate(t), ...reference(t, { column: t.organization_id, to: others.organizations }), ...reference(t, { column: t.task_id, to: others.tasks, onDelete: 'cascade' })],",
    'statuses: shared,',
    'sessions: systemOnly,',
    '// jobs: no column, no parent and no owner says whose its rows are',
    '"__drizzle_migrations": "the migrations of Drizzle",',
    'directory: { tenant: "organizations.id", member: "memberships.user_id" },',
  ])
    expect(config).toContain(line);
  const adopt = await project.tenantry('adopt');
  expect(adopt).toMatchObject({ code: 0 });
  expect(adopt.text).toMatch(/comments +isolated +its declaration says so/);
  expect(adopt.text).toContain('organization_id, filled from tasks by task_id');
});

test('pg alone is an application when its database has tables', async () => {
  const { url } = await testDatabase();
  const project = projectWith({ pg: '*' }, url);
  expect((await project.tenantry('init', '--dry-run')).text).toContain('src/schema.ts');
  await withDatabase(url, (client) => client.query(`${singleUser}${organizations}`));
  const { text } = await project.tenantry('init', '--dry-run');
  expect(text).not.toContain('src/schema.ts');
  expect(text).toContain('src/pool.ts');
});

test('tables without one for the tenants are told, with what to do first', async () => {
  const { url } = await testDatabase();
  await withDatabase(url, (client) => client.query(singleUser));
  const project = projectWith({ kysely: '*' }, url);
  const { code, text } = await project.tenantry('init', '--yes');
  expect(code).toBe(0);
  expect(text).toContain('no table named after organization');
  expect(text).toMatch(/makes? (it|one) first/);
  expect(project.read('tenantry.config.ts')).toContain('tables: {},');
});

test('a database that cannot be read stops nothing', async () => {
  const project = projectWith({ typeorm: '*' });
  const { code, text } = await project.tenantry('init', '--yes');
  expect(code).toBe(0);
  expect(text).toContain('the tables are not read: DATABASE_URL is not set');
  expect(project.read('tenantry.config.ts')).toContain('tables: {},');
});
