import {
  type AnyPgTable,
  bigint,
  boolean,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { isolate, systemOnly, tenancy, tenants, visibleThrough } from './tenancy.ts';

/** Deleted where it comes from: nobody enters it, and its data waits for what you decide. */
export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: text().unique(),
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
  },
  (t) => [...tenants(t, { readOnly: [t.name, t.slug, t.deletedAt] })],
);

export const users = pgTable(
  'users',
  { id: text().primaryKey(), email: text(), name: text().notNull() },
  (t) => [...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' })],
);

/** Without foreign keys: a membership may be told of before its user and its organization. */
export const memberships = pgTable(
  'memberships',
  {
    ...tenancy.columns.scoped(),
    userId: text('user_id').notNull(),
    role: text().notNull(),
  },
  (t) => [...isolate(t, { key: [t.userId], access: 'read' })],
);

/** The newest that is known of everything at the source, also of what has been deleted there. */
export const identityObjects = pgTable(
  'identity_objects',
  {
    kind: text({ enum: ['user', 'organization', 'membership'] }).notNull(),
    id: text().notNull(),
    /** When it changed at the source, in milliseconds since 1970. */
    version: bigint({ mode: 'number' }).notNull(),
    /** For ever: an id is not given twice. */
    isDeleted: boolean('is_deleted').notNull(),
    /** Of a membership. */
    ofOrganization: text('of_organization'),
    ofUser: text('of_user'),
    /** Null for a membership that is not in force. */
    role: text(),
  },
  (t) => [
    ...systemOnly(t),
    primaryKey({ columns: [t.kind, t.id] }),
    index('identity_objects_member_idx').on(t.ofOrganization, t.ofUser),
  ],
);

/** A table of the application. */
export const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...isolate(t)],
);
