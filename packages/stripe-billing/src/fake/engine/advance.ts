import type { FakeInvoice, FakeSubscription, Seconds } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { collect } from './invoicing.ts';
import { cancelNow, renew, settle } from './life.ts';

const runs = new Set(['trialing', 'active', 'past_due', 'unpaid']);
const incompleteFor = 23 * 3600;

interface Due {
  readonly at: Seconds;
  run(): void;
}

/**
 * Advances a clock and processes everything that becomes due, in order: trials end, periods renew,
 * payments are retried, cancellations take effect, incomplete subscriptions expire.
 *
 * @param clock a test clock, or undefined for the clock of the fake
 */
export function advanceTo(state: FakeState, to: Seconds, clock: string | undefined): void {
  const set = (at: Seconds) => {
    const own = clock === undefined ? undefined : state.others.get(clock);
    if (own === undefined) state.setClock(at);
    else own.frozen_time = at;
  };
  for (let steps = 0; steps < 10_000; steps++) {
    const next = dueBefore(state, to, clock);
    if (next === undefined) break;
    set(next.at);
    next.run();
  }
  set(to);
}

function dueBefore(state: FakeState, to: Seconds, clock: string | undefined): Due | undefined {
  let first: Due | undefined;
  const consider = (due: Due | undefined) => {
    if (due !== undefined && due.at <= to && (first === undefined || due.at < first.at)) {
      first = due;
    }
  };
  const ofClock = (customer: string) =>
    (state.customers.get(customer)?.test_clock ?? undefined) === clock;
  for (const subscription of state.subscriptions.values()) {
    if (ofClock(subscription.customer)) consider(dueOf(state, subscription));
  }
  for (const invoice of state.invoices.values()) {
    if (ofClock(invoice.customer)) consider(retryOf(state, invoice));
  }
  return first;
}

function dueOf(state: FakeState, subscription: FakeSubscription): Due | undefined {
  if (subscription.ended_at !== null) return undefined;
  if (subscription.status === 'incomplete') {
    return {
      at: subscription.created + incompleteFor,
      run: () => cancelNow(state, subscription, 'incomplete_expired'),
    };
  }
  const cancelAt = subscription.cancel_at ?? Number.POSITIVE_INFINITY;
  const ends = state.itemsOf(subscription.id).map((item) => item.current_period_end);
  const periodEnd =
    subscription.status === 'trialing' && subscription.trial_end !== null
      ? subscription.trial_end
      : ends.length === 0
        ? Number.POSITIVE_INFINITY
        : Math.min(...ends);
  if (cancelAt <= periodEnd && cancelAt !== Number.POSITIVE_INFINITY) {
    return { at: cancelAt, run: () => cancelNow(state, subscription) };
  }
  if (!runs.has(subscription.status) || periodEnd === Number.POSITIVE_INFINITY) return undefined;
  return {
    at: periodEnd,
    run: () =>
      subscription.cancel_at_period_end
        ? cancelNow(state, subscription)
        : renew(state, subscription),
  };
}

function retryOf(state: FakeState, invoice: FakeInvoice): Due | undefined {
  if (invoice.status !== 'open' || invoice.next_payment_attempt === null) return undefined;
  return {
    at: invoice.next_payment_attempt,
    run() {
      collect(state, invoice);
      settle(state, invoice);
    },
  };
}
