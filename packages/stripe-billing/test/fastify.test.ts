import type { AddressInfo } from 'node:net';
import { tenantPlugin, webhook } from '@tenantry/core/fastify';
import { header } from '@tenantry/core/resolvers';
import fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { organization, secret, testWorld } from './support/world.ts';

const world = await testWorld();
const fake = await world.stripe();
const runtime = world.connect(fake);
const worker = runtime.start({ everyMs: 50 });
afterAll(() => worker.stop());
const [tenant, user] = [organization(1), organization(77)];
await world.ask('insert into organizations (id) values ($1)', [tenant]);
await world.ask('insert into memberships (organization_id, user_id) values ($1, $2)', [
  tenant,
  user,
]);

/** The application of the guide: the webhook stands beside routes that have a tenant and a JSON parser. */
const app = fastify();
app.register(
  webhook((request) => runtime.webhook(request)),
  { prefix: '/webhooks/stripe' },
);
app.register(tenantPlugin(world.pool, { resolve: header('x-organization'), user: () => user }));
app.post('/checkout', () =>
  runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
);
app.get(
  '/billing',
  async () => (await world.pool.query('select plan from organization_billing')).rows,
);
await app.listen({ port: 0, host: '127.0.0.1' });
const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
afterAll(() => app.close());

test('signed events arrive with their bytes, forged ones are refused', async () => {
  fake.sendEvents({ to: `${url}/webhooks/stripe`, secret });
  const headers = { 'x-organization': tenant };
  const opened = await fetch(`${url}/checkout`, { method: 'POST', headers });
  const { session } = (await opened.json()) as { session: string };
  fake.completeCheckout(session);
  expect(await fake.deliver({ order: 'shuffled', duplicate: 0.5 })).toMatchObject({ refused: 0 });
  const plan = async () => (await fetch(`${url}/billing`, { headers })).json();
  await expect.poll(plan).toEqual([{ plan: 'pro' }]);
  const forged = await fetch(`${url}/webhooks/stripe`, { method: 'POST', body: '{}' });
  expect([forged.status, forged.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json',
  ]);
});
