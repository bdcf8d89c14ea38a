import fc from 'fast-check';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

// What one scope leaves on a connection, whatever set it, must be gone for the next one.

const database = await coreDatabase();
await database.ask(`
  create schema other; grant usage on schema other to app;
  create sequence counted; grant usage on sequence counted to app, system;
  create function other.leave(text) returns void language plpgsql as $$ begin execute $1; end $$;
  create function leave_quietly() returns text language plpgsql as $$
    begin perform set_config('search_path', 'pg_catalog', false); return 'left'; end $$;
  create function seen(name text) returns text language sql as $$ select current_setting(name, true) $$;
  create table triggered (organization_id uuid not null default tenantry.current_tenant(), n int);
  alter table triggered enable row level security; alter table triggered force row level security;
  create policy tenant on triggered to app using (organization_id = (select tenantry.current_tenant()));
  grant all on triggered to app;
  create function leave_by_trigger() returns trigger language plpgsql as $$ begin
    perform set_config('search_path', 'pg_catalog', false), pg_advisory_lock(77); return new; end $$;
  create trigger leave before insert on triggered for each row execute function leave_by_trigger();
  do $$ begin execute format('grant temporary on database %I to app', current_database()); end $$`);

const settings: Record<string, string> = {
  search_path: 'pg_catalog',
  statement_timeout: '54321ms',
  lock_timeout: '54321ms',
  TimeZone: 'Asia/Tokyo',
  DateStyle: 'German, DMY',
  IntervalStyle: 'iso_8601',
  bytea_output: 'escape',
  row_security: 'off',
  standard_conforming_strings: 'off',
  extra_float_digits: '-3',
  client_min_messages: 'error',
  application_name: 'mallory',
  plan_cache_mode: 'force_generic_plan',
  work_mem: '64kB',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  idle_in_transaction_session_timeout: '54321ms',
  'app.organization_id': globex,
  'app.actor': '{"user":"mallory"}',
  'my.own': 'x',
};

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** The ways to say it; none of them is SET. */
const ways: Record<string, (name: string, value: string) => string> = {
  set_config: (n, v) => `select set_config(${quoted(n)}, ${quoted(v)}, false)`,
  'set_config in quotes': (n, v) =>
    `select pg_catalog."set_config"(${quoted(n)}, ${quoted(v)}, false)`,
  'set_config by code points': (n, v) =>
    `select U&"\\0073et_config"(${quoted(n)}, ${quoted(v)}, false)`,
  'a function': (n, v) =>
    `select other.leave(${quoted(`set "${n.replace('.', '"."')}" = ${quoted(v)}`)})`,
  'the view of settings': (n, v) =>
    `update pg_settings set setting = ${quoted(v)} where name = ${quoted(n)}`,
};

/** What a scope sees of settings and of its transaction. */
const looks = async (pool: pg.Pool) => {
  const { rows } = await pool.query(
    `select ${Object.keys(settings).map((name, i) => `current_setting('${name}', true) as s${i}`)},
       current_setting('transaction_isolation') as isolation, current_setting('transaction_read_only') as read_only`,
  );
  return rows[0] as Record<string, string>;
};
const inGlobex = <T>(fn: () => Promise<T>) => tenancy.run(globex, fn);
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);
/** A setting of the session that never was one is empty afterwards, not null. */
const same = (row: Record<string, string>) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? '']));

describe.each(Object.entries(ways))('a setting that %s made', (_, way) => {
  test.each(Object.entries(settings))('%s is gone', async (name, value) => {
    const pool = database.pool({ max: 1 });
    const before = same(await inAcme(() => looks(pool)));
    await inGlobex(() => pool.query(way(name, value)));
    expect(same(await inAcme(() => looks(pool)))).toEqual(before);
    // and in a transaction, whose defaults count when it begins
    await inGlobex(() => pool.query(way(name, value)));
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`insert into projects (name) values ('written in a transaction')`);
      expect(same(await looks(client as unknown as pg.Pool))).toEqual(before);
      await client.query('rollback');
      client.release();
    });
    expect(same(await inAcme(() => looks(pool)))).toEqual(before);
    expect(pool.totalCount).toBe(1);
    await pool.end();
  });
});

describe('what is no setting', () => {
  const locks = () =>
    database.ask(`select 1 as held from pg_locks where locktype = 'advisory' and classid = 0
    and objid in (77, 78)`);
  const pool = database.pool({ max: 1 });
  const next = () => inAcme(() => pool.query('select name from projects order by name'));
  const names = async () => (await next()).rows.map(({ name }) => name);

  test.each([
    'select pg_advisory_lock(78)',
    'select pg_try_advisory_lock_shared(78)',
    `select other.leave('select pg_advisory_lock(78)')`,
    'insert into triggered (n) values (1)',
  ])('a lock: %s', async (sql) => {
    await inGlobex(() => pool.query(sql));
    await next();
    expect(await locks()).toEqual([]);
  });

  test('a lock, also of a statement that failed', async () => {
    await failure(inGlobex(() => pool.query('select pg_advisory_lock(78), 1 / (select 0)')));
    await next();
    expect(await locks()).toEqual([]);
  });

  test('a setting that a trigger made', async () => {
    await inGlobex(() => pool.query('insert into triggered (n) values (1)'));
    const { rows } = await inAcme(() => pool.query('show search_path'));
    expect(rows).toEqual([{ search_path: '"$user", public' }]);
  });

  test('a temporary table, which would shadow one of everybody', async () => {
    await inGlobex(() =>
      pool.query(`select other.leave('create temp table projects (name text)')`),
    );
    expect(await names()).toEqual(['Anvil', 'Rocket']);
  });

  test('a cursor that is held', async () => {
    await inGlobex(() =>
      pool.query(`select other.leave('declare c cursor with hold for select name from projects')`),
    );
    await inAcme(async () => {
      expect(await failure(pool.query('fetch all from c'))).toMatchObject({ code: '34000' });
      expect((await pool.query(`select name from pg_cursors where name = 'c'`)).rows).toEqual([]);
    });
  });

  test('a channel that is listened to', async () => {
    await inGlobex(() => pool.query(`select other.leave('listen gossip')`));
    const { rows } = await inAcme(() => pool.query('select * from pg_listening_channels()'));
    expect(rows).toEqual([]);
  });

  test('the values of sequences', async () => {
    await inGlobex(() => pool.query(`select nextval('counted')`));
    for (const sql of [
      `select lastval()`,
      `select currval('counted')`,
      `select other.leave('select lastval()')`,
    ])
      expect(await failure(inAcme(() => pool.query(sql)))).toMatchObject({ code: '55000' });
    await inGlobex(() => pool.query(`select nextval('counted')`));
    const own = await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      expect(await failure(client.query('select lastval()'))).toMatchObject({ code: '55000' });
      await client.query('rollback');
      await client.query(`select nextval('counted')`);
      const { rows } = await client.query('select lastval()::int as n');
      client.release();
      return rows;
    });
    expect(own).toEqual([{ n: 3 }]);
  });

  test('what a trigger made, in a transaction that begins with SET TRANSACTION', async () => {
    await inGlobex(() => pool.query('insert into triggered (n) values (1)'));
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('set transaction isolation level serializable');
      const { rows } = await client.query('show search_path');
      expect(rows).toEqual([{ search_path: '"$user", public' }]);
      await client.query('rollback');
      client.release();
    });
  });

  test('a failure of the next scope does not bring it back', async () => {
    await inGlobex(() => pool.query(`select leave_quietly()`));
    await failure(inAcme(() => pool.query('select 1 / (select 0)')));
    const { rows } = await inAcme(() => pool.query('show search_path'));
    expect(rows).toEqual([{ search_path: '"$user", public' }]);
  });

  test('a rollback of the next scope does not bring it back', async () => {
    await inGlobex(() => pool.query(`select leave_quietly()`));
    await inAcme(async () => {
      const client = await pool.connect();
      for (const end of ['rollback', 'commit']) {
        await client.query('begin');
        await client.query('select 1');
        await client.query(end);
        expect((await client.query('show search_path')).rows).toEqual([
          { search_path: '"$user", public' },
        ]);
      }
      client.release();
    });
  });
});

describe('what a scope keeps', () => {
  test('is its own session lock and setting, on a client that it holds', async () => {
    const pool = database.pool({ max: 1 });
    await inGlobex(() => pool.query('select leave_quietly()'));
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('select pg_advisory_lock(79)');
      await client.query(`select set_config('work_mem', '65kB', false)`);
      await client.query('begin');
      await client.query('select 1');
      await client.query('rollback');
      await client.query(`update projects set stars = stars where name = 'Rocket'`);
      const { rows } = await client.query(
        `select pg_advisory_unlock(79) as held, current_setting('work_mem') as mem`,
      );
      expect(rows).toEqual([{ held: true, mem: '65kB' }]);
      client.release();
    });
  });

  test('is what a listener of connect has set up', async () => {
    const pool = database.pool({ max: 1, application_name: 'by the options' });
    pool.on('connect', (client) => {
      void client.query(`set search_path = public, other`);
      void client.query(`set statement_timeout = '7s'`);
    });
    const set = () =>
      inAcme(async () => {
        const { rows } = await pool.query(`select current_setting('search_path') as path,
          current_setting('statement_timeout') as timeout, current_setting('application_name') as name`);
        return rows[0];
      });
    const expected = { path: 'public, other', timeout: '7s', name: 'by the options' };
    expect(await set()).toEqual(expected);
    await inGlobex(() => pool.query('select leave_quietly()'));
    expect(await set()).toEqual(expected);
  });
});

test('any order of scopes on one connection sees a clean one', async () => {
  const pool = database.pool({ max: 1 });
  const clean = same(await inAcme(() => looks(pool)));
  const pieces = fc.constantFrom(
    `select set_config('search_path', 'pg_catalog', false)`,
    `select set_config('default_transaction_isolation', 'serializable', false)`,
    'select leave_quietly(), 1 / (select 0)',
    'insert into triggered (n) values (1)',
    `update projects set stars = 1 where name = 'Rocket'`,
    'select name from projects',
    'select 1 / (select 0)',
    'begin',
    'commit',
    'rollback',
  );
  const scope = fc.record({ texts: fc.array(pieces, { maxLength: 5 }), held: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(scope, { minLength: 1, maxLength: 5 }), async (scopes) => {
      for (const { texts, held } of scopes) {
        await inGlobex(async () => {
          const client = held ? await pool.connect() : pool;
          for (const text of texts) await client.query(text).catch(() => {});
          if (held) {
            await client.query('rollback').catch(() => {});
            (client as pg.PoolClient).release();
          }
        });
        expect(same(await inAcme(() => looks(pool)))).toEqual(clean);
      }
    }),
    { numRuns: 60 },
  );
});
