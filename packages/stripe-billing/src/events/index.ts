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

// a longer prefix comes before its own shorter prefix
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

/** The event types that a webhook endpoint must be subscribed to. */
export const requiredEvents: readonly string[] = families.flatMap(({ required }) => required);

/** The stored part of an event. */
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

/** An event from Stripe, classic or thin; any field may be missing or of another type. */
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
 * Reads the ids of an event. Events of unknown types are stored and ignored, and so are objects with an
 * invalid id, which would be refused at every delivery. Nothing else of the payload is read, so the API
 * version of the endpoint does not matter.
 * @returns undefined for an invalid event id or type
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
  // `invoice.upcoming` has no id and only announces a future invoice
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

/** A time in seconds, or in the form of a thin event; 0 for an invalid time. */
function secondsOf(value: unknown): number {
  const seconds = typeof value === 'string' ? Date.parse(value) / 1000 : Number(value);
  return seconds >= 0 && seconds < 253_402_300_800 ? seconds : 0;
}

/** A thin event contains only the id of its object, which is enough for a customer. */
function thinSubject(type: string, id: string | undefined) {
  return {
    customer: id?.startsWith('cus_') ? id : undefined,
    invoice: type.startsWith('invoice.') ? id : undefined,
  };
}
