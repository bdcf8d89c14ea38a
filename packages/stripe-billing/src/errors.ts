import { defineErrors } from '@tenantry/core';

/** The codes of this package. */
export const stripeBillingErrors = defineErrors('@tenantry/stripe-billing', {
  WEBHOOK_SIGNATURE_INVALID: {
    status: 400,
    title: 'The webhook is not signed with any of the known secrets, or its timestamp is too old',
    fix: 'Pass the request with its body unread and unparsed, and the signing secret of this very endpoint; while a secret is rotated, pass both.',
  },
  WEBHOOK_TOO_LARGE: {
    status: 413,
    title: 'The webhook is larger than an event of Stripe can be',
    fix: 'Raise maxBytes if this really came from Stripe.',
  },
  WEBHOOK_MALFORMED: {
    status: 400,
    title: 'The webhook is signed, and is no event of Stripe',
    fix: 'Send events of Stripe to this address, and nothing else.',
  },
  WEBHOOK_WRONG_MODE: {
    status: 400,
    title: 'The event is of test mode where live mode is expected, or the other way round',
    fix: 'Give the endpoint of each mode its own address and secret, and connect() the right livemode.',
  },
  WEBHOOK_WRONG_ACCOUNT: {
    status: 400,
    title: 'The event is of another Stripe account',
    fix: 'Give each account an address of its own, and connect() its connectedAccount.',
  },
  WEBHOOK_NOT_STORED: {
    status: 503,
    title: 'The event could not be stored; Stripe will send it again',
    fix: 'Look at the cause: the database refused or was not there.',
  },
  BILLING_PLAN_UNKNOWN: {
    status: 422,
    title: 'No such plan, interval or add-on is on sale',
    fix: 'Use one that defineBilling names.',
  },
  BILLING_PRICE_MISSING: {
    status: 500,
    title: 'Stripe has no active price for something that is on sale',
    fix: 'Create the price with that lookup key in this mode, or correct defineBilling; `tenantry billing doctor` lists all of them.',
  },
  BILLING_SUBSCRIPTION_EXISTS: {
    status: 409,
    title: 'The tenant has a subscription already',
    fix: 'Send the customer to portal() to change it.',
  },
  BILLING_CUSTOMER_TAKEN: {
    status: 409,
    title: 'The Stripe customer belongs to another tenant, or the tenant has another customer',
    fix: 'One tenant has one customer of an account; to replace it, pass replace: true to link().',
  },
  BILLING_CUSTOMER_UNKNOWN: {
    status: 502,
    title: 'Stripe does not know the customer of the tenant with this key',
    fix: 'Use the key of the account and of the mode in which the customer was made. When it is gone there for good, link another one: link({ organizationId, customer, replace: true }).',
  },
  BILLING_ACCOUNT_MISMATCH: {
    status: 502,
    title:
      'The key is of another Stripe account, or of another mode, than the customers of the tenants',
    fix: 'Use the key of their account and mode. To serve a second account, give it a name in connect({ account }); to move to another one, see `tenantry billing account`.',
  },
  BILLING_PRICE_AMBIGUOUS: {
    status: 500,
    title: 'Several prices of Stripe fit something that is on sale',
    fix: 'Name the price itself in defineBilling, by its id or its lookup key, or archive the others.',
  },
  BILLING_CHECKOUT_CONTENDED: {
    status: 409,
    title: 'Other checkouts of the tenant were opened and closed at the same time',
    fix: 'Try again.',
  },
  BILLING_RETURN_URL_INVALID: {
    status: 400,
    title: 'An address to return to is not one that customers may be sent to',
    fix: 'Use an http or https address of an origin that connect() names in returnOrigins.',
  },
  BILLING_NOT_ON_COORDINATOR: {
    status: 500,
    title: 'Billing works on the coordinator of Citus, where its queue is',
    fix: 'Connect the system role to the coordinator: createTenantPool(…, { system: { connectionString } }). Tenants may read their billing through a worker.',
  },
  STRIPE_UNAVAILABLE: {
    status: 503,
    title: 'Stripe does not answer now',
    fix: 'Try again; look at the cause when it stays.',
  },
  STRIPE_REFUSED: {
    status: 502,
    title: 'Stripe refused the request',
    fix: 'Look at the cause, and at the request in the dashboard of Stripe: a key without the permission, or parameters that do not fit.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof stripeBillingErrors, true> {}
}
