import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { applySchema, runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { audited, defineAudit } from '../src/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);

/** An application whose log has this name. */
function application(table: string) {
  const audit = defineAudit(tenancy, { table, actions: {} });
  const log = pgTable(table, { ...audit.tables.entries.columns() }, (t) => [
    ...audit.tables.entries.rules(t),
  ]);
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text() },
    (t) => [...isolate(t), ...audited(t)],
  );
  return { tenancy, schema: { log, projects }, features: [audit] };
}

test('a log that is renamed keeps its partitions, and goes on', async () => {
  const { url } = await testDatabase();
  await applySchema(url, application('audit_logs'));
  await withClient(url, async (client) => {
    const add = () =>
      client.query(
        "insert into projects (organization_id, name) values ('00000000-0000-4000-8000-000000000001', 'x')",
      );
    const entries = async (log: string) =>
      (await client.query(`select count(*)::int as n from ${log}`)).rows[0].n;
    await add();
    expect(await entries('audit_logs')).toBe(1);
    await client.query('alter table audit_logs rename to journal');
    const { foundation, sections } = generate(application('journal'));
    await runAll(
      client,
      [foundation, ...sections].flatMap(({ statements }) => statements),
    );
    await add();
    expect(await entries('journal')).toBe(2);
    const { rows } = await client.query(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'journal'::regclass and inhrelid::regclass::text like '%default'",
    );
    expect(rows).toEqual([{ name: 'tenantry.journal_default' }]);
  });
});
