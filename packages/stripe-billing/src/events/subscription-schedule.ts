import { type EventFamily, idIn } from './family.ts';

/** A schedule that will change a subscription. */
export const subscriptionScheduleEvents: EventFamily = {
  name: 'subscription-schedule',
  prefix: 'subscription_schedule.',
  required: ['subscription_schedule.updated', 'subscription_schedule.released'],
  route: 'customer',
  subject: (object) => ({ customer: idIn(object.customer) }),
};
