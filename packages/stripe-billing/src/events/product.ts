import type { EventFamily } from './family.ts';

/** A product was made, changed or deleted. */
export const productEvents: EventFamily = {
  name: 'product',
  prefix: 'product.',
  required: ['product.created', 'product.updated', 'product.deleted'],
  route: 'catalog',
  subject: () => ({}),
};
