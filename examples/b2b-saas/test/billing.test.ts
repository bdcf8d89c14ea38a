import { expect, test, vi } from 'vitest';
import { limits } from '../src/limits.ts';
import { onCluster } from '../src/slugs.ts';
import { tenancy } from '../src/tenancy.ts';
import { testWorld } from './support/world.ts';

vi.setConfig({ testTimeout: 60_000 });

const stage = await testWorld();
const { send, ask, stripe } = stage;
const acme = { as: 'ada', organization: 'acme' } as const;
const returnUrl = 'https://acme.b2b.localhost/billing';

const id = stage.seeded.organizations.acme;

/** Waits until the worker of the application has done what the events asked for. */
const untilSynced = () =>
  expect
    .poll(() =>
      ask(
        `select from ${onCluster ? 'tenantry.billing_claims' : 'organization_billing'} where organization_id = '${id}' and sync_done > 0 and sync_wanted = sync_done`,
      ),
    )
    .toHaveLength(1);

test('opening portal and checkout leaves the plan that an operator gave', async () => {
  await tenancy.asSystem({ reason: 'a gift', actor: 'support', write: true }, () =>
    limits.setPlan(stage.pool, { organizationId: id, plan: 'enterprise', source: 'support' }),
  );
  const opened = await send('POST /api/billing/portal', { ...acme, body: { returnUrl } });
  expect(opened.status).toBe(201);
  await stripe.deliver();
  await untilSynced();
  const order = { plan: 'pro', interval: 'monthly', returnUrl };
  const checkout = await send('POST /api/billing/checkout', { ...acme, body: order });
  expect(checkout.status).toBe(201);
  await stripe.deliver();
  await untilSynced();
  const plan = `select plan, plan_source from organizations where id = '${id}'`;
  expect(await ask(plan, [], id)).toEqual([{ plan: 'enterprise', plan_source: 'support' }]);
  expect((await send('GET /api/billing', acme)).json).toMatchObject({ plan: 'enterprise' });
});

test('twenty checkouts at once are one, and one is sent back here only', async () => {
  const order = { plan: 'pro', interval: 'monthly', returnUrl };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => send('POST /api/billing/checkout', { ...acme, body: order })),
  );
  expect(new Set(answers.map(({ status, json }) => `${status} ${json?.session}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(201);
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://evil.test/',
    '/billing',
    '',
  ]) {
    for (const [path, body] of [
      ['portal', { returnUrl: url }],
      ['checkout', { ...order, returnUrl: url }],
    ] as const) {
      const { status, json } = await send(`POST /api/billing/${path}`, { ...acme, body });
      expect([status, json?.code], url).toEqual([400, 'BILLING_RETURN_URL_INVALID']);
    }
  }
});

test('a payment shows on the page of who has paid, wherever it lives', async () => {
  const globex = { as: 'bob', organization: 'globex' } as const;
  const order = { plan: 'pro', interval: 'monthly', returnUrl: 'https://globex.b2b.localhost/' };
  const { json } = await send('POST /api/billing/checkout', { ...globex, body: order });
  stripe.completeCheckout(json.session);
  await stripe.deliver({ order: 'shuffled', duplicate: 0.3 });
  const page = async () => (await send('GET /api/billing', globex)).json;
  await expect
    .poll(page)
    .toMatchObject({ subscriptions: [{ status: 'active' }], invoices: [{ status: 'paid' }] });
  await expect
    .poll(() => ask("select state from webhook_events where state not in ('processed', 'ignored')"))
    .toEqual([]);
});
