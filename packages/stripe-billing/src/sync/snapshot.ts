import type { SnapshotInvoice, SnapshotSubscription } from './read.ts';
import { latest, type Seconds } from './seconds.ts';

/** The data of a customer from one fetch. */
export interface Snapshot {
  readonly customer: string;
  readonly customerDeleted: boolean;
  readonly subscriptions: readonly SnapshotSubscription[];
  /** Whether a part could not be read, so that nothing is taken away. */
  readonly isPartial: boolean;
  readonly invoices: readonly SnapshotInvoice[];
  /** Whether `invoices` contains all invoices. */
  readonly allInvoices: boolean;
  /** Requested invoices that no longer exist. */
  readonly goneInvoices: readonly string[];
}

/** `ended_at`, otherwise the scheduled end, otherwise the end of the period with which it is cancelled. */
export function endsAt(subscription: SnapshotSubscription): Seconds {
  const { endedAt, cancelAt, cancelAtPeriodEnd, items } = subscription;
  const periodEnd = cancelAtPeriodEnd ? latest(items.map((item) => item.periodEnd)) : null;
  return endedAt ?? cancelAt ?? periodEnd;
}
