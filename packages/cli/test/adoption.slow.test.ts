import { randomBytes } from 'node:crypto';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { tenancyModule } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

// The guide "An application that exists", step by step, on one project with rows in it.

const imports = "import { integer, pgTable, serial, text, uuid } from 'drizzle-orm/pg-core';";
const before = `${imports}
export const projects = pgTable('projects', { id: serial().primaryKey(), name: text().notNull() });
export const tasks = pgTable('tasks', {
  id: serial().primaryKey(),
  projectId: integer('project_id').notNull().references(() => projects.id),
});
`;
const withColumns = before.replaceAll(
  'id: serial()',
  "organizationId: uuid('organization_id'), id: serial()",
);
const adopted = (tasks: string) => `${imports}
import { isolate, reference, systemOnly, tenancy, tenants } from './tenancy.ts';
export const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [...tenants(t)]);
export const projects = pgTable('projects', {
  ...tenancy.columns.scoped(), id: serial().primaryKey(), name: text().notNull(),
}, (t) => [...isolate(t)]);
${tasks}
`;
const tasksLater = `export const tasks = pgTable('tasks', {
  organizationId: uuid('organization_id'), id: serial().primaryKey(),
  projectId: integer('project_id').notNull().references(() => projects.id),
}, (t) => [...systemOnly(t)]);`;
const tasksAdopted = `export const tasks = pgTable('tasks', {
  ...tenancy.columns.scoped(), id: serial().primaryKey(), projectId: integer('project_id').notNull(),
}, (t) => [...isolate(t), ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' })]);`;

const acme = '00000000-0000-4000-8000-000000000001';
const globex = '00000000-0000-4000-8000-000000000002';

const { url } = await testDatabase();
const root = await connect(url);
const owner = await connect(await ownerUrl());
const project = testProject({ 'src/schema.ts': before });

async function connect(connectionString: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  afterAll(() => client.end());
  return client;
}

async function ownerUrl() {
  const name = `owner_${randomBytes(4).toString('hex')}`;
  await root.query(`create role ${name} login password '${name}'`);
  await root.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${name}`);
  // What the hint of the migration says, followed ahead of it.
  for (const role of ['app', 'system']) {
    await root.query(
      `do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation then null; end $$`,
    );
    await root.query(`grant ${role} to ${name}`);
  }
  const login = new URL(url);
  login.username = name;
  login.password = name;
  return login.href;
}

const apply = () => migrate(drizzle(owner), { migrationsFolder: `${project.folder}/drizzle` });

async function asTenant(tenant: string, text: string) {
  await root.query('begin; set local role app');
  try {
    await root.query("select set_config('app.organization_id', $1, true)", [tenant]);
    return (await root.query(text)).rows;
  } finally {
    await root.query('rollback');
  }
}

const sqlState = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: pg.DatabaseError) => error.code,
  );

test('an application without tenants has rows', async () => {
  expect((await project.drizzleKitGenerate()).code).toBe(0);
  await apply();
  await owner.query(
    "insert into projects (name) values ('of acme'), ('of globex'); insert into tasks (project_id) values (1), (2)",
  );
});

test('columns are added and filled, while it runs', async () => {
  project.write('src/schema.ts', withColumns);
  await project.drizzleKitGenerate();
  await apply();
  for (const table of ['projects', 'tasks']) {
    await owner.query(
      `update ${table} set organization_id = case id when 1 then '${acme}'::uuid else '${globex}' end`,
    );
  }
});

test('one table is isolated; the other serves its owner as before', async () => {
  project.write(
    'src/tenancy.ts',
    tenancyModule.replace('isolate, reference,', 'isolate, reference, systemOnly,'),
  );
  project.write(
    'tenantry.config.ts',
    "import { defineConfig } from 'tenantry';\nimport { tenancy } from './src/tenancy.ts';\nexport default defineConfig({ tenancy });",
  );
  project.write('src/schema.ts', adopted(tasksLater));
  const { code, text } = await project.tenantry('generate');
  expect({ code, text }).toMatchObject({ code: 0 });
  await apply();
  expect(await asTenant(acme, 'select id, name from projects')).toEqual([
    { id: 1, name: 'of acme' },
  ]);
  await expect(owner.query('select * from projects')).rejects.toThrow(
    'invalid input syntax for type uuid: "no tenant in this transaction"',
  );
  expect((await owner.query('select * from tasks')).rows).toHaveLength(2);
  expect(await sqlState(asTenant(acme, 'select * from tasks'))).toBe('42501');
});

test('the other follows, with its reference, and keeps its key', async () => {
  project.write('src/schema.ts', adopted(tasksAdopted));
  const { code, text } = await project.tenantry('generate');
  expect({ code, text }).toMatchObject({ code: 0 });
  await apply();
  expect(await asTenant(acme, 'select id, organization_id from tasks')).toEqual([
    { id: 1, organization_id: acme },
  ]);
  expect(await sqlState(asTenant(acme, 'insert into tasks (project_id) values (2)'))).toBe('23503');
  expect(
    await asTenant(acme, 'insert into tasks (project_id) values (1) returning organization_id'),
  ).toEqual([{ organization_id: acme }]);
  const { rows } = await root.query(
    "select pg_get_constraintdef(oid) def from pg_constraint where conrelid = 'tasks'::regclass and contype in ('p', 'f') order by 1",
  );
  expect(rows.map(({ def }) => def)).toEqual([
    'FOREIGN KEY (organization_id, project_id) REFERENCES projects(organization_id, id) ON DELETE CASCADE',
    'PRIMARY KEY (id)',
  ]);
  expect((await project.tenantry('generate', '--check')).code).toBe(0);
});
