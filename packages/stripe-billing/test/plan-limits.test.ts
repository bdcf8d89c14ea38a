import { createTenantPool, defineTenancy } from '@tenantry/core';
import { count, defineLimits, defineLimitTables } from '@tenantry/plan-limits';
import { defineIsolation } from '@tenantry/rls';
import { defineBilling, defineBillingTables } from '@tenantry/stripe-billing';
import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { type AnyPgTable, pgTable, text } from 'drizzle-orm/pg-core';
import Stripe from 'stripe';
import { afterAll, expect, test } from 'vitest';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);
const parts = defineLimitTables(tenancy, { tenants: (): AnyPgTable => organizations });
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), ...parts.planColumns() },
  (t) => [...parts.onTenants(t)],
);
const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...isolate(t)],
);
const planFeatures = pgTable('plan_features', parts.planFeatures.columns(), (t) => [
  ...parts.planFeatures.rules(t),
]);
const limits = defineLimits(tenancy, {
  features: { projects: count(projects) },
  plans: { free: { projects: 3 }, pro: { projects: 50 } },
  defaultPlan: 'free',
});
const billing = defineBilling(tenancy, {
  plans: { pro: { monthly: 'pro_monthly' } },
  free: 'free',
  limits,
});
const { columns, rules } = defineBillingTables(tenancy);
const subscriptions = pgTable('subscriptions', columns.subscriptions(), (t) => [
  ...rules.subscriptions(t),
]);
const schema = {
  organizations,
  projects,
  planFeatures,
  subscriptions,
  organizationBilling: pgTable('organization_billing', columns.organizationBilling(), (t) => [
    ...rules.organizationBilling(t),
  ]),
  subscriptionItems: pgTable('subscription_items', columns.subscriptionItems(), (t) => [
    ...rules.subscriptionItems(t, { subscriptions: () => subscriptions }),
  ]),
  invoices: pgTable('invoices', columns.invoices(), (t) => [...rules.invoices(t)]),
  checkoutIntents: pgTable('checkout_intents', columns.checkoutIntents(), (t) => [
    ...rules.checkoutIntents(t),
  ]),
  products: pgTable('products', columns.products(), (t) => [...rules.products(t)]),
  prices: pgTable('prices', columns.prices(), (t) => [...rules.prices(t)]),
  webhookEvents: pgTable('webhook_events', columns.webhookEvents(), (t) => [
    ...rules.webhookEvents(t),
  ]),
};

const acme = '00000000-0000-4000-8000-00000000ac3e';
const database = await testDatabase({
  key: 'stripe-billing-limits',
  migrate: async (url: string) => {
    await applySchema(url, { tenancy, schema, features: [limits, billing] });
  },
});
const logins = await createLogins(database.url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
const fake = await startFakeStripe();
afterAll(async () => {
  await fake.close();
  await pool.end();
});

test('the limit of a plan lifts with the webhook of its payment, and falls with its end', async () => {
  const runtime = billing.connect({
    pool,
    stripe: new Stripe('sk_test_fake', fake.config),
    livemode: false,
    webhookSecrets: ['whsec_test'],
    worker: 'manual',
  });
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
  fake.call('POST /v1/prices', {
    lookup_key: 'pro_monthly',
    unit_amount: 2900,
    product_data: { name: 'Pro' },
    recurring: { interval: 'month' },
  });
  const inside = <R>(fn: () => Promise<R>) => tenancy.run(acme, fn);
  const add = (name: string) =>
    inside(() => pool.query('insert into projects (name) values ($1)', [name]));
  await tenancy.asSystem({ reason: 'set up', actor: 'test', write: true }, () =>
    pool.query('insert into organizations (id) values ($1)', [acme]),
  );
  for (const name of ['one', 'two', 'three']) await add(name);
  await expect(add('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });

  const { session } = await inside(() =>
    runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
  );
  const { subscription } = fake.completeCheckout(session);
  await expect(add('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  await fake.deliver({ order: 'shuffled', duplicate: 0.3 });
  await runtime.runOnce();
  await add('four');

  fake.call(`DELETE /v1/subscriptions/${subscription}`);
  await fake.deliver();
  await runtime.runOnce();
  await expect(add('five')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  const kept = await inside(() => pool.query('select from projects'));
  expect(kept.rowCount).toBe(4);
  await runtime.close();
});
