import type { TenantInput, TenantKey } from '@tenantry/core';
import type { Drift } from '@tenantry/rls/feature';
import type { Schedule } from '@tenantry/rls/upkeep';
import type { Checkout, CheckoutOrder } from '../checkout/checkout.ts';
import type { CustomerInput } from '../checkout/customer.ts';
import type { BillingCheck } from '../operate/check.ts';
import type { BillingDeadLetters } from '../operate/dead-letters.ts';
import type { ReconcileOptions, ReconcileReport } from '../operate/reconcile.ts';
import type { LinkedCustomer } from '../sync/link.ts';
import type { BillingRunReport } from '../worker/worker.ts';

/** Which account of Stripe the tenants are customers of, and which one the key is of. */
export interface BillingAccount {
  /** `acct_…` of the key; null when the key may not read it. */
  readonly ofKey: string | null;
  /** `acct_…` of the customers; null before there is one. */
  readonly stripeAccount: string | null;
  /** The number of tenants that are customers of it. */
  readonly customers: number;
}

/** Options of `runtime.start`. */
export interface BillingStartOptions {
  /**
   * How often the worker looks for work that no webhook of this process announced, in milliseconds, 10 to
   * 3,600,000. Default: 5000.
   */
  readonly everyMs?: number;
  /** Receives the error of a failed run; the next run tries again. Default: `logger.error` of `connect`. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Billing, connected to a database and to one account of Stripe in one mode. With placements, work about all
 * tenants is done in every database in which tenants live: one that is down does not stop the others, and the
 * call then throws `DATABASES_FAILED`, or the code that all failures have; `found` names the databases.
 */
export interface BillingRuntime<P extends string, O extends CheckoutOrder = CheckoutOrder> {
  /**
   * Answers a webhook. 200 means that the event is in the database; `outcome` of the body is `queued`
   * when a sync was queued for it. Pass the original request with an unread body.
   *
   * @example
   * ```ts
   * app.post('/webhooks/stripe', (c) => runtime.webhook(c.req.raw));
   * ```
   */
  webhook(request: Request): Promise<Response>;
  /**
   * Opens the checkout of the current tenant. It calls Stripe, so call it outside a transaction.
   *
   * @throws TenantryError `BILLING_SUBSCRIPTION_EXISTS`, `BILLING_PLAN_UNKNOWN`,
   *   `BILLING_PRICE_MISSING`, `BILLING_PRICE_AMBIGUOUS`, `BILLING_RETURN_URL_INVALID`,
   *   `BILLING_CUSTOMER_UNKNOWN`, `BILLING_CHECKOUT_CONTENDED`, `STRIPE_UNAVAILABLE`, `STRIPE_REFUSED`
   * @example
   * ```ts
   * const { url } = await runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl, cancelUrl });
   * ```
   */
  checkout(order: O): Promise<Checkout>;
  /**
   * Opens the customer portal of the current tenant, where customers change, pay and cancel plans.
   *
   * @throws TenantryError `BILLING_RETURN_URL_INVALID`, `BILLING_CUSTOMER_UNKNOWN`,
   *   `STRIPE_UNAVAILABLE`, `STRIPE_REFUSED`
   */
  portal(options: { readonly returnUrl: string; readonly customer?: CustomerInput }): Promise<{
    readonly url: string;
  }>;
  /**
   * Syncs in this process from now on: at once, when a webhook arrives here, and by timer. Nothing runs before.
   * Any number of processes may start it.
   *
   * @throws TenantryError `CONFIG_INVALID`
   * @example
   * ```ts
   * const worker = runtime.start();
   * process.once('SIGTERM', () => worker.stop());
   * ```
   */
  start(options?: BillingStartOptions): Schedule;
  /** Processes everything that is due: for cron, pg-boss or BullMQ. Any number may run at once. */
  runOnce(): Promise<BillingRunReport>;
  /**
   * Queues a sync of one tenant, for example after a manual change at Stripe.
   * @returns `queued` is false for a tenant that is no customer.
   */
  refresh(of: TenantInput<P>): Promise<{ readonly queued: boolean }>;
  /**
   * Makes the copy equal to Stripe: reads missed events and, by default, fetches everything else. It is
   * the `sync` of billing.
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /**
   * Finds differences between the copy and Stripe, and changes nothing. It is an iterable, not a list:
   * it asks Stripe for each customer, and any number of them may differ.
   *
   * @example
   * ```ts
   * for await (const { organizationId, what, key, found } of runtime.driftOfCustomers()) …
   * ```
   */
  driftOfCustomers(options?: {
    /** Receives the number of tenants that were compared. Default: none. */
    readonly onProgress?: (tenants: number) => void;
  }): AsyncGenerator<TenantKey<P> & Drift>;
  /**
   * Links an existing Stripe customer to a tenant, and processes its parked events.
   *
   * @param options.replace whether to replace another customer of the tenant. Default: false.
   * @throws TenantryError `BILLING_CUSTOMER_TAKEN`, `TENANT_ID_MALFORMED`
   * @example
   * ```ts
   * await runtime.link({ organizationId, customer: 'cus_…' });
   * ```
   */
  link(
    options: TenantInput<P> & { readonly customer: string; readonly replace?: boolean },
  ): Promise<LinkedCustomer>;
  /**
   * Returns the account of the customers. The first created or fetched customer fixes it; afterwards
   * every other call with a key of another account throws `BILLING_ACCOUNT_MISMATCH`.
   *
   * @param options.move whether to change it to the account of the key. Default: false.
   * @throws TenantryError `BILLING_ACCOUNT_MISMATCH` for a key of the other mode, `STRIPE_UNAVAILABLE`
   */
  account(options?: { readonly move?: boolean }): Promise<BillingAccount>;
  /**
   * Lists events that were given up or wait for a link, and tenants whose sync fails. A database that gives no
   * answer is named in `unanswered`.
   * @param options.limit the most of each, 1 to 10,000. Default: 100.
   */
  dead(options?: { readonly limit?: number }): Promise<BillingDeadLetters<P>>;
  /** Retries given-up and parked events: all of them, one event, or one customer. */
  replay(only?: { readonly event?: string; readonly customer?: string }): Promise<{
    readonly events: number;
    readonly tenants: number;
  }>;
  /**
   * Deletes processed events of this account and mode; `billing.upkeep` deletes those of all.
   * @param options.olderThanDays 1 to 3650
   * @returns how many
   */
  prune(options: { readonly olderThanDays: number }): Promise<number>;
  /** Runs the checks for going live. */
  doctor(options?: { readonly endpoint?: string }): Promise<readonly BillingCheck[]>;
}
