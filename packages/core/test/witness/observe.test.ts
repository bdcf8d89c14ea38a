import { createTestDatabase } from '@tenantry/testing';
import { testServer } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createTenantPool,
  defineTenancy,
  type ObservedFinding,
  type ObservedStatement,
  type TenantPoolOptions,
} from '../../src/index.ts';
import { foundationSql } from '../../src/sql/index.ts';
import { failure, until } from '../support/wait.ts';

// roles belong to the whole server, so those of this file have names of their own
const own = `observe_${process.pid}`;
const [app, system, login] = [`${own}_app`, `${own}_system`, `${own}_login`];
const roles = { app, system };
const tenancy = defineTenancy({ tenant: 'team', id: 'text', roles });
const signed = defineTenancy({ tenant: 'team', id: 'text', roles, context: 'signed' });

/** A database as an application without any tenancy has it: no role, no function, no policy. */
const database = await createTestDatabase({ server: await testServer() });
const admin = new pg.Pool({ connectionString: database.url, max: 1 });
await admin.query(`
  create table notes (id integer primary key, team_id text, body text);
  insert into notes values (1, 't1', 'a'), (2, 't1', 'b'), (3, 't2', 'secret'), (4, null, 'd');
  create table users (id integer primary key, name text);
  insert into users values (1, 'ada')`);
afterAll(async () => {
  await admin.end();
  await database.drop({ force: true });
  const { url } = await testServer();
  const server = new pg.Client(url);
  await server.connect();
  await server.query(`drop role if exists ${login}, ${app}, ${system}`);
  await server.end();
});

function observing(options: TenantPoolOptions = {}, of = tenancy) {
  const warnings: string[] = [];
  const findings: ObservedFinding[] = [];
  const witness = { mode: 'observe', onObserved: (each: ObservedFinding) => findings.push(each) };
  const pool = createTenantPool(of, {
    connectionString: database.url,
    max: 2,
    logger: { warn: (message) => warnings.push(message) },
    ...options,
    witness: { ...witness, ...Object(options.witness) } as never,
  });
  onTestFinished(async () => {
    await until(() => pool.idleCount === pool.totalCount, 'every client came back');
    await pool.end();
  });
  const textOf = async (sql: string) =>
    (await pool.observed()).statements.find((each) => each.text === sql) as ObservedStatement;
  return { pool, warnings, findings, of: textOf };
}

const all = 'select * from notes order by id';

describe('a database without roles, functions and policies', () => {
  test('statements run with and without a scope, and lose nothing', async () => {
    const { pool, of } = observing();
    expect((await pool.query(all)).rows).toHaveLength(4);
    expect((await tenancy.run('t1', () => pool.query(all))).rows).toHaveLength(4);
    expect(await of(all)).toMatchObject({
      tables: ['public.notes'],
      ...{ runs: 1, rows: 4, foreign: 1, outside: 1, several: 1 },
    });
  });

  test('the tenant travels as far as it can', async () => {
    const { pool } = observing();
    const seen = () =>
      pool.query(
        `select current_setting('app.team_id', true) as team, current_user = session_user as self`,
      );
    expect((await tenancy.run('t1', seen)).rows).toEqual([{ team: 't1', self: true }]);
    expect((await seen()).rows).toEqual([{ team: '', self: true }]);
    expect((await tenancy.run('t2', seen)).rows).toEqual([{ team: 't2', self: true }]);
  });

  test('what the start check would refuse is one warning', async () => {
    const { pool, warnings } = observing();
    await pool.query('select 1');
    expect(warnings[0]).toContain(`statements of a team run as login`);
    expect(warnings[0]).toContain('ROLE_MISSING');
    expect(warnings.filter((each) => each.includes('tenantry observes'))).toHaveLength(1);
  });

  test('a signed context, a login for the system, and asSystem', async () => {
    const contextSecret = 'a secret of the tests, long enough to be one';
    const { pool } = observing(
      { contextSecret, system: { connectionString: database.url } },
      signed as never,
    );
    expect((await pool.query(all)).rowCount).toBe(4);
    expect((await signed.run('t1', () => pool.query(all))).rowCount).toBe(4);
    const reason = { reason: 'test', actor: 'test' };
    expect((await signed.asSystem(reason, () => pool.query(all))).rowCount).toBe(4);
    const { total } = await pool.observed();
    expect(total).toEqual({ runs: 1, rows: 4, foreign: 1, outside: 1, system: 1 });
  });

  test('what only a system scope may send runs outside scopes', async () => {
    const { pool, of } = observing();
    await pool.query('create table made (n integer)');
    await pool.query('lock table made').catch(() => {}); // PostgreSQL wants a transaction
    await pool.query('drop table made');
    expect(await of('drop table made')).toMatchObject({ outside: 1 });
    const error = await failure(tenancy.run('t1', () => pool.query('create table made ()')));
    expect(error.code).toBe('STATEMENT_REFUSED');
  });
});

describe('every way to send a statement is counted', () => {
  type Pool = ReturnType<typeof observing>['pool'];
  const notes = pgTable('notes', { id: integer(), teamId: text('team_id') });
  const ways: Record<string, (pool: Pool) => Promise<unknown>> = {
    'a statement': (pool) => pool.query(all),
    'a callback': (pool) => new Promise((resolve) => pool.query(all, resolve)),
    'a client': async (pool) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(all);
      await client.query('commit');
      client.release();
    },
    'a transaction': (pool) => pool.transaction((tx) => tx.query(all)),
    'a batch': (pool) => pool.batch(() => [pool.query(all)]),
    'a cursor': (pool) => pool.query(new Cursor(all)).read(10),
    drizzle: async (pool) => {
      await drizzle(pool).select().from(notes);
    },
  };

  test.each(Object.entries(ways))('%s', async (_, way) => {
    const { pool, findings } = observing();
    await pool.query('select 1'); // the pool is ready
    await way(pool);
    await tenancy.run('t1', async function inTheScope() {
      await way(pool);
    });
    await until(() => pool.idleCount === pool.totalCount, 'every client came back');
    const { statements } = await pool.observed();
    const [found, ...others] = statements.filter((each) => each.rows > 0);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ runs: 1, rows: 4, foreign: 1, outside: 1, several: 1 });
    expect(found?.tables).toEqual(['public.notes']);
    expect(statements.every((each) => !/begin|commit/.test(each.text))).toBe(true);
    const kinds = findings.filter((each) => each.text === found?.text).map(({ kind }) => kind);
    expect(kinds).toEqual(['several', 'foreign']);
    for (const caller of found?.callers ?? []) expect(caller).toContain('observe.test.ts:');
  });
});

describe('findings', () => {
  test('name the caller, each once, and never a row or an id', async () => {
    const { pool, findings, warnings, of } = observing();
    await pool.query('select 1');
    const here = () => tenancy.run('t1', () => pool.query(all));
    const there = () => tenancy.run('t1', () => pool.query(all));
    for (let i = 0; i < 3; i++) {
      await here();
      await there();
    }
    const foreign = findings.filter(({ kind }) => kind === 'foreign');
    expect(foreign).toHaveLength(2);
    expect(foreign[0]).toMatchObject({ text: all, tables: ['public.notes'], rows: 4, foreign: 1 });
    expect(new Set(foreign.map(({ caller }) => caller)).size).toBe(2);
    expect(await of(all)).toMatchObject({
      runs: 6,
      rows: 24,
      foreign: 6,
      callers: [
        expect.stringContaining('observe.test.ts:'),
        expect.stringContaining('observe.test.ts:'),
      ],
    });
    expect(warnings.filter((each) => each.includes('1 of 4 rows of public.notes'))).toHaveLength(2);
    expect(warnings.join()).not.toMatch(/secret|t2/);
    expect(JSON.stringify([findings, await pool.observed()])).not.toMatch(/secret|t2/);
  });

  test('a hook that throws changes nothing', async () => {
    const onObserved = () => {
      throw new Error('hook');
    };
    const { pool, warnings } = observing({ witness: { mode: 'observe', onObserved } });
    expect((await pool.query(all)).rowCount).toBe(4);
    expect(warnings.join()).toContain('onObserved failed: hook');
  });

  test('the summary reads, is plain data, and has the worst first', async () => {
    const { pool } = observing();
    expect(String(await pool.observed())).toContain('0 statements in scopes');
    await tenancy.run('t1', () => pool.query('select * from users'));
    await pool.query('select * from users where id = $1', [1]);
    await tenancy.run('t1', () => pool.query(all));
    const observed = await pool.observed();
    expect(observed.statements.map((each) => each.text)).toEqual([
      all,
      'select * from users where id = $1',
      'select * from users',
    ]);
    const read = String(observed);
    expect(read).toContain('1 of 4 rows of another tenant (public.notes)');
    expect(read).toContain('1 times outside every scope');
    expect(read).toContain('1 other statements have nothing to report');
    expect(JSON.parse(JSON.stringify(observed))).toMatchObject({ dropped: 0, total: { runs: 2 } });
  });

  test('at most 1,000 texts are kept, those with something to report longest', async () => {
    const { pool, of } = observing();
    await tenancy.run('t1', () => pool.query(all));
    await tenancy.run('t1', async () => {
      for (let i = 0; i < 1005; i++) await pool.query(`select ${i}`);
    });
    const { statements, dropped, total } = await pool.observed();
    expect(statements).toHaveLength(1000);
    expect(dropped).toBe(6);
    expect(total.runs).toBe(1006);
    expect(await of(all)).toMatchObject({ foreign: 1 });
  });

  test('of a pool that enforces or does not look are refused', async () => {
    for (const witness of ['enforce', 'off'] as const) {
      const pool = createTenantPool(tenancy, { connectionString: database.url, witness });
      expect((await failure(pool.observed())).code).toBe('CONFIG_INVALID');
      await pool.end();
    }
  });
});

test('a statement that was clean for long names its caller all the same', async () => {
  const { pool, findings, of } = observing();
  const text = 'select * from notes where team_id = $1';
  await tenancy.run('t1', async function later() {
    for (let run = 0; run < 30; run++) await pool.query(text, ['t1']);
    await pool.query(text, ['t2']);
    await pool.query(text, ['t2']);
  });
  expect(await of(text)).toMatchObject({ runs: 32, foreign: 2 });
  expect(findings.map(({ kind }) => kind)).toEqual(['foreign', 'foreign']);
  for (const { caller } of findings) expect(caller).toContain('observe.test.ts:');
});

describe('while a database is being adopted', () => {
  test('the app role is taken on when it may read what the login reads', async () => {
    await admin.query(foundationSql(tenancy).sql);
    await admin.query(`
      create role ${login} login password '${login}' noinherit in role ${app}, ${system};
      grant select, insert on notes, users to ${login};
      grant select, insert on users to ${app}`);
    const url = new URL(database.url);
    url.username = login;
    url.password = login;
    const connectionString = url.href;
    const who = 'select current_user::text as who';
    const asked = async (options: TenantPoolOptions = {}) => {
      const { pool, warnings } = observing({ connectionString, ...options });
      const [inScope] = (await tenancy.run('t1', () => pool.query(who))).rows;
      const [outside] = (await pool.query(who)).rows;
      return [inScope.who, outside.who, warnings[0]];
    };
    expect(await asked()).toEqual([login, login, expect.stringContaining('public.notes')]);
    const witness = (role: 'app' | 'login') => ({ witness: { mode: 'observe', role } as const });
    expect(await asked(witness('app'))).toEqual([app, login, expect.anything()]);

    await admin.query(`grant select, insert on notes to ${app}`);
    expect(await asked()).toEqual([app, login, expect.stringContaining(`run as role ${app}`)]);
    expect(await asked(witness('login'))).toEqual([login, login, expect.anything()]);

    // one table is enforced: it loses its foreign rows, the other goes on being observed
    await admin.query(`
      alter table notes enable row level security; alter table notes force row level security;
      create policy notes_tenant_isolation on notes to ${app}
        using (team_id = (select tenantry.current_tenant()))`);
    const { pool, of } = observing({ connectionString });
    expect((await tenancy.run('t1', () => pool.query(all))).rows).toHaveLength(2);
    expect(await of(all)).toMatchObject({ rows: 2, foreign: 0 });
    expect((await pool.query(all)).rows).toEqual([]); // no policy lets the login see a row
  });
});
