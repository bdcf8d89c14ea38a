import { bill } from '../engine/invoicing.ts';
import { cancelNow, change, renew, startPeriod } from '../engine/life.ts';
import { asBoolean, asForm, asNumber, asText, type Form, mergeMetadata } from '../form.ts';
import { invalid, missing } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakeSubscription } from '../objects.ts';
import { type FakeState, rendered } from '../state.ts';
import { customerOf } from './customers.ts';
import { found, head } from './kept.ts';
import { addItem, changeItems, itemInputs } from './subscription-input.ts';

export const subscriptionOf = (state: FakeState, id: string): FakeSubscription =>
  found(state.subscriptions, 'subscription', id);

/** Starts a subscription, as a request or a completed checkout does. */
export function subscribe(state: FakeState, customer: string, params: Form): FakeSubscription {
  customerOf(state, customer);
  const now = state.now(customer);
  const days = asNumber(params.trial_period_days);
  const trialEnd = asNumber(params.trial_end) ?? (days === undefined ? null : now + days * 86_400);
  const behavior = asForm(asForm(params.trial_settings).end_behavior).missing_payment_method;
  const subscription: FakeSubscription = {
    ...head(state, asText(params.id) ?? state.id('sub'), 'subscription', customer),
    customer,
    status: trialEnd === null ? 'active' : 'trialing',
    cancel_at: asNumber(params.cancel_at) ?? null,
    cancel_at_period_end: asBoolean(params.cancel_at_period_end) ?? false,
    canceled_at: null,
    ended_at: null,
    trial_start: trialEnd === null ? null : now,
    trial_end: trialEnd,
    trial_settings: {
      end_behavior: { missing_payment_method: asText(behavior) ?? 'create_invoice' },
    },
    pause_collection: null,
    collection_method: asText(params.collection_method) ?? 'charge_automatically',
    billing_cycle_anchor: trialEnd ?? now,
    start_date: now,
    latest_invoice: null,
    schedule: null,
    currency: 'usd',
    metadata: mergeMetadata({}, params.metadata),
  };
  const inputs = itemInputs(params);
  if (inputs.length === 0) throw invalid('Missing required param: items.', 'items');
  state.subscriptions.set(subscription.id, subscription);
  try {
    for (const input of inputs) addItem(state, subscription, asForm(input as Form));
  } catch (error) {
    for (const item of state.itemsOf(subscription.id)) state.items.delete(item.id);
    state.subscriptions.delete(subscription.id);
    throw error;
  }
  startPeriod(state, subscription, now);
  if (trialEnd === null && asText(params.payment_behavior) === 'default_incomplete') {
    subscription.status = 'incomplete';
  }
  if (trialEnd === null && state.declined.has(customer)) subscription.status = 'incomplete';
  state.emit('customer.subscription.created', subscription);
  // Stripe sends it three days before the end, or at once for a shorter trial
  if (trialEnd !== null && trialEnd - now <= 3 * 86_400) {
    state.emit('customer.subscription.trial_will_end', subscription);
  }
  if (asText(params.payment_behavior) !== 'default_incomplete') {
    bill(state, subscription, 'subscription_create');
  }
  return subscription;
}

function update(state: FakeState, subscription: FakeSubscription, params: Form): void {
  if (subscription.ended_at !== null) {
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
  }
  const fields: Partial<FakeSubscription> = {};
  if (params.cancel_at_period_end !== undefined) {
    fields.cancel_at_period_end = params.cancel_at_period_end === 'true';
    fields.canceled_at = fields.cancel_at_period_end ? state.now(subscription.customer) : null;
  }
  if (params.cancel_at !== undefined) fields.cancel_at = asNumber(params.cancel_at) ?? null;
  if (params.pause_collection !== undefined) {
    const pause = asForm(params.pause_collection);
    fields.pause_collection =
      params.pause_collection === ''
        ? null
        : {
            behavior: asText(pause.behavior) ?? 'void',
            resumes_at: asNumber(pause.resumes_at) ?? null,
          };
  }
  if (params.trial_end !== undefined) {
    const end =
      params.trial_end === 'now' ? state.now(subscription.customer) : asNumber(params.trial_end);
    fields.trial_end = end ?? null;
  }
  if (params.metadata !== undefined) {
    fields.metadata = mergeMetadata(subscription.metadata, params.metadata);
  }
  if (params.trial_end === 'now' && subscription.status === 'trialing') {
    endTrial(state, subscription);
  }
  const itemsChanged = changeItems(state, subscription, itemInputs(params));
  change(state, subscription, fields, itemsChanged);
  if (itemsChanged && asText(params.proration_behavior) === 'always_invoice') {
    const paid = bill(state, subscription, 'subscription_update');
    if (!paid && subscription.status === 'active')
      change(state, subscription, { status: 'past_due' });
  }
}

/** Without a payment method a trial may end in a pause, depending on the subscription. */
function endTrial(state: FakeState, subscription: FakeSubscription): void {
  const { invoice_settings: settings } = customerOf(state, subscription.customer);
  const pauses = subscription.trial_settings.end_behavior.missing_payment_method === 'pause';
  if (!pauses || settings.default_payment_method !== null) {
    renew(state, subscription);
    return;
  }
  subscription.status = 'paused';
  startPeriod(state, subscription, state.now(subscription.customer));
  state.emit('customer.subscription.paused', subscription);
}

export const subscriptionRoutes: Routes = {
  'POST /v1/subscriptions': ({ state, params }) => {
    const customer = asText(params.customer);
    if (customer === undefined) throw invalid('Missing required param: customer.', 'customer');
    return rendered(state, subscribe(state, customer, params));
  },

  'GET /v1/subscriptions': ({ state, params, url }) => {
    const { customer, status, price } = params;
    const known =
      customer === undefined
        ? [...state.subscriptions.values()]
        : state.subscriptions.by(String(customer));
    const found = known.filter(
      (each) =>
        (status === undefined
          ? each.ended_at === null
          : status === 'all' ||
            (status === 'ended' ? each.ended_at !== null : each.status === status)) &&
        (price === undefined || state.itemsOf(each.id).some((item) => item.price.id === price)),
    );
    const list = page(found, params, url);
    return { ...list, data: list.data.map((each) => rendered(state, each)) };
  },

  'GET /v1/subscriptions/:id': ({ state, id }) => rendered(state, subscriptionOf(state, id)),

  'POST /v1/subscriptions/:id': ({ state, id, params }) => {
    const subscription = subscriptionOf(state, id);
    update(state, subscription, params);
    return rendered(state, subscription);
  },

  'DELETE /v1/subscriptions/:id': ({ state, id }) => {
    const subscription = subscriptionOf(state, id);
    if (subscription.ended_at !== null) throw missing('subscription', id);
    cancelNow(state, subscription);
    return rendered(state, subscription);
  },

  'POST /v1/subscriptions/:id/resume': ({ state, id }) => {
    const subscription = subscriptionOf(state, id);
    if (subscription.status !== 'paused') throw invalid('This subscription is not paused.');
    subscription.status = 'active';
    startPeriod(state, subscription, state.now(subscription.customer));
    const paid = bill(state, subscription, 'subscription_cycle');
    subscription.status = paid ? 'active' : 'past_due';
    state.emit('customer.subscription.resumed', subscription);
    return rendered(state, subscription);
  },
};
