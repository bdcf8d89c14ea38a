import type { FakeInvoice, FakeObject, FakeSubscription } from '../objects.ts';
import { all, head, keep } from '../resources/kept.ts';
import type { FakeState } from '../state.ts';

/** When a failed payment is retried, in days after the previous attempt. */
export const retryDays = [3, 5, 7] as const;

/** The price of a period of a subscription; metered prices cost nothing in the fake. */
function amountOf(state: FakeState, subscription: string): number {
  return state
    .itemsOf(subscription)
    .filter(({ price }) => price.recurring?.usage_type !== 'metered')
    .reduce((sum, { price, quantity }) => sum + (price.unit_amount ?? 0) * (quantity ?? 0), 0);
}

/** Writes a draft invoice for a subscription. */
export function draftInvoice(
  state: FakeState,
  subscription: FakeSubscription,
  reason: string,
  amount = amountOf(state, subscription.id),
): FakeInvoice {
  const now = state.now(subscription.customer);
  const [first] = state.itemsOf(subscription.id);
  const id = state.id('in');
  const lines = state.itemsOf(subscription.id).map(
    (item): FakeObject => ({
      ...head(state, state.id('il'), 'line_item', subscription.customer),
      amount: (item.price.unit_amount ?? 0) * (item.quantity ?? 0),
      quantity: item.quantity,
      pricing: {
        type: 'price_details',
        price_details: { price: item.price.id, product: item.price.product },
      },
      period: { start: item.current_period_start, end: item.current_period_end },
    }),
  );
  const invoice: FakeInvoice = {
    ...head(state, id, 'invoice', subscription.customer),
    customer: subscription.customer,
    number: null,
    status: 'draft',
    currency: subscription.currency,
    total: amount,
    amount_due: amount,
    amount_paid: 0,
    amount_remaining: amount,
    attempt_count: 0,
    next_payment_attempt: null,
    billing_reason: reason,
    collection_method: subscription.collection_method,
    due_date: null,
    period_start: first?.current_period_start ?? now,
    period_end: first?.current_period_end ?? now,
    hosted_invoice_url: null,
    invoice_pdf: null,
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
    },
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    status_transitions: {
      finalized_at: null,
      paid_at: null,
      voided_at: null,
      marked_uncollectible_at: null,
    },
    metadata: {},
  };
  state.invoices.set(id, invoice);
  subscription.latest_invoice = id;
  state.emit('invoice.created', invoice);
  return invoice;
}

export function finalizeInvoice(state: FakeState, invoice: FakeInvoice): void {
  if (invoice.status !== 'draft') return;
  invoice.status = 'open';
  invoice.number = `FAKE-${invoice.id.slice(-4).toUpperCase()}`;
  invoice.hosted_invoice_url = `https://invoice.stripe.example/${invoice.id}`;
  invoice.invoice_pdf = `https://invoice.stripe.example/${invoice.id}/pdf`;
  invoice.status_transitions.finalized_at = state.now(invoice.customer);
  state.emit('invoice.finalized', invoice);
}

/** Tries to collect an open invoice. @returns whether it is paid now */
export function collect(state: FakeState, invoice: FakeInvoice): boolean {
  if (invoice.status !== 'open') return invoice.status === 'paid';
  const now = state.now(invoice.customer);
  if (invoice.total > 0) invoice.attempt_count += 1;
  const declined = invoice.total > 0 && state.declined.has(invoice.customer);
  const payment = paymentOf(state, invoice);
  if (invoice.total > 0) {
    keep(state, 'ch', 'charge', {
      customer: invoice.customer,
      amount: invoice.amount_due,
      currency: invoice.currency,
      payment_intent: (payment.payment as { payment_intent: string }).payment_intent,
      status: declined ? 'failed' : 'succeeded',
    });
  }
  if (declined) {
    const days = retryDays[invoice.attempt_count - 1];
    invoice.next_payment_attempt = days === undefined ? null : now + days * 24 * 3600;
    state.emit('invoice.payment_failed', invoice);
    return false;
  }
  invoice.status = 'paid';
  invoice.amount_paid = invoice.amount_due;
  invoice.amount_remaining = 0;
  invoice.next_payment_attempt = null;
  invoice.status_transitions.paid_at = now;
  state.emit('invoice.paid', invoice);
  state.emit('invoice.payment_succeeded', invoice);
  payment.status = 'paid';
  payment.amount_paid = invoice.amount_paid;
  state.emit('invoice_payment.paid', payment);
  return true;
}

/** The payment of an invoice, made with its first attempt. */
function paymentOf(state: FakeState, invoice: FakeInvoice): FakeObject {
  const known = all(state, 'invoice_payment').find((each) => each.invoice === invoice.id);
  if (known !== undefined) return known;
  const payment = {
    ...head(state, state.id('inpay'), 'invoice_payment', invoice.customer),
    invoice: invoice.id,
    status: 'open',
    amount_paid: null,
    payment: { type: 'payment_intent', payment_intent: state.id('pi') },
  };
  state.others.set(payment.id, payment);
  return payment;
}

/** Writes, finalizes and collects an invoice. @returns whether it was paid. */
export function bill(state: FakeState, subscription: FakeSubscription, reason: string): boolean {
  const free = subscription.status === 'trialing';
  const invoice = draftInvoice(state, subscription, reason, free ? 0 : undefined);
  finalizeInvoice(state, invoice);
  return collect(state, invoice);
}
