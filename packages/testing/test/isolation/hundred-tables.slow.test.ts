import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { expectIsolated } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import type { Fixture } from './support.ts';
import { withPool } from './support.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, reference, tenants } = defineIsolation(tenancy);

const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const parent = pgTable(
  'parents',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id() },
  (t) => [...isolate(t)],
);
const children = Array.from({ length: 98 }, (_, i) =>
  pgTable(
    `child_${i}`,
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      parentId: uuid('parent_id').notNull(),
      name: text().notNull(),
      rank: integer().notNull(),
    },
    (t) => [
      ...isolate(t),
      ...reference(t, { column: t.parentId, to: () => parent, onDelete: 'cascade' }),
    ],
  ),
);
const schemaWith = (n: number) => ({
  organizations,
  parent,
  ...Object.fromEntries(children.slice(0, n).entries()),
});

async function reportOf(schema: ReturnType<typeof schemaWith>) {
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  return withPool(url, { tenancy, schema } as unknown as Fixture, (pool) =>
    expectIsolated({ pool, tenancy, schema }),
  );
}

test('100 tables take ten times as long as ten', async () => {
  const ten = await reportOf(schemaWith(8));
  const report = await reportOf(schemaWith(98));
  expect(report.tables).toHaveLength(100);
  expect(report.results.length).toBeGreaterThan(1700);
  // what grows with their square would take a hundred times as long
  expect(report.durationMs).toBeLessThan(40 * ten.durationMs);
});
