import type { TenantKey } from '@tenantry/core';

/** An event that was given up, or whose customer is linked to nobody. */
interface DeadEvent {
  readonly id: string;
  readonly type: string;
  readonly state: 'dead' | 'parked';
  readonly object: string | null;
  readonly customer: string | null;
  readonly attempts: number;
  readonly error: string | null;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
}

/** A sync that fails. */
interface FailingSync {
  readonly customer: string | null;
  readonly attempts: number;
  readonly error: string | null;
}

/** What could not be done, for an operator. */
export interface BillingDeadLetters<P extends string> {
  readonly events: readonly DeadEvent[];
  readonly tenants: readonly (TenantKey<P> & FailingSync)[];
  /** The databases of tenants that gave no answer, each in words. */
  readonly unanswered: readonly string[];
}

/** The same as `billing_dead` returns it. */
export interface DeadRows {
  readonly events: readonly DeadEvent[];
  readonly tenants: readonly (FailingSync & { readonly tenant: string })[];
}
