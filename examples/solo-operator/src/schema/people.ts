import { audited } from '@tenantry/audit-log';
import { sql } from 'drizzle-orm';
import { type AnyPgTable, check, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { limits } from '../limits.ts';
import { isolate, reference, systemOnly, tenancy, tenants, visibleThrough } from '../tenancy.ts';
import { currency, id, isCurrency, oneOf } from './parts.ts';

export const memberRoles = ['owner', 'member'] as const;

/** The tenants. A business reads its plan and cannot change it. */
export const businesses = pgTable(
  'businesses',
  {
    id: id().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique('businesses_slug_key'),
    ...limits.tables.tenants.columns(),
    plan: text().notNull().default('free'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...tenants(t),
    ...limits.tables.tenants.rules(t),
    ...audited(t, { exclude: ['updatedAt'] }),
    check('businesses_slug_form', sql`${t.slug} ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'`),
  ],
);

/** People. A business reads those who belong to it, and writes none. */
export const users = pgTable(
  'users',
  {
    id: id().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique('users_email_key'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' })],
);

/** The hash of a password stands apart from the user, so that no query of a business can read it. */
export const logins = pgTable(
  'logins',
  {
    userId: text('user_id')
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    hashedPassword: text('hashed_password').notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [...systemOnly(t)],
);

/** Who works for which business. Sign-up and invitations write it, as the system role. */
export const memberships = pgTable(
  'memberships',
  {
    ...tenancy.columns.scoped(),
    userId: text('user_id').notNull(),
    role: text({ enum: memberRoles }).notNull().default('member'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t, { key: [t.userId], access: 'read' }),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    ...reference(t, { column: t.userId, to: () => users, onDelete: 'cascade' }),
    ...audited(t, { id: 'userId', exclude: ['updatedAt'] }),
    oneOf('memberships_role_known', t.role, memberRoles),
  ],
);

/** How a business writes its invoices: one row for each. */
export const settings = pgTable(
  'settings',
  {
    ...tenancy.columns.scoped(),
    currency: currency(),
    /** In hundredths of a percent: 18 % is 1800. */
    taxRate: integer('tax_rate').notNull().default(0),
    paymentDays: integer('payment_days').notNull().default(14),
    timeZone: text('time_zone').notNull().default('UTC'),
    invoiceNotes: text('invoice_notes').notNull().default(''),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    primaryKey({ name: 'settings_pkey', columns: [t.businessId] }),
    ...isolate(t, { key: false }),
    ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
    isCurrency('settings_currency_form', t.currency),
    check('settings_tax_rate_range', sql`${t.taxRate} between 0 and 10000`),
    check('settings_payment_days_range', sql`${t.paymentDays} between 0 and 365`),
  ],
);
