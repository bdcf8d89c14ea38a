import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';

/** Roles belong to the whole cluster, and tests of doctor change theirs. */
export const roles = { app: 'doctor_app', system: 'doctor_system' };

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  dialect: 'citus',
  roles,
});
const { isolate, reference, shared, systemOnly, tenants } = defineIsolation(tenancy);

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t)],
);

/** On every node, because memberships reference it. */
export const users = pgTable(
  'users',
  { id: uuid().primaryKey().defaultRandom(), email: text().notNull().unique() },
  (t) => [...systemOnly(t)],
);

export const plans = pgTable(
  'plans',
  { id: text().primaryKey(), price: integer().notNull() },
  (t) => [...shared(t)],
);

export const memberships = pgTable(
  'memberships',
  {
    ...tenancy.columns.scoped(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
  },
  (t) => [
    ...isolate(t, { key: [t.userId] }),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    index().on(t.userId),
  ],
);

export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    plan: text().references(() => plans.id),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    index().on(t.plan),
  ],
);

/** A policy for each command, because each has a term of its own. */
export const documents = pgTable(
  'documents',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    projectId: uuid('project_id').notNull(),
    body: text().notNull(),
    locked: boolean().notNull().default(false),
  },
  (t) => [
    ...isolate(t, { write: { delete: sql`not ${t.locked}` } }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'cascade' }),
  ],
);

export const events = pgTable(
  'events',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), what: text().notNull() },
  (t) => [...isolate(t, { access: 'append' })],
);

/** On the coordinator only: no tenant reaches it. */
export const jobs = pgTable(
  'jobs',
  { id: uuid().primaryKey().defaultRandom(), name: text().notNull() },
  (t) => [...systemOnly(t)],
);

const schema = { organizations, users, plans, memberships, projects, documents, events, jobs };

export const application = {
  tenancy,
  schema,
  directory: { tenant: organizations.id, member: memberships.userId },
};
