import { type FakeStripe, startFakeStripe } from '@tenantry/stripe-billing/fake';
import Stripe from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';

let fake: FakeStripe;
const stripe = new Stripe('sk_test_fake');
const secret = 'whsec_test';

beforeEach(async () => {
  fake = await startFakeStripe({ seed: 7 });
});
afterEach(() => fake.close());

/** Receives as an application does: the raw body, and the SDK's own check of the signature. */
function receiver(answer = (_: Stripe.Event): number => 200) {
  const received: Stripe.Event[] = [];
  const to = async (request: Request) => {
    const header = request.headers.get('stripe-signature') ?? '';
    const event = stripe.webhooks.constructEvent(await request.text(), header, secret);
    received.push(event);
    return new Response(null, { status: answer(event) });
  };
  return { received, to };
}

test('signs what it sends, also with two secrets', async () => {
  const { received, to } = receiver();
  fake.sendEvents({ to, secret: ['whsec_old', secret] });
  fake.call('POST /v1/customers', { email: 'ada@acme.test' });
  expect(await fake.deliver()).toMatchObject({ accepted: 1, refused: 0 });
  expect(received[0]).toMatchObject({
    type: 'customer.created',
    data: { object: { email: 'ada@acme.test' } },
  });
});

test('what is refused waits, and comes again', async () => {
  let times = 0;
  const { received, to } = receiver(() => (++times === 1 ? 500 : 200));
  fake.sendEvents({ to, secret });
  fake.call('POST /v1/customers');
  expect(await fake.deliver()).toMatchObject({ accepted: 0, refused: 1 });
  expect(fake.waiting).toHaveLength(1);
  expect(await fake.deliver()).toMatchObject({ accepted: 1 });
  expect(received[0]?.id).toBe(received[1]?.id);
});

test('reorders, repeats, drops and delays', async () => {
  const { received, to } = receiver();
  fake.sendEvents({ to, secret, events: ['customer.*'] });
  for (let i = 0; i < 200; i++) fake.call('POST /v1/customers', { name: String(i) });
  fake.call('POST /v1/products', { name: 'not asked for' });
  const report = await fake.deliver({
    order: 'shuffled',
    duplicate: 0.2,
    drop: 0.1,
    delay: 0.1,
    concurrency: 4,
  });
  const unique = new Set(received.map(({ id }) => id)).size;
  expect(report.dropped).toBeGreaterThan(5);
  expect(report.delayed).toBeGreaterThan(5);
  expect(unique).toBe(200 - report.dropped - report.delayed);
  expect(received.length).toBeGreaterThan(unique);
  const order = received.map(({ created, id }) => `${created} ${id}`);
  expect(order).not.toEqual([...order].sort());
  await fake.deliver();
  expect(new Set(received.map(({ id }) => id)).size).toBe(200 - report.dropped);
});

test('thin events carry ids only', async () => {
  const notes: unknown[] = [];
  const to = async (request: Request) => {
    const header = request.headers.get('stripe-signature') ?? '';
    notes.push(stripe.parseEventNotification(await request.text(), header, secret));
    return new Response(null, { status: 200 });
  };
  fake.sendEvents({ to, secret, form: 'thin' });
  const { id } = fake.call('POST /v1/customers', { email: 'ada@acme.test' });
  await fake.deliver();
  expect(notes[0]).toMatchObject({
    type: 'v1.customer.created',
    related_object: { id, type: 'customer', url: `/v1/customers/${id}` },
  });
  expect(JSON.stringify(notes[0])).not.toContain('acme.test');
});

test('lists its events, and delivers over HTTP when asked to do it at once', async () => {
  for (let i = 0; i < 3; i++) fake.call('POST /v1/customers');
  const client = new Stripe('sk_test_fake', fake.config);
  const events = await client.events.list({ type: 'customer.created', limit: 2 });
  expect([events.data.length, events.has_more]).toEqual([2, true]);

  const prompt = await startFakeStripe({ delivery: 'at-once' });
  const { received, to } = receiver();
  prompt.sendEvents({ to, secret });
  prompt.call('POST /v1/customers');
  await expect.poll(() => received.length).toBe(1);
  await prompt.close();
});
