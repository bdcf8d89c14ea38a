import { createHash, randomBytes } from 'node:crypto';
import { TenantryError } from '@tenantry/core';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { templateName } from '../src/database/names.ts';
import { cloneDatabase, createTemplate } from '../src/index.ts';
import { databaseUrl, withClient } from '../src/sql/client.ts';
import { testServer } from '../src/vitest.ts';
import { firstLineOf, spawnFixture } from './support.ts';

const server = await testServer();

const newKey = () => randomBytes(8).toString('hex');

function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  return withClient(url, async (client) => (await client.query(sql)).rows);
}

async function databaseExists(name: string): Promise<boolean> {
  return (await query(server.url, `select from pg_database where datname = '${name}'`)).length > 0;
}

function nameOf(key: string): string {
  return templateName(server.run, createHash('sha256').update(key).digest('hex'));
}

describe('a template', () => {
  test('is built once although several processes ask at the same time', async () => {
    const key = newKey();
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () =>
        firstLineOf(spawnFixture('build-template.ts', [server.url, server.run, key])),
      ),
    );
    const results = outputs.map((text) => JSON.parse(text) as { builds: number; notes: number });
    expect(results.map(({ builds }) => builds).sort()).toEqual([0, 0, 0, 1]);
    expect(results.map(({ notes }) => notes)).toEqual([0, 0, 0, 0]);
  });

  test('may create a role that another template creates at the same time', async () => {
    const role = `tt_shared_${newKey()}`;
    const build = async (url: string) => {
      const found = await query(url, `select from pg_roles where rolname = '${role}'`);
      // Time for another builder to come to the same conclusion.
      await query(url, 'select pg_sleep(0.1)');
      if (found.length === 0) await query(url, `create role ${role}`);
    };
    await Promise.all([1, 2, 3].map(() => createTemplate(server, newKey(), build)));
    await query(server.url, `drop role ${role}`);
  });

  test('leaves nothing when its build fails, and is built again', async () => {
    const key = newKey();
    const failure = await createTemplate(server, key, (url) => query(url, 'select nonsense')).catch(
      (error: unknown) => error,
    );
    expect(TenantryError.is(failure, 'TEST_TEMPLATE_FAILED')).toBe(true);
    expect(String(failure)).toContain('column "nonsense" does not exist');
    expect(await databaseExists(nameOf(key))).toBe(false);
    await createTemplate(server, key, (url) => query(url, 'create table note ()'));
    expect(await databaseExists(nameOf(key))).toBe(true);
  });

  test('is built anew when its builder died half-way', async () => {
    const key = newKey();
    await query(server.url, `create database ${nameOf(key)} template template0`);
    await query(databaseUrl(server.url, nameOf(key)), 'create table half ()');
    const template = await createTemplate(server, key, (url) =>
      query(url, 'create table whole ()'),
    );
    const database = await cloneDatabase(template);
    const tables = await query(
      database.url,
      "select tablename from pg_tables where schemaname = 'public'",
    );
    expect(tables).toEqual([{ tablename: 'whole' }]);
    await database.drop();
  });

  test('says which connections its build has left open', async () => {
    const key = newKey();
    const pools: pg.Pool[] = [];
    const failure = await createTemplate(server, key, async (url) => {
      const pool = new pg.Pool({ connectionString: url });
      pools.push(pool);
      await pool.query('select 1');
    }).catch((error: unknown) => error);
    expect(String(failure)).toContain('1 connections to the template are still open');
    // Nobody has ended its connection, which would be an uncaught error of the pool.
    expect(pools[0]?.totalCount).toBe(1);
    await Promise.all(pools.map((pool) => pool.end()));
    await createTemplate(server, key, () => {});
  });
});

describe('a copy', () => {
  test('is separate from its template and from other copies', async () => {
    const template = await createTemplate(server, newKey(), (url) =>
      query(url, 'create table note (id int); insert into note values (1)'),
    );
    const copies = await Promise.all(Array.from({ length: 4 }, () => cloneDatabase(template)));
    for (const [index, { url }] of copies.entries()) {
      await query(url, `insert into note values (${index + 10})`);
    }
    for (const [index, { url }] of copies.entries()) {
      expect(await query(url, 'select id from note order by id')).toEqual([
        { id: 1 },
        { id: index + 10 },
      ]);
    }
    await Promise.all(copies.map((copy) => copy.drop()));
    for (const { name } of copies) expect(await databaseExists(name)).toBe(false);
  });

  test('has the privileges and settings of the template, which PostgreSQL does not copy', async () => {
    const key = newKey();
    const role = `tt "quoted" ${key}`;
    const quoted = pg.escapeIdentifier(role);
    const template = await createTemplate(server, key, (url) =>
      query(
        url,
        `create role ${quoted};
         do $$ begin
           execute format('revoke all on database %I from public', current_database());
           execute format('grant connect on database %I to ${quoted} with grant option', current_database());
           execute format('alter database %I set app.motto = ''it''''s = fine''', current_database());
           execute format('alter database %I set search_path = "a b", public', current_database());
           execute format('alter role ${quoted} in database %I set statement_timeout = ''7s''', current_database());
         end $$`,
      ),
    );
    const copy = await cloneDatabase(template);
    const properties = (name: string) =>
      query(
        server.url,
        `select (select array_agg(privilege_type || ':' || coalesce(rolname, 'public') || ':' || is_grantable order by 1)
                   from aclexplode(d.datacl) left join pg_roles r on r.oid = grantee) as privileges,
                (select array_agg(setrole::regrole::text || ':' || setting order by 1)
                   from pg_db_role_setting, unnest(setconfig) setting where setdatabase = d.oid) as settings
           from pg_database d where datname = '${name}'`,
      );
    const copied = await properties(copy.name);
    expect(copied).toEqual(await properties(template.name));
    expect(copied[0]?.privileges).toContain(`CONNECT:${role}:true`);
    expect(copied[0]?.settings).toHaveLength(3);
    expect(await query(copy.url, 'show search_path')).toEqual([{ search_path: '"a b", public' }]);
    expect(await query(copy.url, 'show app.motto')).toEqual([{ 'app.motto': "it's = fine" }]);
    await copy.drop();
    await query(server.url, `alter database ${template.name} is_template false`);
    await query(server.url, `drop database ${template.name}`);
    await query(server.url, `drop role ${quoted}`);
  });

  test('that is in use is dropped with its connections, unless it is asked politely', async () => {
    const copy = await cloneDatabase(await createTemplate(server, newKey(), () => {}));
    const client = new pg.Client(copy.url);
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    expect(await copy.drop({ force: false })).toBe(false);
    expect(await databaseExists(copy.name)).toBe(true);
    expect(await copy.drop()).toBe(true);
    expect(await databaseExists(copy.name)).toBe(false);
    await ended;
    expect(await copy.drop()).toBe(true);
  });
});
