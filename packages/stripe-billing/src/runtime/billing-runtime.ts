import type { Checkout, CheckoutOrder } from '../checkout/checkout.ts';
import type { CustomerInput } from '../checkout/customer.ts';
import type { Check } from '../operate/doctor.ts';
import type { Drift } from '../operate/drift.ts';
import type { ReconcileOptions, ReconcileReport } from '../operate/reconcile.ts';
import type { Linked } from '../sync/link.ts';
import type { RunReport } from '../sync/worker.ts';

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
    /** ISO 8601 in UTC. */
    readonly receivedAt: string;
  }[];
  readonly organizations: readonly {
    readonly tenant: string;
    readonly customer: string | null;
    readonly attempts: number;
    readonly error: string | null;
  }[];
}

/** Which account of Stripe organizations are customers of, and which one the key is of. */
export interface BillingAccount {
  /** `acct_…` of the key; null where it may not say. */
  readonly ofKey: string | null;
  /** `acct_…` of the customers; null before there is one. */
  readonly stripeAccount: string | null;
  /** How many organizations are customers of it. */
  readonly customers: number;
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
   *   `BILLING_PRICE_MISSING`, `BILLING_PRICE_AMBIGUOUS`, `BILLING_RETURN_URL_INVALID`,
   *   `BILLING_CUSTOMER_UNKNOWN`, `BILLING_CHECKOUT_CONTENDED`, `STRIPE_UNAVAILABLE`, `STRIPE_REFUSED`
   * @example
   * ```ts
   * const { url } = await runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl, cancelUrl });
   * ```
   */
  checkout(order: O): Promise<Checkout>;
  /**
   * Opens the customer portal of the current tenant, where plans are changed, paid and ended.
   *
   * @throws TenantryError `BILLING_RETURN_URL_INVALID`, `BILLING_CUSTOMER_UNKNOWN`,
   *   `STRIPE_UNAVAILABLE`, `STRIPE_REFUSED`
   */
  portal(options: { readonly returnUrl: string; readonly customer?: CustomerInput }): Promise<{
    readonly url: string;
  }>;
  /** Works until nothing is due: for cron, pg-boss or BullMQ. Any number may run at once. */
  runOnce(): Promise<RunReport>;
  /** Asks for a sync of one organization, after something was changed at Stripe by hand. */
  refresh(tenantId: string): Promise<void>;
  /** Makes the copy equal to Stripe: reads missed events and, by default, fetches everything else. */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Finds differences between the copy and Stripe, and changes nothing. */
  drift(onLooked?: (organizations: number) => void): AsyncGenerator<Drift>;
  /**
   * Links an existing customer of Stripe to an organization; its parked events are taken up.
   *
   * @param options.replace takes the place of another customer that the organization has. Default: false.
   * @throws TenantryError `BILLING_CUSTOMER_TAKEN`
   */
  link(
    tenantId: string,
    customer: string,
    options?: { readonly replace?: boolean },
  ): Promise<Linked>;
  /**
   * Says which account the customers are of. The first one that is made or fetched settles it; from then
   * on every other call with a key of another account throws `BILLING_ACCOUNT_MISMATCH`.
   *
   * @param options.move makes the account of the key the one that is meant. Default: false.
   * @throws TenantryError `BILLING_ACCOUNT_MISMATCH` for a key of the other mode, `STRIPE_UNAVAILABLE`
   */
  account(options?: { readonly move?: boolean }): Promise<BillingAccount>;
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
