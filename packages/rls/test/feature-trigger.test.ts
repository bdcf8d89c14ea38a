import { defineIsolation } from '@tenantry/rls';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { tenancy } from './fixtures/schema.ts';
import { touch, touched } from './fixtures/touch.ts';

const { isolate } = defineIsolation(tenancy);

const tasks = pgTable(
  'tasks',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    title: text().notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [...isolate(t), ...touched(t)],
);

test('a feature that makes a trigger for each table that is marked', async () => {
  const { url } = await testDatabase({
    key: 'rls-touch',
    migrate: (to) => applySchema(to, { tenancy, schema: { tasks }, features: [touch] }),
  });
  const [row] = await withClient(url, async (client) => {
    await client.query(
      `insert into tasks (organization_id, title, updated_at) values (gen_random_uuid(), 'Old', '2001-01-01')`,
    );
    const { rows } = await client.query(
      `update tasks set title = 'New' returning updated_at > now() - interval '1 minute' as touched`,
    );
    return rows;
  });
  expect(row).toEqual({ touched: true });
});
