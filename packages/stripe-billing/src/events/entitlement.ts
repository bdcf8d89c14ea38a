import { type EventFamily, idIn } from './family.ts';

/** Stripe's own entitlements changed. */
export const entitlementEvents: EventFamily = {
  name: 'entitlement',
  prefix: 'entitlements.',
  required: ['entitlements.active_entitlement_summary.updated'],
  route: 'customer',
  subject: (object) => ({ customer: idIn(object.customer) }),
};
