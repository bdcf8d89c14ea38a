import { audited } from '@tenantry/audit-log';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, type Logins } from '@tenantry/testing/schema';
import { boolean, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { type BenchDatabase, createLogins as createOwnLogins } from '../lib/database.ts';
import { audit, tenancy } from './definition.ts';
import { fullRowTriggerSql } from './full-row-trigger.ts';

const { isolate, tenants } = defineIsolation(tenancy);

const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);

const columns = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  name: text().notNull(),
  description: text().notNull().default(''),
  stars: integer().notNull().default(0),
  done: boolean().notNull().default(false),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** Three tables of the same form: without a trigger, captured, and with a full-row trigger. */
const plain = pgTable('plain', columns(), (t) => [...isolate(t)]);
const captured = pgTable('captured', columns(), (t) => [...isolate(t), ...audited(t)]);
const fullRow = pgTable('full_row', columns(), (t) => [...isolate(t)]);
const auditLogs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
  ...audit.tables.entries.rules(t),
]);

/** The login that owns the tables. */
export const owner = 'bench_owner';

/** Brings an empty database to the schema. */
export async function prepare(database: BenchDatabase): Promise<Logins> {
  await createOwnLogins(database, { [owner]: 'superuser' });
  const url = database.url(owner);
  await applySchema(url, {
    tenancy,
    schema: { organizations, plain, captured, fullRow, auditLogs },
    features: [audit],
  });
  await database.ask(fullRowTriggerSql('full_row'));
  return createLogins(url, tenancy);
}
