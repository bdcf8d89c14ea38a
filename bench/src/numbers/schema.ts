import { defineTenancy } from '@tenantry/core';
import { defineIsolation, numberColumns } from '@tenantry/rls';
import { applySchema } from '@tenantry/testing/schema';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { type BenchDatabase, createLogins } from '../lib/database.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, numbered } = defineIsolation(tenancy);

export const tenantCount = 1000;
export const rowsPerTenant = 50;
export const login = 'numbers_web';
export const tenantId = (n: number) =>
  `00000000-0000-4000-8000-${((n % tenantCount) + 1).toString(16).padStart(12, '0')}`;

const own = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  name: text().notNull(),
});
const plain = pgTable('plain_rows', own(), (t) => [...isolate(t)]);
const tickets = pgTable(
  'numbered_rows',
  { ...own(), number: integer().notNull().default(0) },
  (t) => [...isolate(t), ...numbered(t)],
);
const invoices = pgTable('patterned_rows', { ...own(), ...numberColumns() }, (t) => [
  ...isolate(t),
  ...numbered(t, { pattern: '{year}-{0000}', timeZone: 'Europe/Zurich' }),
]);

/** The ways to insert, by the table that they insert into. */
export const contenders = [
  { name: 'without', table: 'plain_rows' },
  { name: 'integer', table: 'numbered_rows' },
  { name: 'pattern', table: 'patterned_rows' },
] as const;

/** Makes roles, tables, triggers and rows. */
export async function prepare(database: BenchDatabase): Promise<void> {
  await applySchema(database.ownerUrl, { tenancy, schema: { plain, tickets, invoices } });
  await createLogins(database, { [login]: `noinherit in role ${tenancy.roles.app}` });
  for (const { table } of contenders) {
    await database.ask(`insert into ${table} (organization_id, name)
      select ('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, 'Row ' || r
      from generate_series(1, ${tenantCount}) t, generate_series(1, ${rowsPerTenant}) r`);
  }
  await database.ask('vacuum (freeze, analyze)');
}
