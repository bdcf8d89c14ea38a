import { randomUUID } from 'node:crypto';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Checkout, type CheckoutOrder, openCheckout } from '../checkout/checkout.ts';
import type { CustomerInput } from '../checkout/customer.ts';
import { createPriceFinder } from '../checkout/prices.ts';
import { withCustomer } from '../checkout/with-customer.ts';
import { createStore } from '../intake/store.ts';
import { createWebhook } from '../intake/webhook.ts';
import { type Check, doctor } from '../operate/doctor.ts';
import { type Drift, findDrift } from '../operate/drift.ts';
import { type ReconcileOptions, type ReconcileReport, reconcile } from '../operate/reconcile.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { AuditPort, PlanPort } from '../ports.ts';
import { createGate } from '../sync/gate.ts';
import { type Linked, linkCustomer } from '../sync/link.ts';
import type { Alert, SyncParts } from '../sync/parts.ts';
import { type RunReport, runOnce, startWorker } from '../sync/worker.ts';
import { openBillingDatabase } from './database.ts';
import { type ConnectOptions, checkOptions } from './options.ts';

/** What could not be done, for an operator. */
export interface DeadLetters {
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly state: 'dead' | 'parked';
    readonly object: string | null;
    readonly customer: string | null;
    readonly attempts: number;
    readonly error: string | null;
    readonly receivedAt: number;
  }[];
  readonly organizations: readonly {
    readonly tenant: string;
    readonly customer: string | null;
    readonly attempts: number;
    readonly error: string | null;
  }[];
}

/** Billing, connected to a database and to one account of Stripe in one mode. */
export interface BillingRuntime<O extends CheckoutOrder = CheckoutOrder> {
  /**
   * Answers a webhook. 200 means that the event is in the database. Pass the request as it came, with
   * its body unread.
   *
   * @example
   * ```ts
   * app.post('/webhooks/stripe', (c) => runtime.webhook(c.req.raw));
   * ```
   */
  webhook(request: Request): Promise<Response>;
  /**
   * Opens the checkout of the current tenant. It asks Stripe, so call it outside of a transaction.
   *
   * @throws TenantryError `BILLING_SUBSCRIPTION_EXISTS`, `BILLING_PLAN_UNKNOWN`,
   *   `BILLING_PRICE_MISSING`, `STRIPE_UNAVAILABLE`
   * @example
   * ```ts
   * const { url } = await runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl, cancelUrl });
   * ```
   */
  checkout(order: O): Promise<Checkout>;
  /** Opens the customer portal of the current tenant, where plans are changed, paid and ended. */
  portal(options: { readonly returnUrl: string; readonly customer?: CustomerInput }): Promise<{
    readonly url: string;
  }>;
  /** Works until nothing is due: for cron, pg-boss or BullMQ. Any number may run at once. */
  runOnce(): Promise<RunReport>;
  /** Asks for a sync of one organization, after something was changed at Stripe by hand. */
  refresh(tenantId: string): Promise<void>;
  /** Brings the copy to Stripe's truth: missed events, and unless told otherwise everything else. */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Finds differences between the copy and Stripe, and changes nothing. */
  drift(onLooked?: (organizations: number) => void): AsyncGenerator<Drift>;
  /** Links an existing customer of Stripe to an organization; its parked events are taken up. */
  link(tenantId: string, customer: string): Promise<Linked>;
  dead(most?: number): Promise<DeadLetters>;
  /** Tries again what was given up or parked: all of it, one event, or one customer. */
  replay(only?: { readonly event?: string; readonly customer?: string }): Promise<{
    readonly events: number;
    readonly organizations: number;
  }>;
  /** Forgets events that were processed so many days ago. @returns how many */
  prune(days: number): Promise<number>;
  /** Checks what must be right before money flows. */
  doctor(options?: { readonly endpoint?: string }): Promise<readonly Check[]>;
  /** Stops the worker after the rounds under way. */
  close(): Promise<void>;
}

/** What a definition gives to its runtimes. */
export interface Defined {
  readonly tenancy: Tenancy;
  readonly catalog: Catalog;
  readonly graceDays: number;
  readonly limits: PlanPort | undefined;
  readonly audit: AuditPort | undefined;
  readonly countsSeats: boolean;
}

export function connect(defined: Defined, options: ConnectOptions): BillingRuntime {
  const { tenancy, catalog } = defined;
  checkOptions(tenancy, options);
  const {
    pool,
    stripe,
    livemode,
    account = 'default',
    connectedAccount,
    logger = console,
  } = options;
  const { worker: mode = 'inline', clock, onReceived } = options;
  const request = connectedAccount === undefined ? {} : { stripeAccount: connectedAccount };
  const warn = ({ message, ...more }: Alert) =>
    logger.warn(`tenantry billing: ${message}`, JSON.stringify(more));
  const parts: SyncParts = {
    tenancy,
    catalog,
    stripe,
    request,
    database: openBillingDatabase(tenancy, pool, { account, livemode }),
    graceSeconds: defined.graceDays * 86_400,
    limits: defined.limits,
    audit: defined.audit,
    worker: randomUUID(),
    leaseMs: options.leaseMs ?? 60_000,
    retryMs: options.retryMs ?? 2_000,
    burstMs: options.burstMs ?? 125,
    maxAttempts: options.maxAttempts ?? 12,
    concurrency: options.concurrency ?? 4,
    gate: createGate(),
    clock: clock === undefined ? undefined : () => clock().getTime() / 1000,
    alert: options.onAlert ?? warn,
    onStep: options.onStep ?? (() => {}),
  };
  const failed = (error: unknown) => logger.error('tenantry billing:', error);
  const worker =
    mode === 'manual' ? undefined : startWorker(parts, options.pollMs ?? 5_000, failed);
  const findPrice = createPriceFinder(stripe, request);
  const current = () =>
    (tenancy.current() as unknown as Record<string, unknown>)[tenancy.property] as string;
  const secrets = options.webhookSecrets ?? [];
  const handle = createWebhook({
    accepts: {
      account,
      livemode,
      stripe,
      secrets,
      connectedAccount,
      toleranceSeconds: options.toleranceSeconds ?? 300,
      maxBytes: options.maxBytes ?? 1024 * 1024,
    },
    store: createStore(parts.database),
    received(outcome) {
      if (outcome === 'duplicate' || outcome === 'ignored') return;
      worker?.wake();
      // the event is stored: a queue that is down delays it, and loses nothing
      Promise.resolve()
        .then(() => onReceived?.())
        .catch(failed);
    },
    failed,
  });
  return Object.freeze({
    async webhook(request: Request) {
      if (secrets.length > 0) return handle(request);
      throw new TenantryError('CONFIG_INVALID', {
        found: 'a webhook, and no webhookSecrets in connect().',
        fix: 'Pass the signing secret of the endpoint: whsec_….',
      });
    },
    async checkout(order: CheckoutOrder) {
      const tenant = current();
      const seats =
        defined.countsSeats && catalog.seatRefs.length > 0
          ? await parts.database.call<number>('seats', { tenant })
          : null;
      return openCheckout(parts, findPrice, tenant, order, seats);
    },
    async portal({ returnUrl, customer = {} }) {
      return withCustomer(parts, current(), customer, async (own) => {
        const { url } = await stripe.billingPortal.sessions.create(
          { customer: own.customer, return_url: returnUrl },
          request,
        );
        return { url };
      });
    },
    runOnce: () => runOnce(parts),
    async refresh(tenantId: string) {
      await parts.database.call('want', { tenant: tenancy.parseId(tenantId), full: true, most: 1 });
      worker?.wake();
    },
    reconcile: (how: ReconcileOptions = {}) => reconcile(parts, how),
    drift: (onLooked?: (organizations: number) => void) => findDrift(parts, onLooked),
    async link(tenantId: string, customer: string) {
      const linked = await linkCustomer(parts, tenancy.parseId(tenantId), customer);
      worker?.wake();
      return linked;
    },
    dead: (most = 100) => parts.database.call<DeadLetters>('dead', { most }),
    async replay(only: { readonly event?: string; readonly customer?: string } = {}) {
      const replayed = await parts.database.call<{ events: number; organizations: number }>(
        'replay',
        only,
      );
      worker?.wake();
      return replayed;
    },
    prune: (days: number) => parts.database.call<number>('prune', { days }),
    doctor: (how = {}) => doctor(parts, how),
    close: async () => worker?.stop(),
  } satisfies BillingRuntime);
}
