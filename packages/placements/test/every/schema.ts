import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineLimits, flag } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { defineBilling } from '@tenantry/stripe-billing';
import { type AnyPgTable, pgTable, text } from 'drizzle-orm/pg-core';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'every_app', system: 'every_system' },
});
export const audit = defineAudit(tenancy, { actions: {}, role: 'every_writer' });
export const rbac = defineRbac(tenancy, {
  permissions: { projects: ['read'] },
  roles: { owner: ['*'] },
});
export const limits = defineLimits(tenancy, {
  features: { sso: flag() },
  plans: { free: {}, pro: { sso: true } },
  defaultPlan: 'free',
});
export const billing = defineBilling(tenancy, { plans: { pro: { monthly: 'pro' } }, free: 'free' });

const { isolate } = defineIsolation(tenancy);
const items = pgTable(
  'items',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text().notNull() },
  (t) => [...isolate(t), ...audited(t)],
);

const { tables: r } = rbac;
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), ...limits.tables.tenants.columns() },
  (t) => [...r.tenants.rules(t), ...limits.tables.tenants.rules(t)],
);
const users = pgTable(
  'users',
  { id: tenancy.columns.id().primaryKey(), ...r.users.columns() },
  (t) => [...r.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);
const memberships = pgTable('memberships', r.memberships.columns(), (t) => [
  ...r.memberships.rules(t),
]);
const builtInRoles = pgTable('built_in_roles', r.builtInRoles.columns(), (t) => [
  ...r.builtInRoles.rules(t),
]);
const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  r.builtInRolePermissions.columns(),
  (t) => [...r.builtInRolePermissions.rules(t)],
);
const roles = pgTable('roles', r.roles.columns(), (t) => [
  ...r.roles.rules(t, { write: 'projects:read' }),
]);
const permissions = pgTable('permissions', r.permissions.columns(), (t) => [
  ...r.permissions.rules(t),
]);
const rolePermissions = pgTable('role_permissions', r.rolePermissions.columns(), (t) => [
  ...r.rolePermissions.rules(t, { write: 'projects:read' }),
]);
const memberRoles = pgTable('member_roles', r.memberRoles.columns(), (t) => [
  ...r.memberRoles.rules(t, { write: 'projects:read' }),
]);
const apiKeys = pgTable('api_keys', r.apiKeys.columns(), (t) => [
  ...r.apiKeys.rules(t, { read: 'projects:read', write: 'projects:read' }),
]);
const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
  ...audit.tables.entries.rules(t),
]);

const { tables: l } = limits;
const planFeatures = pgTable('plan_features', l.planFeatures.columns(), (t) => [
  ...l.planFeatures.rules(t),
]);
const featureOverrides = pgTable('feature_overrides', l.featureOverrides.columns(), (t) => [
  ...l.featureOverrides.rules(t),
]);

const { tables: b } = billing;
const customers = pgTable('organization_billing', b.customers.columns(), (t) => [
  ...b.customers.rules(t),
]);
const subscriptions = pgTable('subscriptions', b.subscriptions.columns(), (t) => [
  ...b.subscriptions.rules(t),
]);
const subscriptionItems = pgTable('subscription_items', b.subscriptionItems.columns(), (t) => [
  ...b.subscriptionItems.rules(t, { subscriptions: () => subscriptions }),
]);
const invoices = pgTable('invoices', b.invoices.columns(), (t) => [...b.invoices.rules(t)]);
const checkoutIntents = pgTable('checkout_intents', b.checkoutIntents.columns(), (t) => [
  ...b.checkoutIntents.rules(t),
]);
const products = pgTable('products', b.products.columns(), (t) => [...b.products.rules(t)]);
const prices = pgTable('prices', b.prices.columns(), (t) => [...b.prices.rules(t)]);
const webhookEvents = pgTable('webhook_events', b.webhookEvents.columns(), (t) => [
  ...b.webhookEvents.rules(t),
]);

export const schema = {
  items,
  organizations,
  users,
  memberships,
  builtInRoles,
  builtInRolePermissions,
  roles,
  permissions,
  rolePermissions,
  memberRoles,
  apiKeys,
  auditLogs,
  planFeatures,
  featureOverrides,
  customers,
  subscriptions,
  subscriptionItems,
  invoices,
  checkoutIntents,
  products,
  prices,
  webhookEvents,
};
export const directory = { tenant: organizations.id, member: memberships.userId };

export const featuresOf = (connect: Parameters<typeof definePlacements>[1]['connect']) => [
  audit,
  rbac,
  limits,
  billing,
  definePlacements(tenancy, { connect }),
];
