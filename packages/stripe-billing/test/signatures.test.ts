import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { signPayload } from '@tenantry/stripe-billing/fake';
import type Stripe from 'stripe';
import { expect, test, vi } from 'vitest';
import { catalogOf, organization, secret, settle, testWorld } from './support/world.ts';

// What lets an event in: a signature that was checked and holds, with every build of the SDK.
vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const world = await testWorld();
const fake = await world.stripe();

/** The build that the conditions bun, deno, worker and workerd of the package lead to. */
async function workerBuild(): Promise<typeof Stripe> {
  const cjs = dirname(createRequire(import.meta.url).resolve('stripe'));
  const file = join(cjs, '../esm/stripe.esm.worker.js');
  return (await import(pathToFileURL(file).href)).default as typeof Stripe;
}

let ids = 0;
const eventOf = () => ({
  id: `evt_signed_${++ids}`,
  object: 'event',
  type: 'customer.updated',
  created: 1_767_225_600,
  livemode: false,
  data: { object: { id: 'cus_nobody', object: 'customer' } },
});

async function send(stripe: Stripe, signedWith: string | readonly string[], secrets = [secret]) {
  const runtime = world.connect(fake, { stripe, webhookSecrets: secrets });
  const event = eventOf();
  const body = JSON.stringify(event);
  const headers = { 'stripe-signature': signPayload(body, signedWith) };
  const response = await runtime.webhook(
    new Request('http://acme.test/', { method: 'POST', body, headers }),
  );
  const stored = await world.ask('select from webhook_events where event_id = $1', [event.id]);
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, stored: stored.length, code };
}

test('the build for Bun, Deno and workers takes what is signed, and only that', async () => {
  const stripe = new (await workerBuild())('sk_test_fake', { ...fake.config });
  expect(() => stripe.webhooks.constructEvent('{}', 't=1,v1=a', secret)).toThrow(
    'constructEventAsync',
  );
  expect(await send(stripe, secret)).toMatchObject({ status: 200, stored: 1 });
  expect(await send(stripe, secret, ['whsec_next', secret])).toMatchObject({ status: 200 });
  expect(await send(stripe, 'whsec_forged')).toEqual({
    status: 400,
    stored: 0,
    code: 'WEBHOOK_SIGNATURE_INVALID',
  });
});

test('the same build carries a subscription from the webhook to the plan', async () => {
  const stripe = new (await workerBuild())('sk_test_fake', { ...fake.config });
  const runtime = world.connect(fake, { stripe });
  const stop = fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  const tenant = organization(1);
  const customer = await world.customer(fake, runtime, tenant);
  fake.call('POST /v1/subscriptions', {
    customer,
    items: [{ price: catalogOf(fake).pro_monthly }],
  });
  await settle(fake, runtime);
  stop();
  expect(
    await world.ask('select plan from organization_billing where organization_id = $1', [tenant]),
  ).toEqual([{ plan: 'pro' }]);
});

test('an SDK that cannot check signatures lets nothing in', async () => {
  const signatures: unknown[] = [
    undefined,
    null,
    {},
    { verifyHeader: () => true },
    { verifyHeaderAsync: null },
    { verifyHeaderAsync: async () => undefined },
    { verifyHeaderAsync: async () => false },
    { verifyHeaderAsync: async () => ({}) },
    { verifyHeaderAsync: () => 'yes' },
    {
      verifyHeaderAsync() {
        throw new Error('odd');
      },
    },
  ];
  const refused = { status: 400, stored: 0, code: 'WEBHOOK_SIGNATURE_INVALID' };
  for (const signature of signatures) {
    const stripe = { webhooks: { signature } } as unknown as Stripe;
    expect(await send(stripe, 'whsec_forged'), String(signature)).toEqual(refused);
  }
  expect(await send({} as Stripe, 'whsec_forged')).toEqual(refused);
});
