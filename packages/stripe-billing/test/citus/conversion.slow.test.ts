import { createTenantPool } from '@tenantry/core';
import { distribute } from '@tenantry/rls/distribution';
import { generate } from '@tenantry/rls/generate';
import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, runAll, withClient } from '@tenantry/testing/schema';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { applicationOf } from '../support/shop.ts';

const secret = 'whsec_test';
const acme = '00000000-0000-4000-8000-00000000ac3e';
type Application = ReturnType<typeof applicationOf>;

describe.skipIf(citusUrl() === undefined)('billing of one server that becomes one of Citus', () => {
  test('keeps its customers, and what waits in the queue', async () => {
    const before = applicationOf('plain', 'uuid', 'postgres');
    const after = applicationOf('plain', 'uuid', 'citus');
    const inputOf = ({ tenancy, schema, limits, billing }: Application) => ({
      tenancy,
      schema,
      features: [limits, billing],
    });
    const database = await createCitusDatabase({
      migrate: (url) => applySchema(url, inputOf(before)),
    });
    const fake = await startFakeStripe({ startAt: 1_767_225_600 });
    const price = fake.call('POST /v1/prices', {
      lookup_key: 'pro_monthly',
      unit_amount: 2900,
      currency: 'usd',
      product_data: { name: 'Pro' },
      recurring: { interval: 'month' },
    });
    const logins = await createLogins(database.url, before.tenancy);
    const open = ({ tenancy, billing }: Application) => {
      const pool = createTenantPool(tenancy, {
        connectionString: logins.app,
        system: { connectionString: logins.system },
      });
      const runtime = billing.connect(pool, {
        stripe: new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 }),
        livemode: false,
        webhookSecrets: [secret],
        burstMs: 0,
        onAlert: () => {},
      });
      return { pool, runtime };
    };
    try {
      await withClient(database.url, async (client) => {
        const ask = async (sql: string) => (await client.query(sql)).rows;
        await client.query('insert into organizations (id) values ($1)', [acme]);
        const old = open(before);
        fake.sendEvents({ to: (request) => old.runtime.webhook(request), secret });
        const { id: customer } = fake.call('POST /v1/customers');
        await old.runtime.link({ organizationId: acme, customer });
        await old.runtime.runOnce();
        fake.call('POST /v1/subscriptions', { customer, items: [{ price: price.id }] });
        await fake.deliver();
        await old.pool.end();
        const waiting = await ask("select from webhook_events where state = 'pending'");
        expect(waiting.length).toBeGreaterThan(0);

        await expect(distribute(client, inputOf(after))).rejects.toThrow(
          /organization_billing_customer_key/,
        );
        await client.query('drop index organization_billing_customer_key');
        await distribute(client, inputOf(after));
        const { foundation, sections } = generate(inputOf(after));
        const statements = [foundation, ...sections].flatMap((each) => each.statements);
        await runAll(client, statements);
        await runAll(client, statements);

        const { pool, runtime } = open(after);
        try {
          await runtime.runOnce();
          expect(await ask('select plan from organizations')).toEqual([{ plan: 'pro' }]);
          expect(await ask("select from webhook_events where state = 'pending'")).toEqual([]);
          expect(await runtime.link({ organizationId: acme, customer })).toMatchObject({
            outcome: 'known',
          });
        } finally {
          await pool.end();
        }
      });
    } finally {
      await fake.close();
      await database.drop();
    }
  });
});
