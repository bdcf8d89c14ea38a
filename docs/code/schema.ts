import { integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { isolate, reference, systemOnly, tenancy, tenants } from './tenancy.ts';

export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique(),
  },
  (t) => [...tenants(t)],
);
export const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] })],
);
export const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...isolate(t)],
);
export const invoices = pgTable(
  'invoices',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    projectId: uuid('project_id').notNull(),
    total: integer().notNull(),
  },
  (t) => [...isolate(t), ...reference(t, { column: t.projectId, to: () => projects })],
);
export const clients = pgTable(
  'clients',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    status: text().notNull(),
  },
  (t) => [...isolate(t)],
);
export const users = pgTable(
  'users',
  { id: tenancy.columns.id().primaryKey(), email: text().notNull() },
  (t) => [...systemOnly(t)],
);

/** Columns of a table whose third argument alone is shown. */
export const usualColumns = {
  ...tenancy.columns.scoped(),
  ...tenancy.columns.timestamps(),
  id: tenancy.columns.id(),
  name: text().notNull(),
  body: text(),
  status: text().notNull(),
  userId: uuid('user_id').notNull(),
  projectId: uuid('project_id').notNull(),
  reviewerId: uuid('reviewer_id').notNull(),
  parentId: uuid('parent_id'),
  deletedAt: timestamp('deleted_at'),
};
const usual = pgTable('usual', usualColumns, (t) => [...isolate(t)]);
export type UsualColumns = (typeof usual)['_']['columns'];
