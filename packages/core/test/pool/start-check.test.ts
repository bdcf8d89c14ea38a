import { createTestDatabase } from '@tenantry/testing';
import { testServer } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTenantPool, defineTenancy, type TenantPoolOptions } from '../../src/index.ts';
import { foundationSql } from '../../src/sql/index.ts';
import { acme } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

// roles belong to the whole server, so those of this file have names of their own
const own = `check_${process.pid}`;
const [app, system, login, owner] = [`${own}_app`, `${own}_system`, `${own}_login`, `${own}_owner`];
const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', roles: { app, system } });

const database = await createTestDatabase({ server: await testServer() });
const admin = new pg.Pool({ connectionString: database.url, max: 1 });
await admin.query(foundationSql(tenancy).sql);
await admin.query(`
  create role ${login} login password '${login}' noinherit in role ${app};
  create role ${owner} nologin;
  create table notes (organization_id uuid not null default tenantry.current_tenant(), n integer);
  alter table notes enable row level security;
  alter table notes force row level security;
  create policy notes_tenant_isolation on notes to ${app}
    using (organization_id = (select tenantry.current_tenant()));
  grant select, insert on notes to ${app};`);

afterAll(async () => {
  await admin.end();
  await database.drop({ force: true });
  const { url } = await testServer();
  const server = new pg.Client(url);
  await server.connect();
  await server.query(`drop role ${login}, ${app}, ${system}, ${owner}`);
  await server.end();
});
afterEach(() => vi.unstubAllEnvs());

const urlOf = (user: string) => {
  const url = new URL(database.url);
  url.username = user;
  url.password = user;
  return url.href;
};

/** The first statement of a new pool: what it rejects with, and what the logger heard. */
async function firstUse(options: TenantPoolOptions = {}, forTenancy = tenancy) {
  const warnings: string[] = [];
  const pool = createTenantPool(forTenancy, {
    connectionString: urlOf(login),
    max: 1,
    logger: { warn: (text) => warnings.push(text) },
    ...options,
  });
  try {
    const answer = await forTenancy
      .run(acme, () => pool.query('select n from notes'))
      .catch((error: Error & { code: string; status: number; fix: string }) => error);
    return { error: answer instanceof Error ? answer : undefined, warnings };
  } finally {
    await pool.end();
  }
}

/** Changes the database for one test. */
async function changed(change: string, undo: string): Promise<void> {
  await admin.query(change);
  onTestFinished(async () => {
    await admin.query(undo);
  });
}

test('a login that is only a member of the app role is silent', async () => {
  expect(await firstUse()).toEqual({ error: undefined, warnings: [] });
});

describe('a login that could bypass the policies', () => {
  const logins: Record<string, [says: string, url: () => string, change: string, undo: string]> = {
    'a superuser': ['is a superuser', () => database.url, 'select 1', 'select 1'],
    'one with BYPASSRLS': [
      'has BYPASSRLS',
      () => urlOf(login),
      `alter role ${login} bypassrls`,
      `alter role ${login} nobypassrls`,
    ],
    'a member of the system role': [
      'can become a role that sees all tenants',
      () => urlOf(login),
      `grant ${system} to ${login}`,
      `revoke ${system} from ${login}`,
    ],
    'an owner of tables': [
      'owns tables of tenants',
      () => urlOf(login),
      `alter table notes owner to ${owner}; grant ${owner} to ${login}`,
      `revoke ${owner} from ${login}; alter table notes owner to current_user`,
    ],
  };

  test.each(Object.entries(logins))(
    '%s: warns, is refused in production, accepted by name',
    async (_, [says, url, change, undo]) => {
      await changed(change, undo);
      const connectionString = url();
      const loud = await firstUse({ connectionString });
      expect(loud.error).toBeUndefined();
      expect(loud.warnings).toHaveLength(1);
      expect(loud.warnings[0]).toContain(says);
      expect(loud.warnings[0]).toContain('LOGIN_BYPASSES_RLS');

      vi.stubEnv('NODE_ENV', 'production');
      const refused = await firstUse({ connectionString });
      expect(refused.error).toMatchObject({ code: 'LOGIN_BYPASSES_RLS', status: 500 });
      expect(refused.warnings).toEqual([]);

      const accepted = await firstUse({ connectionString, accept: ['login-bypasses-rls'] });
      expect(accepted).toEqual({ error: undefined, warnings: [] });
    },
  );
});

describe('a database that cannot isolate is refused', () => {
  const faults: Record<string, [code: string, says: string, change: string, undo: string]> = {
    'an app role with BYPASSRLS': [
      'ROLE_BYPASSES_RLS',
      `alter role ${app} nosuperuser nobypassrls`,
      `alter role ${app} bypassrls`,
      `alter role ${app} nobypassrls`,
    ],
    'an app role that is a superuser': [
      'ROLE_BYPASSES_RLS',
      'is a superuser',
      `alter role ${app} superuser`,
      `alter role ${app} nosuperuser`,
    ],
    'an app role that is a member of the system role': [
      'ROLE_BYPASSES_RLS',
      `revoke ${system} from ${app}`,
      `grant ${system} to ${app}`,
      `revoke ${system} from ${app}`,
    ],
    'an app role that owns a table': [
      'ROLE_BYPASSES_RLS',
      'owns tables',
      `alter table notes owner to ${app}`,
      `alter table notes owner to current_user; grant select, insert on notes to ${app}`,
    ],
    'an app role that is a member of an owner': [
      'ROLE_BYPASSES_RLS',
      'owns tables',
      `alter table notes owner to ${owner}; grant ${owner} to ${app}`,
      `revoke ${owner} from ${app}; alter table notes owner to current_user`,
    ],
    'a login that is no member of the app role': [
      'ROLE_MISSING',
      `grant ${app} to ${login}`,
      `revoke ${app} from ${login}`,
      `grant ${app} to ${login}`,
    ],
    'no context function': [
      'DATABASE_NOT_PREPARED',
      'tenantry generate',
      `alter function tenantry.current_tenant() rename to gone`,
      `alter function tenantry.gone() rename to current_tenant`,
    ],
    'a context function without the right to run it': [
      'DATABASE_NOT_PREPARED',
      'or their rights',
      `revoke execute on function tenantry.current_tenant() from ${app}`,
      `grant execute on function tenantry.current_tenant() to ${app}`,
    ],
    'a schema without the right to use it': [
      'DATABASE_NOT_PREPARED',
      'or their rights',
      `revoke usage on schema tenantry from ${app}`,
      `grant usage on schema tenantry to ${app}`,
    ],
    'a table without policies': [
      'TABLE_NOT_ISOLATED',
      'public.open',
      `create table open (n int); grant select on open to ${app}`,
      'drop table open',
    ],
    'a table whose owner is not forced': [
      'TABLE_NOT_ISOLATED',
      'public.notes',
      'alter table notes no force row level security',
      'alter table notes force row level security',
    ],
    'a column of an open table': [
      'TABLE_NOT_ISOLATED',
      'public."odd name"',
      `create table "odd name" (a int, b int); grant update (b) on "odd name" to ${app}`,
      'drop table "odd name"',
    ],
    'an open table that may only be emptied': [
      'TABLE_NOT_ISOLATED',
      'public.open',
      `create table open (n int); grant truncate on open to ${app}`,
      'drop table open',
    ],
    'an open table for everybody': [
      'TABLE_NOT_ISOLATED',
      'public.open',
      `create table open (n int); grant select on open to public`,
      'drop table open',
    ],
    'an open partition': [
      'TABLE_NOT_ISOLATED',
      'public.part_one',
      `create table part (n int) partition by list (n);
       create table part_one partition of part for values in (1); grant select on part_one to ${app}`,
      'drop table part',
    ],
  };

  test.each(Object.entries(faults))('%s', async (_, [code, says, change, undo]) => {
    await changed(change, undo);
    const { error } = await firstUse();
    expect(error).toMatchObject({ code, status: 500 });
    expect(error?.message).toContain(says);
    vi.stubEnv('NODE_ENV', 'production');
    expect((await firstUse()).error).toMatchObject({ code });
  });

  test('an app role that does not exist', async () => {
    const renamed = defineTenancy({
      tenant: 'organization',
      id: 'uuid',
      roles: { app: `${own}_no` },
    });
    const { error } = await firstUse({}, renamed);
    expect(error).toMatchObject({ code: 'ROLE_MISSING' });
    expect(error?.message).toContain(`no role ${own}_no`);
  });

  test('unless an open table is accepted: then with a warning', async () => {
    await changed(`create table open (n int); grant select on open to ${app}`, 'drop table open');
    const { error, warnings } = await firstUse({ accept: ['table-not-isolated'] });
    expect(error).toBeUndefined();
    expect(warnings.join()).toContain('public.open');
  });

  test('unless open tables are exempt, each by name or schema, with a reason', async () => {
    await changed(
      `create schema queue; create table queue.job (n int); create table queue."Odd.name" (n int);
       create table sessions (n int);
       grant usage on schema queue to ${app};
       grant select on queue.job, queue."Odd.name", sessions to ${app};
       alter table queue.job owner to ${login}`,
      'drop schema queue cascade; drop table sessions',
    );
    const { error } = await firstUse();
    expect(error).toMatchObject({ code: 'TABLE_NOT_ISOLATED' });
    expect(error?.message).toContain('public.sessions, queue."Odd.name", queue.job');
    expect(error?.fix).toContain('exempt');
    const exempt = { 'queue.*': 'the queue', sessions: 'of the auth library' };
    vi.stubEnv('NODE_ENV', 'production'); // the login owns a table, but none of a tenant
    expect(await firstUse({ exempt })).toEqual({ error: undefined, warnings: [] });
    const half = await firstUse({ exempt: { 'queue.*': 'the queue' } });
    expect(half.error?.message).toContain('Found: public.sessions.');
  });

  test.each([
    { '*': 'everything' },
    { 'public.*': 'everything' },
    { 'tenantry.*': 'ours' },
    { sessions: '' },
    { sessions: undefined as unknown as string },
  ])('an exemption is no way to switch the check off: %j', (exempt) => {
    expect(() => createTenantPool(tenancy, { exempt })).toThrow('CONFIG_INVALID');
  });

  test('but a table that nobody but its owner reaches is no danger', async () => {
    await changed(
      `create schema private; create table private.open (n int); grant select on private.open to ${app};
       create table unreached (n int)`,
      'drop schema private cascade; drop table unreached',
    );
    expect(await firstUse()).toEqual({ error: undefined, warnings: [] });
  });
});

describe('the check', () => {
  test('is made once for a pool, and again until it holds', async () => {
    const pool = createTenantPool(tenancy, { connectionString: urlOf(login), max: 2 });
    onTestFinished(() => pool.end());
    const ask = () => tenancy.run(acme, () => pool.query('select n from notes'));
    await admin.query('alter table notes no force row level security');
    for (let i = 0; i < 3; i++)
      expect(await failure(ask())).toMatchObject({ code: 'TABLE_NOT_ISOLATED' });
    await admin.query('alter table notes force row level security');
    expect((await ask()).rows).toEqual([]);
  });

  test('of many first statements at once refuses all of them', async () => {
    await changed(
      'alter table notes no force row level security',
      'alter table notes force row level security',
    );
    const pool = createTenantPool(tenancy, { connectionString: urlOf(login), max: 3 });
    onTestFinished(() => pool.end());
    const all = Array.from({ length: 9 }, () =>
      failure(tenancy.run(acme, () => pool.query('select n from notes'))),
    );
    for (const error of await Promise.all(all))
      expect(error).toMatchObject({ code: 'TABLE_NOT_ISOLATED' });
  });

  test('does not stop system work that has a login of its own', async () => {
    const pool = createTenantPool(tenancy, {
      connectionString: urlOf(login),
      system: { connectionString: database.url },
    });
    onTestFinished(() => pool.end());
    const count = () =>
      pool.query('select count(*)::int as n from pg_class where relname = $1', ['notes']);
    const { rows } = await tenancy.asSystem({ reason: 'a test', actor: 'tests' }, count);
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('leaves the missing right for system work to the first such work', async () => {
    const pool = createTenantPool(tenancy, { connectionString: urlOf(login) });
    onTestFinished(() => pool.end());
    const work = tenancy.asSystem({ reason: 'a test', actor: 'tests' }, () =>
      pool.query('select 1'),
    );
    const error = await failure(work);
    expect(error).toMatchObject({ code: 'ROLE_MISSING' });
    expect(error.message).toContain(system);
  });
});

// a check of many tables may take longer than any statement of the application
test('the statement_timeout of the pool is not for the check, and is for all else', async () => {
  const holder = new pg.Client(database.url);
  await holder.connect();
  onTestFinished(() => holder.end());
  const pool = createTenantPool(tenancy, {
    connectionString: urlOf(login),
    statement_timeout: 1000,
    max: 1,
    onConnect: async () => {
      // whoever reads the catalogue at this moment, such as autovacuum, is not waited for
      await until(
        () =>
          holder
            .query(
              `begin; set local lock_timeout = '100ms'; lock table pg_catalog.pg_class in access exclusive mode`,
            )
            .then(
              () => true,
              () => holder.query('rollback').then(() => false),
            ),
        'the catalogue is locked',
      );
    },
  } as TenantPoolOptions);
  onTestFinished(() => pool.end());
  const work = tenancy.run(acme, () => pool.query('select count(*)::int as n from notes'));
  let answered = false;
  const answer = work
    .catch((error) => error)
    .finally(() => {
      answered = true;
    });
  await until(
    async () => {
      // a transaction keeps the first answer about activity, from before the check
      await holder.query('select pg_stat_clear_snapshot()');
      const { rows } = await holder.query(
        `select state = 'active' and query_start < clock_timestamp() - interval '1.5 s' as late
           from pg_stat_get_activity(null) where datid = (select oid from pg_database where datname = $1) and pid <> pg_backend_pid()`,
        [new URL(database.url).pathname.slice(1)],
      );
      return answered || rows.some(({ late }) => late);
    },
    'the check takes longer than a statement may',
    60_000,
  );
  await holder.query('commit');
  expect(await answer).toMatchObject({ rows: [{ n: 0 }] });
  const shown = await tenancy.run(acme, () => pool.query('show statement_timeout'));
  expect(shown.rows).toEqual([{ statement_timeout: '1s' }]);
});

describe('options that are wrong are refused at once', () => {
  test.each([
    [{ preparedStatements: 0.5 }, 'preparedStatements'],
    [{ preparedStatements: 10_001 }, 'preparedStatements'],
    [{ pipeline: true }, 'pipeline'],
    [{ query_timeout: -5 }, 'query_timeout'],
    [{ system: { pipeline: true } }, 'system.pipeline'],
    [{ binary: true }, 'binary'],
  ])('%j', (options, says) => {
    expect(() => createTenantPool(tenancy, options as TenantPoolOptions)).toThrow(says);
  });

  test('a signed context without a secret', () => {
    const signed = defineTenancy({ tenant: 'organization', id: 'uuid', context: 'signed' });
    expect(() => createTenantPool(signed)).toThrow('contextSecret');
    expect(() => createTenantPool(signed, { contextSecret: 'short' })).toThrow('contextSecret');
  });
});
