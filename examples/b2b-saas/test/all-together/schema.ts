import { audited } from '@tenantry/audit-log';
import { inFuture } from '@tenantry/plan-limits';
import { type AnyPgTable, pgTable, text } from 'drizzle-orm/pg-core';
import { audit, billing, limits, rbac, reference, tenancy } from './definitions.ts';

export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    slug: text().notNull().unique(),
    ...limits.tables.tenants.columns(),
  },
  (t) => [...rbac.tables.tenants.rules(t), ...limits.tables.tenants.rules(t), ...audited(t)],
);

export const users = pgTable(
  'users',
  { id: tenancy.columns.id().primaryKey(), ...rbac.tables.users.columns() },
  (t) => [...rbac.tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);

export const memberships = pgTable('memberships', rbac.tables.memberships.columns(), (t) => [
  ...rbac.tables.memberships.rules(t, { write: { delete: 'members:remove' } }),
  ...limits.counts(t, 'seats'),
  ...audited(t, { id: 'userId' }),
]);

export const invitations = pgTable('invitations', rbac.tables.invitations.columns(), (t) => [
  ...rbac.tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
  ...limits.counts(t, 'seats', { acceptedAt: null, revokedAt: null, expiresAt: inFuture }),
]);

export const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [
    ...rbac.isolate(t, { read: 'projects:read', write: { insert: 'projects:create' } }),
    ...limits.counts(t, 'projects'),
    ...audited(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
  ],
);

export const apiKeys = pgTable('api_keys', rbac.tables.apiKeys.columns(), (t) => [
  ...rbac.tables.apiKeys.rules(t, { read: 'members:assign', write: 'members:assign' }),
  // live keys: neither revoked nor over
  ...limits.counts(t, 'apiKeys', { revokedAt: null, expiresAt: [null, inFuture] }),
  ...audited(t),
]);

// the tables of the packages, under names of yours; see each package's guide for what they hold
export const permissions = pgTable('permissions', rbac.tables.permissions.columns(), (t) => [
  ...rbac.tables.permissions.rules(t),
]);
export const builtInRoles = pgTable('built_in_roles', rbac.tables.builtInRoles.columns(), (t) => [
  ...rbac.tables.builtInRoles.rules(t),
]);
export const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  rbac.tables.builtInRolePermissions.columns(),
  (t) => [...rbac.tables.builtInRolePermissions.rules(t)],
);
export const roles = pgTable('roles', rbac.tables.roles.columns(), (t) => [
  ...rbac.tables.roles.rules(t, { write: 'members:assign' }),
]);
export const rolePermissions = pgTable(
  'role_permissions',
  rbac.tables.rolePermissions.columns(),
  (t) => [...rbac.tables.rolePermissions.rules(t, { write: 'members:assign' })],
);
export const memberRoles = pgTable('member_roles', rbac.tables.memberRoles.columns(), (t) => [
  ...rbac.tables.memberRoles.rules(t, { write: 'members:assign' }),
]);
export const planFeatures = pgTable('plan_features', limits.tables.planFeatures.columns(), (t) => [
  ...limits.tables.planFeatures.rules(t),
]);
export const usageCounters = pgTable(
  'usage_counters',
  limits.tables.usageCounters.columns(),
  (t) => [...limits.tables.usageCounters.rules(t)],
);
export const usageEvents = pgTable('usage_events', limits.tables.usageEvents.columns(), (t) => [
  ...limits.tables.usageEvents.rules(t),
]);
export const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
  ...audit.tables.entries.rules(t),
]);
export const customers = pgTable('billing_customers', billing.tables.customers.columns(), (t) => [
  ...billing.tables.customers.rules(t),
]);
export const subscriptions = pgTable(
  'subscriptions',
  billing.tables.subscriptions.columns(),
  (t) => [...billing.tables.subscriptions.rules(t)],
);
export const subscriptionItems = pgTable(
  'subscription_items',
  billing.tables.subscriptionItems.columns(),
  (t) => [...billing.tables.subscriptionItems.rules(t, { subscriptions: () => subscriptions })],
);
export const invoices = pgTable('invoices', billing.tables.invoices.columns(), (t) => [
  ...billing.tables.invoices.rules(t),
]);
export const checkoutIntents = pgTable(
  'checkout_intents',
  billing.tables.checkoutIntents.columns(),
  (t) => [...billing.tables.checkoutIntents.rules(t)],
);
export const products = pgTable('products', billing.tables.products.columns(), (t) => [
  ...billing.tables.products.rules(t),
]);
export const prices = pgTable('prices', billing.tables.prices.columns(), (t) => [
  ...billing.tables.prices.rules(t),
]);
export const webhookEvents = pgTable(
  'webhook_events',
  billing.tables.webhookEvents.columns(),
  (t) => [...billing.tables.webhookEvents.rules(t)],
);
