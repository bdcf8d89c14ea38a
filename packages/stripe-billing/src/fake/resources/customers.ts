import { cancelNow } from '../engine/life.ts';
import { asForm, asText, asTextOrNull, type Form, mergeMetadata } from '../form.ts';
import { missing } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakeCustomer, FakeObject } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { found, head, matching } from './kept.ts';

/** A customer that exists and was not deleted. */
export function customerOf(state: FakeState, id: string): FakeCustomer {
  const customer = state.customers.get(id);
  if (customer === undefined || customer.deleted) throw missing('customer', id, 'customer');
  return customer;
}

/** Makes a customer, as a request or a checkout without one does. */
export function createCustomer(state: FakeState, params: Form): FakeCustomer {
  const id = asText(params.id) ?? state.id('cus');
  const clock = asTextOrNull(params.test_clock);
  const customer: FakeCustomer = {
    id,
    object: 'customer',
    livemode: state.options.livemode,
    created: clock === null ? state.now() : (state.others.get(clock)?.frozen_time as number),
    email: asTextOrNull(params.email),
    name: asTextOrNull(params.name),
    description: asTextOrNull(params.description),
    balance: 0,
    delinquent: false,
    metadata: mergeMetadata({}, params.metadata),
    test_clock: clock,
    invoice_settings: {
      default_payment_method: asTextOrNull(asForm(params.invoice_settings).default_payment_method),
    },
  };
  state.customers.set(id, customer);
  if (asText(params.payment_method) === 'pm_card_chargeCustomerFail') state.declined.add(id);
  state.emit('customer.created', customer);
  changeDiscount(state, customer, params);
  return customer;
}

/** The coupon of a customer, in the form of older API versions and `stripe trigger`. */
function changeDiscount(state: FakeState, customer: FakeCustomer, params: Form): void {
  if (params.coupon === undefined) return;
  const coupon = asTextOrNull(params.coupon);
  const before = customer.discount as FakeObject | undefined;
  const discount: FakeObject = {
    ...head(state, before?.id ?? state.id('di'), 'discount', customer.id),
    customer: customer.id,
    coupon: coupon ?? before?.coupon,
  };
  customer.discount = coupon === null ? undefined : discount;
  const what = coupon === null ? 'deleted' : before === undefined ? 'created' : 'updated';
  state.emit(`customer.discount.${what}`, discount);
}

export const customerRoutes: Routes = {
  'POST /v1/customers': ({ state, params }) => createCustomer(state, params),

  'GET /v1/customers': ({ state, params, url }) =>
    page(
      matching(state.customers.values(), params, ['email']).filter((each) => !each.deleted),
      params,
      url,
    ),

  'GET /v1/customers/:id': ({ state, id }) => {
    const customer = found(state.customers, 'customer', id);
    return customer.deleted ? { id, object: 'customer', deleted: true } : customer;
  },

  'POST /v1/customers/:id': ({ state, id, params }) => {
    const customer = customerOf(state, id);
    const previous: Record<string, unknown> = {};
    for (const field of ['email', 'name', 'description'] as const) {
      if (params[field] === undefined) continue;
      previous[field] = customer[field];
      customer[field] = asTextOrNull(params[field]) as string;
    }
    if (params.metadata !== undefined) {
      previous.metadata = customer.metadata;
      customer.metadata = mergeMetadata(customer.metadata, params.metadata);
    }
    const method = asText(asForm(params.invoice_settings).default_payment_method);
    if (method !== undefined) customer.invoice_settings.default_payment_method = method;
    state.emit('customer.updated', customer, previous);
    changeDiscount(state, customer, params);
    return customer;
  },

  'DELETE /v1/customers/:id': ({ state, id }) => {
    const customer = customerOf(state, id);
    for (const subscription of state.subscriptions.by(id)) {
      if (subscription.ended_at === null) cancelNow(state, subscription);
    }
    customer.deleted = true;
    state.emit('customer.deleted', customer);
    return { id, object: 'customer', deleted: true };
  },
};
