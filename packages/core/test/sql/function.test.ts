import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineTenancy } from '../../src/index.ts';
import {
  callOf,
  ddl,
  foundationSql,
  functionsSql,
  name,
  sqlFunction,
} from '../../src/sql/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const database = await testDatabase();
const client = new pg.Client({ connectionString: database.url });
const system = name(tenancy.roles.system);
const app = name(tenancy.roles.app);

const half = sqlFunction(
  ddl`half(amount bigint, places integer default 2) returns numeric`,
  {
    language: 'sql',
    volatility: 'immutable',
    parallel: 'safe',
    callers: [app, system],
    comment: ddl`'Half of it.'`,
  },
  ddl`select round(amount / 2.0, places)`,
);
const whoami = sqlFunction(
  ddl`whoami(out me text, out path text) returns record`,
  { volatility: 'stable', owner: system, callers: [app] },
  ddl`
    begin
      me := current_user;
      path := current_setting('search_path');
    end`,
);
const nobodys = sqlFunction(ddl`nobodys() returns integer`, {}, ddl`begin return 1; end`);

const as = async (role: string, text: string) => {
  await client.query('begin');
  try {
    await client.query(`set local role ${role}`);
    return (await client.query(text)).rows;
  } finally {
    await client.query('rollback');
  }
};

beforeAll(async () => {
  await client.connect();
  await client.query(foundationSql(tenancy).sql);
  await client.query(functionsSql([half, whoami, nobodys]).sql);
});
afterAll(() => client.end());

describe('functionsSql', () => {
  it('makes functions that their callers, and nobody else, may call', async () => {
    const call = `select ${callOf(half, ddl`9`).sql} as half`;
    expect(await as('app', call)).toEqual([{ half: '4.50' }]);
    expect(await as('system', call)).toEqual([{ half: '4.50' }]);
    await expect(as('app', 'select tenantry.nobodys()')).rejects.toMatchObject({ code: '42501' });
    await expect(as('system', 'select tenantry.nobodys()')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('gives a function to its owner, whose rights it has, with a pinned search_path', async () => {
    expect(await as('app', 'select * from tenantry.whoami()')).toEqual([
      { me: 'system', path: 'pg_catalog, pg_temp' },
    ]);
    const { rows } = await client.query(
      `select has_schema_privilege('system', 'tenantry', 'create') as may`,
    );
    expect(rows).toEqual([{ may: false }]);
  });

  it('marks them as they are', async () => {
    const { rows } = await client.query(
      `select proname, provolatile, proparallel, prosecdef, obj_description(oid) as comment
       from pg_proc where proname in ('half', 'whoami', 'nobodys') order by 1`,
    );
    const marks = { provolatile: 'v', proparallel: 'u', prosecdef: false, comment: null };
    expect(rows).toEqual([
      {
        proname: 'half',
        provolatile: 'i',
        proparallel: 's',
        prosecdef: false,
        comment: 'Half of it.',
      },
      { ...marks, proname: 'nobodys' },
      { ...marks, proname: 'whoami', provolatile: 's', prosecdef: true },
    ]);
  });

  it('can be run again, and by then takes back what somebody granted', async () => {
    await client.query('grant execute on function tenantry.nobodys() to public');
    await client.query(functionsSql([half, whoami, nobodys]).sql);
    await expect(as('app', 'select tenantry.nobodys()')).rejects.toMatchObject({ code: '42501' });
  });

  it('writes a line of rights for each role, however many functions there are', () => {
    const { sql } = functionsSql([half, whoami, nobodys]);
    const of = (words: string) => sql.split('\n').filter((line) => line.startsWith(words)).length;
    expect([
      of('grant create'),
      of('revoke create'),
      of('revoke all'),
      of('grant execute'),
    ]).toEqual([1, 1, 1, 2]);
  });
});
