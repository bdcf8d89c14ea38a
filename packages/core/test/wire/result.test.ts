import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 1 });
const client = new pg.Client(database.web);
beforeAll(() => client.connect());
afterAll(() => client.end());

const ours = (config: pg.QueryConfig | string) => tenancy.run(acme, () => pool.query(config));
const ofPg = (config: pg.QueryConfig | string) => client.query(config);

/** Same values and types, same keys in the same order, whoever made the result. */
async function expectSame(config: pg.QueryConfig | string): Promise<void> {
  const [mine, theirs] = [await ours(config), await ofPg(config)];
  const shape = ({ command, rowCount, oid, rows, fields }: pg.QueryResult) => ({
    command,
    rowCount,
    oid,
    rows: rows.map((row) => (Array.isArray(row) ? row : Object.entries(row))),
    prototypes: rows.map((row) => Object.getPrototypeOf(row)),
    fields: fields.map((field) => ({ ...field })),
  });
  expect(shape(mine)).toStrictEqual(shape(theirs));
}

const expressions = [
  `date '2024-02-29'`,
  `timestamp '2024-03-31 02:30:00.123456'`,
  `timestamptz '2024-10-27 01:30:00+02'`,
  `timestamptz 'infinity'`,
  `'{"a":[1,null,"é"]}'::json`,
  `'{"__proto__":{"b":1}}'::jsonb`,
  `array[1,null,3]`,
  `array[['a','b'],['c','"{}']]`,
  `'{}'::text[]`,
  `array[now() - now()]`,
  `'\\xdeadbeef00'::bytea`,
  `array['\\x00ff'::bytea]`,
  `123456789012345678901234567890.000001::numeric`,
  `'NaN'::numeric`,
  `9223372036854775807::int8`,
  `'-Infinity'::float8`,
  `1.5::float4`,
  `true`,
  `null`,
  `null::json`,
  `interval '1 year -2 days 03:04:05.6'`,
  `point(1,-2.5)`,
  `circle '<(1,2),3>'`,
  `inet '10.0.0.0/8'`,
  `gen_random_uuid() is not null`,
  `row(1,'x',null)`,
  `'x'::"char"`,
  `E'\\t\\u00e9\\U0001F980'`,
  `int4range(1,5)`,
  `1::oid`,
  `'a'::name`,
];
const aliases = fc.constantFrom(
  'a',
  'b',
  'A b',
  '__proto__',
  'constructor',
  'toString',
  'é',
  '1',
  '',
  'hasOwnProperty',
);
const columns = fc.array(fc.tuple(fc.constantFrom(...expressions), aliases), {
  minLength: 1,
  maxLength: 8,
});
const selectList = (all: [string, string][]) =>
  all
    .map(([expression, alias]) => `${expression}${alias === '' ? '' : ` as "${alias}"`}`)
    .join(', ');

describe("a result is pg's", () => {
  test('for any columns, names and row modes, the first time and from the cache', async () => {
    await fc.assert(
      fc.asyncProperty(
        columns,
        fc.integer({ min: 0, max: 3 }),
        fc.boolean(),
        async (all, rows, asArray) => {
          const text = `select ${selectList(all)} from generate_series(1, ${rows})`;
          const config = asArray ? { text, rowMode: 'array' as const } : { text };
          await expectSame(config);
          await expectSame(config);
        },
      ),
      { numRuns: 120 },
    );
  });

  test.each(expressions)('%s', (expression) => expectSame(`select ${expression} as value`));

  test.each([
    'values (1), (2)',
    'show search_path',
    'select',
    'select where false',
    'explain (costs off) select 1',
    'with a as (select 1 as x) select * from a, a as b',
    '',
  ])('%j', (text) => expectSame(text));

  test('for parameters of every kind', async () => {
    const values = [1, 'a', null, new Date(0), Buffer.from('b'), [1, 2], { c: 1 }, true, 2n ** 60n];
    const types = ['int', 'text', 'int', 'timestamptz', 'bytea', 'int[]', 'jsonb', 'bool', 'int8'];
    const text = `select ${types.map((type, i) => `$${i + 1}::${type}`).join(', ')}`;
    await expectSame({ text, values, rowMode: 'array' } as pg.QueryConfig);
  });

  test('for writes', async () => {
    await tenancy.run(acme, async () => {
      const insert = await pool.query(
        `insert into projects (name) values ('a'), ('b') returning name`,
      );
      expect(insert).toMatchObject({
        command: 'INSERT',
        rowCount: 2,
        rows: [{ name: 'a' }, { name: 'b' }],
      });
      const update = await pool.query('update projects set stars = 1 where name = any($1)', [
        ['a', 'b'],
      ]);
      expect(update).toMatchObject({ command: 'UPDATE', rowCount: 2, rows: [], fields: [] });
      const removed = await pool.query(`delete from projects where name in ('a', 'b')`);
      expect(removed).toMatchObject({ command: 'DELETE', rowCount: 2 });
    });
  });

  test('a column called __proto__ stays a column', async () => {
    const { rows } = await ours(`select '{"polluted":true}'::json as "__proto__"`);
    expect(Object.keys(rows[0])).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('rows are objects of their own', async () => {
    const [first, second] = (await ours('select n from generate_series(1, 2) n')).rows;
    first.n = 'changed';
    expect(second).toEqual({ n: 2 });
    expect((await ours('select n from generate_series(1, 2) n')).rows[0]).toEqual({ n: 1 });
  });
});

describe('type parsers', () => {
  const marked = {
    getTypeParser: () => (value: string) => `!${value}`,
  } as unknown as pg.CustomTypesConfig;

  test('of the query are used for that query only', async () => {
    const text = 'select 1 as n, now() is not null as t';
    await expectSame({ text, types: marked });
    expect((await ours(text)).rows).toEqual([{ n: 1, t: true }]);
    expect((await ours({ text, types: marked })).rows).toEqual([{ n: '!1', t: '!t' }]);
    expect((await ours(text)).rows).toEqual([{ n: 1, t: true }]);
  });

  test("of the pool are used, as pg's pool does", async () => {
    const typed = database.pool({ max: 1, types: marked });
    const run = () => tenancy.run(acme, () => typed.query('select 1 as n, null as nothing'));
    for (let i = 0; i < 2; i++) expect((await run()).rows).toEqual([{ n: '!1', nothing: null }]);
    await tenancy.run(acme, async () => {
      const held = await typed.connect();
      expect((await held.query({ text: 'select 2', rowMode: 'array' })).rows).toEqual([['!2']]);
      held.release();
    });
  });

  test('that throw reject the query, and the connection goes on', async () => {
    const types = {
      getTypeParser: () => () => {
        throw new Error('unreadable');
      },
    } as unknown as pg.CustomTypesConfig;
    const pid = async () => (await ours('select pg_backend_pid() as pid')).rows[0].pid;
    const before = await pid();
    const config = { text: 'select n from generate_series(1, 3) n', types };
    expect((await failure(ours(config))).message).toBe('unreadable');
    expect((await failure(ours(config))).message).toBe('unreadable');
    expect(await pid()).toBe(before);
  });
});
