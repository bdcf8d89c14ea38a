import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { problemResponse, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { Hono } from 'hono';
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

/** The application of the guide: a webhook outside of the tenant middleware, a checkout inside. */
const app = new Hono();
app.onError((error) => problemResponse(error));
app.post('/webhooks/stripe', (c) => runtime.webhook(c.req.raw));
app.use(
  '/api/*',
  tenantMiddleware(world.pool, { resolve: header('x-organization'), user: () => user }),
);
app.post('/api/checkout', async (c) =>
  c.json(
    await runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
  ),
);
app.get('/api/billing', async (c) => {
  const { rows } = await world.pool.query('select plan from organization_billing');
  return c.json(rows);
});
const server = createServer(getRequestListener(app.fetch));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('from the button to the plan, over HTTP', async () => {
  fake.sendEvents({ to: `${url}/webhooks/stripe`, secret });
  const headers = { 'x-organization': tenant };
  const opened = await fetch(`${url}/api/checkout`, { method: 'POST', headers });
  const { session } = (await opened.json()) as { session: string };
  fake.completeCheckout(session);
  expect(await fake.deliver({ order: 'shuffled', duplicate: 0.5 })).toMatchObject({ refused: 0 });
  const plan = async () => (await fetch(`${url}/api/billing`, { headers })).json();
  await expect.poll(plan).toEqual([{ plan: 'pro' }]);
  const again = await fetch(`${url}/api/checkout`, { method: 'POST', headers });
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ code: 'BILLING_SUBSCRIPTION_EXISTS', status: 409 });
  const forged = await fetch(`${url}/webhooks/stripe`, { method: 'POST', body: '{}' });
  expect([forged.status, forged.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json',
  ]);
});
