import { randomBytes } from 'node:crypto';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { articleFiles, schemaModule, tasksTable } from './fixtures/article.ts';
import { testProject } from './support/project.ts';

const project = testProject(articleFiles);
const database = await testDatabase();
const owned = await testDatabase();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
afterAll(() => client.end());
const applyMigrations = () =>
  migrate(drizzle(client), { migrationsFolder: `${project.folder}/drizzle` });
/** Applies the migrations with a connection of its own. */
async function applyAs(connectionString: string): Promise<void> {
  const other = new pg.Client({ connectionString });
  await other.connect();
  const folder = `${project.folder}/drizzle`;
  await migrate(drizzle(other), { migrationsFolder: folder }).finally(() => other.end());
}
let ownersUrl = '';

const kinds = () =>
  project
    .migrations()
    .map((name) => name.slice('0000_'.length).replace(/^(?!tenantry_).*\.sql/, 'drizzle-kit.sql'));

const acme = '00000000-0000-4000-8000-000000000001';
const globex = '00000000-0000-4000-8000-000000000002';
const ann = '00000000-0000-4000-8000-000000000003';

async function asTenant(tenant: string, text: string, values: readonly unknown[] = []) {
  await client.query('begin');
  try {
    await client.query(
      "select set_config('role', 'app', true), set_config('app.organization_id', $1, true)",
      [tenant],
    );
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.query('commit');
  }
}

/** A database whose owner is a login without any attribute. */
async function ownedDatabase() {
  const { url } = owned;
  const name = `owner_${randomBytes(4).toString('hex')}`;
  await client.query(`create role ${name} login password '${name}'`);
  await client.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${name}`);
  const login = new URL(url);
  login.username = name;
  login.password = name;
  return { url: login.href };
}

const sqlState = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: pg.DatabaseError) => error.code,
  );

// One story: each test continues where the one before it stopped.
describe('tenantry generate, in a new project', () => {
  test('--check finds that everything is missing, and writes nothing', async () => {
    const { code, text } = await project.tenantry('generate', '--check');
    expect(code).toBe(1);
    for (const part of ['foundation', 'table:public.projects', 'entry', 'the tables'])
      expect(text).toContain(part);
    expect(project.migrations()).toEqual([]);
  });

  test('--dry-run prints the SQL, and writes nothing', async () => {
    const { code, text } = await project.tenantry('generate', '--dry-run');
    expect(code).toBe(0);
    expect(text).toContain('create schema if not exists tenantry;');
    expect(text).toContain('force row level security');
    expect(project.migrations()).toEqual([]);
  });

  test('writes the foundation, runs drizzle-kit, and writes the isolation', async () => {
    const { code, text } = await project.tenantry('generate');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(kinds()).toEqual([
      'tenantry_foundation.sql',
      'drizzle-kit.sql',
      'tenantry_isolation.sql',
    ]);
  });

  test('and the migrations, applied by Drizzle, isolate', async () => {
    await applyMigrations();
    await client.query(
      "insert into organizations values ($1, 'Acme', 'acme'), ($2, 'Globex', 'globex')",
      [acme, globex],
    );
    await client.query("insert into users values ($1, 'ann@acme.example')", [ann]);
    await client.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
      acme,
      ann,
    ]);

    await asTenant(acme, "insert into projects (name) values ('Roadmap')");
    expect(await asTenant(acme, 'select name from projects')).toEqual([{ name: 'Roadmap' }]);
    expect(await asTenant(globex, 'select name from projects')).toEqual([]);
    expect(
      await sqlState(
        asTenant(globex, "insert into projects (organization_id, name) values ($1, 'x')", [acme]),
      ),
    ).toBe('42501');
    await expect(asTenant('', 'select * from projects')).rejects.toThrow(
      'invalid input syntax for type uuid: "no tenant in this transaction"',
    );
    const enter = "select tenantry.enter($1, $2, $3)::json ->> 'tenant' as tenant";
    expect(await asTenant('', enter, ['slug', 'acme', ann])).toEqual([{ tenant: acme }]);
    expect(await sqlState(asTenant('', enter, ['slug', 'globex', ann]))).toBe('TN404');
  });

  test('on a database of an owner that is no superuser as well', async () => {
    const { url } = await ownedDatabase();
    const run = () => applyAs(url);
    // The roles exist, and this login is no member of them: the message says what to run.
    const hint = await run().then(
      () => '',
      (error: Error) => (error.cause as pg.DatabaseError).hint ?? '',
    );
    expect(hint).toMatch(/^As the login that created role app run: grant app to owner_\w+/);
    for (const role of ['app', 'system']) {
      await client.query(`grant ${role} to ${new URL(url).username}`);
    }
    await run();
    ownersUrl = url;
  });

  test('a second time there is nothing to do', async () => {
    const before = project.migrations();
    const { code, text } = await project.tenantry('generate');
    expect(code).toBe(0);
    expect(text).toContain('tenantry: nothing to do');
    expect(project.migrations()).toEqual(before);
    expect((await project.tenantry('generate', '--check')).code).toBe(0);
  });

  test('a new table brings a migration of drizzle-kit and one for that table', async () => {
    project.write('src/schema.ts', schemaModule + tasksTable);
    const check = await project.tenantry('generate', '--check');
    expect(check.code).toBe(1);
    const { code } = await project.tenantry('generate');
    expect(code).toBe(0);
    expect(kinds().slice(3)).toEqual(['drizzle-kit.sql', 'tenantry_isolation.sql']);
    const sections = project
      .read(`drizzle/${project.migrations()[4]}`)
      .match(/(?<=tenantry:section )\S+/g);
    expect(sections).toEqual(['table:public.tasks', 'references:public.tasks']);
    await applyMigrations();
    // The owner's rows are hidden from it by then, and the reference is checked all the same.
    await applyAs(ownersUrl);
    expect(
      await sqlState(asTenant(globex, 'insert into tasks (project_id) select id from projects')),
    ).toBe('none');
    const [roadmap] = await asTenant(acme, 'select id from projects');
    expect(
      await sqlState(asTenant(globex, 'insert into tasks (project_id) values ($1)', [roadmap.id])),
    ).toBe('23503');
  });

  test('a changed column alone is found by --check', async () => {
    project.write(
      'src/schema.ts',
      (schemaModule + tasksTable).replace(
        "text().notNull().default('member')",
        "text().notNull().default('viewer')",
      ),
    );
    const { code, text } = await project.tenantry('generate', '--check');
    expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining('the tables') });
    expect(text).not.toContain('table:public');
  });

  test('a rename without a terminal stops before anything of ours is written', async () => {
    const before = project.migrations();
    project.write(
      'src/schema.ts',
      (schemaModule + tasksTable).replace('role: text()', 'rank: text()'),
    );
    const { code, text } = await project.tenantry('generate');
    expect(code).toBe(1);
    expect(text).toContain('found  drizzle-kit wants to know whether something was renamed');
    expect(text).toContain('fix    Run `npx tenantry generate` in a terminal');
    expect(project.migrations()).toEqual(before);
  });

  test('a table without a declaration stops before drizzle-kit runs', async () => {
    const before = project.migrations();
    project.write(
      'src/schema.ts',
      `${schemaModule}\nexport const logs = pgTable('logs', { id: uuid() });`,
    );
    const { code, text } = await project.tenantry('generate');
    expect(code).toBe(1);
    expect(text).toMatch(
      /✗ TABLE_NOT_ISOLATED\n {2}found {2}logs\n {2}fix {4}.*\n {2}docs {3}https:/,
    );
    expect(project.migrations()).toEqual(before);
  });
});
