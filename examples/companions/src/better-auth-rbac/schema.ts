import { type AnyPgTable, boolean, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { rbac, systemOnly, tenancy } from './rbac.ts';

const { tables } = rbac;
const time = (name: string) => timestamp(name, { withTimezone: true });
const times = tenancy.columns.timestamps;

/** The users of better-auth, which rbac makes visible to the organizations that they are in. */
export const users = pgTable(
  'users',
  {
    id: tenancy.columns.id().primaryKey(),
    ...tables.users.columns(),
    name: text().notNull(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text(),
    ...times(),
  },
  (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);

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

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tables.tenants.rules(t)],
);
export const memberships = pgTable('memberships', tables.memberships.columns(), (t) => [
  ...tables.memberships.rules(t, { write: { delete: 'members:remove' } }),
]);
export const builtInRoles = pgTable('built_in_roles', tables.builtInRoles.columns(), (t) => [
  ...tables.builtInRoles.rules(t),
]);
export const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  tables.builtInRolePermissions.columns(),
  (t) => [...tables.builtInRolePermissions.rules(t)],
);
export const roles = pgTable('roles', tables.roles.columns(), (t) => [...tables.roles.rules(t)]);
export const permissions = pgTable('permissions', tables.permissions.columns(), (t) => [
  ...tables.permissions.rules(t),
]);
export const rolePermissions = pgTable(
  'role_permissions',
  tables.rolePermissions.columns(),
  (t) => [...tables.rolePermissions.rules(t)],
);
export const memberRoles = pgTable('member_roles', tables.memberRoles.columns(), (t) => [
  ...tables.memberRoles.rules(t, { write: 'members:invite' }),
]);
export const invitations = pgTable('invitations', tables.invitations.columns(), (t) => [
  ...tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
]);

export const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...rbac.isolate(t, { read: 'projects:read', write: 'projects:create' })],
);
