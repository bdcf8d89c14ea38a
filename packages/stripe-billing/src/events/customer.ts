import { type EventFamily, idIn } from './family.ts';

/** A customer was made, changed or deleted. */
export const customerEvents: EventFamily = {
  name: 'customer',
  prefix: 'customer.',
  required: ['customer.created', 'customer.updated', 'customer.deleted'],
  route: 'customer',
  // discounts, sources and tax ids of a customer name it in a field
  subject: (object) => ({
    customer: object.object === 'customer' ? idIn(object.id) : idIn(object.customer),
  }),
};
