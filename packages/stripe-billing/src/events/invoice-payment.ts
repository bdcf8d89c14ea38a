import { type EventFamily, idIn } from './family.ts';

/** A payment of an invoice; it names the invoice, not the customer. */
export const invoicePaymentEvents: EventFamily = {
  name: 'invoice-payment',
  prefix: 'invoice_payment.',
  required: ['invoice_payment.paid'],
  route: 'customer',
  subject: (object) => ({ invoice: idIn(object.invoice) }),
};
