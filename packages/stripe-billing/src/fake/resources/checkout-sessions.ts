import {
  asForm,
  asList,
  asNumber,
  asText,
  asTextOrNull,
  type Form,
  mergeMetadata,
} from '../form.ts';
import { invalid } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakeObject } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { createCustomer, customerOf } from './customers.ts';
import { all, head, kept, matching } from './kept.ts';
import { subscribe } from './subscriptions.ts';

/** A checkout session; its order is stored in addition to the API fields. */
export interface FakeSession extends FakeObject {
  object: 'checkout.session';
  customer: string | null;
  status: 'open' | 'complete' | 'expired';
  subscription: string | null;
}

interface Kept extends FakeSession {
  order: Form;
}

function sessionOf(state: FakeState, id: string): Kept {
  const session = kept(state, id, 'checkout.session') as Kept;
  const expires = session.expires_at as number;
  if (session.status === 'open' && expires <= state.now(session.customer ?? undefined)) {
    expire(state, session);
  }
  return session;
}

/** The accounts of banks that Stripe lets fail in test mode. */
const failing = /(?:3202|3001|123456)$/;

const shown = ({ order: _, ...session }: Kept): FakeSession => session as FakeSession;

function expire(state: FakeState, session: Kept): void {
  session.status = 'expired';
  session.url = null;
  state.emit('checkout.session.expired', shown(session));
}

/** A session as it is now; undefined when there is none. */
export const findSession = (state: FakeState, id: string): FakeSession | undefined =>
  state.others.get(id)?.object === 'checkout.session' ? shown(sessionOf(state, id)) : undefined;

/** Completes a session like a customer on its page: pays, and the subscription begins. */
export function completeSession(state: FakeState, id: string): FakeSession {
  const session = sessionOf(state, id);
  if (session.status !== 'open') throw invalid(`This checkout session is ${session.status}.`);
  const { order } = session;
  session.customer ??= createCustomer(state, {}).id;
  if (session.mode === 'subscription') {
    const data = asForm(order.subscription_data);
    const items = asList(order.line_items).map((line) => asForm(line));
    const subscription = subscribe(state, session.customer, { ...data, items });
    session.subscription = subscription.id;
    session.invoice = subscription.latest_invoice;
  }
  session.status = 'complete';
  session.payment_status = 'paid';
  session.url = null;
  state.emit('checkout.session.completed', shown(session));
  return shown(session);
}

/** Refuses a line item like Stripe. An unknown price is a 400 here, as an invalid parameter. */
function checkLine(state: FakeState, { price: id, quantity }: Form): void {
  const price = state.prices.get(String(id));
  if (id === undefined) return;
  if (price === undefined) throw invalid(`No such price: '${String(id)}'`, 'line_items[0][price]');
  if (!price.active) throw invalid(`The price specified is inactive.`, 'line_items[0][price]');
  const isMetered = price.recurring?.usage_type === 'metered';
  if (isMetered && quantity !== undefined) {
    throw invalid('Quantity should not be specified where usage_type is metered.', 'line_items[0]');
  }
  if (!isMetered && quantity === undefined) {
    throw invalid('Quantity is required.', 'line_items[0][quantity]');
  }
}

export const checkoutSessionRoutes: Routes = {
  'POST /v1/checkout/sessions': ({ state, params }) => {
    const customer = asTextOrNull(params.customer);
    if (customer !== null) customerOf(state, customer);
    for (const line of asList(params.line_items)) checkLine(state, asForm(line));
    const id = state.id('cs_test');
    const now = state.now(customer ?? undefined);
    const session: Kept = {
      ...head(state, id, 'checkout.session', customer ?? undefined),
      expires_at: asNumber(params.expires_at) ?? now + 86_400,
      mode: asText(params.mode) ?? 'payment',
      customer,
      client_reference_id: asTextOrNull(params.client_reference_id),
      status: 'open',
      payment_status: 'unpaid',
      subscription: null,
      invoice: null,
      success_url: asTextOrNull(params.success_url),
      cancel_url: asTextOrNull(params.cancel_url),
      metadata: mergeMetadata({}, params.metadata),
      url: `${state.url}/c/pay/${id}`,
      order: params,
    };
    state.others.set(id, session);
    return shown(session);
  },
  'GET /v1/checkout/sessions': ({ state, params, url }) => {
    const sessions = matching(all(state, 'checkout.session') as Kept[], params, ['customer']);
    const list = page(sessions, params, url);
    return { ...list, data: list.data.map(shown) };
  },
  'GET /v1/checkout/sessions/:id': ({ state, id }) => shown(sessionOf(state, id)),
  'POST /v1/checkout/sessions/:id/expire': ({ state, id }) => {
    const session = sessionOf(state, id);
    if (session.status !== 'open') {
      throw invalid('Only Checkout Sessions with a status in ["open"] can be expired.');
    }
    expire(state, session);
    return shown(session);
  },
  // the page of the session, as `stripe trigger checkout.session.completed` opens and confirms it
  'GET /v1/payment_pages/:id': ({ state, id }) => shown(sessionOf(state, id)),
  'POST /v1/payment_pages/:id/init': ({ state, id }) => shown(sessionOf(state, id)),
  'POST /v1/payment_pages/:id/confirm': ({ state, id, params }) => {
    const method = state.others.get(asText(params.payment_method) ?? '');
    const session = completeSession(state, id);
    // a debit that the bank answers later
    if (method?.type !== 'sepa_debit') return session;
    const outcome = failing.test(String(method.iban)) ? 'failed' : 'succeeded';
    state.emit(`checkout.session.async_payment_${outcome}`, session);
    return session;
  },
};
