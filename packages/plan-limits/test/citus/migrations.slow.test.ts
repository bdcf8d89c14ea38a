import { distribute } from '@tenantry/rls/distribution';
import { generate } from '@tenantry/rls/generate';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { type Application, applySchema, runAll, withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import * as schema from '../fixtures/schema.ts';
import { tenancy } from '../fixtures/tenancy.ts';
import { files } from './files.ts';

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
      const { sections } = generate(application);
      await runAll(
        client,
        sections.flatMap((each) => each.statements),
      );
      const triggers = async () =>
        (
          await client.query(
            "select tgrelid::regclass::text as on_table, tgname from pg_trigger where tgname like 'tenantry%' order by 1, 2",
          )
        ).rows;
      const before = await triggers();
      const counts = sections.find(({ id }) => id === 'plan-limits:counts');
      await runAll(client, counts?.statements ?? []);
      expect(await triggers()).toEqual(before);
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

  test('a database of one server becomes one of Citus, with its histories and its grace', () => {
    const before = files({ dialect: 'postgres' });
    const after = files();
    return inDatabase({ ...before, features: [before.limits] }, async (client) => {
      await client.query('insert into organizations (id) values ($1), ($2)', [acme, globex]);
      await client.query("insert into plan_state (organization_id, plan) values ($1, 'free')", [
        acme,
      ]);
      await client.query(
        "insert into files (organization_id, name) values ($1, 'a'), ($1, 'b'), ($1, 'c'), ($2, 'a')",
        [acme, globex],
      );
      await client.query('update plan_features set limit_value = 1');
      const given = { ...after, features: [after.limits] };
      await distribute(client, given);
      const { foundation, sections } = generate(given);
      await runAll(
        client,
        [foundation, ...sections].flatMap((each) => each.statements),
      );
      const report = async (tenant = '') =>
        (
          await client.query('select tenantry.limit_report_of($1, null, null)->0 as report', [
            tenant,
          ])
        ).rows[0].report;
      expect(await report(acme)).toMatchObject({ used: 3, planLimit: 1, limit: 3 });
      expect(await report(globex)).toMatchObject({ used: 1, planLimit: 1, limit: 1 });
      await expect(
        client.query("insert into files (organization_id, name) values ($1, 'b')", [globex]),
      ).rejects.toThrow(/^LIMIT_REACHED/);
      const { rows } = await client.query(
        'select (select count(*)::int from entitlement_history) as own, (select count(*)::int from plan_history) as shared',
      );
      expect(rows).toEqual([{ own: 1, shared: 2 }]);
    });
  });
});
