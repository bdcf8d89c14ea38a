import { createTenantPool, type TenantPool } from '@tenantry/core';
import type { BillingConnectOptions } from '@tenantry/stripe-billing';
import {
  type DeliverOptions,
  type FakeStripe,
  type FakeStripeOptions,
  startFakeStripe,
} from '@tenantry/stripe-billing/fake';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll } from 'vitest';
import * as schema from '../fixtures/application.ts';
import { claimsOf, databaseOf } from './database.ts';

export const secret = 'whsec_test';
export const start = 1_767_225_600; // 2026-01-01
const { billing, tenancy } = schema;

/** Ids of organizations, readable in a failed expectation. */
export const organization = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export type Runtime = ReturnType<typeof billing.connect>;

export interface World {
  readonly url: string;
  readonly pool: TenantPool<typeof tenancy>;
  /** The table that says whose a customer is, and how far its copy is. */
  readonly claims: string;
  /** Asks as the superuser, past all policies. */
  ask<R = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<R[]>;
  /** A Stripe with prices for everything that is on sale, ended after the file. */
  stripe(options?: FakeStripeOptions): Promise<FakeStripe>;
  connect(fake: FakeStripe, options?: Partial<BillingConnectOptions<'organizationId'>>): Runtime;
  /** An organization with a customer, linked. */
  customer(fake: FakeStripe, runtime: Runtime, tenant: string): Promise<string>;
}

/** What is on sale in the tests: lookup key → the price in cents. */
const onSale = {
  starter_monthly: 900,
  starter_yearly: 9000,
  pro_monthly: 2900,
  pro_yearly: 29000,
  storage_monthly: 500,
  support_monthly: 1500,
  seat_monthly: 700,
} as const;

export const catalogOf = (fake: FakeStripe): Record<keyof typeof onSale, string> =>
  Object.fromEntries(
    fake
      .call<{ data: { lookup_key: string; id: string }[] }>('GET /v1/prices', { limit: 100 })
      .data.map(({ lookup_key, id }) => [lookup_key, id]),
  ) as Record<keyof typeof onSale, string>;

/** The fixture schema in a database of this test file. */
export async function testWorld(): Promise<World> {
  const database = await databaseOf('stripe-billing', tenancy, async (url: string) => {
    await applySchema(url, {
      tenancy,
      schema,
      directory: { tenant: schema.organizations.id, member: schema.memberships.userId },
      features: [billing],
    });
    await createLogins(url, tenancy);
  });
  const logins = await createLogins(database.url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system, max: 12 },
  });
  const admin = new pg.Pool({ connectionString: database.url, max: 2 });
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await pool.end();
    await admin.end();
  });
  return {
    url: database.url,
    pool,
    claims: claimsOf(tenancy),
    ask: async <R>(sql: string, values?: unknown[]) => (await admin.query(sql, values)).rows as R[],
    async stripe(options) {
      const fake = await startFakeStripe({ startAt: start, ...options });
      ends.push(() => fake.close());
      for (const [lookup_key, unit_amount] of Object.entries(onSale)) {
        const interval = lookup_key.endsWith('yearly') ? 'year' : 'month';
        const price = { currency: 'usd', unit_amount, lookup_key, recurring: { interval } };
        fake.call('POST /v1/prices', { ...price, product_data: { name: lookup_key } });
      }
      fake.call('POST /v1/prices', {
        lookup_key: 'calls_metered',
        product_data: { name: 'Calls' },
        recurring: { interval: 'month', usage_type: 'metered' },
      });
      return fake;
    },
    connect(fake, options = {}) {
      return billing.connect(pool, {
        stripe: new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 }),
        livemode: false,
        webhookSecrets: [secret],
        burstMs: 0,
        clock: () => new Date(fake.now() * 1000),
        onAlert: () => {},
        ...options,
      });
    },
    async customer(fake, runtime, tenant) {
      await admin.query('insert into organizations (id) values ($1) on conflict do nothing', [
        tenant,
      ]);
      const { id } = fake.call('POST /v1/customers', { metadata: { organizationId: tenant } });
      await runtime.link({ organizationId: tenant, customer: id });
      return id;
    },
  };
}

/** Delivers what waits and works until nothing is due. */
export async function settle(fake: FakeStripe, runtime: Runtime, how: DeliverOptions = {}) {
  await fake.deliver(how);
  return runtime.runOnce();
}
