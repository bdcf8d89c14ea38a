import type { TenantKey } from '@tenantry/core';

/** The transaction that stores the billing state: a client of the tenant pool, as the system role. */
export interface BillingTransaction {
  query(text: string, values: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
  release(error?: Error | boolean): void;
}

/** A plan for a tenant, as billing passes it on; the tenant is added by the tenancy's own word. */
export interface PlanFromStripe {
  /** The plan, or null when the tenant has none and there is no free plan. */
  readonly plan: string | null;
  /** Add-on → units, over all subscriptions. */
  readonly addons?: Record<string, number>;
  readonly trialEndsAt?: Date | null;
  readonly periodStart?: Date | null;
  readonly periodEnd?: Date | null;
  /**
   * Whether the subscription is unpaid, paused, or past due for longer than the grace period: all data
   * stays, nothing can be added.
   */
  readonly readOnly?: boolean;
  /** `stripe`, and the subscription that gives the plan: `stripe:sub_…`. */
  readonly source: string;
  /** Increases with every change of a tenant; an older change must not replace a newer one. */
  readonly version?: number | bigint;
}

/** The current plan of a tenant, from a port. */
export interface PlanAtPort {
  /** Null when the tenant has no plan of its own. */
  readonly plan: string | null;
  /** The source: `stripe:sub_…`, `support`; null when it is unknown. */
  readonly source: string | null;
  readonly readOnly?: boolean;
  /** Whether it is the default plan of a tenant without its own. */
  readonly isDefault?: boolean;
  /** Add-on → units, from all sources. */
  readonly addons?: Readonly<Record<string, number>>;
}

/**
 * The receiver of the plan: the result of `defineLimits` of `@tenantry/plan-limits`, or any object of this
 * shape. It is called inside the transaction that stores the billing state.
 */
export interface BillingPlanPort<P extends string> {
  setPlan(tx: BillingTransaction, change: TenantKey<P> & PlanFromStripe): Promise<unknown>;
  /**
   * The current plan of a tenant, locked until the transaction ends; null when it has none. With this
   * method a plan of another source is neither replaced by a smaller one nor lost when a subscription
   * ends. Without it the sync sets Stripe's plan as soon as there is a subscription.
   */
  getPlan?(tx: BillingTransaction, of: TenantKey<P>): Promise<PlanAtPort | null>;
  /** The plans that it knows; the sold ones must be among them. Default: not checked. */
  readonly plans?: readonly string[];
  /** The add-ons that it knows; the sold ones must be among them. Default: not checked. */
  readonly addOns?: readonly string[];
}

/** The metadata of each action that billing writes to the audit log. */
export interface BillingActionMetadata {
  'billing.plan_changed': {
    readonly from: string | null;
    readonly to: string | null;
    readonly readOnly: boolean;
    readonly addons: Record<string, number>;
    readonly source: string;
  };
  'billing.customer_linked': { readonly account: string; readonly livemode: boolean };
}

/** The actions that billing writes to the audit log. */
export type BillingAction = keyof BillingActionMetadata;

/** An entry for the audit log. */
export type BillingAuditEntry<P extends string> = TenantKey<P> & {
  readonly resource: readonly [type: string, id: string];
  readonly metadata: BillingActionMetadata[BillingAction];
};

/**
 * The writer of the audit log: the result of `defineAudit` of `@tenantry/audit-log`, or any object of
 * this shape. It is called inside the transaction of the change.
 */
export interface BillingAuditPort<P extends string> {
  // a property, not a method: parameters of methods are compared loosely, and a missing action would pass
  readonly log: (
    tx: BillingTransaction,
    action: BillingAction,
    entry: BillingAuditEntry<P>,
  ) => Promise<unknown>;
}

/** Anything that may be a writer of the audit log. */
export interface AuditLike {
  log(tx: never, action: never, entry: never): Promise<unknown>;
}

type ActionOf<A extends AuditLike> = Parameters<A['log']>[1];

/** The writer, or a sentence that says what it lacks. */
export type FittingAudit<A extends AuditLike, P extends string> = [
  Exclude<BillingAction, ActionOf<A>>,
] extends [never]
  ? BillingAuditPort<P>
  : `The audit log has no action ${Exclude<BillingAction, ActionOf<A>>}: spread billingActions of @tenantry/stripe-billing/audit into the actions of defineAudit.`;

/** The ports as the sync calls them: the tenant is under a name that only the tenancy knows. */
export interface Ports {
  readonly limits:
    | {
        setPlan(tx: BillingTransaction, change: object): Promise<unknown>;
        getPlan?(tx: BillingTransaction, of: object): Promise<PlanAtPort | null>;
      }
    | undefined;
  readonly audit:
    | { log(tx: BillingTransaction, action: BillingAction, entry: object): Promise<unknown> }
    | undefined;
}
