import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { audited, defineAudit } from '../src/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);
const audit = defineAudit(tenancy, { actions: {} });
const log = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
  ...audit.tables.entries.rules(t),
]);
const people = pgTable(
  'people',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    email: text().notNull(),
    emailKey: text('email_key').generatedAlwaysAs(sql`lower(email)`),
    phone: text(),
    phoneKey: text('phone_key').generatedAlwaysAs(sql`replace(phone, ' ', '')`),
  },
  (t) => [...isolate(t), ...audited(t, { exclude: ['email'], mask: ['phone', 'phoneKey'] })],
);

test('a generated column tells nothing of a column that is not recorded', async () => {
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema: { log, people }, features: [audit] });
  await withClient(url, async (client) => {
    const metadata = async (statement: string) => {
      await client.query(statement);
      const { rows } = await client.query(
        'select metadata from audit_logs order by created_at desc, id limit 1',
      );
      return rows[0].metadata;
    };
    const added = await metadata(
      `insert into people (organization_id, name, email, phone)
       values ('00000000-0000-4000-8000-000000000001', 'Ada', 'Ada@acme.example', '01 2')`,
    );
    expect(Object.keys(added.new).sort()).toEqual(['id', 'name', 'phone', 'phone_key']);
    expect(added.new).toMatchObject({ phone: '[masked]', phone_key: '[masked]' });
    // an update of what is not recorded leaves no entry
    expect(await metadata(`update people set email = 'ada@other.example'`)).toEqual(added);
    expect(await metadata(`update people set name = 'Lovelace'`)).toEqual({
      old: { name: 'Ada' },
      new: { name: 'Lovelace' },
    });
  });
});
