import { advanceTo } from './engine/advance.ts';
import { change } from './engine/life.ts';
import {
  createDelivery,
  type DeliverOptions,
  type DeliverReport,
  type Destination,
} from './events/delivery.ts';
import { parseForm, writeForm } from './form.ts';
import { createFaults, type Fault } from './http/faults.ts';
import { payPage } from './http/pay-page.ts';
import { createRouter } from './http/router.ts';
import { type SeenRequest, serve } from './http/server.ts';

import type { FakeCustomer, FakeEvent, FakeInvoice, FakeObject } from './objects.ts';
import { seededRandom } from './random.ts';
import { completeSession, type FakeSession, findSession } from './resources/checkout-sessions.ts';
import { routes } from './resources/index.ts';
import { subscriptionOf } from './resources/subscriptions.ts';
import { createState, type FakeRetries, rendered } from './state.ts';

/** What {@link startFakeStripe} takes. */
export interface FakeStripeOptions {
  /** The port to listen on; 0 takes any free port. Default: 0. */
  readonly port?: number;
  /** The id of the account. Default: 'acct_fake'. */
  readonly account?: string;
  /** Whether it is live mode. Default: false. */
  readonly livemode?: boolean;
  /** The version in events. Default: '2026-10-28.endive'. */
  readonly apiVersion?: string;
  /**
   * Stops the clock at this time, in seconds since 1970, until the test advances it. Default: none; the
   * clock runs with the time of day.
   */
  readonly startAt?: number;
  /** What happens to a subscription when all payment retries failed. Default: 'cancel'. */
  readonly retries?: FakeRetries;
  /** The seed of the random failures, which makes a run repeatable. Default: 1. */
  readonly seed?: number;
  /**
   * `at-once` delivers events in the background as they happen; `manual` waits for `deliver`.
   * Default: 'manual'.
   */
  readonly delivery?: 'manual' | 'at-once';
}

/** All data of a customer at Stripe, which a copy must equal. */
export interface CustomerTruth {
  readonly customer: FakeCustomer | undefined;
  readonly subscriptions: readonly Record<string, unknown>[];
  readonly invoices: readonly FakeInvoice[];
}

/** A fake Stripe in this process. */
export interface FakeStripe {
  readonly url: string;
  /** `new Stripe('sk_test_fake', fake.config)` talks to it. */
  readonly config: { readonly host: string; readonly port: number; readonly protocol: 'http' };
  /** A request without HTTP: `fake.call('POST /v1/customers', { email })`. */
  call<T = FakeObject>(request: `${'GET' | 'POST' | 'DELETE'} /${string}`, params?: object): T;
  /** The time of its clock, in seconds since 1970. */
  now(): number;
  /** Advances the clock; trials end, periods renew and payments are retried accordingly. */
  advance(seconds: number): void;
  /** From now on the payments of a customer fail, or succeed again. */
  setPayments(customer: string, outcome: 'succeed' | 'fail'): void;
  /** Completes a checkout session like a customer on its page. The `url` of a session is such a page, for browsers. */
  completeCheckout(session: string): FakeSession;
  /** Sets any status of a subscription, also one that Stripe does not have yet. */
  setStatus(subscription: string, status: string): void;
  /** Writes an event of any type about any object. */
  emit(type: string, object: Record<string, unknown>): FakeEvent;
  /** Sends events to a destination from now on. @returns a function that stops it */
  sendEvents(destination: Destination): () => void;
  /** Events that were not delivered yet. */
  readonly waiting: readonly FakeEvent[];
  /** Delivers the waiting events, in order or with failures. */
  deliver(options?: DeliverOptions): Promise<DeliverReport>;
  /** Makes requests of the API fail. @returns a function that stops it */
  fail(fault: Fault): () => void;
  /** Delays every response from now on, in milliseconds. */
  setLatency(ms: number): void;
  /** The requests over HTTP since the last call of this function. */
  takeRequests(): readonly SeenRequest[];
  truth(customer: string): CustomerTruth;
  close(): Promise<void>;
}

/**
 * Starts a Stripe for tests: an HTTP server with state that the real SDK and `stripe trigger` talk to. It
 * has customers, products, prices, subscriptions with items, invoices, checkout and portal sessions,
 * signed events, a clock, pages and idempotency keys, and can be made to fail.
 *
 * @example
 * ```ts
 * const fake = await startFakeStripe();
 * const stripe = new Stripe('sk_test_fake', fake.config);
 * fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
 * const customer = await stripe.customers.create({ email: 'ada@acme.test' });
 * await fake.deliver({ order: 'shuffled', duplicate: 0.3 });
 * await fake.close();
 * ```
 */
export async function startFakeStripe(options: FakeStripeOptions = {}): Promise<FakeStripe> {
  const { account = 'acct_fake', livemode = false, seed = 1, retries = 'cancel' } = options;
  const { apiVersion = '2026-10-28.endive', startAt, delivery: mode = 'manual' } = options;
  const random = seededRandom(seed);
  const state = createState({ account, livemode, apiVersion, startAt, retries });
  const delivery = createDelivery(random);
  const faults = createFaults(random);
  const router = createRouter(routes);
  let latency = 0;
  let requests: SeenRequest[] = [];
  let running: Promise<unknown> = Promise.resolve();
  state.onEvent = (event) => {
    delivery.offer(event);
    if (mode === 'at-once') running = running.then(() => delivery.deliver());
  };
  const checkouts = {
    find: (id: string) => findSession(state, id),
    complete: (id: string) => completeSession(state, id),
  };
  const server = await serve(
    {
      state,
      faults,
      dispatch: (method, path, params) => router(state, method, path, params),
      page: (method, path) => payPage(checkouts, method, path),
      seen: (request) => void requests.push(request),
      latencyMs: () => latency,
    },
    options.port ?? 0,
  );
  state.url = `http://127.0.0.1:${server.port}`;
  return {
    url: state.url,
    config: { host: '127.0.0.1', port: server.port, protocol: 'http' },
    call<T>(request: string, params: object = {}) {
      const [method = '', path = ''] = request.split(' ');
      return structuredClone(router(state, method, path, parseForm(writeForm(params)))) as T;
    },
    now: () => state.now(),
    advance: (seconds) => advanceTo(state, state.now() + seconds, undefined),
    setPayments(customer, outcome) {
      if (outcome === 'fail') state.declined.add(customer);
      else state.declined.delete(customer);
    },
    completeCheckout: (session) => completeSession(state, session),
    setStatus: (subscription, status) =>
      change(state, subscriptionOf(state, subscription), { status }),
    emit: (type, object) => state.emit(type, object as unknown as FakeObject),
    sendEvents: (destination) => delivery.add(destination),
    get waiting() {
      return delivery.waiting;
    },
    deliver: (how) => delivery.deliver(how),
    fail: (fault) => faults.add(fault),
    setLatency(ms) {
      latency = ms;
    },
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    truth: (customer) =>
      structuredClone({
        customer: state.customers.get(customer),
        subscriptions: state.subscriptions.by(customer).map((each) => rendered(state, each)),
        invoices: state.invoices.by(customer),
      }),
    async close() {
      await running;
      await server.close();
    },
  };
}
