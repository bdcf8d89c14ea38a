import { type EventFamily, idIn } from './family.ts';

/** A checkout was completed, has expired, or was paid later. */
export const checkoutSessionEvents: EventFamily = {
  name: 'checkout-session',
  prefix: 'checkout.session.',
  required: [
    'checkout.session.completed',
    'checkout.session.expired',
    'checkout.session.async_payment_succeeded',
    'checkout.session.async_payment_failed',
  ],
  route: 'customer',
  subject: (object) => ({ customer: idIn(object.customer) }),
};
