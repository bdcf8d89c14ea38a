import { type ErrorEntry, entry } from './entry.ts';

/** Billing. */
export const stripeBillingCodes = {
  WEBHOOK_SIGNATURE_INVALID: entry(
    400,
    'The webhook is not signed with any of the known secrets, or its timestamp is too old',
    'Pass the request with its body unread and unparsed, and the signing secret of this very endpoint; while a secret is rotated, pass both.',
  ),
  WEBHOOK_TOO_LARGE: entry(
    413,
    'The webhook is larger than an event of Stripe can be',
    'Raise maxBytes if this really came from Stripe.',
  ),
  WEBHOOK_MALFORMED: entry(
    400,
    'The webhook is signed, and is no event of Stripe',
    'Send events of Stripe to this address, and nothing else.',
  ),
  WEBHOOK_WRONG_MODE: entry(
    400,
    'The event is of test mode where live mode is expected, or the other way round',
    'Give the endpoint of each mode its own address and secret, and connect() the right livemode.',
  ),
  WEBHOOK_WRONG_ACCOUNT: entry(
    400,
    'The event is of another Stripe account',
    'Give each account an address of its own, and connect() its connectedAccount.',
  ),
  WEBHOOK_NOT_STORED: entry(
    503,
    'The event could not be stored; Stripe will send it again',
    'Look at the cause: the database refused or was not there.',
  ),
  BILLING_PLAN_UNKNOWN: entry(
    422,
    'No such plan, interval or add-on is on sale',
    'Use one that defineBilling names.',
  ),
  BILLING_PRICE_MISSING: entry(
    500,
    'Stripe has no active price for something that is on sale',
    'Create the price with that lookup key in this mode, or correct defineBilling; `tenantry billing doctor` lists all of them.',
  ),
  BILLING_SUBSCRIPTION_EXISTS: entry(
    409,
    'The organization has a subscription already',
    'Send the customer to portal() to change it.',
  ),
  BILLING_CUSTOMER_TAKEN: entry(
    409,
    'The Stripe customer belongs to another organization, or the organization has another customer',
    'One organization has one customer of an account; unlink the other one first.',
  ),
  BILLING_CUSTOMER_UNKNOWN: entry(
    502,
    'Stripe does not know the customer of the organization with this key',
    'Use the key of the account and of the mode in which the customer was made. When it is gone there for good, link another one: link(organizationId, customer, { replace: true }).',
  ),
  BILLING_ACCOUNT_MISMATCH: entry(
    502,
    'The key is of another Stripe account, or of another mode, than the customers of the organizations',
    'Use the key of their account and mode. To serve a second account, give it a name in connect({ account }); to move to another one, see `tenantry billing account`.',
  ),
  BILLING_PRICE_AMBIGUOUS: entry(
    500,
    'Several prices of Stripe fit something that is on sale',
    'Name the price itself in defineBilling, by its id or its lookup key, or archive the others.',
  ),
  BILLING_CHECKOUT_CONTENDED: entry(
    409,
    'Other checkouts of the organization were opened and closed at the same time',
    'Try again.',
  ),
  BILLING_RETURN_URL_INVALID: entry(
    400,
    'An address to return to is not one that customers may be sent to',
    'Use an http or https address of an origin that connect() names in returnOrigins.',
  ),
  STRIPE_UNAVAILABLE: entry(
    503,
    'Stripe does not answer now',
    'Try again; look at the cause when it stays.',
  ),
  STRIPE_REFUSED: entry(
    502,
    'Stripe refused the request',
    'Look at the cause, and at the request in the dashboard of Stripe: a key without the permission, or parameters that do not fit.',
  ),
} as const satisfies Record<string, ErrorEntry>;
