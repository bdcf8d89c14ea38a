import { checkoutSessionEvents } from './checkout-session.ts';
import { customerEvents } from './customer.ts';
import { entitlementEvents } from './entitlement.ts';
import { type EventFamily, type EventObject, idIn, isId } from './family.ts';
import { invoiceEvents } from './invoice.ts';
import { invoicePaymentEvents } from './invoice-payment.ts';
import { priceEvents } from './price.ts';
import { productEvents } from './product.ts';
import { subscriptionEvents } from './subscription.ts';
import { subscriptionScheduleEvents } from './subscription-schedule.ts';

// the longer prefix stands before the shorter one that it begins with
const families: readonly EventFamily[] = [
  subscriptionEvents,
  customerEvents,
  subscriptionScheduleEvents,
  invoiceEvents,
  invoicePaymentEvents,
  checkoutSessionEvents,
  entitlementEvents,
  priceEvents,
  productEvents,
];

/** What a webhook endpoint must be subscribed to. */
export const requiredEvents: readonly string[] = families.flatMap(({ required }) => required);

/** An event, reduced to what is stored of it. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly object: string | null;
  readonly customer: string | null;
  readonly invoice: string | null;
  readonly route: 'customer' | 'catalog' | 'none';
}

/** An event as Stripe sends it, classic or thin; everything may be missing, or something else. */
export interface IncomingEvent {
  readonly id?: unknown;
  readonly object?: unknown;
  readonly type?: unknown;
  readonly created?: unknown;
  readonly livemode?: unknown;
  readonly account?: unknown;
  readonly context?: unknown;
  readonly data?: unknown;
  readonly related_object?: unknown;
}

/**
 * Takes the ids out of an event. Types that belong to no family are kept and ignored, and so is an
 * object whose id cannot be one: it would be refused as often as it comes. The payload says nothing
 * else here, so the API version of the endpoint does not matter.
 * @returns undefined for what cannot be an event: an id or a type that no event has
 */
export function readEvent(event: IncomingEvent): StoredEvent | undefined {
  const { id, object: form } = event;
  const thin = form === 'v2.core.event';
  const type = thin && isId(event.type) ? event.type.replace(/^v1\./, '') : event.type;
  if (!isId(id) || !isId(type)) return undefined;
  const object = objectIn(thin ? event.related_object : objectIn(event.data).object);
  const family = families.find(({ prefix }) => type.startsWith(prefix));
  const subject = thin ? thinSubject(type, idIn(object.id)) : family?.subject(object);
  const objectId = idIn(object.id);
  // `invoice.upcoming` has no id, and says of the customer only what will happen
  const nothing = family === undefined || (objectId === undefined && !subject?.customer);
  return {
    id,
    type,
    created: secondsOf(event.created),
    object: objectId ?? null,
    customer: subject?.customer ?? null,
    invoice: subject?.invoice ?? null,
    route: nothing || type === 'invoice.upcoming' ? 'none' : family.route,
  };
}

const objectIn = (value: unknown): EventObject =>
  typeof value === 'object' && value !== null ? (value as EventObject) : {};

/** A time in seconds, or as a thin event writes it; 0 for one that no calendar has. */
function secondsOf(value: unknown): number {
  const seconds = typeof value === 'string' ? Date.parse(value) / 1000 : Number(value);
  return seconds >= 0 && seconds < 253_402_300_800 ? seconds : 0;
}

/** A thin event names its object only; for a customer that is enough. */
function thinSubject(type: string, id: string | undefined) {
  return {
    customer: id?.startsWith('cus_') ? id : undefined,
    invoice: type.startsWith('invoice.') ? id : undefined,
  };
}
