import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 1 });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

/** Each leaves something on the connection that the next scope would meet. */
const sessionState = [
  `set search_path = public`,
  `set session statement_timeout = 5`,
  `SET/* a */SESSION/* b */statement_timeout = 5`,
  `set role system`,
  `set session authorization web`,
  `set session characteristics as transaction isolation level serializable`,
  `set time zone 'UTC'`,
  `set app.organization_id = '${globex}'`,
  `set local role system`,
  `set local /* x */ role to system`,
  `set local "role" to system`,
  `set local u&"role" to system`,
  `set local session authorization web`,
  `\uFEFF-- a comment\n/* an /* inner */ one */ set role system`,
  `;; set role system`,
  `reset role`,
  `reset all`,
  `discard all`,
  `discard plans`,
  `listen orders`,
  `unlisten *`,
  `prepare theft as select * from projects`,
  `prepare transaction 'two-phase'`,
  `deallocate all`,
  `load 'auto_explain'`,
  `declare c cursor with hold for select * from projects`,
  `declare c binary insensitive no scroll cursor WITH  HOLD for select 1`,
  `declare c cursor with/**/hold for select 1`,
  `declare c cursor with -- x\n hold for select 1`,
  `declare "for" cursor with hold for select 1`,
  `declare "a--b" cursor with hold for select 1`,
];

describe('what would stay on the connection is refused', () => {
  test.each(sessionState)('%s', async (text) => {
    await inAcme(async () => {
      expect(await failure(pool.query(text))).toMatchObject({ code: 'STATEMENT_REFUSED' });
      const client = await pool.connect();
      expect(await failure(client.query(text))).toMatchObject({ code: 'STATEMENT_REFUSED' });
      await client.query('begin');
      expect(await failure(client.query(text))).toMatchObject({ code: 'STATEMENT_REFUSED' });
      expect(await failure(pool.batch(() => [pool.query(text)]))).toMatchObject({
        code: 'STATEMENT_REFUSED',
      });
      await client.query('rollback');
      client.release();
    });
  });

  test('SET LOCAL, SET TRANSACTION and SET CONSTRAINTS end with the transaction, so they pass', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`set local statement_timeout = '7s'`);
      await client.query('set constraints all deferred');
      const inside = await client.query(`select current_setting('statement_timeout') as t`);
      expect(inside.rows).toEqual([{ t: '7s' }]);
      await client.query('commit');
      client.release();
      const after = await pool.query(`select current_setting('statement_timeout') as t`);
      expect(after.rows).toEqual([{ t: '0' }]);
    });
  });

  test('a cursor without HOLD ends with its transaction', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('declare c cursor for select name from projects order by name');
      expect((await client.query('fetch 1 from c')).rows).toEqual([{ name: 'Anvil' }]);
      await client.query('commit');
      client.release();
    });
    const fetching = tenancy.run(globex, () => pool.query('fetch all from c'));
    expect(await failure(fetching)).toMatchObject({ code: '34000' });
  });
});

describe('the extended protocol takes one statement at a time', () => {
  test.each([
    `select 1; select 2`,
    `select 1; set role system`,
    `insert into projects (name) values ('x'); delete from projects`,
    `commit; select set_config('role', 'web', false)`,
  ])('%s', async (text) => {
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select 1');
      const refused = { code: 'STATEMENT_REFUSED', cause: { code: '42601' } };
      expect(await failure(client.query(text))).toMatchObject(refused);
      await client.query('rollback');
      client.release();
      if (!text.startsWith('commit')) {
        const error = await failure(pool.query(text));
        expect(error).toMatchObject(refused);
        expect(error.message).toContain('several statements in one text');
      } else expect(await failure(pool.query(text))).toMatchObject({ code: 'STATEMENT_REFUSED' });
    });
  });

  test('a syntax error stays one, and a function that has several statements its own', async () => {
    await inAcme(async () => {
      for (const text of ['select from from', `select run_sql('selec 1')`])
        expect(await failure(pool.query(text))).toMatchObject({ code: '42601' });
      const [one, other] = await Promise.allSettled([
        pool.batch(() => [pool.query('select 1'), pool.query('select 2; select 3')]),
        pool.query('select 1; selec'),
      ]);
      expect(one).toMatchObject({ reason: { code: 'STATEMENT_REFUSED' } });
      expect(other).toMatchObject({ reason: { code: '42601' } });
    });
  });

  test('trailing semicolons and empty statements are no second statement', async () => {
    await inAcme(async () => {
      expect((await pool.query(' ;; select 1 as one ;; ')).rows).toEqual([{ one: 1 }]);
      for (const nothing of ['', ' \n', ';', '-- nothing']) {
        expect(await pool.query(nothing)).toMatchObject({
          command: null,
          rows: [],
          rowCount: null,
        });
      }
    });
  });
});

describe('what cannot keep its scope is refused', () => {
  // the types of pg allow all of these
  const ways: Record<string, (p: pg.Pool | pg.PoolClient) => unknown> = {
    'a query without a text': (p) => p.query({ values: [] } as unknown as pg.QueryConfig),
    'no query at all': (p) => p.query(undefined as unknown as string),
    'values that are no array': (p) => p.query('select $1', 'x' as unknown as unknown[]),
    'more parameters than the protocol can count': (p) =>
      p.query('select 1', new Array(65_536).fill(1)),
  };

  test.each(Object.entries(ways))('%s', async (_, way) => {
    await inAcme(async () => {
      expect(await failure(way(pool) as Promise<unknown>)).toMatchObject({
        code: 'STATEMENT_REFUSED',
      });
      const client = await pool.connect();
      expect(await failure(way(client) as Promise<unknown>)).toMatchObject({
        code: 'STATEMENT_REFUSED',
      });
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      client.release();
    });
  });
});

test('null for the values means none, as with pg', async () => {
  const none = null as unknown as unknown[];
  for (const input of ['select 1 as one', { text: 'select 1 as one', values: none }]) {
    expect((await inAcme(() => pool.query(input as string, none))).rows).toEqual([{ one: 1 }]);
  }
});

test('a custom query that could not be told of its end is refused where it is given', async () => {
  await inAcme(async () => {
    const client = await pool.connect();
    for (const on of [pool, client]) {
      expect(() => on.query({ submit: () => {} } as pg.Submittable)).toThrow('STATEMENT_REFUSED');
    }
    client.release();
  });
});

describe.each([
  'begin',
  'start transaction',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint a',
  'release a',
])('%s on the pool', (text) => {
  test('is refused: the next statement may run on another connection', async () => {
    for (const spelled of [text, text.toUpperCase(), `/* x */ ${text} ;`]) {
      const error = await failure(inAcme(() => pool.query(spelled)));
      expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
      expect(error.message).toContain('pool.connect()');
    }
  });
});
