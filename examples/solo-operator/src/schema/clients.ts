import { audited } from '@tenantry/audit-log';
import { sql } from 'drizzle-orm';
import { check, index, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { limits } from '../limits.ts';
import { isolate, reference } from '../tenancy.ts';
import { amount, common, currency, day, isCurrency, ofClient, oneOf } from './parts.ts';
import { businesses } from './people.ts';

export const clientStatuses = ['active', 'inactive', 'lead'] as const;
export const projectTypes = ['dev', 'content', 'design', 'other'] as const;
export const projectStatuses = ['active', 'paused', 'completed', 'archived'] as const;
export const contentTypes = ['post', 'video', 'newsletter', 'thread', 'case_study'] as const;
export const contentStatuses = ['idea', 'draft', 'scheduled', 'published'] as const;

/** The hub: what is done, sold, kept and published is for a client. Only active ones count for the plan. */
export const clients = pgTable(
  'clients',
  {
    ...common(),
    name: text().notNull(),
    email: text(),
    phone: text(),
    company: text(),
    status: text({ enum: clientStatuses }).notNull().default('active'),
    notes: text().notNull().default(''),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...limits.counts(t, 'activeClients', { status: 'active' }),
    ...audited(t, { exclude: ['updatedAt'] }),
    oneOf('clients_status_known', t.status, clientStatuses),
    index('clients_name_idx').on(t.businessId, t.name, t.id),
  ],
);

/** Work for a client, or for oneself. */
export const projects = pgTable(
  'projects',
  {
    ...common(),
    clientId: ofClient(),
    name: text().notNull(),
    type: text({ enum: projectTypes }).notNull().default('dev'),
    status: text({ enum: projectStatuses }).notNull().default('active'),
    currency: currency(),
    budget: amount('budget'),
    advanceReceived: amount('advance_received').notNull().default(0),
    deadline: day('deadline'),
    githubUrl: text('github_url'),
    notes: text().notNull().default(''),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.clientId, to: () => clients, onDelete: 'set null' }),
    ...limits.counts(t, 'projects'),
    ...audited(t, { exclude: ['updatedAt'] }),
    oneOf('projects_type_known', t.type, projectTypes),
    oneOf('projects_status_known', t.status, projectStatuses),
    isCurrency('projects_currency_form', t.currency),
    check('projects_budget_range', sql`${t.budget} >= 0 and ${t.advanceReceived} >= 0`),
    unique('projects_name_key').on(t.businessId, t.name),
  ],
);

/** What is written and filmed, for a client or for the business itself. */
export const contentItems = pgTable(
  'content_items',
  {
    ...common(),
    clientId: ofClient(),
    projectId: text('project_id'),
    title: text().notNull(),
    type: text({ enum: contentTypes }).notNull().default('post'),
    channel: text().notNull().default(''),
    status: text({ enum: contentStatuses }).notNull().default('idea'),
    scheduledFor: timestamp('scheduled_for', { withTimezone: true }),
    url: text(),
    notes: text().notNull().default(''),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.clientId, to: () => clients, onDelete: 'set null' }),
    ...reference(t, { column: t.projectId, to: () => projects, onDelete: 'set null' }),
    oneOf('content_items_type_known', t.type, contentTypes),
    oneOf('content_items_status_known', t.status, contentStatuses),
    check(
      'content_items_scheduled_when',
      sql`${t.status} <> 'scheduled' or ${t.scheduledFor} is not null`,
    ),
  ],
);
