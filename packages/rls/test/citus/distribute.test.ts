import { createTenantPool } from '@tenantry/core';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { distribute, planDistribution } from '../../src/distribution/index.ts';
import { generate } from '../../src/generate/index.ts';
import { application } from '../distribution/schemas.ts';

const plain = application('postgres');
const app = application('citus');
const acme = '00000000-0000-4000-8000-000000000001';
const globex = '00000000-0000-4000-8000-000000000002';
const tables = ['users', 'plans', 'organizations', 'projects', 'tasks', 'memberships'];

describe.skipIf(citusUrl() === undefined)('tenantry distribute', () => {
  let database: CitusDatabase;
  const made: CitusDatabase[] = [];
  beforeEach(async () => {
    database = await createCitusDatabase({ migrate: (url) => applySchema(url, plain) });
    made.push(database);
    await on(async (client) => {
      await client.query(`
        insert into organizations (id, name) values ('${acme}', 'Acme'), ('${globex}', 'Globex');
        insert into plans values ('free', 0);
        insert into users (email) select n || '@acme.test' from generate_series(1, 20) n;
        insert into memberships (organization_id, user_id) select o.id, u.id from organizations o, users u;
        insert into projects (organization_id, name, plan) select o.id, 'P' || n, 'free' from organizations o, generate_series(1, 30) n;
        insert into tasks (organization_id, project_id, title) select organization_id, id, 'T' || n from projects, generate_series(1, 10) n;
      `);
    });
  });
  afterAll(async () => {
    for (const each of made) await each.drop();
  });
  const on = <R>(fn: (client: pg.Client) => Promise<R>) => withClient(database.url, fn);
  const rowsOf = async (client: pg.Client) => {
    const found: unknown[] = [];
    for (const table of tables) {
      const { rows } = await client.query(
        `select md5(string_agg(t::text, '' order by t::text)) as hash, count(*)::int as n from ${table} t`,
      );
      found.push([table, rows[0]]);
    }
    return found;
  };
  const keysOf = async (client: pg.Client) =>
    (
      await client.query(
        `select conrelid::regclass::text as on, conname, pg_get_constraintdef(oid) as is, obj_description(oid, 'pg_constraint') as mark
         from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by 1, 2`,
      )
    ).rows;

  const policiesOf = async (client: pg.Client) =>
    (
      await client.query(
        `select tablename, policyname, cmd, qual, with_check from pg_policies where schemaname = 'public' order by 1, 2`,
      )
    ).rows;

  test('plans what goes where, and says first what stands in the way', async () => {
    await on(async (client) => {
      const { steps, obstacles } = await planDistribution(client, app);
      expect(obstacles).toEqual([]);
      expect(steps.map(({ table, by, done }) => [table, by, done])).toEqual([
        ['users', 'reference', false],
        ['plans', 'reference', false],
        ['organizations', 'id', false],
        ['projects', 'organization_id', false],
        ['tasks', 'organization_id', false],
        ['memberships', 'organization_id', false],
      ]);
      await expect(planDistribution(client, plain)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining("dialect: 'citus'"),
      });
      await client.query(`
        do $$ begin create role distribution_owner; exception when duplicate_object then null; end $$;
        alter table tasks owner to distribution_owner;
        create policy mine on projects to app using (true);
        create unique index projects_ids on projects (id);
        alter table memberships rename to members;
      `);
      const { obstacles: four } = await planDistribution(client, app);
      expect(four.map(({ table, found }) => `${table}: ${found}`)).toEqual([
        expect.stringMatching(
          /^the cluster: the tables have several owners \(.*distribution_owner.*\)/,
        ),
        'projects: it has policies that the schema does not name: mine.',
        'projects: projects_ids is unique across tenants in this database, which no node can check.',
        'memberships: the table is not in this database.',
      ]);
      await expect(distribute(client, app)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('several owners'),
      });
      await client.query('alter table tasks owner to current_user; drop role distribution_owner');
    });
  });

  test('keeps every row and key, and what fails at its end leaves it as it was', async () => {
    await on(async (client) => {
      const [before, keys, policies] = [
        await rowsOf(client),
        await keysOf(client),
        await policiesOf(client),
      ];
      const failing = {
        async query(text: string, values?: unknown[]) {
          if (text === 'commit') throw new Error('the connection is lost');
          return client.query(text, values);
        },
      };
      await expect(distribute(failing, app)).rejects.toThrow('the connection is lost');
      expect([await rowsOf(client), await keysOf(client), await policiesOf(client)]).toEqual([
        before,
        keys,
        policies,
      ]);
      expect((await planDistribution(client, app)).steps.some(({ done }) => done)).toBe(false);
      const told: string[] = [];
      const onTable = (table: string, at: number, of: number) => told.push(`${at}/${of} ${table}`);
      const { steps, rows: counted } = await distribute(client, app, { onTable });
      expect(told).toEqual(steps.map(({ table }, i) => `${i + 1}/${steps.length} ${table}`));
      expect(steps.filter(({ done }) => !done)).toEqual([]);
      expect(counted).toMatchObject({ organizations: 2, projects: 60, tasks: 600 });
      expect(await rowsOf(client)).toEqual(before);
      expect(await keysOf(client)).toEqual(keys);
      expect(await distribute(client, app)).toMatchObject({ rows: {} });
      const { rows } = await client.query(
        `select table_name::text, citus_table_type, distribution_column, colocation_id from citus_tables order by 1`,
      );
      const kind = (table: string) => rows.find((row) => row.table_name === table);
      expect(kind('users')).toMatchObject({ citus_table_type: 'reference' });
      const groups = ['organizations', 'projects', 'tasks', 'memberships'].map(
        (table) => kind(table).colocation_id,
      );
      expect(new Set(groups).size).toBe(1);
      expect(kind('jobs')).toBeUndefined();
    });
  });

  test('a second run at the same time is refused, and says so', async () => {
    await on(async (client) => {
      await client.query(`select pg_advisory_lock(hashtext('tenantry distribute'))`);
      await expect(on((other) => distribute(other, app))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('another run of tenantry distribute'),
      });
    });
  });

  test('a table whose rows would differ stays as it was', async () => {
    await on(async (client) => {
      const query = client.query.bind(client);
      let counted = 0;
      // the second count of projects says something else
      const liar = {
        query: async (text: string, values?: unknown[]) => {
          const result = await query(text, values);
          if (/count\(\*\) as rows from "public"."projects"/.test(text) && ++counted === 2)
            return { rows: [{ rows: '59' }] };
          return result;
        },
      };
      await expect(distribute(liar, app)).rejects.toMatchObject({
        code: 'DISTRIBUTION_DIFFERS',
        message: expect.stringContaining('projects had 60 rows and has 59'),
      });
      const { steps } = await planDistribution(client, app);
      expect(steps.find(({ table }) => table === 'projects')?.done).toBe(false);
      expect((await client.query('select count(*)::int as n from projects')).rows).toEqual([
        { n: 60 },
      ]);
    });
  });

  test('what generate writes finds its work done, and tenants are isolated', async () => {
    await on(async (client) => {
      await distribute(client, app);
      const before = await policiesOf(client);
      const { foundation, sections } = generate(app);
      for (const { statements } of [foundation, ...sections])
        for (const statement of statements) await client.query(statement);
      expect(await policiesOf(client)).toEqual(before);
      await client.query(`update projects set hidden = 1 where name = 'P1'`);
    });
    const logins = await createLogins(database.url, app.tenancy);
    const pool = createTenantPool(app.tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
    });
    try {
      const { tenancy } = app;
      const names = await tenancy.run(acme, () =>
        pool.query(
          'select distinct p.organization_id from projects p join tasks t on t.project_id = p.id',
        ),
      );
      expect(names.rows).toEqual([{ organization_id: acme }]);
      const count = await tenancy.run(globex, () =>
        pool.query('select count(*)::int as n from projects'),
      );
      expect(count.rows).toEqual([{ n: 29 }]); // a term hides one
      const kept = await tenancy.run(acme, () =>
        pool.query(`delete from projects where name in ('P2', 'kept')`),
      );
      expect(kept.rowCount).toBe(1);
      const all = await tenancy.asSystem({ reason: 'count', actor: 'test' }, () =>
        pool.query('select count(*)::int as n from projects'),
      );
      expect(all.rows).toEqual([{ n: 59 }]);
    } finally {
      await pool.end();
    }
  });
});
