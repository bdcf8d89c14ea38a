import { testDatabase } from '@tenantry/testing/vitest';
import { expect, test } from 'vitest';
import { migrateTo, withDatabase } from './support/database.ts';
import { testProject } from './support/project.ts';

// The guide "Adopt", on an application with teams, users and a table of neither.

const imports =
  "import { pgTable, primaryKey, serial, integer, text, uuid } from 'drizzle-orm/pg-core';";
const before = `${imports}
export const users = pgTable('users', { id: serial().primaryKey(), email: text().notNull() });
export const teams = pgTable('teams', { id: uuid().primaryKey().defaultRandom(), name: text().notNull() });
export const teamMembers = pgTable('team_members', {
  teamId: uuid('team_id').notNull().references(() => teams.id), userId: integer('user_id').notNull().references(() => users.id),
}, (t) => [primaryKey({ columns: [t.teamId, t.userId] })]);
export const prompts = pgTable('prompts', {
  id: serial().primaryKey(), userId: integer('user_id').notNull().references(() => users.id), body: text().notNull(),
});
export const runs = pgTable('runs', {
  id: serial().primaryKey(), promptId: integer('prompt_id').notNull().references(() => prompts.id, { onDelete: 'cascade' }),
});
export const jobs = pgTable('jobs', { id: serial().primaryKey(), payload: text() });
`;
const after = `${imports}
import { isolate, reference, systemOnly, tenancy, tenants, visibleThrough } from './tenancy.ts';
export const users = pgTable('users', { id: serial().primaryKey(), email: text().notNull() },
  (t) => [...visibleThrough(t, { link: () => teamMembers, property: 'userId' })]);
export const teams = pgTable('teams', { id: uuid().primaryKey().defaultRandom(), name: text().notNull() }, (t) => [...tenants(t)]);
export const teamMembers = pgTable('team_members', {
  ...tenancy.columns.scoped(), userId: integer('user_id').notNull().references(() => users.id),
}, (t) => [primaryKey({ columns: [t.teamId, t.userId] }), ...isolate(t, { key: false }), ...reference(t, { column: t.teamId, to: () => teams })]);
export const prompts = pgTable('prompts', {
  ...tenancy.columns.scoped(), id: serial().primaryKey(), userId: integer('user_id').notNull().references(() => users.id), body: text().notNull(),
}, (t) => [...isolate(t), ...reference(t, { column: t.teamId, to: () => teams })]);
export const runs = pgTable('runs', {
  ...tenancy.columns.scoped(), id: serial().primaryKey(), promptId: integer('prompt_id').notNull(),
}, (t) => [...isolate(t), ...reference(t, { column: t.teamId, to: () => teams }), ...reference(t, { column: t.promptId, to: () => prompts, onDelete: 'cascade' })]);
export const jobs = pgTable('jobs', { id: serial().primaryKey(), payload: text() }, (t) => [...systemOnly(t)]);
`;
const tenancyModule = `import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
export const tenancy = defineTenancy({ tenant: 'team', id: 'uuid' });
export const { isolate, reference, systemOnly, tenants, visibleThrough } = defineIsolation(tenancy);
`;

const { url } = await testDatabase();
const project = testProject(
  {
    'src/schema.ts': before,
    'src/tenancy.ts': tenancyModule,
    'tenantry.config.ts': `import { defineConfig } from 'tenantry';
import { tenancy } from './src/tenancy.ts';
export default defineConfig({ tenancy, database: { migrationUrl: '${url}' } });
`,
  },
  ['pg'],
);
const adopt = (...args: string[]) => project.tenantry('adopt', ...args);

test('an application without tenancy has rows', async () => {
  expect((await project.drizzleKitGenerate()).code).toBe(0);
  await migrateTo(url, project);
  await withDatabase(url, (client) =>
    client.query(`insert into users (email) select 'u' || i from generate_series(1, 4) i;
      insert into teams (name) values ('a'), ('b');
      insert into team_members select t.id, u.id from users u join teams t on t.name = case when u.id < 3 then 'a' else 'b' end;
      insert into prompts (user_id, body) select 1 + i % 4, 'p' from generate_series(1, 40) i;
      insert into runs (prompt_id) select 1 + i % 40 from generate_series(1, 200) i;`),
  );
});

test('it says what each table is, and how it knows', async () => {
  const { code, text } = await adopt();
  expect(code).toBe(0);
  expect(text).toMatch(/teams +tenants/);
  expect(text).toMatch(/prompts +isolated +column user_id names the user to whom a row belongs/);
  expect(text).toContain('team_id, filled from the membership of user_id');
  expect(text).toMatch(/runs +isolated +prompt_id references prompts, which has a tenant/);
  expect(text).toMatch(/__drizzle_migrations +other +the migrations of Drizzle/);
  expect(text).toContain('! 1 undecided: say in the plan what they are');
});

test('the plan is a file; it is not overwritten, and what is undecided stops it', async () => {
  expect(await adopt('--run')).toMatchObject({
    code: 1,
    text: expect.stringContaining('there is no plan adopt.plan.json'),
  });
  expect((await adopt('--plan')).code).toBe(0);
  expect(await adopt('--plan')).toMatchObject({
    code: 2,
    text: expect.stringContaining('exists and stays as it is'),
  });
  expect(await adopt('--run')).toMatchObject({
    code: 1,
    text: expect.stringMatching(/ADOPT_UNDECIDED[\s\S]*public\.jobs/),
  });
  const plan = JSON.parse(project.read('adopt.plan.json'));
  const jobs = plan.tables.find((each: { table: string }) => each.table === 'public.jobs');
  jobs.is = 'system';
  project.write('adopt.plan.json', JSON.stringify(plan));
});

test('a dry run prints SQL, a run ends in observe mode, and rows that stop it are named', async () => {
  const dry = await adopt('--run', '--dry-run');
  expect(dry.text).toContain(
    'alter table "public"."prompts" add column if not exists "team_id" uuid;',
  );
  expect(dry.text).not.toContain('create policy');
  await withDatabase(url, (client) =>
    client.query(
      "with nobody as (insert into users (email) values ('nobody') returning id) insert into prompts (user_id, body) select id, 'x' from nobody",
    ),
  );
  const stopped = await adopt('--run');
  expect(stopped.code).toBe(1);
  expect(stopped.text).toMatch(/✗ prove +public\.prompts waits/);
  expect(stopped.text).toContain('ADOPT_OWNER_WITHOUT_TENANT');
  expect(stopped.text).toContain('id=41');
  await withDatabase(url, (client) => client.query('delete from prompts where id = 41'));
  const run = await adopt('--run');
  expect(run).toMatchObject({
    code: 0,
    text: expect.stringMatching(/✓ not-null +public\.runs[\s\S]*Observe mode/),
  });
});

test('enforcing, a step back, and forward', async () => {
  expect(await adopt('--enforce')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/✓ enforce +public\.jobs/),
  });
  expect(await adopt('--back', '--table', 'prompts')).toMatchObject({
    code: 0,
    text: expect.stringContaining('enforce of public.prompts is taken back'),
  });
  expect((await adopt('--enforce', '--table', 'prompts')).text).toMatch(
    /✓ enforce +public\.prompts/,
  );
  expect((await adopt('--enforce')).text).toContain('Nothing is left to do.');
});

test('the schema follows, and its migrations run here and on an empty database', async () => {
  const { text } = await adopt('--schema');
  expect(text).toContain(
    "(t) => [...isolate(t), ...reference(t, { column: t.teamId, to: () => teams }), ...reference(t, { column: t.promptId, to: () => prompts, onDelete: 'cascade' })]",
  );
  expect(text).toContain(
    "(t) => [...visibleThrough(t, { link: () => teamMembers, property: 'userId' })]",
  );
  project.write('src/schema.ts', after);
  expect(await project.tenantry('generate')).toMatchObject({ code: 0 });
  expect(await adopt('--migrations')).toMatchObject({
    code: 0,
    text: expect.stringContaining('accepts what is there'),
  });
  await migrateTo(url, project);
  const doctor = await project.tenantry('doctor', '--json');
  const { findings } = JSON.parse(doctor.text.slice(doctor.text.indexOf('{')));
  expect(findings.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
  const empty = await testDatabase();
  await migrateTo(empty.url, project);
});
