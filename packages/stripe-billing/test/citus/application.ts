import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { counted, defineLimits } from '@tenantry/plan-limits';
import { defineIsolation } from '@tenantry/rls';
import { defineBilling } from '@tenantry/stripe-billing';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';

/** Billing with limits, seats and a log, for both dialects. */
export function applicationOf(dialect: 'postgres' | 'citus') {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { isolate, reference, tenants } = defineIsolation(tenancy);
  const limits = defineLimits(tenancy, {
    features: { projects: counted() },
    plans: { free: { projects: 3 }, pro: { projects: 50 } },
    addOns: { seats: { projects: 1 } },
    defaultPlan: 'free',
  });
  const audit = defineAudit(tenancy, { actions: { ...billingActions } });
  const billing = defineBilling(tenancy, {
    plans: { pro: { monthly: 'pro_monthly' } },
    free: 'free',
    seats: { prices: 'seat_monthly' },
    limits,
    audit,
  });
  const { tables: l } = limits;
  const { tables: b } = billing;
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), ...l.tenants.columns() },
    (t) => [...tenants(t), ...l.tenants.rules(t)],
  );
  const ofOrganization = (t: { readonly organizationId: never }) =>
    reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' });
  const subscriptions = pgTable('subscriptions', b.subscriptions.columns(), (t) => [
    ...b.subscriptions.rules(t),
    ...ofOrganization(t as never),
  ]);
  const schema = {
    organizations,
    memberships: pgTable(
      'memberships',
      { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
      (t) => [
        ...isolate(t, { key: [t.userId] }),
        ...b.members.rules(t),
        ...ofOrganization(t as never),
      ],
    ),
    projects: pgTable(
      'projects',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
      (t) => [...isolate(t), ...limits.counts(t, 'projects'), ...ofOrganization(t as never)],
    ),
    planFeatures: pgTable('plan_features', l.planFeatures.columns(), (t) => [
      ...l.planFeatures.rules(t),
    ]),
    addOnFeatures: pgTable('add_on_features', l.addOnFeatures.columns(), (t) => [
      ...l.addOnFeatures.rules(t),
    ]),
    addOns: pgTable('add_ons', l.addOns.columns(), (t) => [...l.addOns.rules(t)]),
    auditLogs: pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
      ...audit.tables.entries.rules(t),
    ]),
    organizationBilling: pgTable('organization_billing', b.customers.columns(), (t) => [
      ...b.customers.rules(t),
      ...ofOrganization(t as never),
      ...audited(t, { id: 'account' }),
    ]),
    subscriptions,
    subscriptionItems: pgTable('subscription_items', b.subscriptionItems.columns(), (t) => [
      ...b.subscriptionItems.rules(t, { subscriptions: () => subscriptions }),
    ]),
    invoices: pgTable('invoices', b.invoices.columns(), (t) => [
      ...b.invoices.rules(t),
      ...ofOrganization(t as never),
    ]),
    checkoutIntents: pgTable('checkout_intents', b.checkoutIntents.columns(), (t) => [
      ...b.checkoutIntents.rules(t),
      ...ofOrganization(t as never),
    ]),
    products: pgTable('products', b.products.columns(), (t) => [...b.products.rules(t)]),
    prices: pgTable('prices', b.prices.columns(), (t) => [...b.prices.rules(t)]),
    webhookEvents: pgTable('webhook_events', b.webhookEvents.columns(), (t) => [
      ...b.webhookEvents.rules(t),
    ]),
  };
  return {
    tenancy,
    limits,
    audit,
    billing,
    schema,
    directory: { tenant: organizations.id, member: schema.memberships.userId },
    features: [audit, limits, billing],
  };
}

export const application = applicationOf('citus');
