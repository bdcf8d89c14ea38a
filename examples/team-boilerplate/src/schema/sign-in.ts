import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { systemOnly, tenancy } from '../tenancy.ts';
import { users } from './people.ts';

// What better-auth keeps besides users. It belongs to no organization, so none reads it.

const time = (name: string) => timestamp(name, { withTimezone: true });
const times = tenancy.columns.timestamps;
const ofUser = () =>
  uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey().defaultRandom(),
    token: text().notNull().unique(),
    userId: ofUser(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    expiresAt: time('expires_at').notNull(),
    ...times(),
  },
  (t) => [...systemOnly(t)],
);

export const accounts = pgTable(
  'accounts',
  {
    id: uuid().primaryKey().defaultRandom(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    issuer: text(),
    userId: ofUser(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text(),
    password: text(),
    ...times(),
  },
  (t) => [...systemOnly(t)],
);

export const verifications = pgTable(
  'verifications',
  {
    id: uuid().primaryKey().defaultRandom(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time('expires_at').notNull(),
    ...times(),
  },
  (t) => [...systemOnly(t)],
);
