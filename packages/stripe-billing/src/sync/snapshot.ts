import type { SnapshotInvoice, SnapshotSubscription } from './read.ts';
import { latest, type Seconds } from './seconds.ts';

/** What Stripe said of a customer in one fetch. */
export interface Snapshot {
  readonly customer: string;
  readonly customerDeleted: boolean;
  readonly subscriptions: readonly SnapshotSubscription[];
  /** Whether something was among them that could not be read: then nothing is taken away. */
  readonly isPartial: boolean;
  readonly invoices: readonly SnapshotInvoice[];
  /** Whether `invoices` are all there are. */
  readonly allInvoices: boolean;
  /** Invoices that were asked for and are gone. */
  readonly goneInvoices: readonly string[];
}

/** `ended_at`, else the day it was told to end, else the end of the period it was told to end with. */
export function endsAt(subscription: SnapshotSubscription): Seconds {
  const { endedAt, cancelAt, cancelAtPeriodEnd, items } = subscription;
  const periodEnd = cancelAtPeriodEnd ? latest(items.map((item) => item.periodEnd)) : null;
  return endedAt ?? cancelAt ?? periodEnd;
}
