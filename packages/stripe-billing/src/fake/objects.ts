/** Seconds since 1970, as Stripe has them. */
export type Seconds = number;

/** The common fields of all objects of the fake. */
export interface FakeObject {
  id: string;
  object: string;
  livemode: boolean;
  created: Seconds;
  [field: string]: unknown;
}

export interface FakeCustomer extends FakeObject {
  object: 'customer';
  email: string | null;
  name: string | null;
  metadata: Record<string, string>;
  test_clock: string | null;
  invoice_settings: { default_payment_method: string | null };
  deleted?: true;
}

export interface FakeProduct extends FakeObject {
  object: 'product';
  name: string;
  description: string | null;
  active: boolean;
  default_price: string | null;
  metadata: Record<string, string>;
}

export interface FakeRecurring {
  interval: 'day' | 'week' | 'month' | 'year';
  interval_count: number;
  usage_type: 'licensed' | 'metered';
}

export interface FakePrice extends FakeObject {
  object: 'price';
  product: string;
  active: boolean;
  currency: string;
  unit_amount: number | null;
  lookup_key: string | null;
  nickname: string | null;
  type: 'recurring' | 'one_time';
  recurring: FakeRecurring | null;
  metadata: Record<string, string>;
}

export interface FakeItem extends FakeObject {
  object: 'subscription_item';
  subscription: string;
  /** The current price; only its id is stored. */
  price: FakePrice;
  /** Metered prices have none. */
  quantity?: number;
  current_period_start: Seconds;
  current_period_end: Seconds;
  metadata: Record<string, string>;
}

/** The statuses of Stripe, including future ones. */
export type FakeStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'canceled'
  | 'unpaid'
  | 'paused'
  | (string & {});

export interface FakeSubscription extends FakeObject {
  object: 'subscription';
  customer: string;
  status: FakeStatus;
  cancel_at: Seconds | null;
  cancel_at_period_end: boolean;
  canceled_at: Seconds | null;
  ended_at: Seconds | null;
  trial_start: Seconds | null;
  trial_end: Seconds | null;
  trial_settings: { end_behavior: { missing_payment_method: string } };
  pause_collection: { behavior: string; resumes_at: Seconds | null } | null;
  collection_method: string;
  billing_cycle_anchor: Seconds;
  start_date: Seconds;
  latest_invoice: string | null;
  schedule: string | null;
  currency: string;
  metadata: Record<string, string>;
}

export interface FakeInvoice extends FakeObject {
  object: 'invoice';
  customer: string;
  number: string | null;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  currency: string;
  total: number;
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  attempt_count: number;
  next_payment_attempt: Seconds | null;
  billing_reason: string;
  collection_method: string;
  due_date: Seconds | null;
  period_start: Seconds;
  period_end: Seconds;
  hosted_invoice_url: string | null;
  invoice_pdf: string | null;
  parent: {
    type: 'subscription_details';
    subscription_details: { subscription: string; metadata: Record<string, string> };
  } | null;
  lines: { object: 'list'; data: FakeObject[]; has_more: boolean; url: string };
  status_transitions: {
    finalized_at: Seconds | null;
    paid_at: Seconds | null;
    voided_at: Seconds | null;
    marked_uncollectible_at: Seconds | null;
  };
  metadata: Record<string, string>;
}

export interface FakeEvent extends FakeObject {
  object: 'event';
  type: string;
  api_version: string;
  account?: string;
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
}
