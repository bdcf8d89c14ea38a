import type { Checkout, CheckoutOrder } from '../checkout/checkout.ts';
import type { CustomerInput } from '../checkout/customer.ts';
import type { Check } from '../operate/check.ts';
import type { DeadLetters } from '../operate/dead-letters.ts';
import type { Drift } from '../operate/drift.ts';
import type { ReconcileOptions, ReconcileReport } from '../operate/reconcile.ts';
import type { Linked } from '../sync/link.ts';
import type { RunReport } from '../worker/worker.ts';

/** Which account of Stripe organizations are customers of, and which one the key is of. */
export interface BillingAccount {
  /** `acct_…` of the key; null when the key may not read it. */
  readonly ofKey: string | null;
  /** `acct_…` of the customers; null before there is one. */
  readonly stripeAccount: string | null;
  /** The number of organizations that are customers of it. */
  readonly customers: number;
}

/** Billing, connected to a database and to one account of Stripe in one mode. */
export interface BillingRuntime<O extends CheckoutOrder = CheckoutOrder> {
  /**
   * Answers a webhook. 200 means that the event is in the database. Pass the original request with an
   * unread body.
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
  /** Processes everything that is due: for cron, pg-boss or BullMQ. Any number may run at once. */
  runOnce(): Promise<RunReport>;
  /** Requests a sync of one organization, for example after a manual change at Stripe. */
  refresh(tenantId: string): Promise<void>;
  /** Makes the copy equal to Stripe: reads missed events and, by default, fetches everything else. */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Finds differences between the copy and Stripe, and changes nothing. */
  drift(onLooked?: (organizations: number) => void): AsyncGenerator<Drift>;
  /**
   * Links an existing Stripe customer to an organization, and processes its parked events.
   *
   * @param options.replace whether to replace another customer of the organization. Default: false.
   * @throws TenantryError `BILLING_CUSTOMER_TAKEN`
   */
  link(
    tenantId: string,
    customer: string,
    options?: { readonly replace?: boolean },
  ): Promise<Linked>;
  /**
   * Returns the account of the customers. The first created or fetched customer fixes it; afterwards
   * every other call with a key of another account throws `BILLING_ACCOUNT_MISMATCH`.
   *
   * @param options.move whether to change it to the account of the key. Default: false.
   * @throws TenantryError `BILLING_ACCOUNT_MISMATCH` for a key of the other mode, `STRIPE_UNAVAILABLE`
   */
  account(options?: { readonly move?: boolean }): Promise<BillingAccount>;
  dead(most?: number): Promise<DeadLetters>;
  /** Retries given-up and parked events: all of them, one event, or one customer. */
  replay(only?: { readonly event?: string; readonly customer?: string }): Promise<{
    readonly events: number;
    readonly organizations: number;
  }>;
  /** Deletes events that were processed so many days ago. @returns how many */
  prune(days: number): Promise<number>;
  /** Runs the checks for going live. */
  doctor(options?: { readonly endpoint?: string }): Promise<readonly Check[]>;
  /** Stops the worker after the current rounds. */
  close(): Promise<void>;
}
