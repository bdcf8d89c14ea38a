import { defineBilling } from '@tenantry/stripe-billing';
import { audit } from './audit.ts';
import { limits } from './limits.ts';
import { tenancy } from './tenancy.ts';

/**
 * What is on sale, by the lookup keys of Stripe's prices, which are the same in test and in live mode.
 * The plan that a payment gives is passed to the limits, and written to the audit log, in one transaction.
 */
export const billing = defineBilling(tenancy, {
  plans: { pro: { monthly: 'pro_monthly', yearly: 'pro_yearly' } },
  free: 'free',
  limits,
  audit,
});

/** Billing with a key and a database. */
export type BillingRuntime = ReturnType<typeof billing.connect>;
