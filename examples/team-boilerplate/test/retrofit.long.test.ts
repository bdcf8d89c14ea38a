import { makeLogins } from '@tenantry/example-kit/database';
import { testDatabase } from '@tenantry/testing/vitest';
import { hashPassword } from 'better-auth/crypto';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { createApp } from '../src/app.ts';
import { openDatabase } from '../src/database.ts';
import { openClient } from '../src/demo/client.ts';
import { rootDomain } from '../src/demo/world.ts';
import { listen } from '../src/listen.ts';
import { loginUrls } from '../src/prepare.ts';
import { before, founding, rows, tenantTables } from './retrofit/before.ts';
import { projectCopy } from './support/project.ts';
import { password } from './support/world.ts';

// The same application before it knew organizations becomes this one, with its rows.

const { url } = await testDatabase();
const admin = new pg.Pool({ connectionString: url, max: 2 });
afterAll(() => admin.end());
const project = projectCopy(url);
const adopt = (...args: string[]) => project.tenantry('adopt', ...args);
const done = (output: { code: number; text: string }) => expect(output).toMatchObject({ code: 0 });

/** The schema of this application as it is, but for the primary keys, which stay what they were. */
const after = Object.fromEntries(
  ['index.ts', 'work.ts'].map((file) => [file, project.read(`src/schema/${file}`)]),
);
const kept = (after['work.ts'] as string).replaceAll(
  'id: tenancy.columns.id(),',
  'id: tenancy.columns.id().primaryKey(),',
);
const config = project.read('tenantry.config.ts');
const userPassword = 'the password from before';

test('the application of single users has rows', async () => {
  project.write('src/schema/index.ts', before);
  done(await project.drizzleKitGenerate());
  await project.migrate();
  await admin.query(rows(await hashPassword(userPassword)));
});

test('organizations and memberships become rows, in a migration of their own', async () => {
  project.write('src/schema/index.ts', before + tenantTables);
  done(await project.drizzleKitGenerate());
  await project.migrate();
  await admin.query(founding);
});

test('adopt knows what each table is, fills the rows and enforces, without losing one', async () => {
  project.write(
    'tenantry.config.ts',
    `import { defineConfig } from 'tenantry';
import { tenancy } from './src/tenancy.ts';
export default defineConfig({ tenancy, database: { migrationUrl: '${url}' } });
`,
  );
  const seen = await adopt();
  expect(seen.text).toMatch(/projects +isolated +column created_by names the user/);
  expect(seen.text).toMatch(/tasks +isolated +project_id references projects/);
  expect(seen.text).toMatch(/sessions +system/);
  done(await adopt('--plan'));
  done(await adopt('--run'));
  done(await adopt('--enforce'));
  const { rows: counted } = await admin.query(`
    select o.slug, count(distinct p.id)::int as projects, count(t.id)::int as tasks
    from organizations o join projects p on p.organization_id = o.id
    join tasks t on t.project_id = p.id and t.organization_id = o.id group by 1 order by 1`);
  expect(counted).toEqual([
    { slug: 'northwind', projects: 60, tasks: 300 },
    { slug: 'okafor', projects: 30, tasks: 150 },
  ]);
});

test('the schema follows, with roles; the founders own their organizations', async () => {
  project.write('src/schema/index.ts', after['index.ts'] as string);
  project.write('src/schema/work.ts', kept);
  project.write('tenantry.config.ts', config);
  done(await project.tenantry('generate'));
  done(await adopt('--migrations'));
  await project.migrate();
  await admin.query(`
    insert into member_roles (organization_id, user_id, role_id)
    select organization_id, user_id, tenantry.rbac_built_in_role_id(
      case when email like 'tom%' then 'member' else 'owner' end)
    from memberships join users on id = user_id`);
});

test('it is this application: with the passwords, projects and tasks from before', async () => {
  const file = new URL('../setup/logins.sql', import.meta.url);
  await makeLogins(url, file, ['team_web', 'team_system'], password);
  const database = openDatabase(loginUrls(url, password));
  const server = await listen(
    (port) =>
      createApp({
        ...database,
        origin: `http://${rootDomain}:${port}`,
        secret: 'a secret of the tests, of 32 characters',
        mailer: { send: async () => {} },
      }),
    0,
  );
  afterAll(async () => {
    await server.close(0);
    await database.pool.end();
  });
  const signIn = async (email: string, slug: string) => {
    const client = openClient(server.port, rootDomain);
    const body = { email, password: userPassword };
    expect((await client.send('POST /auth/sign-in/email', { body })).status).toBe(200);
    client.host = `${slug}.${rootDomain}`;
    return client;
  };
  const tom = await signIn('tom@becker.example', 'northwind');
  const { json } = await tom.send('GET /api/organization');
  expect(json).toMatchObject({ name: 'Northwind Content', memberCount: 2, projectCount: 60 });
  expect((await tom.send('POST /api/projects', { body: { name: 'New' } })).status).toBe(403);
  const ruth = await signIn('ruth@okafor.example', 'okafor');
  expect((await ruth.send('GET /api/organization')).json.projectCount).toBe(30);
  expect((await ruth.send('POST /api/projects', { body: { name: 'New' } })).status).toBe(201);
  ruth.host = `northwind.${rootDomain}`;
  expect((await ruth.send('GET /api/projects')).status).toBe(404);
  const doctor = await project.tenantry('doctor', '--json');
  const { findings } = JSON.parse(doctor.text.slice(doctor.text.indexOf('{')));
  expect(findings.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
});
