import { generate } from '@tenantry/rls/generate';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { type Application, applySchema, runAll, withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { files } from './files.ts';
import * as schema from './schema.ts';
import { limits, tenancy } from './schema.ts';

const application: Application = {
  tenancy,
  schema,
  features: [limits],
  directory: { tenant: schema.organizations.id, member: schema.memberships.userId },
};
const [acme, globex] = [1, 2].map((i) => `00000000-0000-4000-8000-00000000000${i}`);

async function inDatabase(of: Application, fn: (client: pg.Client) => Promise<void>) {
  const database = await createCitusDatabase({
    migrate: async (url) => {
      await applySchema(url, of);
    },
  });
  try {
    await withClient(database.url, fn);
  } finally {
    await database.drop();
  }
}

const fill = async (client: pg.Client) => {
  for (const id of [acme, globex]) {
    await client.query("insert into organizations (id, name, plan) values ($1, 'A', 'pro')", [id]);
    await client.query(
      "insert into documents (organization_id, title) values ($1, 'a'), ($1, 'b')",
      [id],
    );
  }
};

describe.skipIf(citusUrl() === undefined)('migrations on Citus', () => {
  test('sections run again on tables with rows, and change nothing', () =>
    inDatabase(application, async (client) => {
      await fill(client);
      const history = async () =>
        (await client.query('select count(*)::int as n from entitlement_history')).rows;
      const before = await history();
      const { foundation, sections } = generate(application);
      await runAll(
        client,
        [foundation, ...sections].flatMap(({ statements }) => statements),
      );
      expect(await history()).toEqual(before);
      const { rows } = await client.query(
        "select used::int from usage_counters where feature = 'documents'",
      );
      expect(rows).toEqual([{ used: 2 }, { used: 2 }]);
    }));

  test('sections that change run by themselves, tables before functions', () =>
    inDatabase(application, async (client) => {
      await fill(client);
      const statements = generate(application).sections.flatMap((each) => each.statements);
      await runAll(client, statements);
    }));

  test('TRUNCATE of a table with a counter is refused, and the count stays right', () =>
    inDatabase(application, async (client) => {
      await fill(client);
      await expect(client.query('truncate documents')).rejects.toMatchObject({ code: '0A000' });
      const { rows } = await client.query(
        'select (select count(*)::int from documents) as rows, (select sum(used)::int from usage_counters) as used',
      );
      expect(rows).toEqual([{ rows: 4, used: 4 }]);
    }));

  test('a partitioned table with a limit is refused', async () => {
    const given = files({ key: (t) => [t.id, t.name] });
    const made = inDatabase(
      {
        ...given,
        features: [given.limits],
        rewrite: (statement) =>
          statement.startsWith('CREATE TABLE "files"')
            ? `${statement.replace(/;\s*$/, '')} partition by list (name)`
            : statement,
      },
      async () => {},
    );
    await expect(made).rejects.toThrow(/partitioned table "public"\."files" has rows that a plan/);
  });

  test('the log of one server is split, so that a grace begins for changes before', () => {
    const { tenancy: tenancyOfFiles, limits: ofFiles, schema: tables } = files();
    const log = `
      create table tenantry.limit_changed (
        id bigint generated always as identity primary key, tenant uuid, part text not null,
        key text not null, before jsonb, at timestamptz not null default clock_timestamp()
      );
      insert into tenantry.limit_changed (tenant, part, key, before) values
        (null, 'planFeatures', 'free/files', '{"plan": "free", "feature": "files", "limit_value": 8, "enabled": true, "enforcement": "hard", "grace_days": 7}'),
        ('${acme}', 'planState', '', null);`;
    const rewrite = (statement: string) =>
      statement.includes('create table if not exists tenantry.limit_changed_plans')
        ? `${log}${statement}`
        : statement;
    const given = { tenancy: tenancyOfFiles, schema: tables, features: [ofFiles], rewrite };
    return inDatabase(given, async (client) => {
      await client.query('insert into organizations (id) values ($1)', [acme]);
      await client.query('alter table files disable trigger user');
      await client.query(
        `insert into files (organization_id, name) select $1, 'f' from generate_series(1, 5)`,
        [acme],
      );
      const { rows } = await client.query(
        'select tenantry.limit_report_of($1, null, null)->0 as report',
        [acme],
      );
      expect(rows[0]?.report).toMatchObject({ used: 5, planLimit: 3, limit: 8 });
      const logs = await client.query(
        'select (select count(*)::int from tenantry.limit_changed) as own, (select max(key) from tenantry.limit_changed_plans) as shared',
      );
      expect(logs.rows).toEqual([{ own: 1, shared: 'free/files' }]);
    });
  });
});
