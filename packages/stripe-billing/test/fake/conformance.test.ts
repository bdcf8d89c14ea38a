import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import Stripe from 'stripe';
import ts from 'typescript';
import { afterAll, expect, expectTypeOf, test } from 'vitest';
import { parameters } from '../../src/fake/http/parameter-names.ts';
import type {
  FakeCustomer,
  FakeInvoice,
  FakeItem,
  FakePrice,
  FakeProduct,
  FakeSubscription,
} from '../../src/fake/objects.ts';

// The fake against the types of the SDK: the parameters that it takes, and the fields that it answers.
const folder = join(dirname(createRequire(import.meta.url).resolve('stripe')), '../esm/resources');

/** Interfaces of a file of types by their path: `Checkout.SessionCreateParams`. */
function interfacesIn(file: string): Map<string, ts.InterfaceDeclaration> {
  const text = readFileSync(join(folder, `${file}.d.ts`), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = new Map<string, ts.InterfaceDeclaration>();
  const walk = (node: ts.Node, path: readonly string[]): void =>
    ts.forEachChild(node, (each) => {
      if (ts.isInterfaceDeclaration(each)) found.set([...path, each.name.text].join('.'), each);
      else if (ts.isModuleDeclaration(each)) walk(each, [...path, each.name.text]);
      else if (ts.isModuleBlock(each)) walk(each, path);
    });
  walk(source, []);
  return found;
}

const keysOf = (declaration: ts.InterfaceDeclaration | undefined) =>
  declaration?.members.map((member) => member.name?.getText() ?? '') ?? [];

const typeOf: Readonly<Record<string, readonly [file: string, name: string]>> = {
  'POST /v1/customers': ['Customers', 'CustomerCreateParams'],
  'POST /v1/customers/:id': ['Customers', 'CustomerUpdateParams'],
  'POST /v1/products': ['Products', 'ProductCreateParams'],
  'POST /v1/products/:id': ['Products', 'ProductUpdateParams'],
  'POST /v1/prices': ['Prices', 'PriceCreateParams'],
  'POST /v1/prices/:id': ['Prices', 'PriceUpdateParams'],
  'GET /v1/prices': ['Prices', 'PriceListParams'],
  'POST /v1/subscriptions': ['Subscriptions', 'SubscriptionCreateParams'],
  'POST /v1/subscriptions/:id': ['Subscriptions', 'SubscriptionUpdateParams'],
  'DELETE /v1/subscriptions/:id': ['Subscriptions', 'SubscriptionCancelParams'],
  'GET /v1/subscriptions': ['Subscriptions', 'SubscriptionListParams'],
  'POST /v1/subscription_items': ['SubscriptionItems', 'SubscriptionItemCreateParams'],
  'POST /v1/subscription_items/:id': ['SubscriptionItems', 'SubscriptionItemUpdateParams'],
  'GET /v1/subscription_items': ['SubscriptionItems', 'SubscriptionItemListParams'],
  'POST /v1/invoices': ['Invoices', 'InvoiceCreateParams'],
  'POST /v1/invoices/:id': ['Invoices', 'InvoiceUpdateParams'],
  'POST /v1/invoices/:id/pay': ['Invoices', 'InvoicePayParams'],
  'GET /v1/invoices': ['Invoices', 'InvoiceListParams'],
  'POST /v1/invoiceitems': ['InvoiceItems', 'InvoiceItemCreateParams'],
  'POST /v1/checkout/sessions': ['Checkout/Sessions', 'Checkout.SessionCreateParams'],
  'POST /v1/billing_portal/sessions': [
    'BillingPortal/Sessions',
    'BillingPortal.SessionCreateParams',
  ],
  'POST /v1/subscription_schedules': ['SubscriptionSchedules', 'SubscriptionScheduleCreateParams'],
  'POST /v1/webhook_endpoints': ['WebhookEndpoints', 'WebhookEndpointCreateParams'],
  'POST /v1/subscriptions items': ['Subscriptions', 'SubscriptionCreateParams.Item'],
  'POST /v1/subscriptions/:id items': ['Subscriptions', 'SubscriptionUpdateParams.Item'],
  'POST /v1/prices recurring': ['Prices', 'PriceCreateParams.Recurring'],
  'POST /v1/prices product_data': ['Prices', 'PriceCreateParams.ProductData'],
  'POST /v1/checkout/sessions line_items': [
    'Checkout/Sessions',
    'Checkout.SessionCreateParams.LineItem',
  ],
  'POST /v1/checkout/sessions subscription_data': [
    'Checkout/Sessions',
    'Checkout.SessionCreateParams.SubscriptionData',
  ],
};

const paging = ['limit', 'starting_after', 'ending_before'];

test('the parameters of each route are those of the SDK', () => {
  expect(Object.keys(parameters).sort()).toEqual(Object.keys(typeOf).sort());
  for (const [route, [file, name]] of Object.entries(typeOf)) {
    const declared = keysOf(interfacesIn(file).get(name));
    expect(declared.length, route).toBeGreaterThan(1);
    const taken = (parameters[route] ?? '').trim().split(/\s+/);
    const own = taken.filter((each) => !route.startsWith('GET') || !paging.includes(each));
    expect(own.sort(), route).toEqual([...declared].sort());
  }
});

test('the objects of the fake fit the types of the SDK', () => {
  type Same<Fake, Sdk, Keys extends keyof Fake & keyof Sdk> =
    Pick<Fake, Keys> extends Pick<Sdk, Keys> ? true : false;
  expectTypeOf<
    Same<FakeCustomer, Stripe.Customer, 'id' | 'email' | 'metadata'>
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<FakeProduct, Stripe.Product, 'id' | 'name' | 'description' | 'active' | 'metadata'>
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<FakePrice, Stripe.Price, 'id' | 'product' | 'active' | 'lookup_key' | 'type' | 'nickname'>
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<FakeItem, Stripe.SubscriptionItem, 'id' | 'subscription' | 'current_period_end'>
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<
      FakeSubscription,
      Stripe.Subscription,
      | 'id'
      | 'customer'
      | 'cancel_at'
      | 'cancel_at_period_end'
      | 'ended_at'
      | 'trial_end'
      | 'start_date'
    >
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<
      FakeInvoice,
      Stripe.Invoice,
      'id' | 'customer' | 'status' | 'total' | 'attempt_count' | 'due_date' | 'status_transitions'
    >
  >().toEqualTypeOf<true>();
});

const fake = await startFakeStripe();
const stripe = new Stripe('sk_test_fake', { ...fake.config, maxNetworkRetries: 0 });
afterAll(() => fake.close());

test('every field that it answers is a field of the SDK', async () => {
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1,
    product_data: { name: 'Pro' },
    recurring: { interval: 'month' },
  });
  const customer = await stripe.customers.create({ email: 'ada@acme.test' });
  const items = [{ price: price.id }];
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items });
  const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
  const session = await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 1 }],
  });
  const portal = await stripe.billingPortal.sessions.create({ customer: customer.id });
  const [payment] = (await stripe.invoicePayments.list({ invoice: invoice?.id as string })).data;
  const known = {
    Customers: ['Customer', customer],
    Prices: ['Price', price],
    Subscriptions: ['Subscription', subscription],
    SubscriptionItems: ['SubscriptionItem', subscription.items.data[0]],
    Invoices: ['Invoice', invoice],
    InvoicePayments: ['InvoicePayment', payment],
    'Checkout/Sessions': ['Session', session],
    'BillingPortal/Sessions': ['Session', portal],
  } as const;
  for (const [file, [name, answered]] of Object.entries(known)) {
    const fields = keysOf(interfacesIn(file).get(name));
    const given = Object.keys(answered ?? {}).filter((each) => each !== 'lastResponse');
    expect(
      given.filter((each) => !fields.includes(each)),
      name,
    ).toEqual([]);
  }
});

test('what Stripe refuses is refused', async () => {
  const metered = await stripe.prices.create({
    currency: 'usd',
    product_data: { name: 'Calls' },
    recurring: { interval: 'month', usage_type: 'metered', meter: 'mtr_1' },
  });
  const once = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1,
    product_data: { name: 'Set-up' },
  });
  const plain = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1,
    product_data: { name: 'Pro' },
    recurring: { interval: 'month' },
  });
  const customer = (await stripe.customers.create()).id;
  const subscribe = (item: object) =>
    stripe.subscriptions.create({ customer, items: [item as { price: string }] });
  const refused = { statusCode: 400, type: 'StripeInvalidRequestError' };
  await expect(subscribe({ price: metered.id, quantity: 1 })).rejects.toMatchObject(refused);
  await expect(subscribe({ price: once.id })).rejects.toMatchObject(refused);
  await expect(subscribe({ price: plain.id, quantity: 1.5 })).rejects.toMatchObject(refused);
  await expect(subscribe({ price: plain.id, quantity: -1 })).rejects.toMatchObject(refused);
  const { items } = await subscribe({ price: metered.id });
  expect(items.data[0]).not.toHaveProperty('quantity');
  const item = items.data[0]?.id as string;
  await expect(stripe.subscriptionItems.update(item, { quantity: 2 })).rejects.toMatchObject(
    refused,
  );

  const unknown = { ...refused, code: 'parameter_unknown' };
  for (const [call, param] of [
    [() => stripe.customers.create({ nmae: 'x' } as never), 'nmae'],
    [() => stripe.customers.update(customer, { plan_name: 'x' } as never), 'plan_name'],
    [() => subscribe({ price: plain.id, amount: 1 }), 'items[0][amount]'],
    [() => stripe.subscriptions.list({ customers: customer } as never), 'customers'],
    [() => stripe.prices.list({ lookup_key: 'x' } as never), 'lookup_key'],
    [
      () =>
        stripe.checkout.sessions.create({
          mode: 'subscription',
          customer,
          line_items: [{ price: metered.id, unit: 1 } as never],
        }),
      'line_items[0][unit]',
    ],
  ] as const) {
    await expect((call as () => Promise<unknown>)(), param).rejects.toMatchObject({
      ...unknown,
      param,
    });
  }
  // a checkout is refused as the subscription would be
  const order = { mode: 'subscription', customer, success_url: 'https://acme.test/' } as const;
  const session = (line: object) =>
    stripe.checkout.sessions.create({ ...order, line_items: [line as { price: string }] });
  await expect(session({ price: metered.id, quantity: 1 })).rejects.toMatchObject(refused);
  await expect(session({ price: plain.id })).rejects.toMatchObject(refused);
  await expect(session({ price: 'price_none', quantity: 1 })).rejects.toMatchObject({
    statusCode: 400,
  });
});
