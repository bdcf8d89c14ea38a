import type { TenantOption } from '@tenantry/core';

/** What happened, without the tenant. */
export interface AlertFacts {
  readonly kind:
    | 'unmapped-price'
    | 'unknown-status'
    | 'seats-refused'
    | 'dead-letter'
    | 'parked-customer'
    | 'account-unknown';
  readonly message: string;
  readonly customer?: string;
  readonly prices?: readonly string[];
}

/** Something that an operator should know; nothing was lost. */
export type BillingAlert<P extends string> = AlertFacts & TenantOption<P>;
