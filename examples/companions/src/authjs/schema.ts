import { randomUUID } from 'node:crypto';
import {
  type AnyPgTable,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { isolate, systemOnly, tenancy, tenants, visibleThrough } from '../identity/tenancy.ts';

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t)],
);

export const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: text('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId], access: 'read' })],
);

/** The tables of the Drizzle adapter of Auth.js, with a rule each. */
export const users = pgTable(
  'user',
  {
    id: text().primaryKey().$defaultFn(randomUUID),
    name: text(),
    email: text().unique(),
    emailVerified: timestamp({ mode: 'date' }),
    image: text(),
  },
  (t) => [...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' })],
);

const ofUser = () =>
  text()
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

export const accounts = pgTable(
  'account',
  {
    userId: ofUser(),
    type: text().notNull(),
    provider: text().notNull(),
    providerAccountId: text().notNull(),
    refresh_token: text(),
    access_token: text(),
    expires_at: integer(),
    token_type: text(),
    scope: text(),
    id_token: text(),
    session_state: text(),
  },
  (t) => [...systemOnly(t), primaryKey({ columns: [t.provider, t.providerAccountId] })],
);

export const sessions = pgTable(
  'session',
  {
    sessionToken: text().primaryKey(),
    userId: ofUser(),
    expires: timestamp({ mode: 'date' }).notNull(),
  },
  (t) => [...systemOnly(t)],
);

export const verificationTokens = pgTable(
  'verificationToken',
  {
    identifier: text().notNull(),
    token: text().notNull(),
    expires: timestamp({ mode: 'date' }).notNull(),
  },
  (t) => [...systemOnly(t), primaryKey({ columns: [t.identifier, t.token] })],
);
