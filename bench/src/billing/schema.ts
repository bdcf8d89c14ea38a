import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { defineBilling } from '@tenantry/stripe-billing';
import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { pgTable } from 'drizzle-orm/pg-core';
import Stripe from 'stripe';
import { type BenchDatabase, createLogins as createOwnLogins } from '../lib/database.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { tenants } = defineIsolation(tenancy);
export const billing = defineBilling(tenancy, {
  plans: { pro: { monthly: 'pro_monthly' } },
  free: 'free',
});
const { tables } = billing;

const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const subscriptions = pgTable('subscriptions', tables.subscriptions.columns(), (t) => [
  ...tables.subscriptions.rules(t),
]);
const schema = {
  organizations,
  subscriptions,
  organizationBilling: pgTable('organization_billing', tables.customers.columns(), (t) => [
    ...tables.customers.rules(t),
  ]),
  subscriptionItems: pgTable('subscription_items', tables.subscriptionItems.columns(), (t) => [
    ...tables.subscriptionItems.rules(t, { subscriptions: () => subscriptions }),
  ]),
  invoices: pgTable('invoices', tables.invoices.columns(), (t) => [...tables.invoices.rules(t)]),
  checkoutIntents: pgTable('checkout_intents', tables.checkoutIntents.columns(), (t) => [
    ...tables.checkoutIntents.rules(t),
  ]),
  products: pgTable('products', tables.products.columns(), (t) => [...tables.products.rules(t)]),
  prices: pgTable('prices', tables.prices.columns(), (t) => [...tables.prices.rules(t)]),
  webhookEvents: pgTable('webhook_events', tables.webhookEvents.columns(), (t) => [
    ...tables.webhookEvents.rules(t),
  ]),
};

export const secret = 'whsec_bench';
const owner = 'bench_owner';

export const organization = (n: number) =>
  `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A shop at the fake, a database, and ways to open billing between them. */
export async function openShop(database: BenchDatabase) {
  await createOwnLogins(database, { [owner]: 'superuser' });
  const url = database.url(owner);
  await applySchema(url, { tenancy, schema, features: [billing] });
  const logins = await createLogins(url, tenancy);
  const fake = await startFakeStripe();
  const price = fake.call('POST /v1/prices', {
    lookup_key: 'pro_monthly',
    unit_amount: 2900,
    product_data: { name: 'Pro' },
    recurring: { interval: 'month' },
  }).id;
  const stripe = new Stripe('sk_test_fake', fake.config);
  const ends: (() => Promise<unknown>)[] = [];
  return {
    fake,
    price,
    /** Billing on a pool of its own. */
    open(systemUrl = logins.system) {
      const pool = createTenantPool(tenancy, {
        connectionString: logins.app,
        system: { connectionString: systemUrl, max: 10, idleTimeoutMillis: 0 },
      });
      const runtime = billing.connect(pool, {
        stripe,
        livemode: false,
        webhookSecrets: [secret],
      });
      ends.push(() => pool.end());
      return runtime;
    },
    systemUrl: logins.system,
    /** Customers that subscribe to the plan, whose metadata names organizations that exist. */
    async customers(from: number, count: number): Promise<string[]> {
      await database.ask(
        `insert into organizations (id) select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
         from generate_series($1::int, $2::int) n`,
        [from, from + count - 1],
      );
      return Array.from({ length: count }, (_, i) => newCustomer(fake, price, from + i));
    },
    async close() {
      for (const end of ends) await end();
      await fake.close();
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;

function newCustomer(fake: FakeStripe, price: string, n: number): string {
  const { id } = fake.call('POST /v1/customers', { metadata: { organizationId: organization(n) } });
  fake.call('POST /v1/subscriptions', { customer: id, items: [{ price }] });
  return id;
}
