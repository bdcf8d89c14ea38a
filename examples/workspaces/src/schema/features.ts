import { pgTable } from 'drizzle-orm/pg-core';
import { audit } from '../audit.ts';
import { billing } from '../billing.ts';
import { limits } from '../limits.ts';
import { reference } from '../tenancy.ts';
import { tenants } from './people.ts';

const counted = limits.tables;
const paid = billing.tables;

/** Who did what, partitioned by month. It outlives the tenant and its people. */
export const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
  ...audit.tables.entries.rules(t),
]);

export const planFeatures = pgTable('plan_features', counted.planFeatures.columns(), (t) => [
  ...counted.planFeatures.rules(t),
]);
export const featureOverrides = pgTable(
  'feature_overrides',
  counted.featureOverrides.columns(),
  (t) => [...counted.featureOverrides.rules(t)],
);
export const limitStates = pgTable('limit_states', counted.limitStates.columns(), (t) => [
  ...counted.limitStates.rules(t),
]);
export const entitlementHistory = pgTable(
  'entitlement_history',
  counted.entitlementHistory.columns(),
  (t) => [...counted.entitlementHistory.rules(t)],
);
export const planHistory = pgTable('plan_history', counted.planHistory.columns(), (t) => [
  ...counted.planHistory.rules(t),
]);

/** What Stripe says of a tenant: written by the sync, read by the tenant. */
export const tenantBilling = pgTable('tenant_billing', paid.customers.columns(), (t) => [
  ...paid.customers.rules(t),
  ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
]);
export const subscriptions = pgTable('subscriptions', paid.subscriptions.columns(), (t) => [
  ...paid.subscriptions.rules(t),
  ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
]);
export const subscriptionItems = pgTable(
  'subscription_items',
  paid.subscriptionItems.columns(),
  (t) => [...paid.subscriptionItems.rules(t, { subscriptions: () => subscriptions })],
);
export const invoices = pgTable('invoices', paid.invoices.columns(), (t) => [
  ...paid.invoices.rules(t),
  ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
]);
export const checkoutIntents = pgTable('checkout_intents', paid.checkoutIntents.columns(), (t) => [
  ...paid.checkoutIntents.rules(t),
  ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
]);
export const products = pgTable('products', paid.products.columns(), (t) => [
  ...paid.products.rules(t),
]);
export const prices = pgTable('prices', paid.prices.columns(), (t) => [...paid.prices.rules(t)]);
export const webhookEvents = pgTable('webhook_events', paid.webhookEvents.columns(), (t) => [
  ...paid.webhookEvents.rules(t),
]);
