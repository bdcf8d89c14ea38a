import { audited } from '@tenantry/audit-log';
import { sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  check,
  pgEnum,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { audit } from './audit.ts';
import { isolate, reference, tenancy, tenants, visibleThrough } from './tenancy.ts';

/** From the most rights to the least. */
export const role = pgEnum('organization_role', ['owner', 'admin', 'member', 'viewer']);

export const projectStatus = pgEnum('project_status', ['active', 'archived']);

/** The tenants. An organization sees and changes its own row; billing will hang here too. */
export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique('organizations_slug_key'),
    plan: text().notNull().default('free'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...tenants(t, { readOnly: [t.plan] }),
    ...audited(t, { exclude: ['updatedAt'] }),
    check('organizations_slug_form', sql`${t.slug} ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'`),
  ],
);

/** People belong to no organization, or to several: an organization reads its members' rows. */
export const users = pgTable(
  'users',
  {
    id: tenancy.columns.id().primaryKey(),
    email: text().notNull().unique('users_email_key'),
    name: text().notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' }),
    check('users_email_lower_case', sql`${t.email} = lower(${t.email})`),
  ],
);

/** Who is in which organization, and as what. A user is in an organization once. */
export const memberships = pgTable(
  'memberships',
  {
    ...tenancy.columns.scoped(),
    userId: uuid('user_id').notNull(),
    role: role().notNull().default('member'),
    invitedBy: uuid('invited_by'),
    joinedAt: timestamp('joined_at', { withTimezone: true }).notNull().defaultNow(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t, { key: [t.userId] }),
    ...audited(t, { id: 'userId', exclude: ['updatedAt'] }),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...reference(t, { column: t.userId, to: () => users, onDelete: 'cascade' }),
    // only a member invites, and the invitation outlives the membership of whoever sent it
    ...reference(t, {
      column: t.invitedBy,
      to: 'self',
      property: 'userId',
      onDelete: 'set null',
    }),
  ],
);

/** What an organization works on. Its author is a member of the same organization. */
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    description: text().notNull().default(''),
    status: projectStatus().notNull().default('active'),
    createdBy: uuid('created_by'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t),
    ...audited(t, { exclude: ['updatedAt'] }),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...reference(t, {
      column: t.createdBy,
      to: () => memberships,
      property: 'userId',
      onDelete: 'set null',
    }),
    // also the index of the list, which is read in the order of names
    unique('projects_name_key').on(t.organizationId, t.name),
  ],
);

/** Who did what. It outlives the organization and its people: retention decides, not a deletion. */
export const auditLogs = pgTable('audit_logs', { ...audit.columns() }, (t) => [...audit.rules(t)]);
