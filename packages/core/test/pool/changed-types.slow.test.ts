import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

// A prepared statement keeps the types of its parameters. Nobody who sends through this pool asked
// for one, so after a migration it has to do what a connection does that is opened after it.

const database = await coreDatabase();
const maxStatementAgeMs = 50;
/** So long that only an error can have a statement parsed anew. */
const never = 3_600_000;
const aging = database.pool({ max: 1, maxStatementAgeMs });
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
const change = (sql: string) => database.ask(sql);

/** Lets everything that was parsed until now grow too old. */
async function age(): Promise<void> {
  const since = performance.now();
  await until(() => performance.now() - since > maxStatementAgeMs, 'it is too old');
}

const isolate = (table: string) => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy tenant on ${table} to app using (organization_id = (select tenantry.current_tenant()));
  grant all on ${table} to app;`;

const columns = `organization_id uuid not null default tenantry.current_tenant(), n serial`;

interface Change {
  readonly what: string;
  /** What has to be there before the table. */
  readonly before?: string;
  readonly type: string;
  readonly value: unknown;
  /** Changes the type of `v` in the table `ev`. */
  readonly ddl: string;
  /** A value for after the change; the same one unless given. */
  readonly later?: unknown;
}

const to = (type: string, using = `v::${type}`) =>
  `alter table ev alter column v type ${type} using ${using}`;
const time = '2024-03-10 12:00:00+05:30';
const again = `drop table ev; create table ev (${columns}, v timestamptz); ${isolate('ev')}
  grant usage on sequence ev_n_seq to app;`;

const changes: readonly Change[] = [
  { what: 'timestamp → timestamptz', type: 'timestamp', value: time, ddl: to('timestamptz') },
  { what: 'timestamptz → timestamp', type: 'timestamptz', value: time, ddl: to('timestamp') },
  { what: 'date → timestamptz', type: 'date', value: time, ddl: to('timestamptz') },
  { what: 'timestamptz → date', type: 'timestamptz', value: time, ddl: to('date') },
  { what: 'time → timetz', type: 'time', value: '12:00:00+05:30', ddl: to('timetz') },
  { what: 'int → text', type: 'int', value: '007', ddl: to('text') },
  { what: 'int → numeric', type: 'int', value: '7', ddl: to('numeric'), later: '7.25' },
  { what: 'numeric → real', type: 'numeric', value: '0.1234567890123', ddl: to('real') },
  { what: 'real → numeric', type: 'real', value: '0.1234567890123', ddl: to('numeric') },
  { what: 'double → numeric', type: 'float8', value: '12345678901234567.25', ddl: to('numeric') },
  { what: 'text → int', type: 'text', value: '12', ddl: to('int') },
  { what: 'text → jsonb', type: 'text', value: '{"a":  1}', ddl: to('jsonb') },
  { what: 'jsonb → text', type: 'jsonb', value: '{"a":  1}', ddl: to('text') },
  { what: 'json → text', type: 'json', value: '{"a":  1}', ddl: to('text', 'v::text') },
  { what: 'char(4) → text', type: 'char(4)', value: 'ab  ', ddl: to('text') },
  { what: 'inet → text', type: 'inet', value: '10.0.0.1/32', ddl: to('text') },
  { what: 'bytea → text', type: 'bytea', value: '\\x41', ddl: to('text', `encode(v, 'escape')`) },
  { what: 'boolean → text', type: 'boolean', value: 'yes', ddl: to('text', 'v::text') },
  { what: 'interval → text', type: 'interval', value: '90 minutes', ddl: to('text', 'v::text') },
  {
    what: 'varchar → enum',
    before: `create type mood as enum ('ok', 'sad')`,
    type: 'varchar',
    value: 'ok',
    ddl: to('mood'),
  },
  {
    what: 'enum → varchar',
    before: `create type mood as enum ('ok', 'sad')`,
    type: 'mood',
    value: 'ok',
    ddl: to('varchar'),
    later: 'neither',
  },
  {
    what: 'an enum that is made again',
    before: `create type mood as enum ('ok', 'sad')`,
    type: 'mood',
    value: 'ok',
    ddl: `alter type mood rename to old_mood; create type mood as enum ('sad', 'ok', 'new');
      ${to('mood', 'v::text::mood')}; drop type old_mood`,
    later: 'new',
  },
  {
    what: 'a domain that is made again',
    before: `create domain code as int check (value > 0)`,
    type: 'code',
    value: '1',
    ddl: `alter domain code rename to old_code; create domain code as text;
      ${to('code', 'v::text::code')}; drop domain old_code`,
    later: '0x',
  },
  {
    what: 'a composite that is made again',
    before: `create type pair as (a int, b int)`,
    type: 'pair',
    value: '(1,2)',
    ddl: `alter type pair rename to old_pair; create type pair as (a text, b timestamptz);
      ${to('pair', 'null')}; drop type old_pair`,
    later: `(x,"${time}")`,
  },
  {
    what: 'an array of an enum that is made again',
    before: `create type mood as enum ('ok', 'sad')`,
    type: 'mood[]',
    value: '{ok}',
    ddl: `alter type mood rename to old_mood; create type mood as enum ('new', 'ok');
      ${to('mood[]', 'null')}; drop type old_mood`,
    later: '{new,ok}',
  },
  { what: 'a table that is made again', type: 'timestamp', value: time, ddl: again },
];

/** What a pool that does this for the first time after the change says and leaves. */
type Way = (pool: TenantPool, value: unknown) => Promise<unknown>;

const insert = 'insert into ev (v) values ($1)';
const returning = 'insert into ev (v) values ($1) returning v';
const update = 'update ev set v = $1 where v is not null';
const find = 'select v from ev where v = $1';
const everything = 'select v from ev order by n';

/** The same statements in each of the ways that there are to send them. */
const ways: Record<string, Way> = {
  'on their own': async (pool, value) => {
    const answers: unknown[] = [];
    for (const [text, ...values] of [
      [returning, value],
      [insert, value],
      [update, value],
      [everything],
    ])
      answers.push((await pool.query(text as string, values)).rows);
    return answers;
  },
  'in a transaction': async (pool, value) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const answers = [
        await client.query(returning, [value]),
        await client.query(update, [value]),
        await client.query({ text: everything, name: 'mine' }),
      ];
      await client.query('commit');
      return answers.map(({ rows }) => rows);
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  },
  'in a batch': async (pool, value) => {
    const answers = await pool.batch(() => [
      pool.query(returning, [value]),
      pool.query(insert, [value]),
      pool.query(update, [value]),
      pool.query(everything),
    ]);
    return answers.map(({ rows }) => rows);
  },
  'with a condition': async (pool, value) => [
    (await pool.query(returning, [value])).rows,
    await pool.query(find, [value]).then(
      ({ rows }) => rows,
      ({ code }) => code, // of json there is no equality
    ),
  ],
};

async function prepare({ before = '', type }: Change): Promise<void> {
  await change(`drop table if exists ev; drop type if exists mood, pair; drop domain if exists code;
    ${before}; create table ev (${columns}, v ${type}); ${isolate('ev')}
    grant usage on sequence ev_n_seq to app;`);
  await age(); // the texts are those of the change before
}

const texts = () => change('select v::text from ev order by n');

describe.each(changes)('$what', (each) => {
  const later = 'later' in each ? each.later : each.value;
  test.each(Object.entries(ways))('%s', async (_, way) => {
    await prepare(each);
    await inAcme(() => way(aging, each.value));
    await inAcme(() => way(aging, each.value));
    await change(each.ddl);
    await age();
    await change('delete from ev');
    const found = [await inAcme(() => way(aging, later)), await texts()];
    await change('delete from ev');
    const fresh = database.pool({ max: 1, preparedStatements: false });
    expect(found).toEqual([await inAcme(() => way(fresh, later)), await texts()]);
    await fresh.end();
  });
});

test('a statement that is not too old is not parsed again', async () => {
  const pool = database.pool({ max: 1, maxStatementAgeMs: never });
  const stamp = () =>
    inAcme(async () => {
      await pool.query('select 1 as stable');
      const { rows } = await pool.query(
        `select name, prepare_time::text from pg_prepared_statements where statement = 'select 1 as stable'`,
      );
      return rows;
    });
  const first = await stamp();
  expect(first).toHaveLength(1);
  expect(await stamp()).toEqual(first);
});

describe('what fails for a changed type fails once at most', () => {
  const enumeration = `drop table if exists ev; drop type if exists mood; create type mood as enum ('ok');
    create table ev (${columns}, v mood); ${isolate('ev')} grant usage on sequence ev_n_seq to app;`;
  const remake = `alter type mood rename to old_mood; create type mood as enum ('ok');
    ${to('mood', 'v::text::mood')}; drop type old_mood`;
  const cast = 'select $1::mood as v';

  test('a statement on its own and a batch do not fail at all', async () => {
    const pool = database.pool({ max: 1, maxStatementAgeMs: never });
    await change(enumeration);
    const run = () =>
      inAcme(async () => [
        (await pool.query(cast, ['ok'])).rows,
        (await pool.query(returning, ['ok'])).rows,
        ...(await pool.batch(() => [pool.query(cast, ['ok']), pool.query(find, ['ok'])])).map(
          ({ rows }) => rows.length > 0,
        ),
      ]);
    const first = await run();
    for (let i = 0; i < 3; i++) {
      await change(remake);
      expect(await run()).toEqual(first);
    }
  });

  test('a transaction fails, and the next one does not', async () => {
    const pool = database.pool({ max: 1, maxStatementAgeMs: never });
    await change(enumeration);
    const run = () =>
      inAcme(async () => {
        const client = await pool.connect();
        try {
          await client.query('begin');
          await client.query('select 1');
          const { rows } = await client.query(cast, ['ok']);
          await client.query('commit');
          return rows;
        } catch (error) {
          await client.query('rollback');
          throw error;
        } finally {
          client.release();
        }
      });
    await run();
    await change(remake);
    expect(await failure(run())).toMatchObject({ code: 'XX000' });
    expect(await run()).toEqual([{ v: 'ok' }]);
  });

  test('what has begun to run is not repeated', async () => {
    const pool = database.pool({ max: 1, maxStatementAgeMs: never });
    await change(`drop sequence if exists runs; create sequence runs; grant usage on sequence runs to app;
      create or replace function fail(n int) returns int language plpgsql as $$
      begin
        perform nextval('runs');
        if n = 1 then raise exception using errcode = '42P01', message = 'within'; end if;
        return n;
      end $$`);
    const run = (n: number) => inAcme(() => pool.query('select fail($1)', [n]));
    await run(0);
    expect(await failure(run(1))).toMatchObject({ code: '42P01', message: 'within' });
    expect(await change('select last_value::int as n from runs')).toEqual([{ n: 2 }]);
  });

  test('an entry function with other parameters is found', async () => {
    const pool = database.pool({ max: 1, maxStatementAgeMs: never });
    const enter = () =>
      pool.enter({ claim: { by: 'slug', value: 'acme' }, user: null }, () =>
        pool.query('select 1 as one'),
      );
    await enter();
    const [{ sql } = { sql: '' }] = await change(
      `select pg_get_functiondef('tenantry.enter'::regproc) as sql`,
    );
    const signature = `tenantry.enter(text, text, text, text)`;
    const acl = `alter function ${signature} owner to system; grant execute on function tenantry.enter to app, web`;
    await change(`alter function ${signature} rename to old_enter`);
    await change(`${sql}; ${acl}; drop function tenantry.old_enter`);
    expect((await enter()).rows).toEqual([{ one: 1 }]);
  });
});

test('a connection that is opened after the change agrees: the clock of the default is a second', async () => {
  const pool = database.pool({ max: 1 });
  await prepare(changes[0] as Change);
  await inAcme(() => pool.query(insert, [time]));
  await change(to('timestamptz'));
  await change('delete from ev');
  const fresh = new pg.Client(database.url);
  await fresh.connect();
  await fresh.query(`set timezone = 'UTC'`);
  const since = performance.now();
  await until(() => performance.now() - since > 1000, 'the window is over');
  await inAcme(() => pool.query(insert, [time]));
  const { rows } = await fresh.query(`delete from ev returning v = $1::timestamptz as same`, [
    time,
  ]);
  expect(rows).toEqual([{ same: true }]);
  await fresh.end();
});

describe('behind a pooler that shares prepared statements by their texts', () => {
  /** Forwards everything but the process id, which poolers make up. */
  async function otherProcessId(): Promise<string> {
    const { hostname, port } = new URL(database.web);
    const proxy = createServer((client) => {
      const server = connect(Number(port), hostname);
      const close = () => [client, server].map((socket) => socket.destroy());
      for (const socket of [client, server]) socket.on('error', close).on('close', close);
      client.pipe(server);
      const keyData = Buffer.from('K\0\0\0\x0c', 'latin1');
      server.on('data', (bytes) => {
        const at = bytes.indexOf(keyData);
        if (at !== -1) bytes.writeInt32BE(7, at + keyData.length);
        client.write(bytes);
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void proxy.close());
    await once(proxy, 'listening');
    const url = new URL(database.web);
    url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    return url.href;
  }

  test('a text that is too old is another text, and its columns are asked for each time', async () => {
    const pool = database.pool({
      max: 1,
      maxStatementAgeMs,
      connectionString: await otherProcessId(),
    });
    const run = () =>
      inAcme(async () => {
        await pool.query('select 1 as mark -- without an end');
        const { rows } = await pool.query(
          `select statement from pg_prepared_statements where statement like 'select 1 as mark%'`,
        );
        return rows.map(({ statement }) => statement);
      });
    const [first] = await run();
    expect(first).toMatch(/^select 1 as mark -- without an end\n\/\* \S+ \d+ \*\/$/);
    await age();
    const [second] = await run();
    expect(second).not.toBe(first);
    await pool.end();
  });

  test('after an error of a changed type the text is one that no other connection has', async () => {
    const pool = database.pool({
      max: 1,
      maxStatementAgeMs: never,
      connectionString: await otherProcessId(),
    });
    await prepare(changes.find(({ what }) => what === 'int → text') as Change);
    const kept = () =>
      inAcme(async () => {
        await pool.query(everything);
        const { rows } = await pool.query(
          `select statement from pg_prepared_statements where starts_with(statement, $1)`,
          [everything],
        );
        return rows.map(({ statement }) => statement as string);
      });
    const [first, ...others] = await kept();
    expect(others).toEqual([]);
    expect(await kept()).toEqual([first]);
    await change(to('text')); // "cached plan must not change result type"
    const again = await kept();
    expect(again).toEqual([expect.stringMatching(/\/\* \S+ \d+ \d+ \*\/$/)]);
    expect(await kept()).toEqual(again);
    await change(to('int'));
    expect(await kept()).not.toEqual(again);
    await pool.end();
  });

  test.each(['select $1::int', 'select n from ev where n = $1', 'select nothing', 'selects'])(
    'an error that a new text does not mend is told, and repeated once at most: %s',
    async (text) => {
      await prepare(changes[0] as Change);
      const connectionString = await otherProcessId();
      const pool = database.pool({ max: 1, maxStatementAgeMs: never, connectionString });
      const direct = database.pool({ max: 1, maxStatementAgeMs: never });
      const told = (of: TenantPool) =>
        failure(inAcme(() => of.query(text, text.includes('$') ? ['x'] : [])));
      for (let n = 0; n < 3; n++)
        expect((await told(pool)).message).toBe((await told(direct)).message);
      await Promise.all([pool.end(), direct.end()]);
    },
  );

  test('of which a connection of our own knows nothing', async () => {
    const pool = database.pool({ max: 1 });
    await inAcme(() => pool.query('select 2 as mark'));
    const { rows } = await inAcme(() =>
      pool.query(`select 1 from pg_prepared_statements where statement = 'select 2 as mark'`),
    );
    expect(rows).toHaveLength(1);
  });
});
