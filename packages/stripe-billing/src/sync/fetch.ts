import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import { isMissing, unlessMissing } from '../stripe/errors.ts';
import { type Fields, fieldsOf, listOf } from './fields.ts';
import { pastDueSince } from './past-due.ts';
import {
  readInvoice,
  readSubscription,
  type SnapshotInvoice,
  type SnapshotSubscription,
} from './read.ts';
import type { Snapshot } from './snapshot.ts';

/** What to fetch in addition to a customer's subscriptions. */
export interface FetchOptions {
  /** Invoices from events. */
  readonly invoices: readonly string[];
  /** All invoices, for a sweep. */
  readonly full: boolean;
  /** Invoice → time of its first failed-payment event, in seconds since 1970. */
  readonly failures: Readonly<Record<string, number>>;
  readonly request: Stripe.RequestOptions;
  /** The mode given to connect(). */
  readonly livemode: boolean;
}

/** From this number on, a list is cheaper than single requests. */
const manyInvoices = 5;

/**
 * Fetches a customer from Stripe: subscriptions in every status with all pages and items, and the named
 * invoices. It holds no database connection meanwhile.
 */
export async function fetchSnapshot(
  stripe: Stripe,
  customer: string,
  options: FetchOptions,
): Promise<Snapshot> {
  const { request } = options;
  const found = await stripe.customers.retrieve(customer, {}, request);
  // for a key that may not read its balance, which would already have shown the mode
  if ('livemode' in found && found.livemode === !options.livemode) {
    throw new TenantryError('BILLING_ACCOUNT_MISMATCH', {
      found: `a customer of ${found.livemode ? 'live' : 'test'} mode, and livemode: ${options.livemode} in connect().`,
    });
  }
  const deleted = found.deleted === true;
  const subscriptions = await fetchSubscriptions(stripe, customer, deleted, options);
  const all = options.full || options.invoices.length > manyInvoices;
  const some = all
    ? await allInvoices(stripe, customer, request)
    : await namedInvoices(stripe, options.invoices, request);
  return { customer, customerDeleted: deleted, ...subscriptions, ...some, allInvoices: all };
}

async function fetchSubscriptions(
  stripe: Stripe,
  customer: string,
  deleted: boolean,
  { request, failures }: FetchOptions,
) {
  // by id, because a list that changes while it is read can repeat an object
  const read = new Map<string, SnapshotSubscription>();
  let isPartial = false;
  try {
    const list = stripe.subscriptions.list({ customer, status: 'all', limit: 100 }, request);
    for await (const each of list) {
      const subscription = fieldsOf(each);
      const id = idIn(subscription.id);
      const items = id === undefined ? [] : await allItems(stripe, id, subscription, request);
      const isPastDue = id !== undefined && subscription.status === 'past_due';
      const since = isPastDue ? await pastDueSince({ stripe, request, failures }, id) : null;
      const found = readSubscription(subscription, items, since);
      if (found === undefined) isPartial = true;
      // without an open invoice, past due counts from the start of the unpaid period
      else if (isPastDue && since === null) {
        read.set(found.id, { ...found, pastDueSince: found.items[0]?.periodStart ?? null });
      } else read.set(found.id, found);
    }
  } catch (error) {
    // a long-deleted customer has no list; for any other customer a 404 means something else
    if (!isMissing(error) || !deleted) throw error;
  }
  return { subscriptions: [...read.values()], isPartial };
}

/** Reads all items; the list embedded in a subscription is truncated. */
async function allItems(
  stripe: Stripe,
  subscription: string,
  { items }: Fields,
  request: Stripe.RequestOptions,
): Promise<readonly Fields[]> {
  if (fieldsOf(items).has_more !== true) return listOf(items);
  const all = new Map<unknown, Fields>();
  const list = stripe.subscriptionItems.list({ subscription, limit: 100 }, request);
  for await (const item of list) all.set(item.id, fieldsOf(item));
  return [...all.values()];
}

async function allInvoices(stripe: Stripe, customer: string, request: Stripe.RequestOptions) {
  const invoices = new Map<string, SnapshotInvoice>();
  for await (const each of stripe.invoices.list({ customer, limit: 100 }, request)) {
    const invoice = readInvoice(fieldsOf(each));
    if (invoice !== undefined) invoices.set(invoice.id, invoice);
  }
  return { invoices: [...invoices.values()], goneInvoices: [] };
}

async function namedInvoices(
  stripe: Stripe,
  ids: readonly string[],
  request: Stripe.RequestOptions,
) {
  const invoices: SnapshotInvoice[] = [];
  const goneInvoices: string[] = [];
  for (const id of ids) {
    const found = await unlessMissing(stripe.invoices.retrieve(id, {}, request));
    const invoice = readInvoice(fieldsOf(found));
    // a draft that was deleted
    if (found === undefined) goneInvoices.push(id);
    else if (invoice !== undefined) invoices.push({ ...invoice, id });
  }
  return { invoices, goneInvoices };
}
