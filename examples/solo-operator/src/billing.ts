import { defineBilling } from '@tenantry/stripe-billing';
import { audit } from './audit.ts';
import { limits } from './limits.ts';
import { tenancy } from './tenancy.ts';

/**
 * What is on sale, by the lookup keys of Stripe's prices. The customer at Stripe is the business: it
 * keeps its subscription when the person who signed up leaves.
 */
export const billing = defineBilling(tenancy, {
  plans: {
    solo: { monthly: 'solo_monthly', yearly: 'solo_yearly' },
    pro: { monthly: 'pro_monthly', yearly: 'pro_yearly' },
  },
  free: 'free',
  limits,
  audit,
});
