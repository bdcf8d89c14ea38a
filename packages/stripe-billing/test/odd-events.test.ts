import { signPayload } from '@tenantry/stripe-billing/fake';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { organization, secret, testWorld } from './support/world.ts';

// An event that is signed is still input: whatever it holds, it gets 200 or 400, since anything else
// makes Stripe send it again for three days.
vi.setConfig({ testTimeout: 60_000 }); // a slow machine takes its time

const world = await testWorld();
const fake = await world.stripe();
const errors: unknown[] = [];
const runtime = world.connect(fake, {
  logger: { warn() {}, error: (_: string, error: unknown) => void errors.push(error) },
  maxAttempts: 2,
  retryMs: 1,
});
const customer = await world.customer(fake, runtime, organization(1));

const send = async (event: unknown) => {
  const body = JSON.stringify(event) ?? 'undefined';
  const headers = { 'stripe-signature': signPayload(body, secret) };
  const request = new Request('http://acme.test/', { method: 'POST', body, headers });
  const response = await runtime.webhook(request);
  const answer = (await response.json()) as { outcome?: string; code?: string };
  return { status: response.status, ...answer };
};

let ids = 0;
const eventOf = (more: object = {}) => ({
  id: `evt_odd_${++ids}`,
  object: 'event',
  type: 'customer.updated',
  created: 1_767_225_600,
  livemode: false,
  data: { object: { id: customer, object: 'customer' } },
  ...more,
});

const oddIds = [
  'cus_\u0000',
  `cus_${'x'.repeat(10_000)}`,
  'cus_\ud800',
  '\udc00cus_',
  'cus_\n',
  '',
  {},
  { id: 'cus_\u0000' },
  { id: { id: 'cus_1' } },
  ['cus_1'],
  7,
  true,
  null,
];

test('an odd id of an object is kept and ignored', async () => {
  for (const id of oddIds) {
    for (const object of [
      { id, object: 'customer' },
      { id: 'sub_1', customer: id },
    ]) {
      const { status } = await send(eventOf({ data: { object } }));
      expect(status, JSON.stringify(object)).toBe(200);
    }
    const thin = { object: 'v2.core.event', type: 'v1.customer.updated', related_object: { id } };
    expect((await send(eventOf(thin))).status).toBe(200);
    const invoice = { id: 'inpay_1', object: 'invoice_payment', invoice: id };
    expect(
      (await send(eventOf({ type: 'invoice_payment.paid', data: { object: invoice } }))).status,
    ).toBe(200);
  }
});

test('an odd id or type of the event itself is no event', async () => {
  for (const odd of oddIds) {
    expect(await send(eventOf({ id: odd }))).toMatchObject({ code: 'WEBHOOK_MALFORMED' });
    expect(await send(eventOf({ type: odd }))).toMatchObject({ code: 'WEBHOOK_MALFORMED' });
  }
  for (const body of [null, 7, 'event', [], { object: 'event' }]) {
    expect((await send(body)).status).toBe(400);
  }
});

test('odd times, and data that is none', async () => {
  for (const created of [-1, 1e300, 9e15, null, {}, 'yesterday', '2026-01-01', undefined]) {
    expect((await send(eventOf({ created }))).status, String(created)).toBe(200);
    const thin = { object: 'v2.core.event', created, related_object: { id: customer } };
    expect((await send(eventOf({ ...thin, type: 'v1.customer.updated' }))).status).toBe(200);
  }
  for (const data of [undefined, null, 7, 'x', [], { object: null }, { object: 'x' }]) {
    expect((await send(eventOf({ data }))).status, JSON.stringify(data)).toBe(200);
  }
});

test('anything at all: 200 or 400, nothing is logged, and what is kept settles', async () => {
  const odd = fc.oneof(
    fc.constantFrom(...oddIds),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.double(),
  );
  const prefixes = [
    'customer.',
    'customer.subscription.',
    'invoice.',
    'invoice_payment.',
    'price.',
  ];
  const field = fc.constantFrom('id', 'type', 'created', 'data', 'related_object', 'object');
  const inner = fc.constantFrom('id', 'customer', 'invoice', 'object');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...prefixes),
      fc.constantFrom('event', 'v2.core.event'),
      fc.dictionary(field, odd, { maxKeys: 2 }),
      fc.dictionary(inner, odd, { maxKeys: 3 }),
      async (prefix, object, outer, subject) => {
        const data = { object: { id: customer, customer, ...subject } };
        const event = eventOf({ type: `${prefix}updated`, object, data, ...outer });
        expect([200, 400]).toContain((await send(event)).status);
      },
    ),
    { numRuns: 300 },
  );
  expect(errors).toEqual([]);
  await runtime.runOnce();
  await expect
    .poll(async () => {
      await runtime.runOnce();
      return world.ask(`select type from webhook_events where state in ('pending', 'unmapped')`);
    })
    .toEqual([]);
});
