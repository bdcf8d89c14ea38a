import { defineTenancy } from '@tenantry/core';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { readEverything } from '../../src/doctor/catalogue/read.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import { subjectOf } from '../../src/doctor/subject/subject.ts';
import { application } from '../fixtures/application.ts';
import * as schema from '../fixtures/schema.ts';
import { applySchema } from '../support/apply.ts';
import { testLogin } from '../support/login.ts';
import { databaseWith, examine, lines } from './support.ts';

const { tenancy } = schema;
const { url, client } = await databaseWith('');
await applySchema(url, application);

describe('the login of the application', () => {
  test('that can leave its role is a warning, and one that cannot is none', async () => {
    const [both, one] = [await testLogin(url, ['app', 'system']), await testLogin(url, ['app'])];
    const found = lines(await examine(client, { tenancy, logins: [both.name, one.name] }));
    expect(found.filter((line) => line.startsWith('login-can'))).toEqual([
      `login-can-bypass login ${both.name}`,
    ]);
  });

  test('that is a member of a predefined role is named, with what it may do', async () => {
    const login = await testLogin(url, ['app', 'pg_read_all_data', 'pg_signal_backend']);
    const { findings } = await examine(client, { tenancy, logins: [login.name] });
    const found = findings.filter(({ object }) => object === `login ${login.name}`);
    expect(found.map(({ rule, fixSql }) => [rule, ...fixSql])).toEqual(
      expect.arrayContaining([
        ['dangerous-membership', `revoke "pg_read_all_data" from "${login.name}";`],
        ['dangerous-membership', `revoke "pg_signal_backend" from "${login.name}";`],
      ]),
    );
  });

  test('ends its own sessions and reads them until the server is hardened', async () => {
    const login = await testLogin(url, ['app']);
    const powers = async () => {
      const { findings } = await examine(client, { tenancy, logins: [login.name] });
      return findings.filter(({ rule }) => rule === 'login-powers');
    };
    const [found] = await powers();
    expect(found).toMatchObject({ severity: 'info', object: `login ${login.name}` });
    expect(found?.found).toMatch(/ends the sessions .* reads what they are running/);
    for (const sql of found?.fixSql ?? []) await client.query(sql);
    expect(await powers()).toEqual([]);
    const own = new pg.Client({ connectionString: login.url });
    await own.connect();
    for (const sql of ['select pg_terminate_backend(0)', 'select * from pg_stat_activity']) {
      await expect(own.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    await own.end();
  });

  test('that owns the tables and serves them is told so, without a tenancy too', async () => {
    const login = await testLogin(url, []);
    const { client: own } = await databaseWith(`
      create table orgs (id uuid primary key);
      create table posts (org_id uuid not null references orgs, primary key (org_id));
      alter table posts owner to ${login.name}; alter table posts enable row level security;
      create policy p on posts using (org_id = (select nullif(current_setting('app.o', true), '')::uuid))`);
    const { findings } = await examine(own, { role: login.name });
    expect(findings.map(({ rule }) => rule)).toContain('role-owns-tables');
    expect(findings.find(({ rule }) => rule === 'rls-not-forced')?.found).toContain(
      'it sees every tenant',
    );
    await own.query('drop table posts');
  });
});

test('a role that does not exist is named before all else that is unsaid', async () => {
  const diagnosis = await examine(client, { tenancy, role: 'nobody_at_all' });
  expect(lines(diagnosis)).toContain('role-missing role nobody_at_all');
});

test('an index that the policy cannot use is shown with its plan', async () => {
  const reader = await testLogin(url, []);
  const { client: own } = await databaseWith(`
    create table posts (org_id uuid not null, id int, primary key (org_id, id));
    alter table posts enable row level security; alter table posts force row level security;
    create policy p on posts using (org_id::text = (select nullif(current_setting('app.o', true), '')));
    grant select on posts to ${reader.name}`);
  const { findings } = await examine(own, { role: reader.name, tenantColumn: 'org_id' });
  const found = findings.find(({ rule }) => rule === 'index-not-used');
  expect(found?.evidence.join('\n')).toMatch(/Filter: \(\(org_id\)::text = /);
  await own.query(`drop owned by ${reader.name}`);
});

describe('on Citus', () => {
  /** The findings of the same catalogue, on a server of that kind. */
  const onCitus = async () => {
    await client.query('begin isolation level repeatable read read only');
    const { catalogue } = await readEverything(client, 'app', []).finally(() =>
      client.query('rollback'),
    );
    const tables = catalogue.tables.map(({ oid }) => ({
      table: oid,
      kind: 'distributed' as const,
      column: tenancy.column,
      group: 1,
    }));
    const citus = { ...catalogue, citus: { tables, nodes: [] } };
    const model = { column: tenancy.column, tenancy, declared: undefined, besides: [] };
    const subject = { ...subjectOf(citus, 'app', model), plans: [], comparison: undefined };
    return rules.flatMap((rule) =>
      [...rule.find(subject)].map(({ object }) => `${rule.id} ${object}`),
    );
  };

  test('the floor and FORCE are what is wrong, and their absence is not', async () => {
    const found = await onCitus();
    expect(found).toEqual(
      expect.arrayContaining(['citus-restrictive-policy projects', 'citus-forced projects']),
    );
    await client.query(
      'alter table projects no force row level security; drop policy projects_tenant_floor on projects',
    );
    const after = (await onCitus()).filter((line) => line.endsWith(' projects'));
    expect(after).toEqual([]);
  });

  test('a tenancy of it needs the extension', async () => {
    const other = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
    const { findings } = await examine(client, { tenancy: other });
    const found = findings.filter(({ rule }) => rule.startsWith('citus-dialect'));
    expect(found).toMatchObject([
      { severity: 'error', found: expect.stringMatching(/no extension citus/) },
    ]);
  });
});
