import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { audited, defineAudit } from '../../../src/index.ts';
import { actions } from '../../fixtures/schema.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
const { isolate, tenants, reference } = defineIsolation(tenancy);

export const audit = defineAudit(tenancy, { actions, personal: ['email'] });

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t), ...audited(t)],
);

export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    email: text(),
    token: text(),
    settings: jsonb(),
    stars: integer().notNull().default(0),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...audited(t, { exclude: ['updatedAt'], mask: ['token'], personal: ['email'] }),
  ],
);

export const tasks = pgTable(
  'tasks',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    projectId: uuid('project_id').notNull(),
    title: text().notNull(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
    ...audited(t, { resource: 'task' }),
  ],
);

export const auditLogs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
  ...audit.tables.entries.rules(t),
]);

export const schema = { organizations, projects, tasks, auditLogs };
