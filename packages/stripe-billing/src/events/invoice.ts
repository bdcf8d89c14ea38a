import { type EventFamily, idIn } from './family.ts';

/** An invoice; one that is only upcoming has no id, and nothing to store. */
export const invoiceEvents: EventFamily = {
  name: 'invoice',
  prefix: 'invoice.',
  required: [
    'invoice.created',
    'invoice.finalized',
    'invoice.paid',
    'invoice.payment_failed',
    'invoice.payment_action_required',
    'invoice.updated',
    'invoice.voided',
    'invoice.marked_uncollectible',
    'invoice.deleted',
  ],
  route: 'customer',
  subject: (object) => ({ customer: idIn(object.customer), invoice: idIn(object.id) }),
};
