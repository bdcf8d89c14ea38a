/** Seconds since 1970, or null. */
export type Seconds = number | null;

const known = (times: readonly Seconds[]) => times.filter((each): each is number => each !== null);

/** The earliest of those that are known. */
export function earliest(times: readonly Seconds[]): Seconds {
  const all = known(times);
  return all.length === 0 ? null : Math.min(...all);
}

/** The latest of those that are known. */
export function latest(times: readonly Seconds[]): Seconds {
  const all = known(times);
  return all.length === 0 ? null : Math.max(...all);
}

/** An item, as far as it is kept. */
export interface SnapshotItem {
  readonly id: string;
  readonly subscription: string;
  readonly price: string;
  readonly product: string;
  readonly lookupKey: string | null;
  readonly quantity: number | null;
  readonly interval: string | null;
  /** Billed by use: it takes no quantity. */
  readonly isMetered: boolean;
  readonly periodStart: Seconds;
  readonly periodEnd: Seconds;
}

/** A subscription, as far as it is kept. */
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
  /** Since its payment failed; only for one that is past due. */
  readonly pastDueSince: Seconds;
  readonly schedule: string | null;
  readonly latestInvoice: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly startedAt: number;
  readonly items: readonly SnapshotItem[];
}

/** An invoice, as far as it is kept. */
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
