import type Stripe from 'stripe';
import { readInvoice, readSubscription } from './read.ts';
import type { Snapshot, SnapshotInvoice, SnapshotSubscription } from './snapshot.ts';
import { isMissing } from './stripe-errors.ts';

/** What is fetched of a customer beyond its subscriptions. */
export interface FetchOptions {
  /** Invoices that events have named. */
  readonly invoices: readonly string[];
  /** All invoices, for a sweep. */
  readonly full: boolean;
  readonly request: Stripe.RequestOptions;
}

/** From so many on a list is cheaper than one request for each. */
const manyInvoices = 5;

/**
 * Asks Stripe for a customer: subscriptions in every status, all pages, all items; the invoices that
 * were named. No connection to the database is held meanwhile.
 */
export async function fetchSnapshot(
  stripe: Stripe,
  customer: string,
  options: FetchOptions,
): Promise<Snapshot> {
  const { request } = options;
  const found = await stripe.customers.retrieve(customer, {}, request);
  const deleted = found.deleted === true;
  const subscriptions = await fetchSubscriptions(stripe, customer, deleted, request);
  const all = options.full || options.invoices.length > manyInvoices;
  const some = all
    ? await allInvoices(stripe, customer, request)
    : await namedInvoices(stripe, options.invoices, request);
  return {
    customer,
    customerDeleted: deleted,
    subscriptions,
    ...some,
    allInvoices: all,
  };
}

async function fetchSubscriptions(
  stripe: Stripe,
  customer: string,
  deleted: boolean,
  request: Stripe.RequestOptions,
): Promise<SnapshotSubscription[]> {
  const read: SnapshotSubscription[] = [];
  try {
    const list = stripe.subscriptions.list({ customer, status: 'all', limit: 100 }, request);
    for await (const subscription of list) {
      const since =
        subscription.status === 'past_due'
          ? await oldestOpenInvoice(stripe, subscription.id, request)
          : null;
      const items = await allItems(stripe, subscription, request);
      // without an open invoice the period that is not paid for began when it is past due
      const fallback = since ?? items[0]?.current_period_start ?? null;
      const pastDue = subscription.status === 'past_due' ? fallback : null;
      read.push(readSubscription(subscription, items, pastDue));
    }
  } catch (error) {
    // a customer that was deleted long ago has no list; of any other one a 404 means something else
    if (!isMissing(error) || !deleted) throw error;
  }
  return read;
}

/** The list inside a subscription is cut off where it is long. */
async function allItems(
  stripe: Stripe,
  { id, items }: Stripe.Subscription,
  request: Stripe.RequestOptions,
): Promise<readonly Stripe.SubscriptionItem[]> {
  if (!items.has_more) return items.data;
  const all: Stripe.SubscriptionItem[] = [];
  for await (const item of stripe.subscriptionItems.list(
    { subscription: id, limit: 100 },
    request,
  )) {
    all.push(item);
  }
  return all;
}

/** Past due since the oldest invoice that is still open: the same whenever one asks. */
async function oldestOpenInvoice(
  stripe: Stripe,
  subscription: string,
  request: Stripe.RequestOptions,
): Promise<number | null> {
  let oldest: number | null = null;
  const open = stripe.invoices.list({ subscription, status: 'open', limit: 100 }, request);
  for await (const invoice of open) {
    const since = invoice.status_transitions.finalized_at ?? invoice.created;
    oldest = oldest === null ? since : Math.min(oldest, since);
  }
  return oldest;
}

async function allInvoices(stripe: Stripe, customer: string, request: Stripe.RequestOptions) {
  const invoices: SnapshotInvoice[] = [];
  for await (const invoice of stripe.invoices.list({ customer, limit: 100 }, request)) {
    invoices.push(readInvoice(invoice));
  }
  return { invoices, goneInvoices: [] };
}

async function namedInvoices(
  stripe: Stripe,
  ids: readonly string[],
  request: Stripe.RequestOptions,
) {
  const invoices: SnapshotInvoice[] = [];
  const goneInvoices: string[] = [];
  for (const id of ids) {
    try {
      invoices.push(readInvoice(await stripe.invoices.retrieve(id, {}, request)));
    } catch (error) {
      // a draft that was deleted
      if (!isMissing(error)) throw error;
      goneInvoices.push(id);
    }
  }
  return { invoices, goneInvoices };
}
