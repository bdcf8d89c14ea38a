import type { EventFamily } from './family.ts';

/** A price was made, changed or deleted. */
export const priceEvents: EventFamily = {
  name: 'price',
  prefix: 'price.',
  required: ['price.created', 'price.updated', 'price.deleted'],
  route: 'catalog',
  subject: () => ({}),
};
