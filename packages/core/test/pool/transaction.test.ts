import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { starsOf } from '../support/activity.ts';
import { acme, ada, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const projects = pgTable('projects', { name: text() });
const db = drizzle({ client: pool });
const star = `update projects set stars = stars + 1 where name = 'Rocket'`;

/** Runs `fn` with a client in acme's scope. */
const withClient = <T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
  tenancy.run(acme, async () => {
    const client = await pool.connect();
    try {
      return await fn(client);
    } finally {
      client.release();
    }
  });
const value = async (client: pg.PoolClient, expression: string) =>
  Object.values((await client.query(`select ${expression}`)).rows[0])[0];
const setting = (client: pg.PoolClient, name: string) =>
  value(client, `current_setting('${name}')`);

describe('a transaction of a client', () => {
  test('carries its tenant from the first statement to the last', async () => {
    await withClient(async (client) => {
      await client.query('begin');
      for (let i = 0; i < 3; i++) {
        expect(await value(client, 'tenantry.current_tenant()')).toBe(acme);
        expect(await value(client, 'current_user')).toBe('app');
      }
      await client.query('commit');
      expect(await value(client, 'tenantry.current_tenant()')).toBe(acme);
    });
  });

  test('commits, and rolls back', async () => {
    const before = await starsOf(database, 'Rocket');
    await withClient(async (client) => {
      await client.query('begin');
      await client.query(star);
      expect(await client.query('commit')).toMatchObject({ command: 'COMMIT' });
      await client.query('begin');
      await client.query(star);
      expect(await client.query('rollback')).toMatchObject({ command: 'ROLLBACK' });
    });
    expect(await starsOf(database, 'Rocket')).toBe(before + 1);
  });

  test.each([
    ['begin isolation level repeatable read', 'repeatable read', 'off'],
    ['BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY', 'serializable', 'on'],
    ['start transaction read only', 'read committed', 'on'],
    ['/* why */ begin -- now\n work', 'read committed', 'off'],
    ['begin;', 'read committed', 'off'],
  ])('%s', async (begin, isolation, readOnly) => {
    await withClient(async (client) => {
      await client.query(begin);
      expect(await setting(client, 'transaction_isolation')).toBe(isolation);
      expect(await setting(client, 'transaction_read_only')).toBe(readOnly);
      expect(await value(client, 'tenantry.current_tenant()')).toBe(acme);
      await client.query('commit');
    });
  });

  test('may begin with SET TRANSACTION, more than once', async () => {
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('set transaction isolation level serializable');
      await client.query('SET TRANSACTION READ ONLY, DEFERRABLE');
      await client.query('savepoint a');
      expect(await setting(client, 'transaction_isolation')).toBe('serializable');
      await client.query('rollback to savepoint a');
      expect(await value(client, 'tenantry.current_tenant()')).toBe(acme);
      expect(await failure(client.query(star))).toMatchObject({ code: '25006' });
      await client.query('rollback');
    });
  });

  test('runs statements in the order in which they were asked for', async () => {
    await withClient(async (client) => {
      const all = [
        client.query('begin'),
        client.query('select from from').catch((error) => error),
        client.query('rollback'),
        client.query('begin'),
        client.query('select 1 as n'),
        client.query('select 2 as n'),
        client.query('commit'),
      ];
      const [, failed, , , one, two, commit] = await Promise.all(all);
      expect(failed).toMatchObject({ code: '42601' });
      expect([one.rows, two.rows]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
      expect(commit.command).toBe('COMMIT');
    });
  });

  test('with savepoints: an error inside one leaves the rest', async () => {
    const before = await starsOf(database, 'Rocket');
    await withClient(async (client) => {
      await client.query('begin');
      await client.query(star);
      await client.query('savepoint one');
      await client.query(star);
      expect(await failure(client.query('select 1/0'))).toMatchObject({ code: '22012' });
      expect(await failure(client.query('select 1'))).toMatchObject({ code: '25P02' });
      await client.query('ROLLBACK TO SAVEPOINT one');
      expect(await value(client, 'tenantry.current_tenant()')).toBe(acme);
      await client.query('release savepoint one');
      await client.query('commit');
    });
    expect(await starsOf(database, 'Rocket')).toBe(before + 1);
  });

  test('whose COMMIT is answered with ROLLBACK throws', async () => {
    const before = await starsOf(database, 'Rocket');
    const pids = await withClient(async (client) => {
      const pid = await value(client, 'pg_backend_pid()');
      for (const commit of ['commit', 'END', 'commit and no chain']) {
        await client.query('begin');
        await client.query(star);
        await client.query('select 1/0').catch(() => {});
        expect(await failure(client.query(commit))).toMatchObject({
          code: 'TRANSACTION_ROLLED_BACK',
          status: 409,
        });
      }
      return [pid, await value(client, 'pg_backend_pid()')];
    });
    expect(pids[0]).toBe(pids[1]);
    expect(await starsOf(database, 'Rocket')).toBe(before);
  });

  test.each([
    'commit and chain',
    'rollback AND CHAIN',
    'end and /* x */ chain',
    'abort work and\nchain',
  ])('that ends with %s is refused: the next one would have no context', async (text) => {
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('select 1');
      expect(await failure(client.query(text))).toMatchObject({ code: 'STATEMENT_REFUSED' });
      await client.query('rollback');
    });
  });

  test('that never began: SAVEPOINT and SET TRANSACTION are errors of the server', async () => {
    await withClient(async (client) => {
      expect(await failure(client.query('savepoint a'))).toMatchObject({ code: '25P01' });
      const late = client.query('set transaction isolation level serializable');
      expect(await failure(late)).toMatchObject({ code: '25001' });
      expect(await value(client, '1')).toBe(1);
    });
  });

  test('whose BEGIN is wrong fails with its first statement', async () => {
    await withClient(async (client) => {
      await client.query('begin nonsense');
      expect(await failure(client.query('select 1'))).toMatchObject({ code: '42601' });
      await client.query('rollback');
      expect(await value(client, '1')).toBe(1);
    });
  });

  test('whose value has no form for the database goes on: nothing was sent', async () => {
    await withClient(async (client) => {
      await client.query('begin');
      await client.query(star);
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      expect(await failure(client.query('select $1', [circular]))).toBeInstanceOf(TypeError);
      expect(await value(client, '1')).toBe(1);
      await client.query('rollback');
    });
  });

  test('with a deferred constraint fails at COMMIT, and nothing of it happened', async () => {
    await database.ask(`
      alter table projects add constraint positive check (stars >= 0);
      create table if not exists pairs (
        organization_id uuid not null default tenantry.current_tenant(), n int,
        unique (organization_id, n) deferrable initially deferred);
      alter table pairs enable row level security;
      alter table pairs force row level security;
      create policy pairs_tenant_isolation on pairs to app
        using (organization_id = (select tenantry.current_tenant()));
      grant select, insert on pairs to app;`);
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('insert into pairs (n) values (1), (1)');
      expect(await failure(client.query('commit'))).toMatchObject({ code: '23505' });
      expect((await client.query('select n from pairs')).rows).toEqual([]);
    });
    const single = tenancy.run(acme, () => pool.query('insert into pairs (n) values (2), (2)'));
    expect(await failure(single)).toMatchObject({ code: '23505' });
  });
});

describe('a client', () => {
  test('keeps its connection through errors', async () => {
    const pids = await withClient(async (client) => {
      const first = await value(client, 'pg_backend_pid()');
      await client.query('select nonsense').catch(() => {});
      return [first, await value(client, 'pg_backend_pid()')];
    });
    expect(pids[0]).toBe(pids[1]);
  });

  test('is released once', async () => {
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      client.release();
      expect(() => client.release()).toThrow('already been released');
      expect(await failure(client.query('select 1'))).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    });
  });

  test.each([true, new Error('broken')])('is closed when released with %s', async (reason) => {
    const own = database.pool({ max: 1 });
    await tenancy.run(acme, async () => {
      const client = await own.connect();
      client.release(reason);
    });
    expect(own.totalCount).toBe(0);
  });

  test('that is released inside a transaction is closed, and the transaction rolled back', async () => {
    const before = await starsOf(database, 'Rocket');
    const own = database.pool({ max: 1 });
    await tenancy.run(acme, async () => {
      const client = await own.connect();
      await client.query('begin');
      await client.query(star);
      client.release();
      expect((await own.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });
    expect(await starsOf(database, 'Rocket')).toBe(before);
  });

  // `return client.query(…)` without await, and release() in finally
  test('that is released while its statements run is given back when they are done', async () => {
    const own = database.pool({ max: 1 });
    const pids = await tenancy.run(acme, async () => {
      const client = await own.connect();
      const all = [1, 2, 3].map((n) =>
        client.query('select pg_backend_pid() as pid, $1::int as n', [n]),
      );
      client.release();
      expect(await failure(client.query('select 1'))).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
      expect(() => client.release()).toThrow('already been released');
      const { rows } = await own.query('select pg_backend_pid() as pid, 0 as n');
      return [...(await Promise.all(all)).flatMap((each) => each.rows), ...rows];
    });
    expect(pids.map(({ n }) => n)).toEqual([1, 2, 3, 0]);
    expect(new Set(pids.map(({ pid }) => pid)).size).toBe(1);
  });

  test('that is released and left behind with a statement is still work of its scope', async () => {
    const before = await starsOf(database, 'Rocket');
    const leaving = tenancy.run(acme, async () => {
      const client = await pool.connect();
      client.query(star.replace('where', 'from pg_sleep(120) where')).catch(() => {});
      client.release();
    });
    expect(await failure(leaving)).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
    expect(await starsOf(database, 'Rocket')).toBe(before);
  });

  test('that held a BEGIN back and never used it stays open', async () => {
    const own = database.pool({ max: 1 });
    await tenancy.run(acme, async () => {
      const client = await own.connect();
      await client.query('begin');
      client.release();
      expect((await own.query('select now() = statement_timestamp() as single')).rowCount).toBe(1);
    });
    expect(own.totalCount).toBe(1);
  });

  test('of another scope is refused, and so is one of a scope that ended', async () => {
    const refused = (client: pg.PoolClient, code: string) =>
      expect(client.query('select 1')).rejects.toMatchObject({ code });
    const [client] = await tenancy.run(acme, async () => {
      const taken = await pool.connect();
      await tenancy.asSystem({ reason: 'a test', actor: 'tests' }, () =>
        refused(taken, 'TENANT_SWITCH_REFUSED'),
      );
      taken.release();
      return [taken];
    });
    await tenancy.run(globex, () => refused(client, 'TENANT_SCOPE_ENDED'));
  });

  test('serves nested scopes of the same tenant', async () => {
    await withClient(async (client) => {
      const rows = await tenancy.run(acme, async () => (await client.query('select 1 as n')).rows);
      expect(rows).toEqual([{ n: 1 }]);
    });
  });
});

describe('an entry that is verified with the first statement', () => {
  const entry = (value: string) =>
    ({ claim: { by: 'slug', value }, user: ada, verify: 'with-first-statement' }) as const;

  test('is verified inside the transaction that comes first', async () => {
    const rows = await pool.enter(entry('acme'), () =>
      db.transaction(async (tx) => {
        await tx.select().from(projects);
        return [tenancy.current().organizationId, (await tx.select().from(projects)).length];
      }),
    );
    expect(rows).toEqual([acme, 2]);
  });

  test('refuses a foreign tenant inside a transaction', async () => {
    const foreign = pool.enter(entry('globex'), () =>
      db.transaction((tx) => tx.select().from(projects)),
    );
    expect((await failure(foreign)).cause).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  test('is verified by each of two statements that come first at once', async () => {
    const both = await pool.enter(entry('acme'), () =>
      Promise.all([pool.query('select name from projects'), pool.query('select 1')]),
    );
    expect(both.map(({ rowCount }) => rowCount)).toEqual([2, 1]);
    const foreign = pool.enter(entry('globex'), async () => {
      const outcomes = await Promise.allSettled([
        pool.query('select name from projects'),
        pool.query('select name from projects'),
      ]);
      return outcomes.map((each) => (each.status === 'rejected' ? each.reason.code : each.value));
    });
    expect(await foreign).toEqual(['TENANT_NOT_FOUND', 'TENANT_NOT_FOUND']);
  });

  test('has no tenant before', async () => {
    await pool.enter(entry('acme'), async () => {
      expect(() => tenancy.current()).toThrow('not verified yet');
      await pool.query('select 1');
      expect(tenancy.current().organizationId).toBe(acme);
    });
  });
});
