import { type AnyPgTable, boolean, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { isolate, reference, systemOnly, tenancy, tenants, visibleThrough } from './tenancy.ts';

const time = (name: string) => timestamp(name, { withTimezone: true });
const created = () => time('created_at').notNull().defaultNow();
const updated = () => time('updated_at').notNull().defaultNow();

/** People belong to no organization, or to several: an organization reads its members' rows. */
export const user = pgTable(
  'user',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text(),
    createdAt: created(),
    updatedAt: updated(),
  },
  (t) => [...visibleThrough(t, { link: (): AnyPgTable => member, property: 'userId' })],
);

/** What proves who somebody is: no organization reads it. */
export const session = pgTable(
  'session',
  {
    id: text().primaryKey(),
    token: text().notNull().unique(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    activeOrganizationId: text('active_organization_id'),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    expiresAt: time('expires_at').notNull(),
    createdAt: created(),
    updatedAt: updated(),
  },
  (t) => [...systemOnly(t)],
);

export const account = pgTable(
  'account',
  {
    id: text().primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    issuer: text(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text(),
    password: text(),
    createdAt: created(),
    updatedAt: updated(),
  },
  (t) => [...systemOnly(t)],
);

export const verification = pgTable(
  'verification',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time('expires_at').notNull(),
    createdAt: created(),
    updatedAt: updated(),
  },
  (t) => [...systemOnly(t)],
);

/** The tenants. */
export const organization = pgTable(
  'organization',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    logo: text(),
    metadata: text(),
    createdAt: created(),
  },
  (t) => [...tenants(t)],
);

/** Who is in which organization, once. better-auth writes it, and an organization reads its own. */
export const member = pgTable(
  'member',
  {
    ...tenancy.columns.scoped(),
    id: text().primaryKey(),
    userId: text('user_id').notNull(),
    role: text().notNull().default('member'),
    createdAt: created(),
  },
  (t) => [
    ...isolate(t, { access: 'read' }),
    ...reference(t, { column: t.organizationId, to: () => organization, onDelete: 'cascade' }),
    ...reference(t, { column: t.userId, to: () => user, onDelete: 'cascade' }),
    // better-auth asks first and inserts then: two requests at once would make two members
    unique('member_organization_id_user_id_key').on(t.organizationId, t.userId),
  ],
);

export const invitation = pgTable(
  'invitation',
  {
    ...tenancy.columns.scoped(),
    id: text().primaryKey(),
    email: text().notNull(),
    role: text(),
    status: text().notNull().default('pending'),
    inviterId: text('inviter_id').notNull(),
    expiresAt: time('expires_at').notNull(),
    createdAt: created(),
  },
  (t) => [
    ...isolate(t, { access: 'read' }),
    ...reference(t, { column: t.organizationId, to: () => organization, onDelete: 'cascade' }),
    ...reference(t, { column: t.inviterId, to: () => user, onDelete: 'cascade' }),
  ],
);

/** A table of the application. */
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    createdBy: text('created_by').notNull(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.organizationId, to: () => organization, onDelete: 'cascade' }),
  ],
);
