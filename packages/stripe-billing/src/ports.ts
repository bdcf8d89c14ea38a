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

/**
 * Where the plan goes. `limits.port` of `@tenantry/plan-limits` is one; anything with this shape
 * will do. It is called inside the transaction that stores the billing state.
 */
export interface PlanPort {
  setPlan(db: Queryable, change: PlanChange): Promise<unknown>;
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
