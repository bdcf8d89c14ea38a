import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TenantryError } from '@tenantry/core';
import { startTestServer } from '@tenantry/testing';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DatabaseUrls, openDatabase } from '../src/database.ts';
import { loginUrls } from '../src/demo/prepare.ts';
import { projects } from '../src/schema.ts';
import { type Seeded, seed } from '../src/seed.ts';

// The commands are those of docs/guides/backup.md, read from there, by PostgreSQL's own programs:
// of version 15, because they must not be older than the server.

const programs = '/usr/lib/postgresql/15/bin';
if (!existsSync(join(programs, 'pg_restore'))) {
  throw new Error('PostgreSQL 15 is not installed. Run: apt-get install -y postgresql-15');
}
const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/guides/backup.md');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, commands]) => commands as string,
  );
const [createBackupLogin = '', notDumped = '', createBypassingLogin = ''] = blocks('sql');
const [dump = '', dumpPastPolicies = '', restoreAsSuperuser = '', restoreAsOwner = ''] =
  blocks('sh');

const password = 'a password of the tests';
const folder = mkdtempSync(join(tmpdir(), 'b2b-saas-backup-'));
const server = await startTestServer({ postgres: 'system', version: '15' });
let seeded: Seeded;

function url(database: string, login?: string): string {
  const at = new URL(server.url);
  at.pathname = `/${database}`;
  if (login !== undefined) {
    at.username = login;
    at.password = password;
  }
  return at.href;
}

async function runSql(sql: string, at: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Runs commands of the page against a database of the test. */
function run(commands: string, database: string, dumper = 'backup') {
  const { status, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: {
      PATH: `${programs}:${process.env.PATH}`,
      BACKUP_DATABASE_URL: url('source', dumper),
      MIGRATION_DATABASE_URL: url(database, 'owner'),
      SUPERUSER_DATABASE_URL: url(database),
    },
  });
  return { status, stderr };
}

/** What Eve, who is a viewer there, reads after entering Globex by its slug. */
async function projectsOfGlobex(urls: DatabaseUrls): Promise<string[]> {
  const { pool, db } = openDatabase(urls);
  try {
    const entry = { claim: { by: 'slug', value: 'globex' }, user: seeded.users.eve };
    const rows = await pool.enter(entry, () => db.select().from(projects));
    return rows.map(({ name }) => name).sort();
  } finally {
    await pool.end();
  }
}

const functionsOf = `
  select p.oid::regprocedure::text as name, pg_get_userbyid(proowner) as owner,
    coalesce(proacl, acldefault('f', proowner))::text as rights
  from pg_proc p where pronamespace = 'tenantry'::regnamespace order by 1`;

beforeAll(async () => {
  const roles = read('examples/b2b-saas/setup/logins.sql');
  await runSql(
    `create role app nologin; create role system nologin; create role audit_writer nologin;
    create role owner login password '${password}'; grant app, system, audit_writer to owner;`,
    server.url,
  );
  for (const database of ['source', 'by_superuser', 'by_owner', 'careless']) {
    await runSql(`create database ${database} owner owner`, server.url);
  }
  const owner = new pg.Client({ connectionString: url('source', 'owner') });
  await owner.connect();
  const migrationsFolder = fileURLToPath(new URL('../drizzle', import.meta.url));
  await migrate(drizzle(owner), { migrationsFolder });
  await owner.end();
  const bypassing = createBypassingLogin.replaceAll('backup', 'backup_past');
  await runSql(`${roles}${createBackupLogin}${bypassing}`, server.url);
  for (const login of ['b2b_web', 'b2b_system', 'backup', 'backup_past']) {
    await runSql(`alter role ${login} password '${password}'`, server.url);
  }
  const source = openDatabase(loginUrls(url('source'), password));
  seeded = await seed(source);
  await source.pool.end();
  expect(run(dump, 'source')).toEqual({ status: 0, stderr: '' });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

it.each([
  ['a superuser', 'by_superuser', restoreAsSuperuser],
  ['the migrating login', 'by_owner', restoreAsOwner],
])('is restored by %s as it was', async (_, database, commands) => {
  expect(run(commands, database)).toMatchObject({ status: 0 });
  expect(await runSql(functionsOf, url(database))).toEqual(
    await runSql(functionsOf, url('source')),
  );
  expect(await runSql(schemaRights, url(database))).toEqual(
    await runSql(schemaRights, url('source')),
  );
  expect(await projectsOfGlobex(loginUrls(url(database), password))).toEqual([
    'Hammock',
    'Reactor',
  ]);
});

const schemaRights = `select array(select unnest(nspacl)::text order by 1) as rights
  from pg_namespace where nspname = 'tenantry'`;

it('dumps with policies what is dumped past them', () => {
  const text = (commands: string, dumper: string) => {
    const plain = commands.replace('--format=custom --file=app.dump', '--file=app.sql');
    expect(run(plain, 'source', dumper)).toEqual({ status: 0, stderr: '' });
    // pg_dump writes a random key, and how it was called
    const dumped = readFileSync(join(folder, 'app.sql'), 'utf8');
    return dumped.replace(/^(\\(un)?restrict|SET row_security) .*$/gm, '');
  };
  const byPolicies = text(dump, 'backup');
  expect(byPolicies).toContain('Hammock');
  expect(byPolicies).toBe(text(dumpPastPolicies, 'backup_past'));
});

it('names the tables that would be dumped empty', async () => {
  const asked = () => runSql(notDumped, url('source', 'backup'));
  expect(await asked()).toEqual([]);
  await runSql(
    'create table of_another (id int); alter table of_another enable row level security',
    url('source'),
  );
  expect(await asked()).toEqual([{ not_dumped: 'of_another' }]);
  await runSql('drop table of_another', url('source'));
});

it('refuses to serve from a copy whose functions have the wrong owner', async () => {
  const restored = run('pg_restore --dbname="$MIGRATION_DATABASE_URL" app.dump', 'careless');
  expect(restored.status).toBe(1);
  const refusal = await projectsOfGlobex(loginUrls(url('careless'), password)).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(TenantryError);
  expect(refusal).toMatchObject({ code: 'DATABASE_NOT_PREPARED' });
  expect((refusal as Error).message).toContain('belongs to owner, not to system');
});

it.each([
  ['the owner', 'owner'],
  ['the login of the system role', 'b2b_system'],
])('cannot be dumped by %s, and says so', (_, login) => {
  const { status, stderr } = run(`pg_dump --file=/dev/null "${url('source', login)}"`, 'source');
  expect(status).toBe(1);
  expect(stderr).toMatch(/row-level security policy|permission denied/);
});
