import type { FakeInvoice, FakeSubscription } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { bill } from './invoicing.ts';
import { endOfPeriod } from './periods.ts';

/** Changes fields of a subscription and writes `customer.subscription.updated` when any is new. */
export function change(
  state: FakeState,
  subscription: FakeSubscription,
  fields: Partial<FakeSubscription>,
  force = false,
): void {
  const previous: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (JSON.stringify(subscription[key]) === JSON.stringify(value)) continue;
    previous[key] = subscription[key];
    subscription[key] = value;
  }
  if (!force && Object.keys(previous).length === 0) return;
  state.emit('customer.subscription.updated', subscription, previous);
}

/** Starts a new period on every item. */
export function startPeriod(state: FakeState, subscription: FakeSubscription, start: number): void {
  for (const item of state.itemsOf(subscription.id)) {
    item.current_period_start = start;
    item.current_period_end =
      subscription.status === 'trialing' && subscription.trial_end !== null
        ? subscription.trial_end
        : endOfPeriod(start, item.price.recurring);
  }
}

/** Ends a subscription now. */
export function cancelNow(
  state: FakeState,
  subscription: FakeSubscription,
  status: 'canceled' | 'incomplete_expired' = 'canceled',
): void {
  const now = state.now(subscription.customer);
  subscription.status = status;
  subscription.canceled_at ??= now;
  subscription.ended_at = now;
  state.emit(
    status === 'canceled' ? 'customer.subscription.deleted' : 'customer.subscription.updated',
    subscription,
  );
}

/** A period or a trial has ended: the next one begins with an invoice. */
export function renew(state: FakeState, subscription: FakeSubscription): void {
  const now = state.now(subscription.customer);
  const endsTrial = subscription.status === 'trialing';
  const noMeans = state.declined.has(subscription.customer);
  if (
    endsTrial &&
    noMeans &&
    subscription.trial_settings.end_behavior.missing_payment_method === 'pause'
  ) {
    subscription.status = 'paused';
    startPeriod(state, subscription, now);
    state.emit('customer.subscription.paused', subscription);
    return;
  }
  const unpaid = subscription.status === 'unpaid';
  if (endsTrial) subscription.status = 'active';
  startPeriod(state, subscription, now);
  const paid = bill(state, subscription, 'subscription_cycle');
  change(state, subscription, { status: paid ? 'active' : unpaid ? 'unpaid' : 'past_due' }, true);
}

/** Updates the subscription after an open invoice was paid or its last attempt failed. */
export function settle(state: FakeState, invoice: FakeInvoice): void {
  const id = invoice.parent?.subscription_details.subscription;
  const subscription = id === undefined ? undefined : state.subscriptions.get(id);
  if (subscription === undefined || subscription.ended_at !== null) return;
  if (invoice.status === 'paid') {
    const open = state.invoices
      .by(subscription.customer)
      .some(
        (other) =>
          other.status === 'open' && other.parent?.subscription_details.subscription === id,
      );
    if (!open && ['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) {
      change(state, subscription, { status: 'active' });
    }
  } else if (invoice.next_payment_attempt === null && subscription.status === 'past_due') {
    if (state.options.retries === 'cancel') cancelNow(state, subscription);
    else if (state.options.retries === 'mark-unpaid') {
      change(state, subscription, { status: 'unpaid' });
    }
  }
}
