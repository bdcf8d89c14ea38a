import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstKeyword } from '../../src/lexer/keyword.ts';
import { refusalOf } from '../../src/pool/allowed.ts';
import { kindOf } from '../../src/pool/kind.ts';
import { acme, coreDatabase, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const refused = (sql: string) => refusalOf(firstKeyword(sql), sql) !== undefined;

/** One statement of every command that PostgreSQL 18 has and a scope may not send. */
const others = `
  alter role app password 'x' | alter table projects add x int | alter system set work_mem = '1MB' |
  alter default privileges grant all on tables to public | analyze projects | call run('select 1') |
  checkpoint | cluster projects | comment on table projects is 'x' | commit prepared 'x' |
  copy projects to stdout | copy (select 1) to stdout | create table x (n int) | create temp table x (n int) |
  create table x as select 1 | create view x as select 1 | create materialized view x as select 1 |
  create role x | create function x() returns int language sql as 'select 1' | create extension dblink |
  create schema x create table y (n int) | create unlogged table x (n int) | create policy x on projects |
  create event trigger x on ddl_command_end execute function y() | create subscription x connection '' publication y |
  deallocate all | deallocate x | discard all | discard plans | discard temp | discard sequences |
  do $$ begin end $$ | do language plpgsql $x$ begin end $x$ | drop table projects | drop owned by app |
  drop owned by current_user cascade | execute x | execute x (1) | grant all on projects to public | grant app to public |
  import foreign schema x from server y into z | listen x | unlisten * | load 'auto_explain' | lock projects |
  lock table projects in share mode nowait | notify x | notify x, 'y' | prepare x as select 1 |
  prepare transaction 'x' | reassign owned by app to system | refresh materialized view x |
  reindex table projects | reset all | reset role | revoke all on projects from app | rollback prepared 'x' |
  commit work prepared 'x' | security label on table projects is 'x' | set search_path = x | set role system |
  set session authorization web | set session x.y = 'z' | set local role system | set local session authorization web |
  set local session_authorization = web | set local "role" = x | set local u&"\\0072ole" = x |
  set local standard_conforming_strings = off | set session characteristics as transaction read only |
  set time zone 'UTC' | set names 'UTF8' | set schema 'x' | set seed to 0.5 | set x.y = 'z' | set local |
  truncate projects | truncate table projects cascade | vacuum | vacuum full projects |
  select 1 into x | select 1 as a into temp x | select * into table x from projects | with a as (select 1) select * into x from a |
  explain create table x as select 1 | explain (analyze) create table x as select 1 |
  explain analyze create table x as select 1 | explain analyze verbose create materialized view x as select 1 |
  explain (analyze, costs off, format json) execute x | explain (format 'json', analyze true) execute x | explain execute x |
  explain analyze declare c cursor with hold for select 1 | explain refresh materialized view x |
  explain (select 1) into x | explain select 1 into x |
  declare c cursor with hold for select 1 | declare c scroll cursor with/**/hold for select 1`
  .split('|')
  .map((each) => each.trim());

const passing = `
  select 1 | (select 1) | ((select 1) union (select 2)) | values (1) | table projects | with a as (select 1) select * from a |
  with a as (insert into projects (name) values ('x') returning 1) select * from a |
  insert into projects (name) values ('x') | insert into projects default values | update projects set stars = 1 |
  delete from projects | merge into projects p using projects q on p.id = q.id when matched then do nothing |
  with a as (select 1) merge into projects using a on true when matched then do nothing |
  select 'into' | select 'select 1 into x' as "into" | select $$ into x $$ | select 1 -- into x | select 1 /* into x */ |
  select e'\\' into x' | select "into" from (select 1 as "into") t | select u&'into' |
  explain select 1 | explain analyze select 1 | explain (select 1) | explain ((select 1)) | explain (values (1)) |
  explain (analyze, buffers) select 1 | explain (format 'json') (select 1) | explain verbose insert into projects (name) values ('x') |
  explain (costs off) with a as (select 1) select * from a | declare c cursor for select 1 |
  declare c cursor without hold for select 1 | fetch all from c | move 1 in c | close c | close all |
  begin | start transaction read only | commit | end | rollback | abort | savepoint a | release savepoint a |
  rollback to savepoint a | rollback to prepared | set local statement_timeout = 5 | set local time zone 'UTC' | set local x.y = 'z' |
  set constraints all deferred | set transaction read only | show search_path | show all | -- nothing | ; | /* /* */ */`
  .split('|')
  .map((each) => each.trim());

const comment = fc.constantFrom(
  '/**/',
  '/* select */',
  '/* /* select */ ; */',
  '-- select\n',
  '--\r',
);
const blank = fc.oneof(fc.constantFrom(' ', '\t', '\n', '\r', '\f', ';', '(', '\uFEFF'), comment);
const prefix = fc.array(blank, { maxLength: 6 }).map((all) => all.join(''));
const inAnyCase = (sql: string) => fc.boolean().map((upper) => (upper ? sql.toUpperCase() : sql));

describe('what a scope may send is a list of what is allowed', () => {
  test.each(others)('not %s', (sql) => expect(refused(sql)).toBe(true));
  test.each(passing)('but %s', (sql) => expect(refused(sql)).toBe(false));

  test('whatever stands in front of it', () => {
    fc.assert(
      fc.property(prefix, fc.constantFrom(...others).chain(inAnyCase), (before, sql) => {
        expect(refused(before + sql)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  // the next command of PostgreSQL is refused because it is not on the list
  test('and a word that is not on it is refused', () => {
    const allowed = new Set(passing.map(firstKeyword));
    fc.assert(
      fc.property(
        prefix,
        fc.stringMatching(/^[a-z]{2,12}$/),
        fc.string(),
        (before, word, after) => {
          fc.pre(!allowed.has(word));
          expect(refused(`${before}${word} ${after}`)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('in every way to send it, with a code that says what to do', async () => {
    await tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('begin');
      for (const sql of [
        'drop owned by app',
        'lock projects',
        'explain analyze create table x as select 1',
      ]) {
        for (const sending of [
          () => pool.query(sql),
          () => client.query(sql),
          () => pool.batch(() => [pool.query(sql)]),
        ])
          expect(await failure(sending())).toMatchObject({ code: 'STATEMENT_REFUSED' });
      }
      await client.query('rollback');
      client.release();
      const error = await failure(pool.query('truncate projects'));
      expect(error.message).toContain('TRUNCATE PROJECTS');
      expect(error.message).toContain('Use DELETE');
    });
    expect(
      await database.ask(`select 1 as one from pg_policies where tablename = 'projects'`),
    ).not.toEqual([]);
  });
});

describe('a system scope', () => {
  const entry = { reason: 'a test', actor: 'tests', write: true };

  test('sends what a tenant may send', async () => {
    const error = await failure(tenancy.asSystem(entry, () => pool.query('lock projects')));
    expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
  });

  test('sends any statement when it says so, on a connection that nobody uses after it', async () => {
    const own = database.pool({ max: 1, system: { connectionString: database.worker, max: 1 } });
    const any = { ...entry, statements: 'any' } as const;
    await tenancy.asSystem(any, async () => {
      const client = await own.connect();
      await client.query('begin');
      await client.query('lock table projects in share mode');
      await client.query('commit');
      await client.query(`set search_path = pg_catalog`);
      await client.query('deallocate all');
      expect((await client.query('select count(*)::int as n from public.projects')).rows).toEqual([
        { n: 3 },
      ]);
      client.release();
      await own.query('notify nobody');
    });
    expect(own.totalCount).toBe(0);
    const { rows } = await tenancy.asSystem(entry, () => own.query('show search_path'));
    expect(rows).toEqual([{ search_path: '"$user", public' }]);
  });
});

describe('what a statement reaches', () => {
  test.each([
    ['select "id", "name" from "projects" where "id" = $1 limit $2', 'reads'],
    [
      'select count(*), max(a), coalesce(b, lower(c)) from t where x in (1, 2) and (y or exists (select 1))',
      'reads',
    ],
    ['select pg_catalog.now()', 'reads'],
    ['select * from tenantry.can($1)', 'reads'],
    ['select "tenantry"."can"($1)', 'reads'],
    [
      'insert into "projects" ("id", "name") values (default, $1) on conflict ("id") do nothing returning "id"',
      'writes',
    ],
    ['insert into public.projects (id) values (1)', 'writes'],
    ['update t set a = row(1, 2) where b = any($1)', 'writes'],
    ['with a as (delete from t returning *) select * from a', 'writes'],
    [`select set_config('a.b', 'c', false)`, 'calls'],
    [`select "set_config"('a.b', 'c', false)`, 'calls'],
    [`select U&"\\0073et_config"('a.b', 'c', false)`, 'calls'],
    [`select pg_catalog . set_config /* x */ ('a.b', 'c', false)`, 'calls'],
    [`select pg_advisory_lock(1)`, 'calls'],
    [`select mine(1)`, 'calls'],
    [`select other.count(1)`, 'calls'],
    [`update pg_settings set setting = 'x' where name = 'search_path'`, 'calls'],
    [`select * from "pg_cursors"`, 'calls'],
    ['select lastval()', 'calls'],
    ['fetch all from c', 'calls'],
    [`select '${'x'.repeat(9000)}'`, 'calls'],
    ['explain analyze select mine(1)', 'calls'],
    ['set local work_mem = 5', 'reads'],
  ])('%s: %s', (sql, reach) => expect(kindOf(sql).reach).toBe(reach));
});
