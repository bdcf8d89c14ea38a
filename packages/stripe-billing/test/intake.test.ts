import { signPayload } from '@tenantry/stripe-billing/fake';
import { expect, test } from 'vitest';
import { organization, secret, testWorld } from './support/world.ts';

const world = await testWorld();
const fake = await world.stripe();
const runtime = world.connect(fake, { webhookSecrets: ['whsec_old', secret], maxBytes: 64 * 1024 });

let ids = 0;
const eventOf = (type: string, object: object = {}, more: object = {}) => ({
  id: `evt_intake_${++ids}`,
  object: 'event',
  type,
  created: 1_767_225_600,
  livemode: false,
  data: { object },
  ...more,
});

/** Sends a body with a signature, or with whatever headers a test wants. */
async function send(body: string | object, headers: Record<string, string> = {}, to = runtime) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await to.webhook(
    new Request('http://acme.test/webhooks/stripe', {
      method: 'POST',
      body: text,
      headers: { 'stripe-signature': signPayload(text, secret), ...headers },
    }),
  );
  const answer = (await response.json()) as { code?: string; outcome?: string };
  return { status: response.status, ...answer };
}

const stored = async (id: string) =>
  (
    await world.ask('select state, customer_id, type from webhook_events where event_id = $1', [id])
  )[0];

test('200 comes after the event is in the database, and repeats change nothing', async () => {
  const event = eventOf('customer.updated', { id: 'cus_unknown', object: 'customer' });
  expect(await send(event)).toMatchObject({ status: 200, outcome: 'unmapped' });
  expect(await stored(event.id)).toMatchObject({ customer_id: 'cus_unknown' });
  expect(await send(event)).toMatchObject({ status: 200, outcome: 'duplicate' });
});

test('what the database refuses is no 200', async () => {
  await world.ask('alter table webhook_events rename to away');
  const event = eventOf('customer.updated', { id: 'cus_1', object: 'customer' });
  const silent = world.connect(fake, { logger: { warn() {}, error() {} } });
  try {
    const refused = await send(event, {}, silent);
    expect(refused).toMatchObject({ status: 503, code: 'WEBHOOK_NOT_STORED' });
  } finally {
    await world.ask('alter table away rename to webhook_events');
  }
  expect(await stored(event.id)).toBeUndefined();
  expect(await send(event)).toMatchObject({ status: 200 });
});

test('wrong signature, old timestamp, no header, tampered and parsed bodies', async () => {
  const event = eventOf('customer.updated');
  const text = JSON.stringify(event);
  const invalid = { status: 400, code: 'WEBHOOK_SIGNATURE_INVALID' };
  const at = Math.floor(Date.now() / 1000);
  expect(await send(text, { 'stripe-signature': signPayload(text, 'whsec_other') })).toMatchObject(
    invalid,
  );
  expect(
    await send(text, { 'stripe-signature': signPayload(text, secret, at - 301) }),
  ).toMatchObject(invalid);
  expect(await send(text, { 'stripe-signature': '' })).toMatchObject(invalid);
  expect(await send(text, { 'stripe-signature': 't=1,v1=' })).toMatchObject(invalid);
  const signed = { 'stripe-signature': signPayload(text, secret) };
  expect(await send(text.replace('updated', 'deleted'), signed)).toMatchObject(invalid);
  // what a JSON parser of a framework gives back is not what was signed
  expect(await send(JSON.stringify(JSON.parse(text), null, 1), signed)).toMatchObject(invalid);
  const request = new Request('http://acme.test/', { method: 'POST', body: text, headers: signed });
  await request.json();
  expect(await (await runtime.webhook(request)).json()).toMatchObject({
    code: 'WEBHOOK_SIGNATURE_INVALID',
    detail: expect.stringContaining('read before'),
  });
  expect(await stored(event.id)).toBeUndefined();
});

test('each of two secrets is good while one is rotated', async () => {
  const event = eventOf('customer.updated');
  const text = JSON.stringify(event);
  const old = { 'stripe-signature': signPayload(text, 'whsec_old') };
  expect(await send(text, old)).toMatchObject({ status: 200 });
  const both = { 'stripe-signature': signPayload(text, ['whsec_new', secret]) };
  expect(await send(text, both)).toMatchObject({ status: 200, outcome: 'duplicate' });
});

test('the wrong mode, the wrong account, and no event at all', async () => {
  const live = eventOf('customer.updated', {}, { livemode: true });
  expect(await send(live)).toMatchObject({ status: 400, code: 'WEBHOOK_WRONG_MODE' });
  const connected = eventOf('customer.updated', {}, { account: 'acct_other' });
  expect(await send(connected)).toMatchObject({ status: 400, code: 'WEBHOOK_WRONG_ACCOUNT' });
  const platform = world.connect(fake, { connectedAccount: 'acct_other', account: 'other' });
  expect(await send(connected, {}, platform)).toMatchObject({ status: 200 });
  expect(await send('null')).toMatchObject({ status: 400, code: 'WEBHOOK_MALFORMED' });
  expect(await send('{"object":"event"}')).toMatchObject({ status: 400 });
  expect(await send({ object: 'event', livemode: false })).toMatchObject({
    code: 'WEBHOOK_MALFORMED',
  });
});

test('5 MB are refused without being read to the end', async () => {
  const huge = JSON.stringify(
    eventOf('customer.updated', { padding: 'x'.repeat(5 * 1024 * 1024) }),
  );
  expect(await send(huge)).toMatchObject({ status: 413, code: 'WEBHOOK_TOO_LARGE' });
  let read = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      read += 16 * 1024;
      controller.enqueue(new Uint8Array(16 * 1024));
    },
  });
  const request = new Request('http://acme.test/', {
    method: 'POST',
    body: endless,
    duplex: 'half',
  } as RequestInit);
  expect((await runtime.webhook(request)).status).toBe(413);
  expect(read).toBeLessThan(200 * 1024);
});

test('unknown types are kept and ignored; an upcoming invoice has no id', async () => {
  const unknown = eventOf('galaxy.discovered', { id: 'gal_1' });
  expect(await send(unknown)).toMatchObject({ status: 200, outcome: 'ignored' });
  expect(await stored(unknown.id)).toMatchObject({ state: 'ignored' });
  const upcoming = eventOf('invoice.upcoming', { object: 'invoice', customer: 'cus_unknown' });
  expect(await send(upcoming)).toMatchObject({ status: 200, outcome: 'ignored' });
});

test('hundreds at once are stored once each, in few statements', async () => {
  const tenant = organization(1);
  const customer = await world.customer(fake, runtime, tenant);
  const events = Array.from({ length: 300 }, () =>
    eventOf('customer.subscription.updated', { id: 'sub_x', object: 'subscription', customer }),
  );
  const answers = await Promise.all([...events, ...events].map((event) => send(event)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const [count] = await world.ask<{ count: string }>(
    'select count(*) from webhook_events where customer_id = $1',
    [customer],
  );
  expect(count?.count).toBe('300');
});

test('one event that the database refuses does not take the others of its batch with it', async () => {
  await world.ask(
    `alter table webhook_events add constraint odd check (type <> 'refused.here'),
      add constraint never check (type <> 'divided.here' or 1 / (length(type) - 12) = 1)`,
  );
  const silent = world.connect(fake, { logger: { warn() {}, error() {} } });
  const types = ['customer.updated', 'refused.here', 'divided.here', 'customer.updated'];
  const mixed = await Promise.all(types.map((type) => send(eventOf(type), {}, silent)));
  await world.ask('alter table webhook_events drop constraint odd, drop constraint never');
  // an operator can put a constraint right; a value that does not fit is refused the next time too
  expect(mixed.map(({ status }) => status)).toEqual([200, 503, 400, 200]);
});

test('thin events find their customer by the object that they name', async () => {
  const other = await world.stripe({ seed: 5 });
  const thin = world.connect(other, { account: 'thin' });
  const tenant = organization(2);
  const customer = await world.customer(other, thin, tenant);
  other.sendEvents({ to: (request) => thin.webhook(request), secret, form: 'thin' });
  const prices = other.call<{ data: { id: string; lookup_key: string }[] }>('GET /v1/prices', {
    lookup_keys: ['pro_monthly'],
  });
  const price = prices.data[0]?.id;
  const { id } = other.call('POST /v1/subscriptions', { customer, items: [{ price }] });
  expect(await other.deliver({ order: 'reversed' })).toMatchObject({ refused: 0 });
  await thin.runOnce();
  const read = () =>
    world.ask('select plan, status from organization_billing where organization_id = $1', [tenant]);
  expect(await read()).toEqual([{ plan: 'pro', status: 'active' }]);
  other.call(`DELETE /v1/subscriptions/${id}`);
  await other.deliver();
  await thin.runOnce();
  expect(await read()).toEqual([{ plan: 'free', status: 'canceled' }]);
  const left = await world.ask(
    `select type, state from webhook_events where account = 'thin' and state not in ('processed', 'ignored')`,
  );
  expect(left).toEqual([]);
});
