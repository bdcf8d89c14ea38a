import { defineErrors } from '@tenantry/core/errors';

/** The codes of this application; every adapter answers them, and SQL can raise them. */
export const appErrors = defineErrors('@tenantry/example-solo-operator', {
  REQUEST_INVALID: {
    status: 422,
    title: 'The request is not valid',
    fix: 'Mend what `issues` names.',
  },
  OWNER_NEEDED: {
    status: 403,
    title: 'Only an owner of the business may do this',
    fix: 'Ask an owner.',
  },
  INVOICE_CLOSED: {
    status: 409,
    title: 'An invoice that was sent stays as it is',
    fix: 'Only its status changes. Write a new invoice, or a draft.',
  },
  PAYMENT_REFUSED: {
    status: 409,
    title: 'A payment does not fit its invoice',
    fix: 'Pay an invoice that was sent, with at most what is open.',
  },
  MONEY_INVALID: {
    status: 422,
    title: 'A text is no amount of its currency',
    fix: 'Write digits with at most as many decimals as the currency has: 1250.50 EUR, 1250 JPY.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof appErrors, true> {}
}
