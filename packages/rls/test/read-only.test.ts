import { markReadOnly } from '@tenantry/rls/feature';
import { generate } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { tenancy, tenants } from './fixtures/schema.ts';
import { applySchema } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { inContext, sqlState } from './support/scope.ts';
import { acme } from './support/seed.ts';

const { url } = await testDatabase();
const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    plan: text().notNull().default('free'),
  },
  (t) => [...tenants(t, { readOnly: [t.plan] })],
);

test('a tenant changes its name, and neither its plan nor the list of tenants', async () => {
  await applySchema(url, { tenancy, schema: { organizations } });
  const client = await connect(url);
  await client.query('insert into organizations (id, name) values ($1, $2)', [acme.id, 'Acme']);
  const context = { role: tenancy.roles.app, setting: tenancy.setting, tenant: acme.id };
  const as = (sql: string) => sqlState(inContext(client, context, () => client.query(sql)));
  expect(await as(`update organizations set name = 'Acme & Sons'`)).toBe('none');
  expect(await as(`update organizations set plan = 'enterprise'`)).toBe('42501');
  expect(await as(`insert into organizations (name) values ('Another')`)).toBe('42501');
  expect(await as('delete from organizations')).toBe('42501');
});

test.each(['before', 'after'])('markReadOnly %s the policies says the same', (order) => {
  const marked = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), name: text().notNull(), plan: text() },
    (t) => {
      if (order === 'before') markReadOnly([t.plan]);
      const policies = tenants(t);
      if (order === 'after') markReadOnly([t.plan]);
      return [...policies];
    },
  );
  const sql = (table: unknown) =>
    generate({ tenancy, schema: { table } })
      .sections.find(({ id }) => id === 'table:public.organizations')
      ?.statements.join('\n');
  expect(sql(marked)).toBe(sql(organizations));
  expect(sql(marked)).toContain("'read only', 'plan'");
});
