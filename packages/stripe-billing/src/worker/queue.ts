import { requireAll } from '@tenantry/core/scope';
import type { TakenEvent } from '../calls.ts';
import { idIn } from '../events/family.ts';
import { describeError, isMissing, isRateLimit, unlessMissing } from '../stripe/errors.ts';
import { backOffMs } from '../stripe/rate-limit.ts';
import { priceInput, productInput } from '../sync/catalog.ts';
import { openCatalogCopies } from '../sync/catalog-copies.ts';
import { isKnown, syncElsewhere } from '../sync/elsewhere.ts';
import { linkIfPossible, takeUp, tenantInMetadata } from '../sync/link.ts';
import type { SyncParts } from '../sync/parts.ts';

const most = 50;

/**
 * Processes events without a known customer: unlinked customers, objects whose customer must be looked
 * up, prices and products. All events of one object cost one request.
 * @returns how many were processed
 */
export async function workQueue(parts: SyncParts): Promise<number> {
  const { database, leaseMs } = parts;
  const { events } = await database.call('take', { lease_ms: leaseMs, most });
  const groups = new Map<string, TakenEvent[]>();
  for (const event of events) {
    const subject = event.route === 'customer' ? event.customer : event.object;
    const key = `${event.route} ${subject}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  for (const group of groups.values()) {
    const ids = group.map(({ id }) => id);
    try {
      await parts.gate.wait();
      await workOn(parts, group, ids);
    } catch (error) {
      if (isMissing(error)) await park(parts, ids);
      else await putBack(parts, group, error);
    }
  }
  return events.length;
}

/**
 * Parks events of objects that Stripe does not know. The object may be deleted, or the key may be of
 * another account, so no conclusion is drawn and the events wait for `replay`.
 */
const park = ({ database }: SyncParts, events: readonly string[]) =>
  database.call('settle', {
    events,
    state: 'parked',
    error: 'Stripe does not know the object: it is gone, or the key is of another account.',
  });

async function workOn(parts: SyncParts, group: readonly TakenEvent[], ids: string[]) {
  const event = group[0] as TakenEvent;
  const settle = (state: 'ignored' | 'processed') =>
    parts.database.call('settle', { events: ids, state });
  if (event.route === 'customer') return mapCustomer(parts, event.customer as string, ids);
  if (event.route === 'lookup') {
    const customer = await customerOf(parts, event);
    if (customer === undefined) return settle('ignored');
    return parts.database.call('route', { events: ids, customer });
  }
  await refresh(parts, group);
  return settle('processed');
}

/**
 * Asks for a full sync in the database that knows the customer: that is all that its events ask for. Links a
 * customer with our metadata; any other customer waits for `link`. Stripe keeps no metadata of one that was
 * deleted.
 */
async function mapCustomer(parts: SyncParts, customer: string, events: string[]): Promise<void> {
  const { stripe, request, tenancy, database } = parts;
  const settle = () => database.call('settle', { events, state: 'processed' });
  const elsewhere = await syncElsewhere(database, customer);
  if (isKnown(elsewhere)) {
    await settle();
    return;
  }
  const found = await unlessMissing(stripe.customers.retrieve(customer, {}, request));
  const named = found === undefined ? undefined : tenantInMetadata(found, tenancy.property);
  const linked = named === undefined ? undefined : await linkIfPossible(parts, named, customer);
  if (linked !== undefined) {
    // what linking takes up in its own database is pending, and settled by the sync
    if (linked.replayed === 0) await settle();
    await takeUp(parts, linked, customer);
    return;
  }
  requireAll(elsewhere); // one that is down may know it
  if (!(await database.call('park', { customer }))) return;
  // it may have been linked in another database before these events were parked
  if (isKnown(await syncElsewhere(database, customer))) {
    await database.call('replay', { customer });
    return;
  }
  parts.alert({
    kind: 'parked-customer',
    message: 'Events of a customer that is linked to nobody wait for link().',
    customer,
  });
}

/** The customer of an object that an event names by its id. */
async function customerOf(parts: SyncParts, event: TakenEvent): Promise<string | undefined> {
  const { stripe, request } = parts;
  const id = event.invoice ?? event.object ?? '';
  const ask = async () => {
    if (id.startsWith('sub_sched_')) return stripe.subscriptionSchedules.retrieve(id, {}, request);
    if (id.startsWith('sub_')) return stripe.subscriptions.retrieve(id, {}, request);
    if (id.startsWith('in_')) return stripe.invoices.retrieve(id, {}, request);
    if (id.startsWith('cs_')) return stripe.checkout.sessions.retrieve(id, {}, request);
    if (id.startsWith('inpay_')) {
      const payment = await stripe.invoicePayments.retrieve(id, {}, request);
      return stripe.invoices.retrieve(idIn(payment.invoice) as string, {}, request);
    }
    return undefined;
  };
  return idIn((await ask())?.customer);
}

async function refresh(parts: SyncParts, group: readonly TakenEvent[]): Promise<void> {
  const { stripe, request, database } = parts;
  const [{ type, object } = { type: '', object: null }] = group;
  if (object === null) return;
  const copies = await openCatalogCopies(database);
  try {
    if (type.startsWith('price.')) {
      const price = await stripe.prices.retrieve(object, {}, request);
      await copies.write((each, token) => each.call('put_price', priceInput(price, token)));
    } else {
      const product = await stripe.products.retrieve(object, {}, request);
      await copies.write((each, token) => each.call('put_product', productInput(product, token)));
    }
  } catch (error) {
    // only an object that Stripe reported as deleted counts as deleted
    if (!isMissing(error) || !group.some((each) => each.type.endsWith('.deleted'))) throw error;
    await copies.write((each, fencingToken) => each.call('retire', { id: object, fencingToken }));
  }
  copies.end();
}

async function putBack(
  parts: SyncParts,
  group: readonly TakenEvent[],
  error: unknown,
): Promise<void> {
  const { database, gate, retryMs, maxAttempts } = parts;
  const limited = isRateLimit(error);
  for (const event of group) {
    const attempt = event.attempts + 1;
    const dead = !limited && attempt >= maxAttempts;
    await database.call('settle', {
      events: [event.id],
      state: dead ? 'dead' : event.route === 'customer' ? 'unmapped' : 'pending',
      error: describeError(error),
      counts: limited ? 0 : 1,
      retry_ms: limited ? gate.slowDown() : backOffMs(attempt, retryMs),
    });
    if (!dead) continue;
    parts.alert({
      kind: 'dead-letter',
      message: `Event ${event.id} was given up after ${attempt} attempts: ${describeError(error)}`,
    });
  }
}
