import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { createTenantGate, fetchRequest } from '../../src/adapter/index.ts';
import { createTenantPool, defineTenancy, type IdKind } from '../../src/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { entrySql, foundationSql, tenantOfTransaction } from '../../src/sql/index.ts';
import { failure } from '../support/wait.ts';

interface Case {
  readonly id: IdKind;
  /** The type of the column. */
  readonly type: string;
  readonly acme: string | number | bigint;
  readonly globex: string | number | bigint;
  readonly userType: IdKind;
  readonly ada: string;
  readonly context?: 'signed';
  /** What is no id, and what is one of nobody. */
  readonly wrong: readonly (string | number)[];
  readonly noUser: readonly string[];
}

const cases: readonly Case[] = [
  {
    id: 'uuid',
    type: 'uuid',
    acme: '00000000-0000-4000-8000-00000000ac3e',
    globex: '00000000-0000-4000-8000-0000000910be',
    userType: 'bigint',
    ada: '9007199254740993',
    wrong: [42, 'acme'],
    noUser: ['ada', '9007199254740992', '99999999999999999999', '-1', '1.5', '007'],
  },
  {
    id: 'integer',
    type: 'integer',
    acme: 0,
    globex: -2147483648,
    userType: 'integer',
    ada: '0',
    wrong: ['-0', '00', -2147483649, 'acme'],
    noUser: ['ada', '-2147483648', '-2147483649'],
  },
  {
    id: 'bigint',
    type: 'bigint',
    acme: -9223372036854775808n,
    globex: 0n,
    userType: 'bigint',
    ada: '-1',
    context: 'signed',
    wrong: ['-9223372036854775809', -(2 ** 53)],
    noUser: ['1', '-9223372036854775809'],
  },
  {
    id: 'text',
    type: 'char(30)',
    acme: 'org_01ARZ3NDEKTSV4RRFFQ69G5',
    globex: 'org_01BX5ZZKBKACTAV9WEVGEMM',
    userType: 'integer',
    ada: '7',
    wrong: [42, 'acme corp'],
    noUser: ['ada', '8', '2147483648', '99999999999'],
  },
  {
    id: 'integer',
    type: 'integer',
    acme: 1,
    globex: 2147483647,
    userType: 'uuid',
    ada: '00000000-0000-4000-8000-000000000ada',
    wrong: ['01', 2147483648, 1.5, 'acme'],
    noUser: ['ada', '00000000-0000-4000-8000-000000000b0b'],
  },
  {
    id: 'bigint',
    type: 'bigint',
    acme: 9007199254740993n,
    globex: 9223372036854775807n,
    userType: 'text',
    ada: 'user_ada',
    wrong: ['1e3', 2 ** 53, '9223372036854775808'],
    noUser: ['ada', 'user_bob'],
  },
  {
    id: 'bigint',
    type: 'bigint',
    acme: 42n,
    globex: 43n,
    userType: 'bigint',
    ada: '42',
    context: 'signed',
    wrong: ['1e3'],
    noUser: ['ada', '43'],
  },
];

const contextSecret = 'the context secret of the tests, long enough';

async function world(of: Case) {
  const tenancy = defineTenancy({
    tenant: 'team',
    id: of.id,
    secret: 'a secret of the tests, long enough to be one',
    ...(of.context && { context: of.context }),
  });
  const padded = of.type.startsWith('char') ? '::bpchar' : '';
  const isTenant = (column: string) =>
    `${column} = (select ${tenantOfTransaction(tenancy).sql}${padded})`;
  const { url } = await testDatabase({
    key: `core-kinds-${of.id}-${of.userType}-${of.context ?? 'plain'}-${of.acme}`,
    migrate: async (to: string) => {
      const client = new pg.Client({ connectionString: to });
      await client.connect();
      await client.query(foundationSql(tenancy).sql);
      await client.query(`
        create table teams (id ${of.type} primary key, slug text not null unique);
        create table members (team_id ${of.type} not null references teams,
          user_id ${of.userType} not null, primary key (team_id, user_id));
        create table notes (team_id ${of.type} not null default (${tenantOfTransaction(tenancy).sql}),
          id integer generated always as identity, body text not null, primary key (team_id, id));
        insert into teams values ('${of.acme}', 'acme'), ('${of.globex}', 'globex');
        insert into members values ('${of.acme}', '${of.ada}');
        alter table notes enable row level security, force row level security;
        create policy notes_tenant on notes to app using (${isTenant('team_id')}) with check (${isTenant('team_id')});
        grant select, insert on notes to app;
      `);
      const directory = {
        tenants: ['public', 'teams'],
        id: 'id',
        idPadded: padded !== '',
        claims: { slug: 'slug' },
        members: ['public', 'members'],
        memberTenant: 'team_id',
        memberUser: 'user_id',
        userType: of.userType,
      } as const;
      await client.query(entrySql(tenancy, directory).sql);
      if (of.context === 'signed')
        await client.query('select tenantry.set_context_secret($1)', [contextSecret]);
      await client.end();
    },
  });
  const pool = createTenantPool(tenancy, {
    connectionString: url,
    accept: ['login-bypasses-rls'],
    ...(of.context === 'signed' && { contextSecret }),
  } as Parameters<typeof createTenantPool>[1]);
  return { tenancy, pool, url };
}

describe.each(cases)('ids of kind $id in $type, users of $userType, $context', async (of) => {
  const { tenancy, pool, url } = await world(of);
  afterAll(() => pool.end());
  const add = (body: string) =>
    pool.query('insert into notes (body) values ($1) returning team_id::text as team', [body]);

  test('a scope sees and writes what is its own', async () => {
    const [own] = (await tenancy.run(of.acme as never, () => add('of acme'))).rows;
    expect(own.team).toBe(String(of.acme));
    await tenancy.run(of.globex as never, () => add('of globex'));
    const seen = await tenancy.run(of.acme as never, () => pool.query('select body from notes'));
    expect(seen.rows).toEqual([{ body: 'of acme' }]);
    expect(await tenancy.run(of.acme as never, () => tenancy.current().teamId)).toBe(of.acme);
    const foreign = tenancy.run(of.acme as never, () =>
      pool.query('insert into notes (team_id, body) values ($1, $2)', [of.globex, 'forged']),
    );
    expect(await failure(foreign)).toMatchObject({ code: '42501' });
  });

  test('a member enters by id and by slug, and nobody else', async () => {
    const enter = (by: string, value: string | number | bigint, user: string | null) =>
      pool.enter({ claim: { by, value }, user }, () => tenancy.current().teamId);
    expect(await enter('id', of.acme, of.ada)).toBe(of.acme);
    expect(await enter('id', String(of.acme), of.ada)).toBe(of.acme);
    expect(await enter('slug', 'acme', of.ada)).toBe(of.acme);
    expect(await enter('slug', 'acme', null)).toBe(of.acme);
    const refused = async (...entry: Parameters<typeof enter>) =>
      expect(await failure(enter(...entry))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
    await refused('id', of.globex, of.ada);
    await refused('slug', 'globex', of.ada);
    for (const user of of.noUser) {
      await refused('id', of.acme, user);
      await refused('slug', 'acme', user);
    }
    for (const value of of.wrong)
      expect(await failure(enter('id', value, of.ada))).toMatchObject({
        code: 'TENANT_ID_MALFORMED',
      });
  });

  if (of.id === 'text') {
    test('a tenant whose id has another form is refused by its slug, as by run', async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`insert into teams values ('acme corp', 'odd')`);
      await client.query(`insert into members values ('acme corp', '${of.ada}')`);
      await client.end();
      const entry = { claim: { by: 'slug', value: 'odd' }, user: of.ada } as const;
      for (const verify of ['now', 'with-first-statement'] as const) {
        const entered = pool.enter({ ...entry, verify }, () => pool.query('select 1'));
        expect(await failure(entered)).toMatchObject({ code: 'TENANT_ID_MALFORMED', status: 400 });
      }
      const own = await tenancy.run(of.acme as never, () => pool.query('select from notes'));
      expect(own.rowCount).toBe(1);
    });
  }

  test('a request and a job carry it', async () => {
    const gate = createTenantGate(pool, (request: Request) => fetchRequest(request), {
      resolve: header('x-team'),
      user: () => (/^-?\d+$/.test(of.ada) ? BigInt(of.ada) : of.ada),
    });
    const request = new Request('http://acme.app/', { headers: { 'x-team': String(of.acme) } });
    const token = await gate(request, () => {
      expect(tenancy.current()).toMatchObject({ teamId: of.acme, user: of.ada });
      return tenancy.capture();
    });
    expect(await pool.resume(token, () => tenancy.current().teamId)).toBe(of.acme);
  });

  test('an empty context is an error, and the tenant is a value of the type', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      `select pg_get_function_result('tenantry.current_tenant()'::regprocedure) as type`,
    );
    expect(rows[0].type).toBe(of.id);
    const refused = client.query('select tenantry.current_tenant()');
    expect((await failure(refused)).message).toContain('no tenant in this transaction');
    await client.end();
  });
});
