import { diagnose } from '@tenantry/rls/doctor';
import { withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { describe, expect, test } from 'vitest';
import { render } from '../src/commands/doctor/render.ts';
import { styleOf } from '../src/terminal/style.ts';
import { articleFiles, configModule } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

// each command is a process of its own, and the machine may be slow
const slow = 600_000;
const anyServer = "{ rule: 'server-out-of-date', reason: 'whatever the tests run on' }";
const others =
  "{ rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' }, { rule: 'login-can-bypass', reason: 'one login for everything, as in the quickstart' }";
const withIgnores = (...ignores: readonly string[]) =>
  configModule.replace(
    'tenancy,',
    `tenancy, doctor: { ignore: [${[anyServer, others, ...ignores].join(', ')}] },`,
  );

const project = testProject({ ...articleFiles, 'tenantry.config.ts': withIgnores() });
const database = await testDatabase();
project.write('.env', `DATABASE_URL=${database.url}\n`);

// roles belong to the whole server, so what is set on one is set for this database only
const name = new URL(database.url).pathname.slice(1);
const migrateNow = async () => {
  const db = drizzle(database.url);
  await migrate(db, { migrationsFolder: `${project.folder}/drizzle` });
  await db.$client.end();
};
const ofTests = await withClient(database.url, async (client) => {
  const { rows } = await client.query('show cluster_name');
  return rows[0].cluster_name === 'tenantry-testing';
});
const ask = (sql: string) => withClient(database.url, (client) => client.query(sql));

// One story: each test continues where the one before it stopped.
describe('tenantry doctor in a project', () => {
  test(
    'finds table by table what an empty database lacks',
    async () => {
      const { code, text } = await project.tenantry('doctor');
      expect(code).toBe(1);
      for (const table of ['organizations', 'users', 'memberships', 'projects']) {
        expect(text).toContain(`✗ ${table}  schema-drift`);
      }
    },
    slow,
  );

  test(
    'is content after the migrations',
    async () => {
      await project.tenantry('generate', '--name', 'tables');
      expect(project.migrations()).toContain('0001_tables.sql');
      await migrateNow();
      const { code, text } = await project.tenantry('doctor');
      expect({ code, text }).toEqual({
        code: 0,
        text: expect.stringContaining('✓ no findings, 3 ignored'),
      });
      expect(text).toContain('server-out-of-date server: whatever the tests run on');
      expect(text).not.toContain('\u001b[');
    },
    slow,
  );

  test('says of a standby that the fixes are for its primary', async () => {
    const diagnosis = await withClient(database.url, (client) => diagnose(client));
    const style = styleOf(process.stdout);
    const line = 'a standby: it shows what its primary has; run the fixes on the primary';
    expect(render(diagnosis, style, false)).not.toContain(line);
    expect(render({ ...diagnosis, standby: true }, style, false)).toContain(line);
  });

  test(
    'finds what was broken by hand, with evidence, SQL and a page',
    async () => {
      await ask(`alter table projects no force row level security; grant truncate on projects to app;
      create policy careless on projects using (true); alter role app in database ${name} set app.organization_id = 'x'`);
      const { code, text } = await project.tenantry('doctor');
      await ask(`alter role app in database ${name} reset app.organization_id`);
      expect(code).toBe(1);
      expect(text).toContain(`✗ projects  rls-not-forced
    found    without FORCE no policy binds the owner postgres, nor what runs with its rights: views, functions, migrations.
    fix      Force row-level security.
    sql      alter table "public"."projects" force row level security;
    docs     https://tenantry.dev/rules/rls-not-forced`);
      expect(text).toContain('✗ projects  dangerous-privilege');
      expect(text).toContain('! projects.careless  policy-not-tenant-bound');
      expect(text).toContain('✗ role app  context-has-default');
      expect(text).toMatch(/\d errors, 1 warning/);
    },
    slow,
  );

  test(
    'prints JSON and SARIF that programs read',
    async () => {
      const json = JSON.parse(
        (await project.tenantry('doctor', '--json', '--fail-on', 'never')).text,
      );
      expect(json.findings[0]).toMatchObject({
        severity: 'error',
        docs: expect.stringContaining('/rules/'),
      });
      const log = JSON.parse(
        (await project.tenantry('doctor', '--sarif', '--fail-on', 'never')).text,
      );
      expect(log).toMatchObject({ version: '2.1.0' });
      const [run] = log.runs;
      expect(run.tool.driver.rules.length).toBeGreaterThan(50);
      expect(run.results.map((r: { ruleId: string }) => r.ruleId)).toContain('rls-not-forced');
      expect(run.results.filter((r: { suppressions?: unknown }) => r.suppressions)).toHaveLength(3);
    },
    slow,
  );

  test(
    '--fix writes a migration, after which it is content again',
    async () => {
      const { code, text } = await project.tenantry('doctor', '--fix');
      expect({ code, text }).toMatchObject({
        code: 1,
        text: expect.stringContaining('tenantry: wrote drizzle/0003_tenantry_doctor.sql'),
      });
      expect(project.read('drizzle/0003_tenantry_doctor.sql')).toContain(
        '-- rls-not-forced: projects',
      );
      await migrateNow();
      const after = await project.tenantry('doctor');
      expect({ code: after.code, text: after.text }).toMatchObject({
        code: 0,
        text: expect.stringContaining('no findings'),
      });
      expect((await project.tenantry('doctor', '--fix')).text).toContain(
        'nothing that a migration could fix',
      );
    },
    slow,
  );

  test(
    '--apply puts back what generate made, and what was opened, at once',
    async () => {
      await ask(`create or replace function tenantry.refuse_column_change() returns trigger language plpgsql as 'begin return new; end';
      alter table projects disable trigger "0_tenantry_refuse_column_change"; grant truncate on projects to app;
      alter function tenantry.enter(text, text, text, text) owner to current_user`);
      const broken = await project.tenantry('doctor');
      expect(broken.text).toContain('✗ tenantry.refuse_column_change()  generated-changed');
      expect(broken.text).toContain('✗ tenantry.enter(text, text, text, text)  generated-opened');
      const { code, text } = await project.tenantry('doctor', '--apply');
      expect({ code, text }).toMatchObject({
        code: 0,
        text: expect.stringContaining('no findings'),
      });
      expect(text).toContain('tenantry: fixed generated-changed tenantry.refuse_column_change()');
      expect(text).toContain('tenantry: fixed dangerous-privilege projects');
      expect(await project.tenantry('doctor', '--fix', '--apply')).toMatchObject({ code: 2 });
    },
    slow,
  );

  test(
    'as the quickstart has it, one login and a server of npm, it exits with 0',
    async () => {
      project.write('tenantry.config.ts', configModule);
      const { code, text } = await project.tenantry('doctor');
      project.write('tenantry.config.ts', withIgnores());
      if (ofTests) expect({ code, text }).toMatchObject({ code: 0 });
      expect(text).not.toContain('nosuperuser');
    },
    slow,
  );

  test(
    'exits by severity',
    async () => {
      await ask('alter table projects add constraint one unique (name)');
      const codes = [];
      for (const severity of ['error', 'warning', 'info', 'never']) {
        codes.push((await project.tenantry('doctor', '--fail-on', severity)).code);
      }
      expect(codes).toEqual([0, 1, 1, 0]);
      expect(await project.tenantry('doctor', '--fail-on', 'always')).toMatchObject({ code: 2 });
    },
    slow,
  );

  test(
    'ignores with a reason, says which ignores are stale, and refuses the others',
    async () => {
      const ignore =
        "{ rule: 'unique-without-tenant', object: 'projects.*', reason: 'names are public' }";
      const stale = "{ rule: 'rls-disabled', reason: 'was once needed' }";
      project.write('tenantry.config.ts', withIgnores(ignore, stale));
      const { code, text } = await project.tenantry('doctor', '--fail-on', 'info');
      expect(code).toBe(0);
      expect(text).toContain('unique-without-tenant projects.one: names are public');
      expect(text).toContain('Ignores that match nothing any more\n  rls-disabled *');
      project.write('tenantry.config.ts', withIgnores("{ rule: 'rls-disabeld', reason: 'typo' }"));
      expect((await project.tenantry('doctor')).text).toContain(
        'the rule "rls-disabeld", which does not exist',
      );
      project.write('tenantry.config.ts', withIgnores("{ rule: 'rls-disabled', reason: '' }"));
      expect((await project.tenantry('doctor')).text).toContain(
        'doctor.ignore of rls-disabled has no reason',
      );
    },
    slow,
  );
});

describe('tenantry doctor on a database that never saw Tenantry', () => {
  test(
    'needs a connection string and a column',
    async () => {
      const stranger = await testDatabase({
        sql: `create table orgs (id int primary key); create table posts (id int primary key, org_id int references orgs, body text)`,
      });
      const { code, text } = await project.tenantry(
        'doctor',
        '--url',
        stranger.url,
        '--tenant-column',
        'org_id',
      );
      expect(code).toBe(1);
      expect(text).toContain('✗ posts  rls-disabled');
      // the server came with the tests, and cannot do without its superuser
      expect(text).toContain(`${ofTests ? 'i' : '✗'} role postgres  role-bypasses-rls`);
      expect(text).not.toContain('nosuperuser');
      expect(text).not.toContain(new URL(stranger.url).password);
      const wrong = await project.tenantry(
        'doctor',
        '--url',
        stranger.url,
        '--tenant-column',
        'tenant',
      );
      expect(wrong.text).toContain('no table of the database has the tenant column "tenant"');
      const fix = await project.tenantry(
        'doctor',
        '--url',
        stranger.url,
        '--tenant-column',
        'org_id',
        '--fix',
      );
      expect(fix.text).toContain('--fix without a project');
    },
    slow,
  );
});

describe('tenantry doctor says what is wrong with the connection', () => {
  const url = new URL(database.url);
  const changed = (change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    return other.href;
  };
  test.each([
    [
      'a wrong password',
      changed((u) => {
        u.password = 'wrong-secret';
      }),
      'the server refuses the login or its password',
    ],
    [
      'no such database',
      changed((u) => {
        u.pathname = '/nowhere';
      }),
      /there is no such database[\s\S]*fix {4}Create the database/,
    ],
    [
      'no server',
      changed((u) => {
        u.port = '1';
      }),
      /nothing listens there[\s\S]*fix {4}Start PostgreSQL/,
    ],
    ['no connection string', 'postgres://%', 'cannot be read'],
    ['that of another kind of database', 'mysql://root@localhost/x', 'cannot be read'],
    ['a word', 'my-database', 'cannot be read'],
  ])(
    '%s',
    async (_, target, found) => {
      const { code, text } = await project.tenantry(
        'doctor',
        '--url',
        target,
        '--tenant-column',
        'x',
      );
      expect({ code, text }).toMatchObject({
        code: 1,
        text: expect.stringContaining('✗ DOCTOR_CANNOT_CONNECT'),
      });
      expect(text).toMatch(found);
      expect(text).not.toContain('wrong-secret');
      expect(text).not.toMatch(/^\s+at /m);
    },
    slow,
  );
});
