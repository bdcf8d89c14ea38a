import { once } from 'node:events';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterEach, describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
const names = 'select name from projects order by name';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
afterEach(async () => {
  await until(() => pool.idleCount === pool.totalCount, 'every client came back');
  expect(unhandled).toEqual([]);
});

describe('a cursor', () => {
  test('on the pool reads the rows of its tenant, in pieces', async () => {
    await inAcme(async () => {
      const cursor = pool.query(new Cursor<{ name: string }>(names));
      expect(await cursor.read(1)).toEqual([{ name: 'Anvil' }]);
      expect(await cursor.read(5)).toEqual([{ name: 'Rocket' }]);
      expect(await cursor.read(5)).toEqual([]);
      await cursor.close();
    });
    await tenancy.run(globex, async () => {
      const cursor = pool.query(new Cursor<{ name: string }>(names, []));
      expect(await cursor.read(10)).toEqual([{ name: 'Reactor' }]);
    });
  });

  test('that is read to its end needs no close, and one that is closed early none either', async () => {
    await inAcme(async () => {
      const read = pool.query(new Cursor(names));
      await read.read(10);
      const early = pool.query(new Cursor(names));
      await early.read(1);
      await early.close();
      await early.close();
      const never = pool.query(new Cursor(names));
      await never.close();
    });
  });

  test('on a client has a transaction of its own, or runs in that of the caller', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      const alone = client.query(
        new Cursor(`insert into projects (name) values ('by cursor') returning name`),
      );
      expect(await alone.read(5)).toEqual([{ name: 'by cursor' }]);
      await alone.close();
      expect(await client.query(`select from projects where name = 'by cursor'`)).toMatchObject({
        rowCount: 1,
      });
      await client.query('begin');
      const within = client.query(
        new Cursor(`delete from projects where name = 'by cursor' returning name`),
      );
      expect(await within.read(5)).toEqual([{ name: 'by cursor' }]);
      await within.close();
      const two = client.query(new Cursor(names));
      expect(await two.read(5)).toHaveLength(2);
      await two.close();
      await client.query('rollback');
      client.release();
    });
    expect(await database.ask(`delete from projects where name = 'by cursor'`)).toEqual([]);
  });

  test('gets the error of its statement, and leaves the client usable', async () => {
    await inAcme(async () => {
      const cursor = pool.query(new Cursor('select 1 / (2 - n) from generate_series(1, 3) n'));
      expect(await failure(cursor.read(10))).toMatchObject({ code: '22012' });
      await cursor.close();
      const client = await pool.connect();
      const wrong = client.query(new Cursor('select nothing'));
      expect(await failure(wrong.read(1))).toMatchObject({ code: '42703' });
      await wrong.close();
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      client.release();
    });
  });

  test.each([
    'set role system',
    'commit',
    'rollback',
    'begin',
    'drop owned by app',
    'copy projects to stdout',
  ])('with %s is told that it is refused', async (text) => {
    await inAcme(async () => {
      const cursor = pool.query(new Cursor(text));
      expect(await failure(cursor.read(1))).toMatchObject({ code: 'STATEMENT_REFUSED' });
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select 1');
      expect(await failure(client.query(new Cursor(text)).read(1))).toMatchObject({
        code: 'STATEMENT_REFUSED',
      });
      expect((await client.query('select tenantry.current_tenant() as t')).rows).toEqual([
        { t: acme },
      ]);
      await client.query('rollback');
      client.release();
    });
  });

  test('outside a scope, in a batch and after the scope is told so', async () => {
    const outside = pool.query(new Cursor(names));
    expect(await failure(outside.read(1))).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    await outside.close();
    await inAcme(async () => {
      let cursor!: Cursor;
      await failure(
        pool.batch(() => {
          cursor = pool.query(new Cursor(names));
          return [cursor.read(1)];
        }),
      );
      expect(await failure(cursor.read(1))).toMatchObject({ code: 'STATEMENT_REFUSED' });
    });
    let client!: pg.PoolClient;
    await inAcme(async () => {
      client = await pool.connect();
      client.release();
    });
    expect(await failure(client.query(new Cursor(names)).read(1))).toMatchObject({
      code: 'TENANT_SCOPE_ENDED',
    });
  });

  test('that outlives its scope reads nothing more, and its connection is closed', async () => {
    let cursor!: Cursor;
    const scope = inAcme(async () => {
      cursor = pool.query(new Cursor(names));
      await cursor.read(1);
    });
    expect(await failure(scope)).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
    await tenancy.run(globex, async () => {
      const others = pool.query(new Cursor(names));
      expect(await others.read(1)).toEqual([{ name: 'Reactor' }]);
      expect(await failure(cursor.read(1))).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
      await cursor.close();
      await others.close();
    });
  });

  test('a scope that runs out of time ends it while the server works for it', async () => {
    const slow = tenancy.run({ organizationId: acme, timeoutMs: 300 }, () =>
      pool.query(new Cursor('select pg_sleep(60)')).read(1),
    );
    expect(await failure(slow)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
    const left = `select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`;
    await until(async () => (await database.ask(left)).length === 0, 'it is cancelled');
  });

  test('a system scope reads across tenants, and cannot write unless it says so', async () => {
    const all = await tenancy.asSystem({ reason: 'a test', actor: 'test' }, async () => {
      const wrong = pool.query(new Cursor(`delete from projects returning name`));
      expect(await failure(wrong.read(1))).toMatchObject({ code: '25006' });
      const cursor = pool.query(new Cursor(names));
      return cursor.read(10);
    });
    expect(all).toHaveLength(3);
  });

  test('an idle reader of the last client is no server that works: the deadlock is seen', async () => {
    const small = database.pool({ max: 1 });
    await inAcme(async () => {
      const cursor = small.query(new Cursor(names));
      await cursor.read(1);
      expect(await failure(small.query('select 1'))).toMatchObject({
        code: 'POOL_CHECKOUT_DEADLOCK',
      });
      await cursor.close();
      expect((await small.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });
  });
});

describe('a stream', () => {
  const many = 'select n, repeat($1, 100) as text from generate_series(1, 100000) n';

  test('gives 100,000 rows without holding them', async () => {
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    const count = await inAcme(async () => {
      let rows = 0;
      for await (const { n } of pool.query(new QueryStream(many, ['x'], { batchSize: 1000 }))) {
        expect(n).toBe(++rows);
        if (rows % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
      }
      return rows;
    });
    expect(count).toBe(100_000);
    expect(most).toBeLessThan(100 * 1024 * 1024);
  });

  test('that is destroyed halfway gives its client back', async () => {
    await inAcme(async () => {
      for await (const { n } of pool.query(new QueryStream(many, ['x']))) if (n === 10) break;
      const never = pool.query(new QueryStream(many, ['x']));
      never.destroy();
      await once(never, 'close');
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });
  });

  test('of a client that is released before its end ends the client with it', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      const stream = client.query(new QueryStream(many, ['x'], { batchSize: 10 }));
      await once(stream, 'readable');
      client.release(true);
      const reading = async () => {
        for await (const _ of stream);
      };
      expect(await failure(reading())).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    });
  });

  test('whose connection is lost ends with an error', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      const stream = client.query(new QueryStream(many, ['x'], { batchSize: 10 }));
      await once(stream, 'readable');
      await database.ask('select pg_terminate_backend($1)', [
        (client as unknown as { processID: number }).processID,
      ]);
      const reading = async () => {
        for await (const _ of stream);
      };
      expect((await failure(reading())).message).toMatch(/terminat|EPIPE|ECONNRESET/);
      client.release();
    });
  });

  test('that a loop leaves as the last act of its scope is closed with it', async () => {
    const first = await inAcme(async () => {
      for await (const { n } of pool.query(new QueryStream(many, ['x']))) return n;
    });
    expect(first).toBe(1);
  });

  test('that is destroyed before it has a client needs none any more', async () => {
    const small = database.pool({ max: 1 });
    for (let i = 0; i < 3; i++) {
      await inAcme(async () => {
        small.query(new QueryStream(names)).destroy();
        void small.query(new Cursor(names)).close();
      });
    }
    expect((await inAcme(() => small.query('select 1 as one'))).rows).toEqual([{ one: 1 }]);
  });

  test('keeps the scope for its listeners', async () => {
    const tenants: unknown[] = [];
    await inAcme(async () => {
      const stream = pool.query(new QueryStream(names));
      stream.on('data', () => tenants.push(tenancy.current().organizationId));
      await once(stream, 'end');
    });
    expect(tenants).toEqual([acme, acme]);
  });

  test('that leaves its scope ends with an error', async () => {
    let stream!: QueryStream;
    const scope = inAcme(async () => {
      stream = pool.query(new QueryStream(many, ['x'], { batchSize: 10 }));
      await once(stream, 'readable');
    });
    expect(await failure(scope)).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
    const reading = async () => {
      let rows = 0;
      for await (const _ of stream) rows++;
      return rows;
    };
    expect(await failure(reading())).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  });
});

test('a custom query that writes more than its statement writes into the void', async () => {
  const own = database.pool({ max: 1 });
  await inAcme(async () => {
    const calls: string[] = [];
    await new Promise<void>((resolve) => {
      const query = {
        submit(connection: pg.Connection) {
          connection.query('select 1');
          connection.query(`select set_config('role', 'none', false)`);
        },
        handleDataRow: () => calls.push('row'),
        handleError: () => resolve(),
        handleReadyForQuery: () => resolve(),
      };
      own.query(query as pg.Submittable);
    });
    expect(calls).toEqual(['row']);
    expect((await own.query('select current_user as role')).rows).toEqual([{ role: 'app' }]);
  });
});

test('a cursor can be the first statement of an entry that is verified with it', async () => {
  const enter = (value: string) =>
    pool.enter({ claim: { by: 'slug', value }, user: null, verify: 'with-first-statement' }, () =>
      pool.query(new Cursor(names)).read(10),
    );
  expect(await enter('acme')).toHaveLength(2);
  expect(await failure(enter('nobody'))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
});

describe('a query of pg', () => {
  test('runs one statement, and tells rows and end', async () => {
    await inAcme(async () => {
      const query = pool.query(new pg.Query(names));
      const rows: unknown[] = [];
      query.on('row', (row) => rows.push(row));
      await once(query, 'end');
      expect(rows).toEqual([{ name: 'Anvil' }, { name: 'Rocket' }]);
    });
  });

  test('of several statements is refused by the server', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      const query = client.query(new pg.Query('select 1; set role system'));
      const [error] = await once(query, 'error').catch((thrown) => [thrown]);
      expect(error).toMatchObject({ code: 'STATEMENT_REFUSED', cause: { code: '42601' } });
      expect(error.message).toContain('several statements in one text');
      client.release();
    });
  });

  test('gets the errors of Tenantry as every statement does', async () => {
    await database.ask(`
      create or replace function at_the_limit() returns text language plpgsql as $$ begin
        raise exception 'LIMIT_REACHED: 3 of 3 projects' using errcode = 'TN001'; end $$`);
    await inAcme(async () => {
      const query = pool.query(new pg.Query('select at_the_limit()'));
      const [error] = await once(query, 'error').catch((thrown) => [thrown]);
      expect(error).toMatchObject({ code: 'LIMIT_REACHED', cause: { code: 'TN001' } });
      const cursor = pool.query(new Cursor('select at_the_limit()'));
      expect(await failure(cursor.read(1))).toMatchObject({ code: 'LIMIT_REACHED' });
    });
  });

  test('that fails while nobody listens is a warning, and no end of the process', async () => {
    const warned = once(process, 'warning');
    await inAcme(async () => {
      pool.query(new pg.Query('drop table projects'));
      await warned;
    });
    expect(String((await warned)[0])).toContain('nobody listens');
  });
});

test('Kysely streams', async () => {
  const db = new Kysely<{ projects: { name: string } }>({
    dialect: new PostgresDialect({ pool, cursor: Cursor }),
  });
  await inAcme(async () => {
    const found: string[] = [];
    for await (const { name } of db.selectFrom('projects').select('name').orderBy('name').stream(1))
      found.push(name);
    expect(found).toEqual(['Anvil', 'Rocket']);
    for await (const { name } of db
      .selectFrom('projects')
      .select('name')
      .orderBy('name')
      .stream(1)) {
      expect(name).toBe('Anvil');
      break;
    }
    await db.transaction().execute(async (tx) => {
      for await (const each of tx.selectFrom('projects').select('name').stream())
        found.push(each.name);
    });
    expect(found).toHaveLength(4);
  });
});
