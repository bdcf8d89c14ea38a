import { defineTenancy } from '@tenantry/core';
import { defineIsolation, numberColumns } from '@tenantry/rls';
import { expectIsolated } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { date, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { withPool } from './support.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, numbered, tenants } = defineIsolation(tenancy);
const own = () => ({ ...tenancy.columns.scoped(), id: tenancy.columns.id() });
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const invoices = pgTable(
  'invoices',
  { ...own(), ...numberColumns(), on: date().notNull() },
  (t) => [...isolate(t), ...numbered(t, { pattern: '{year}-{0000}', at: t.on })],
);
// columns of an older schema, which no default leaves to the database
const tickets = pgTable(
  'tickets',
  { ...own(), number: integer().notNull(), project: text().notNull() },
  (t) => [...isolate(t), ...numbered(t, { by: t.project })],
);
const labels = pgTable(
  'labels',
  { ...own(), number: text().notNull(), sequence: integer().notNull() },
  (t) => [...isolate(t), ...numbered(t, { pattern: '#{0}', sequence: t.sequence })],
);
const schema = { organizations, invoices, tickets, labels };

test('expectIsolated proves tables whose rows are numbered', async () => {
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  const report = await withPool(url, { tenancy, schema } as never, (pool) =>
    expectIsolated({ pool, tenancy, schema }),
  );
  expect(report.leaks).toEqual([]);
  expect(report.unproven).toEqual([]);
});
