import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import { type Fields, fieldsOf, listOf } from './fields.ts';
import { pastDueSince } from './past-due.ts';
import {
  readInvoice,
  readSubscription,
  type SnapshotInvoice,
  type SnapshotSubscription,
} from './read.ts';
import type { Snapshot } from './snapshot.ts';
import { isMissing, unlessMissing } from './stripe-errors.ts';

/** What is fetched of a customer beyond its subscriptions. */
export interface FetchOptions {
  /** Invoices that events have named. */
  readonly invoices: readonly string[];
  /** All invoices, for a sweep. */
  readonly full: boolean;
  /** Invoice → when an event first said that its payment failed, in seconds since 1970. */
  readonly failures: Readonly<Record<string, number>>;
  readonly request: Stripe.RequestOptions;
  /** The mode that connect() was told. */
  readonly livemode: boolean;
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
  // for a key that may not read its balance, which says so before
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
  // by their ids: a page that shifts while it is read repeats an object
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
      // without an open invoice the period that is not paid for began when it is past due
      else if (isPastDue && since === null) {
        read.set(found.id, { ...found, pastDueSince: found.items[0]?.periodStart ?? null });
      } else read.set(found.id, found);
    }
  } catch (error) {
    // a customer that was deleted long ago has no list; of any other one a 404 means something else
    if (!isMissing(error) || !deleted) throw error;
  }
  return { subscriptions: [...read.values()], isPartial };
}

/** The list inside a subscription is cut off where it is long. */
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
