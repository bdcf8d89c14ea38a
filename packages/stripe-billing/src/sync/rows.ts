import type { Catalog } from '../plans/catalog.ts';
import type { Own } from './entitlement.ts';
import { earliest, iso, latest } from './seconds.ts';
import { endsAt, type Snapshot } from './snapshot.ts';

/** The rows of a snapshot, by column name. */
export function snapshotRows(snapshot: Snapshot, catalog: Catalog) {
  const { subscriptions, invoices } = snapshot;
  return {
    subscriptions: subscriptions.map((each) => ({
      id: each.id,
      status: each.status,
      plan:
        each.items.map((item) => catalog.meaning(item)).find((m) => m?.role === 'base')?.name ??
        null,
      cancel_at: iso(each.cancelAt),
      cancel_at_period_end: each.cancelAtPeriodEnd,
      canceled_at: iso(each.canceledAt),
      ended_at: iso(each.endedAt),
      ends_at: iso(endsAt(each)),
      trial_start: iso(each.trialStart),
      trial_end: iso(each.trialEnd),
      pause_collection: each.pauseCollection,
      past_due_since: iso(each.pastDueSince),
      period_start: iso(earliest(each.items.map(({ periodStart }) => periodStart))),
      period_end: iso(latest(each.items.map(({ periodEnd }) => periodEnd))),
      schedule: each.schedule,
      latest_invoice: each.latestInvoice,
      metadata: each.metadata,
      started_at: iso(each.startedAt),
    })),
    items: subscriptions.flatMap(({ items }) =>
      items.map((item) => ({
        id: item.id,
        subscription_id: item.subscription,
        price: item.price,
        product: item.product,
        lookup_key: item.lookupKey,
        role: catalog.meaning(item)?.role ?? null,
        name: catalog.meaning(item)?.name ?? null,
        quantity: item.quantity,
        interval: item.interval,
        period_start: iso(item.periodStart),
        period_end: iso(item.periodEnd),
      })),
    ),
    invoices: invoices.map((each) => ({
      id: each.id,
      subscription_id: each.subscription,
      number: each.number,
      status: each.status,
      billing_reason: each.billingReason,
      currency: each.currency,
      total: each.total,
      amount_due: each.amountDue,
      amount_paid: each.amountPaid,
      amount_remaining: each.amountRemaining,
      attempt_count: each.attemptCount,
      due_at: iso(each.dueAt),
      period_start: iso(each.periodStart),
      period_end: iso(each.periodEnd),
      finalized_at: iso(each.finalizedAt),
      paid_at: iso(each.paidAt),
      hosted_url: each.hostedUrl,
      pdf_url: each.pdfUrl,
      issued_at: iso(each.issuedAt),
    })),
  };
}

export type SnapshotRows = ReturnType<typeof snapshotRows>;

/** What a customer gives, as `billing_apply` expects it. */
export const ownInput = ({ keeps: _, unknownStatuses: __, ...own }: Own) => ({
  ...own,
  periodStart: iso(own.periodStart),
  periodEnd: iso(own.periodEnd),
  trialEndsAt: iso(own.trialEndsAt),
  trialUsedAt: iso(own.trialUsedAt),
  endsAt: iso(own.endsAt),
  pastDueSince: iso(own.pastDueSince),
  graceUntil: iso(own.graceUntil),
  recheckAt: iso(own.recheckAt),
});

export type OwnInput = ReturnType<typeof ownInput>;
