import { defineBilling } from '@tenantry/stripe-billing';
import { audit } from './audit.ts';
import { limits } from './limits.ts';
import { tenancy } from './tenancy.ts';

/** What is on sale; the tier that a payment gives is passed to the limits in the same transaction. */
export const billing = defineBilling(tenancy, {
  plans: { team: { monthly: 'team_monthly', yearly: 'team_yearly' } },
  free: 'lite',
  limits,
  audit,
});

/** Billing with a key and a database. */
export type BillingRuntime = ReturnType<typeof billing.connect>;
