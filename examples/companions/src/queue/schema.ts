import { defineIsolation } from '@tenantry/rls';
import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Job } from './jobs.ts';
import { tenancy } from './tenancy.ts';

const { isolate, tenants } = defineIsolation(tenancy);

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t)],
);

export const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId], access: 'read' })],
);

export const invoices = pgTable(
  'invoices',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    total: integer().notNull(),
    status: text().notNull().default('open'),
    /** How often a worker has sent it. */
    sent: integer().notNull().default(0),
    sentBy: text('sent_by'),
  },
  (t) => [...isolate(t)],
);

/** Jobs for a queue outside this database, written in the transaction that needs them. */
export const outbox = pgTable(
  'outbox',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    queue: text().notNull(),
    job: jsonb().$type<Job<object>>().notNull(),
    createdAt: tenancy.columns.timestamps().createdAt,
  },
  (t) => [...isolate(t, { access: 'append' })],
);
