import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import type { SnapshotInvoice, SnapshotItem, SnapshotSubscription } from './snapshot.ts';

export function readItem(item: Stripe.SubscriptionItem): SnapshotItem {
  const { price } = item;
  return {
    id: item.id,
    subscription: item.subscription,
    price: price.id,
    product: idIn(price.product) ?? '',
    lookupKey: price.lookup_key,
    quantity: item.quantity ?? null,
    interval: price.recurring?.interval ?? null,
    periodStart: item.current_period_start ?? null,
    periodEnd: item.current_period_end ?? null,
  };
}

export function readSubscription(
  subscription: Stripe.Subscription,
  items: readonly Stripe.SubscriptionItem[],
  pastDueSince: number | null,
): SnapshotSubscription {
  return {
    id: subscription.id,
    status: subscription.status,
    cancelAt: subscription.cancel_at,
    cancelAtPeriodEnd: subscription.cancel_at_period_end,
    canceledAt: subscription.canceled_at,
    endedAt: subscription.ended_at,
    trialStart: subscription.trial_start,
    trialEnd: subscription.trial_end,
    pauseCollection: subscription.pause_collection?.behavior ?? null,
    pastDueSince,
    schedule: idIn(subscription.schedule) ?? null,
    latestInvoice: idIn(subscription.latest_invoice) ?? null,
    metadata: subscription.metadata,
    startedAt: subscription.start_date,
    items: items.map(readItem),
  };
}

export function readInvoice(invoice: Stripe.Invoice): SnapshotInvoice {
  const { status_transitions: when } = invoice;
  return {
    id: invoice.id as string,
    subscription: idIn(invoice.parent?.subscription_details?.subscription) ?? null,
    number: invoice.number,
    status: invoice.status ?? 'draft',
    billingReason: invoice.billing_reason,
    currency: invoice.currency,
    total: invoice.total,
    amountDue: invoice.amount_due,
    amountPaid: invoice.amount_paid,
    amountRemaining: invoice.amount_remaining,
    attemptCount: invoice.attempt_count,
    dueAt: invoice.due_date,
    periodStart: invoice.period_start,
    periodEnd: invoice.period_end,
    finalizedAt: when.finalized_at,
    paidAt: when.paid_at,
    hostedUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    issuedAt: invoice.created,
  };
}
