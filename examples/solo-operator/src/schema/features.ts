import { pgTable } from 'drizzle-orm/pg-core';
import { audit } from '../audit.ts';
import { billing } from '../billing.ts';
import { limits } from '../limits.ts';
import { reference } from '../tenancy.ts';
import { businesses } from './people.ts';

const counted = limits.tables;
const paid = billing.tables;

/** Who did what. It outlives the business and its people: retention decides, not a deletion. */
export const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
  ...audit.tables.entries.rules(t),
]);

/** What each plan allows. Operators change rows here; the plans of `src/limits.ts` are the beginning. */
export const planFeatures = pgTable('plan_features', counted.planFeatures.columns(), (t) => [
  ...counted.planFeatures.rules(t),
]);

/** What was used in a billing period: the period is part of the key, so nothing is ever reset. */
export const usageCounters = pgTable('usage_counters', counted.usageCounters.columns(), (t) => [
  ...counted.usageCounters.rules(t),
]);
export const usageEvents = pgTable('usage_events', counted.usageEvents.columns(), (t) => [
  ...counted.usageEvents.rules(t),
]);

/** Who a business is at Stripe, and what it may do: written by the sync, read by the business. */
export const businessBilling = pgTable('business_billing', paid.customers.columns(), (t) => [
  ...paid.customers.rules(t),
  ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
]);
export const subscriptions = pgTable('subscriptions', paid.subscriptions.columns(), (t) => [
  ...paid.subscriptions.rules(t),
  ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
]);
export const subscriptionItems = pgTable(
  'subscription_items',
  paid.subscriptionItems.columns(),
  (t) => [...paid.subscriptionItems.rules(t, { subscriptions: () => subscriptions })],
);

/** What the business pays for this application; `invoices` are those that it writes itself. */
export const billingInvoices = pgTable('billing_invoices', paid.invoices.columns(), (t) => [
  ...paid.invoices.rules(t),
  ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
]);
export const checkoutIntents = pgTable('checkout_intents', paid.checkoutIntents.columns(), (t) => [
  ...paid.checkoutIntents.rules(t),
  ...reference(t, { column: t.businessId, to: () => businesses, onDelete: 'cascade' }),
]);
export const products = pgTable('products', paid.products.columns(), (t) => [
  ...paid.products.rules(t),
]);
export const prices = pgTable('prices', paid.prices.columns(), (t) => [...paid.prices.rules(t)]);
export const webhookEvents = pgTable('webhook_events', paid.webhookEvents.columns(), (t) => [
  ...paid.webhookEvents.rules(t),
]);
