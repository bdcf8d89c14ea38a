import type { Queryable } from '@tenantry/core/sql';

/** The plan of a tenant, as the packages that enforce plans are told of it. */
export interface PlanChange {
  readonly tenantId: string;
  /** The plan, or null when the tenant has none and no free plan is named. */
  readonly plan: string | null;
  /** Add-on → units, over all subscriptions. */
  readonly addons?: Record<string, number>;
  readonly trialEndsAt?: Date | null;
  readonly periodStart?: Date | null;
  readonly periodEnd?: Date | null;
  /** Unpaid, paused, or past due for longer than the grace: everything stays, nothing is added. */
  readonly readOnly?: boolean;
  /** `stripe`, and the subscription that gives the plan: `stripe:sub_…`. */
  readonly source: string;
  /** Larger with every change of one tenant; an older change must not replace a newer one. */
  readonly version?: number | bigint;
}

/** What a tenant has, as a port says. */
export interface HeldPlan {
  /** Null where the tenant has none of its own. */
  readonly plan: string | null;
  /** Who gave it: `stripe:sub_…`, `support`; null where nobody said. */
  readonly source: string | null;
  readonly readOnly?: boolean;
  /** Whether it is the plan of a tenant that was given none. */
  readonly isDefault?: boolean;
  /** Add-on → units, whoever gave them. */
  readonly addons?: Readonly<Record<string, number>>;
}

/**
 * Where the plan goes. `limits.port` of `@tenantry/plan-limits` is one; anything with this shape
 * will do. It is called inside the transaction that stores the billing state.
 */
export interface PlanPort {
  setPlan(db: Queryable, change: PlanChange): Promise<unknown>;
  /**
   * What a tenant has now, locked until the transaction ends; null where it has nothing. With it a plan
   * that somebody else gave is neither replaced by a smaller one nor lost when a subscription ends.
   * Without it Stripe's sync cannot tell, and hands over what Stripe gives as soon as there is a
   * subscription.
   */
  getPlan?(db: Queryable, tenantId: string): Promise<HeldPlan | null>;
}

/** What an entry of the audit log says. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly resource: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What is written into the audit log. */
export type AuditAction = 'billing.plan_changed' | 'billing.customer_linked';

/** Where changes are recorded, in the transaction of the change. */
export interface AuditPort {
  log(db: Queryable, action: AuditAction, entry: AuditEntry): Promise<unknown>;
}
