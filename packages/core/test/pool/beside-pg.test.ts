import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';
import { failures, reads, type Sent, transaction } from './beside-pg-statements.ts';

const database = await coreDatabase();
await database.ask(`
  create table only_of_this_test (id int primary key, note text);
  insert into only_of_this_test values (1, 'a'), (2, null);
  alter table only_of_this_test enable row level security;
  alter table only_of_this_test force row level security;
  create policy everybody on only_of_this_test using (true);
  grant select on only_of_this_test to app;`);

const ours = database.pool({ max: 1 });
// the same role and tenant, as a careful person sets them by hand
const theirs = new pg.Pool({
  connectionString: database.web,
  max: 1,
  options: `-c role=app -c app.organization_id=${acme}`,
});
afterAll(() => theirs.end());
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

type Asked = Pick<pg.Pool, 'query'>;
const ask = (on: Asked, sent: Sent) => on.query(sent as string);

/** All that a caller may read of a result, in this order. */
const shapeOf = ({ command, rowCount, oid, rows, fields, ...rest }: pg.QueryResult) => ({
  command,
  rowCount,
  oid,
  rowAsArray: (rest as { rowAsArray?: boolean }).rowAsArray,
  rows: rows.map((row) => (Array.isArray(row) ? row : Object.entries(row))),
  prototypes: rows.map((row) => Object.getPrototypeOf(row)),
  fields: fields.map((field) => ({ ...field })),
});

/** All that the server says of an error. `length` counts the bytes of it, with the name of a statement. */
const saidOf = (error: Error) => {
  const { length, ...said } = { ...error } as Record<string, unknown>;
  // and neither what the statement is called under which it is prepared
  return { ...said, message: error.message.replace(/"tenantry_[\w-]{24}"/, '""') };
};

const nameOf = (sent: Sent) => {
  const { text, values = [], rowMode = '' } = typeof sent === 'string' ? { text: sent } : sent;
  const shown = values.map((value) => String(value).slice(0, 20)).join(', ');
  return `${rowMode} ${text.replace(/\s+/g, ' ').slice(0, 100)} ${shown}`.trim();
};

describe('a result is the one of pg', () => {
  test.each(reads.map((sent) => [nameOf(sent), sent] as const))('%s', async (_, sent) => {
    const wanted = shapeOf(await ask(theirs, sent));
    for (const time of ['first', 'second', 'third'])
      expect([time, shapeOf(await inAcme(() => ask(ours, sent)))]).toEqual([time, wanted]);
    const held = await inAcme(async () => {
      const client = await ours.connect();
      await client.query('begin');
      const result = await ask(client, sent);
      await client.query('commit');
      client.release();
      return result;
    });
    expect(shapeOf(held)).toStrictEqual(wanted);
    const [batched] = await inAcme(() => ours.batch(() => [ask(ours, sent)]));
    expect(shapeOf(batched)).toStrictEqual(wanted);
  });

  test('of each statement of a transaction', async () => {
    const run = async (pool: pg.Pool) => {
      const client = await pool.connect();
      const results: unknown[] = [];
      for (const sent of transaction)
        results.push([nameOf(sent), shapeOf(await ask(client, sent))]);
      client.release();
      return results;
    };
    expect(await inAcme(() => run(ours))).toEqual(await run(theirs));
  });

  test.each([
    ['begin', 'commit'],
    ['begin read only', 'rollback'],
    ['start transaction isolation level serializable', 'end'],
    ['begin work', 'abort'],
    ['select 1', 'commit'],
    ['select 1', 'rollback'],
  ])('of %s and %s, with a statement between and without', async (first, last) => {
    const run = async (pool: pg.Pool) => {
      const client = await pool.connect();
      const results: unknown[] = [];
      for (const text of [first, last, first, 'select 2 as two', last])
        results.push(shapeOf(await client.query(text)));
      client.release();
      return results;
    };
    expect(await inAcme(() => run(ours))).toEqual(await run(theirs));
  });
});

describe('an error is the one of pg', () => {
  test.each(failures.map((sent) => [nameOf(sent), sent] as const))('%s', async (_, sent) => {
    const wanted = saidOf(await failure(ask(theirs, sent)));
    for (let time = 0; time < 2; time++) {
      const error = await failure(inAcme(() => ask(ours, sent)));
      expect(saidOf(error)).toEqual(wanted);
      expect(error).toBeInstanceOf(pg.DatabaseError);
    }
  });

  test('and leaves the pool as usable', async () => {
    for (const pool of [theirs, ours])
      expect((await inAcme(() => pool.query('select 1 as one'))).rows).toEqual([{ one: 1 }]);
  });
});

describe('the ways to ask', () => {
  const both = async <T>(run: (pool: pg.Pool) => Promise<T>) => {
    const [mine, wanted] = [await inAcme(() => run(ours)), await run(theirs)];
    expect(mine).toEqual(wanted);
    return mine;
  };
  const text = 'select $1::int as n, now() is not null as t';
  const rowsOf = async (result: Promise<pg.QueryResult>) => (await result).rows;

  test('with values beside the text, in a config, and in both', () =>
    both(async (pool) => [
      await rowsOf(pool.query(text, [1])),
      await rowsOf(pool.query({ text, values: [2] })),
      await rowsOf(pool.query({ text, values: [2] }, [3])),
      await rowsOf(pool.query({ text }, [4])),
      await rowsOf(pool.query({ text: 'select 5 as n' })),
    ]));

  test('by a name, again and with other values', () =>
    both(async (pool) => {
      const named = { name: 'a name of the caller', text };
      return [
        await rowsOf(pool.query({ ...named, values: [1] })),
        await rowsOf(pool.query({ ...named, values: [2] })),
      ];
    }));

  test('with a callback: arguments, order, and the store of whoever asked', () =>
    both(async (pool) => {
      const store = new AsyncLocalStorage<string>();
      const called = (...query: unknown[]) =>
        store.run('mine', () => {
          const { promise, resolve } = withResolvers();
          (pool.query as (...all: unknown[]) => unknown)(...query, (...args: unknown[]) => {
            // pg may have lost the store by then
            if (pool === ours) expect(store.getStore()).toBe('mine');
            resolve([args.length, args[0] === undefined || args[0] === null]);
          });
          return promise;
        });
      return [
        await called('select 1'),
        await called(text, [1]),
        await called({ text, values: [1] }),
        ((await called('select 1/0')) as unknown[])[1],
      ];
    }));

  test('with types of the query, of the client, and in arrays', () =>
    both(async (pool) => {
      const types = { getTypeParser: () => (value: string) => `<${value}>` } as never;
      const client = await pool.connect();
      client.setTypeParser(23, (value: string) => -Number(value));
      const rows = [
        await rowsOf(client.query(text, [7])),
        await rowsOf(client.query({ text, values: [7], types })),
        await rowsOf(client.query({ text, values: [7], types, rowMode: 'array' } as never)),
      ];
      client.setTypeParser(23, Number); // pg keeps it on the connection
      client.release();
      return rows;
    }));

  test('for notices', () =>
    both(async (pool) => {
      const client = await pool.connect();
      const heard = once(client, 'notice');
      await client.query(
        `select run_sql($$do $b$ begin raise warning 'w' using hint = 'h'; end $b$ $$)`,
      );
      const [{ length, ...notice }] = await heard;
      client.release();
      return [notice.message, notice];
    }));

  test('for COPY as a text', async () => {
    const system = { reason: 'a test', actor: 'tests', write: true, statements: 'any' } as const;
    const [mine, wanted] = await Promise.all([
      tenancy.asSystem(system, () => ours.query('copy (select 1 union select 2) to stdout')),
      theirs.query('copy (select 1 union select 2) to stdout'),
    ]);
    expect(shapeOf(mine)).toEqual(shapeOf(wanted));
    const from = 'copy only_of_this_test from stdin';
    const error = await failure(tenancy.asSystem(system, () => ours.query(from)));
    expect(error).toMatchObject({ code: expect.stringMatching(/57014|42501|0A000/) });
  });

  test('for notifications, in a system scope that may listen', async () => {
    const system = { reason: 'a test', actor: 'tests', write: true, statements: 'any' } as const;
    const hear = async (pool: pg.Pool) => {
      const client = await pool.connect();
      await client.query('listen beside_pg');
      const heard = once(client, 'notification');
      await database.ask(`select pg_notify('beside_pg', 'payload')`);
      const [{ channel, payload, name }] = await heard;
      client.release(true);
      return { channel, payload, name };
    };
    expect(await tenancy.asSystem(system, () => hear(ours))).toEqual(await hear(theirs));
  });
});

describe('what is otherwise says so', () => {
  test.each([
    ['several statements', 'select 1; select 2', /several statements in one text/],
    ['a name without its text', { name: 'a name of the caller', values: [1] }, /without text/],
    ['a text that is null', { text: null }, /without text/],
    ['binary', { text: 'select 1', binary: true }, /binary/],
    ['values that are no array', { text: 'select $1', values: 'x' }, /no array/],
    ['a savepoint on the pool', 'savepoint outside', /SAVEPOINT on the pool/],
    ['LISTEN', 'listen x', /LISTEN/],
    ['COPY', 'copy projects to stdout', /COPY/],
    ['a verb that is none', 'selec 1', /SELEC/],
  ])('%s', async (_, sent, told) => {
    const error = await failure(inAcme(() => ours.query(sent as string)));
    expect(error).toMatchObject({
      code: 'STATEMENT_REFUSED',
      message: expect.stringMatching(told),
    });
  });

  test('query_timeout has the error of pg, and ends the statement', async () => {
    const sleep = { text: 'select pg_sleep(60) as beside_pg', query_timeout: 50 } as pg.QueryConfig;
    const own = new pg.Pool({ connectionString: database.web, max: 1 });
    const wanted = await failure(own.query(sleep));
    const error = await failure(inAcme(() => ours.query(sleep)));
    expect(error.message).toBe(wanted.message);
    const left = await database.ask(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query like '%as beside_pg%' and state = 'active' and pid <> pg_backend_pid()`,
    );
    expect(left).toHaveLength(1); // that of pg runs on
    await own.end();
  });
});

function withResolvers() {
  let resolve!: (value: unknown) => void;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
