import { type EventFamily, idIn } from './family.ts';

/** Anything that happens to a subscription. */
export const subscriptionEvents: EventFamily = {
  name: 'subscription',
  prefix: 'customer.subscription.',
  required: [
    'customer.subscription.created',
    'customer.subscription.updated',
    'customer.subscription.deleted',
    'customer.subscription.paused',
    'customer.subscription.resumed',
    'customer.subscription.pending_update_applied',
    'customer.subscription.pending_update_expired',
    'customer.subscription.trial_will_end',
  ],
  route: 'customer',
  subject: (object) => ({ customer: idIn(object.customer) }),
};
