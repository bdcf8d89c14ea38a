import { createTenantPool, defineTenancy, type IdKind, type Tenancy } from '@tenantry/core';
import { runStatement, statement, tenantKey } from '@tenantry/core/sql';
import { counted, counter, defineLimits } from '@tenantry/plan-limits';
import { defineIsolation } from '@tenantry/rls';
import { type BillingConnectOptions, defineBilling } from '@tenantry/stripe-billing';
import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll } from 'vitest';
import { databaseOf } from './database.ts';
import { testDialect } from './dialect.ts';

const contextSecret = 'a secret of the tests, long enough for a signature';

/** An application with limits and billing, as the guide puts them together. */
export function applicationOf(
  context: 'plain' | 'signed',
  id: IdKind,
  dialect: Tenancy['dialect'] = testDialect.is,
) {
  // the types of a uuid, whatever the ids are
  const tenancy = defineTenancy({
    tenant: 'organization',
    id: id as 'uuid',
    context,
    dialect,
  });
  const { isolate, tenants } = defineIsolation(tenancy);
  const limits = defineLimits(tenancy, {
    features: { projects: counted(), calls: counter({ per: 'month' }) },
    plans: {
      free: { projects: 3 },
      starter: { projects: 10 },
      pro: { projects: 50 },
      enterprise: { projects: 500 },
    },
    addOns: { storage: { calls: 100 }, support: { calls: 1 } },
    defaultPlan: 'free',
  });
  const { tables: parts } = limits;
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), ...parts.tenants.columns() },
    (t) => [...tenants(t), ...parts.tenants.rules(t)],
  );
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [...isolate(t), ...limits.counts(t, 'projects')],
  );
  const billing = defineBilling(tenancy, {
    plans: { starter: { monthly: 'starter_monthly' }, pro: { monthly: 'pro_monthly' } },
    free: 'free',
    addons: { storage: 'storage_monthly' },
    limits,
  });
  const { tables } = billing;
  const subscriptions = pgTable('subscriptions', tables.subscriptions.columns(), (t) => [
    ...tables.subscriptions.rules(t),
  ]);
  const schema = {
    organizations,
    projects,
    planFeatures: pgTable('plan_features', parts.planFeatures.columns(), (t) => [
      ...parts.planFeatures.rules(t),
    ]),
    addOnFeatures: pgTable('add_on_features', parts.addOnFeatures.columns(), (t) => [
      ...parts.addOnFeatures.rules(t),
    ]),
    addOns: pgTable('add_ons', parts.addOns.columns(), (t) => [...parts.addOns.rules(t)]),
    usageCounters: pgTable('usage_counters', parts.usageCounters.columns(), (t) => [
      ...parts.usageCounters.rules(t),
    ]),
    usageEvents: pgTable('usage_events', parts.usageEvents.columns(), (t) => [
      ...parts.usageEvents.rules(t),
    ]),
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
  return { tenancy, limits, billing, schema };
}

/** What an organization has, as limits see it. */
export interface Has {
  readonly plan: string | null;
  readonly source: string | null;
  readonly readOnly: boolean;
  readonly addons: Readonly<Record<string, number>>;
}

/** A database with limits and billing, and Stripes that sell what it sells; ended after the file. */
export async function testShop(context: 'plain' | 'signed' = 'plain', id: IdKind = 'uuid') {
  const { tenancy, limits, billing, schema } = applicationOf(context, id);
  const key = `stripe-billing-limits-${context}-${id}`;
  const database = await databaseOf(key, tenancy, async (url: string) => {
    await applySchema(url, { tenancy, schema, features: [limits, billing] });
    await createLogins(url, tenancy);
    if (context === 'plain') return;
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await owner.query('select tenantry.set_context_secret($1)', [contextSecret]);
    await owner.end();
  });
  const logins = await createLogins(database.url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    ...(context === 'signed' && { contextSecret }),
  });
  const admin = new pg.Pool({ connectionString: database.url, max: 2 });
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await pool.end();
    await admin.end();
  });
  const ask = async <R = Record<string, unknown>>(sql: string, values?: unknown[]) =>
    (await admin.query(sql, values)).rows as R[];
  const asSystem = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn);
  return {
    url: database.url,
    tenancy,
    limits,
    billing,
    pool,
    logins,
    ask,
    asSystem,
    async stripe(): Promise<FakeStripe> {
      const fake = await startFakeStripe({ startAt: 1_767_225_600, retries: 'stay-past-due' });
      ends.push(() => fake.close());
      for (const lookup_key of ['starter_monthly', 'pro_monthly', 'storage_monthly']) {
        fake.call('POST /v1/prices', {
          lookup_key,
          unit_amount: 2900,
          currency: 'usd',
          product_data: { name: lookup_key },
          recurring: { interval: 'month' },
        });
      }
      return fake;
    },
    connect(fake: FakeStripe, options: Partial<BillingConnectOptions<'organizationId'>> = {}) {
      return billing.connect(pool, {
        stripe: new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 }),
        livemode: false,
        webhookSecrets: ['whsec_test'],
        burstMs: 0,
        clock: () => new Date(fake.now() * 1000),
        onAlert: () => {},
        ...options,
      });
    },
    organization: (id: string) => ask('insert into organizations (id) values ($1)', [id]),
    /** What an operator gives, by the same port as billing. */
    grant: (tenant: string, plan: string, addons?: Readonly<Record<string, number>>) =>
      asSystem(() =>
        limits.setPlan(pool, {
          ...tenantKey(tenancy, tenant),
          plan,
          source: 'support',
          ...(addons !== undefined && { addons }),
        }),
      ),
    has: (id: string): Promise<Has> =>
      asSystem(async () => {
        const [row] = await runStatement<{ has: Has }>(
          pool,
          statement`select tenantry.limit_held_plan(${id}) as has`,
        );
        const { plan, source, readOnly, addons } = (row as { has: Has }).has;
        return { plan: plan ?? 'free', source, readOnly, addons };
      }),
  };
}
