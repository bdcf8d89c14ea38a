import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTenantPool } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import Stripe from 'stripe';
import { afterAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { audit, billing, limits, rbac, tenancy } from './definitions.ts';
import * as schema from './schema.ts';

const application = {
  tenancy,
  schema,
  features: [rbac, limits, audit, billing],
  directory: {
    tenant: schema.organizations.id,
    claims: { slug: schema.organizations.slug },
    member: schema.memberships.userId,
  },
};
const { url } = await testDatabase({
  key: 'all-together',
  migrate: async (to) => void (await applySchema(to, application)),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
const fake = await startFakeStripe();
fake.call('POST /v1/prices', {
  lookup_key: 'pro_monthly',
  unit_amount: 2900,
  currency: 'usd',
  product_data: { name: 'Pro' },
  recurring: { interval: 'month' },
});
const secret = 'whsec_test';
const { app, payments, start } = createApp(pool, new Stripe('sk_test_all', fake.config), secret);
fake.sendEvents({ to: (request) => payments.webhook(request), secret });
afterAll(async () => {
  await pool.end();
  await fake.close();
});

const acme = '00000000-0000-4000-8000-00000000000a';
const [ada, bob] = ['00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000b0'];
const asSystem = <R>(fn: () => Promise<R>) =>
  tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn);

await asSystem(async () => {
  await rbac.sync(pool);
  await limits.sync(pool);
  await pool.transaction(async (tx) => {
    await tx.query(`insert into organizations (id, slug) values ($1, 'acme')`, [acme]);
    await tx.query(`insert into users (id, email) values ($1, 'ada@acme.example')`, [ada]);
    await tx.query(`insert into users (id, email) values ($1, 'bob@acme.example')`, [bob]);
    await rbac.members.add(tx, { organizationId: acme, user: ada as string, role: 'owner' });
    await rbac.members.add(tx, { organizationId: acme, user: bob as string });
  });
});

const send = (method: string, path: string, user: string | undefined, body?: object) =>
  app.request(path, {
    method,
    headers: { 'x-organization': 'acme', ...(user !== undefined && { 'x-user': user }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

test('a request passes every check, and leaves its entries', async () => {
  const made = await send('POST', '/api/projects', ada, { name: 'Anvil' });
  expect([made.status, made.headers.get('ratelimit-policy')]).toEqual([
    201,
    expect.stringMatching(/1000/),
  ]);
  const entries = await tenancy.run({ organizationId: acme, user: ada as string }, () =>
    audit.query(pool),
  );
  expect(entries.entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['project.created', 'projects.inserted']),
  );
  const refused = await send('POST', '/api/projects', bob, { name: 'Not mine' });
  expect([refused.status, await refused.json()]).toEqual([
    403,
    expect.objectContaining({ code: 'PERMISSION_DENIED' }),
  ]);
  for (const name of ['Bolt', 'Crane'])
    expect((await send('POST', '/api/projects', ada, { name })).status).toBe(201);
  const fourth = await send('POST', '/api/projects', ada, { name: 'Derrick' });
  expect([fourth.status, await fourth.json()]).toEqual([
    403,
    expect.objectContaining({ code: 'LIMIT_REACHED', feature: 'projects', limit: 3 }),
  ]);
  expect((await send('GET', '/api/saml', ada)).status).toBe(403);
  expect((await send('POST', '/api/projects', undefined, { name: 'x' })).status).toBe(401);
});

test('every feature describes itself to a page, in the words of the tenant', async () => {
  const told = await tenancy.run({ organizationId: acme, user: ada as string }, () =>
    Promise.all([rbac, limits, audit, billing].map((each) => each.describe?.(pool))),
  );
  expect(told.map((each) => each?.feature)).toEqual([
    'rbac',
    'plan-limits',
    'audit-log',
    'stripe-billing',
  ]);
  expect(told[0]?.allowances).toContainEqual(
    expect.objectContaining({ key: 'projects:create', allowed: true }),
  );
  expect(told[1]?.allowances).toContainEqual(
    expect.objectContaining({ key: 'projects', used: 3, limit: 3 }),
  );
});

test('a payment changes the plan, the limits and the log together', async () => {
  const opened = await send('POST', '/api/checkout', ada);
  expect(opened.status).toBe(200);
  const { session } = (await opened.json()) as { session: string };
  fake.completeCheckout(session);
  await fake.deliver();
  const running = start();
  await expect.poll(async () => (await send('GET', '/api/saml', ada)).status).toBe(200);
  await running.stop();
  expect((await send('POST', '/api/projects', ada, { name: 'Derrick' })).status).toBe(201);
  const { entries } = await tenancy.run({ organizationId: acme, user: ada as string }, () =>
    audit.query(pool, { action: 'billing.plan_changed' }),
  );
  expect(entries).toHaveLength(1);
});

test('doctor finds nothing to mend', async () => {
  const { findings } = await withClient(url, (client) =>
    diagnose(client, { ...application, role: 'app' }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the guide shows these files', () => {
  const guide = readFileSync(
    join(import.meta.dirname, '../../../../docs/guides/all-together.md'),
    'utf8',
  );
  for (const file of ['definitions', 'schema', 'app']) {
    expect(guide).toContain(`<<< ../../examples/b2b-saas/test/all-together/${file}.ts`);
  }
});
