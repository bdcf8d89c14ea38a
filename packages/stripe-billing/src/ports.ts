import type { Queryable } from '@tenantry/core/sql';

/** The plan of a tenant, as passed to the plan port. */
export interface PlanChange {
  readonly tenantId: string;
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
export interface HeldPlan {
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
 * The receiver of the plan, such as `limits.port` of `@tenantry/plan-limits` or any object of this shape.
 * It is called inside the transaction that stores the billing state.
 */
export interface PlanPort {
  setPlan(db: Queryable, change: PlanChange): Promise<unknown>;
  /**
   * The current plan of a tenant, locked until the transaction ends; null when it has none. With this
   * method a plan of another source is neither replaced by a smaller one nor lost when a subscription
   * ends. Without it the sync sets Stripe's plan as soon as there is a subscription.
   */
  getPlan?(db: Queryable, tenantId: string): Promise<HeldPlan | null>;
}

/** An entry for the audit log. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly resource: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The actions in the audit log. */
export type AuditAction = 'billing.plan_changed' | 'billing.customer_linked';

/** Records changes, in the transaction of the change. */
export interface AuditPort {
  log(db: Queryable, action: AuditAction, entry: AuditEntry): Promise<unknown>;
}
