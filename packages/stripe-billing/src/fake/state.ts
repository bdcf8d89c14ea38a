import { IndexedMap } from './indexed-map.ts';
import type {
  FakeCustomer,
  FakeEvent,
  FakeInvoice,
  FakeItem,
  FakeObject,
  FakePrice,
  FakeProduct,
  FakeSubscription,
  Seconds,
} from './objects.ts';

/** The initial state of a fake. */
export interface StateOptions {
  readonly account: string;
  readonly livemode: boolean;
  readonly apiVersion: string;
  /** The time of the stopped clock; undefined follows the time of day. */
  readonly startAt: Seconds | undefined;
  readonly retries: FakeRetries;
}

/** What happens to a subscription when all payment retries failed. */
export type FakeRetries = 'cancel' | 'mark-unpaid' | 'stay-past-due';

/** The state of the fake, in creation order. */
export interface FakeState {
  readonly options: StateOptions;
  readonly customers: Map<string, FakeCustomer>;
  readonly products: Map<string, FakeProduct>;
  readonly prices: Map<string, FakePrice>;
  readonly subscriptions: IndexedMap<FakeSubscription>;
  readonly items: IndexedMap<FakeItem>;
  readonly invoices: IndexedMap<FakeInvoice>;
  readonly events: Map<string, FakeEvent>;
  /** Objects without dependants: sessions, endpoints, clocks, payment methods. */
  readonly others: Map<string, FakeObject>;
  /** Customers whose payments fail. */
  readonly declined: Set<string>;
  /** Where the fake listens, for addresses in its answers. */
  url: string;
  /** The time, for a customer with a test clock the time of that clock. */
  now(customer?: string): Seconds;
  /** Puts the clock forward. */
  setClock(to: Seconds): void;
  id(prefix: string): string;
  /** Writes an event about an object as it is now. */
  emit(type: string, object: FakeObject, previous?: Record<string, unknown>): FakeEvent;
  /** Called with each event that was written. */
  onEvent: (event: FakeEvent) => void;
  /** The items of a subscription, oldest first. */
  itemsOf(subscription: string): FakeItem[];
}

/** Two fakes of one process never use the same id, because their copies may share a database. */
let fakes = 0;

export function createState(options: StateOptions): FakeState {
  const tag = (++fakes).toString(36);
  let offset = 0;
  let frozen = options.startAt;
  let ids = 0;
  // the snapshot in an event equals the response of a request for the object
  const render = (object: FakeObject): Record<string, unknown> =>
    structuredClone(
      object.object === 'subscription' ? rendered(state, object as FakeSubscription) : object,
    );
  const state: FakeState = {
    options,
    customers: new Map(),
    products: new Map(),
    prices: new Map(),
    subscriptions: new IndexedMap((each) => each.customer),
    items: new IndexedMap((each) => each.subscription),
    invoices: new IndexedMap((each) => each.customer),
    events: new Map(),
    others: new Map(),
    declined: new Set(),
    onEvent: () => {},
    url: 'http://127.0.0.1',
    now(customer) {
      const clock = customer && state.customers.get(customer)?.test_clock;
      if (clock) return state.others.get(clock)?.frozen_time as Seconds;
      return frozen ?? Math.floor(Date.now() / 1000) + offset;
    },
    setClock(to) {
      if (frozen !== undefined) frozen = to;
      else offset = to - Math.floor(Date.now() / 1000);
    },
    id: (prefix) => `${prefix}_fake${tag}x${(++ids).toString(36).padStart(8, '0')}`,
    emit(type, object, previous) {
      const event: FakeEvent = {
        id: state.id('evt'),
        object: 'event',
        type,
        api_version: options.apiVersion,
        created: state.now((object as { customer?: string }).customer ?? object.id),
        livemode: options.livemode,
        data: {
          object: render(object),
          ...(previous !== undefined && { previous_attributes: structuredClone(previous) }),
        },
        pending_webhooks: 0,
        request: { id: null, idempotency_key: null },
      };
      state.events.set(event.id, event);
      state.onEvent(event);
      return event;
    },
    itemsOf: (subscription) => state.items.by(subscription),
  };
  return state;
}

/** How many items are embedded in a subscription; the others are on further pages. */
const embedded = 10;

/** A subscription in the form of the API, with its items. */
export function rendered(
  state: FakeState,
  subscription: FakeSubscription,
): Record<string, unknown> {
  const items = state.itemsOf(subscription.id).map((item) => renderedItem(state, item));
  return {
    ...subscription,
    items: {
      object: 'list',
      data: items.slice(0, embedded),
      has_more: items.length > embedded,
      total_count: items.length,
      url: `/v1/subscription_items?subscription=${subscription.id}`,
    },
  };
}

/** An item with its current price. Items have no livemode field. */
export function renderedItem(state: FakeState, item: FakeItem): Omit<FakeItem, 'livemode'> {
  const { livemode: _, ...shown } = item;
  return { ...shown, price: state.prices.get(item.price.id) ?? item.price };
}
