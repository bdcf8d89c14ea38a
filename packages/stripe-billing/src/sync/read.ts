import { idIn } from '../events/family.ts';
import { type Fields, fieldsOf, smallOf, textOf, textsOf, timeOf, wholeOf } from './fields.ts';
import type { Seconds } from './seconds.ts';

/**
 * Reads what is kept of an item. Its period stands on the item since the API of 2025-03, and on the subscription before.
 *
 * @param place the position among the items, for one without an id
 */
export function readItem(item: Fields, subscription: Fields, place: number) {
  // items of long ago have a plan in place of the price
  const price = fieldsOf(item.price ?? item.plan);
  const recurring = fieldsOf(price.recurring ?? item.plan);
  // the id of the containing subscription, because rows of items reference those of subscriptions
  const of = idIn(subscription.id) ?? '';
  return {
    id: idIn(item.id) ?? `${of}#${place}`,
    subscription: of,
    price: idIn(item.price) ?? idIn(item.plan) ?? '',
    product: idIn(price.product) ?? '',
    lookupKey: textOf(price.lookup_key),
    quantity: wholeOf(item.quantity),
    interval: textOf(recurring.interval),
    // billed by use: it takes no quantity
    isMetered: recurring.usage_type === 'metered',
    periodStart: timeOf(item.current_period_start) ?? timeOf(subscription.current_period_start),
    periodEnd: timeOf(item.current_period_end) ?? timeOf(subscription.current_period_end),
  };
}

/**
 * Reads a subscription; undefined for one without an id.
 *
 * @param pastDueSince since when its payment failed; null for one that is not past due
 */
export function readSubscription(
  subscription: Fields,
  items: readonly Fields[],
  pastDueSince: Seconds,
) {
  const id = idIn(subscription.id);
  if (id === undefined) return undefined;
  return {
    id,
    // an unknown status takes nothing away
    status: textOf(subscription.status) ?? 'unknown',
    cancelAt: timeOf(subscription.cancel_at),
    cancelAtPeriodEnd: subscription.cancel_at_period_end === true,
    canceledAt: timeOf(subscription.canceled_at),
    endedAt: timeOf(subscription.ended_at),
    trialStart: timeOf(subscription.trial_start),
    trialEnd: timeOf(subscription.trial_end),
    pauseCollection: textOf(fieldsOf(subscription.pause_collection).behavior),
    pastDueSince,
    schedule: idIn(subscription.schedule) ?? null,
    latestInvoice: idIn(subscription.latest_invoice) ?? null,
    metadata: textsOf(subscription.metadata),
    startedAt: timeOf(subscription.start_date) ?? timeOf(subscription.created) ?? 0,
    items: items.map((item, place) => readItem(item, subscription, place)),
  };
}

/** A subscription, as far as it is kept. */
export type SnapshotSubscription = Readonly<NonNullable<ReturnType<typeof readSubscription>>>;

/** The subscription of an invoice: in `parent` since the API of 2025-03, on the invoice before. */
export const subscriptionOfInvoice = (invoice: Fields): string | null =>
  idIn(fieldsOf(fieldsOf(invoice.parent).subscription_details).subscription) ??
  idIn(invoice.subscription) ??
  null;

/** Reads an invoice; undefined for one without an id, which is only upcoming. */
export function readInvoice(invoice: Fields) {
  const id = idIn(invoice.id);
  if (id === undefined) return undefined;
  const when = fieldsOf(invoice.status_transitions);
  return {
    id,
    subscription: subscriptionOfInvoice(invoice),
    number: textOf(invoice.number),
    status: textOf(invoice.status) ?? 'draft',
    billingReason: textOf(invoice.billing_reason),
    currency: textOf(invoice.currency) ?? '',
    total: wholeOf(invoice.total),
    amountDue: wholeOf(invoice.amount_due),
    amountPaid: wholeOf(invoice.amount_paid),
    amountRemaining: wholeOf(invoice.amount_remaining),
    attemptCount: smallOf(invoice.attempt_count),
    dueAt: timeOf(invoice.due_date),
    periodStart: timeOf(invoice.period_start),
    periodEnd: timeOf(invoice.period_end),
    finalizedAt: timeOf(when.finalized_at),
    paidAt: timeOf(when.paid_at),
    hostedUrl: textOf(invoice.hosted_invoice_url),
    pdfUrl: textOf(invoice.invoice_pdf),
    issuedAt: timeOf(invoice.created) ?? 0,
  };
}

/** An invoice, as far as it is kept. */
export type SnapshotInvoice = Readonly<NonNullable<ReturnType<typeof readInvoice>>>;
