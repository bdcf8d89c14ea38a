/** Seconds since 1970, or null. */
export type Seconds = number | null;

/** The stored part of an item. */
export interface SnapshotItem {
  readonly id: string;
  readonly subscription: string;
  readonly price: string;
  readonly product: string;
  readonly lookupKey: string | null;
  readonly quantity: number | null;
  readonly interval: string | null;
  /** Whether it is billed by usage and takes no quantity. */
  readonly isMetered: boolean;
  readonly periodStart: Seconds;
  readonly periodEnd: Seconds;
}

/** The stored part of a subscription. */
export interface SnapshotSubscription {
  readonly id: string;
  readonly status: string;
  readonly cancelAt: Seconds;
  readonly cancelAtPeriodEnd: boolean;
  readonly canceledAt: Seconds;
  readonly endedAt: Seconds;
  readonly trialStart: Seconds;
  readonly trialEnd: Seconds;
  readonly pauseCollection: string | null;
  /** When its payment failed; only for a past-due subscription. */
  readonly pastDueSince: Seconds;
  readonly schedule: string | null;
  readonly latestInvoice: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly startedAt: number;
  readonly items: readonly SnapshotItem[];
}

/** The stored part of an invoice. */
export interface SnapshotInvoice {
  readonly id: string;
  readonly subscription: string | null;
  readonly number: string | null;
  readonly status: string;
  readonly billingReason: string | null;
  readonly currency: string;
  readonly total: number | null;
  readonly amountDue: number | null;
  readonly amountPaid: number | null;
  readonly amountRemaining: number | null;
  readonly attemptCount: number | null;
  readonly dueAt: Seconds;
  readonly periodStart: Seconds;
  readonly periodEnd: Seconds;
  readonly finalizedAt: Seconds;
  readonly paidAt: Seconds;
  readonly hostedUrl: string | null;
  readonly pdfUrl: string | null;
  readonly issuedAt: number;
}

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
  const ends = items.flatMap(({ periodEnd }) => periodEnd ?? []);
  return endedAt ?? cancelAt ?? (cancelAtPeriodEnd && ends.length > 0 ? Math.max(...ends) : null);
}
