import type { IdColumn, Tenancy } from '@tenantry/core';
import { columnTypes as c } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';

/** The tenant column, as the tenancy names it. */
type Scoped<T extends Tenancy> = { [Key in T['property']]: IdColumn<T['id']> };

const counter = (name: string) => c.defaulted(c.big(name), 0);
const object = (name: string) => c.defaulted(c.json(name), sql`'{}'::jsonb`);
const now = (name: string) => c.defaulted(c.time(name), sql`now()`);

/** Which account of Stripe, and which of its two modes, a row belongs to. */
const origin = () => ({
  account: c.defaulted(c.text('account'), 'default'),
  livemode: c.required(c.bool('livemode')),
});

const times = () => ({
  createdAt: now('created_at'),
  updatedAt: now('updated_at'),
});

/**
 * The columns of each table, to spread into a `pgTable`. A sync does not change columns that you add.
 */
export function columnsOf<T extends Tenancy>(tenancy: T) {
  const scoped = () => tenancy.columns.scoped() as Scoped<T>;
  return {
    /** One row per tenant, account and mode: its Stripe customer, and its plan and access. */
    customers: () => ({
      ...scoped(),
      ...origin(),
      stripeCustomerId: c.text('stripe_customer_id'),
      customerDeletedAt: c.time('customer_deleted_at'),
      creationAttempt: c.defaulted(c.uuid('creation_attempt'), sql`gen_random_uuid()`),
      creationParams: object('creation_params'),
      // what it may do
      status: c.text('status'),
      plan: c.text('plan'),
      access: c.defaulted(c.text('access'), 'none'),
      planSource: c.text('plan_source'),
      addons: object('addons'),
      periodStart: c.time('period_start'),
      periodEnd: c.time('period_end'),
      trialEndsAt: c.time('trial_ends_at'),
      trialUsedAt: c.time('trial_used_at'),
      cancelAtPeriodEnd: c.defaulted(c.bool('cancel_at_period_end'), false),
      endsAt: c.time('ends_at'),
      pastDueSince: c.time('past_due_since'),
      graceUntil: c.time('grace_until'),
      unmappedPrices: c.json('unmapped_prices'),
      granted: c.json('granted'),
      entitlementVersion: counter('entitlement_version'),
      // how far the copy is
      syncWanted: counter('sync_wanted'),
      syncDone: counter('sync_done'),
      fullWanted: counter('full_wanted'),
      seatsWanted: counter('seats_wanted'),
      seatsDone: counter('seats_done'),
      appliedFencingToken: counter('applied_fencing_token'),
      leaseOwner: c.text('lease_owner'),
      leaseUntil: c.time('lease_until'),
      nextAt: now('next_at'),
      burst: counter('burst'),
      recheckAt: c.time('recheck_at'),
      attempts: counter('attempts'),
      error: c.text('error'),
      syncedAt: c.time('synced_at'),
      ...times(),
    }),
    subscriptions: () => ({
      ...scoped(),
      id: c.required(c.text('id')),
      ...origin(),
      status: c.required(c.text('status')),
      plan: c.text('plan'),
      cancelAt: c.time('cancel_at'),
      cancelAtPeriodEnd: c.defaulted(c.bool('cancel_at_period_end'), false),
      canceledAt: c.time('canceled_at'),
      endedAt: c.time('ended_at'),
      endsAt: c.time('ends_at'),
      trialStart: c.time('trial_start'),
      trialEnd: c.time('trial_end'),
      pauseCollection: c.text('pause_collection'),
      pastDueSince: c.time('past_due_since'),
      periodStart: c.time('period_start'),
      periodEnd: c.time('period_end'),
      schedule: c.text('schedule'),
      latestInvoice: c.text('latest_invoice'),
      metadata: object('metadata'),
      startedAt: c.required(c.time('started_at')),
      ...times(),
    }),
    subscriptionItems: () => ({
      ...scoped(),
      id: c.required(c.text('id')),
      ...origin(),
      subscriptionId: c.required(c.text('subscription_id')),
      price: c.required(c.text('price')),
      product: c.required(c.text('product')),
      lookupKey: c.text('lookup_key'),
      role: c.text('role'),
      name: c.text('name'),
      quantity: c.big('quantity'),
      interval: c.text('interval'),
      periodStart: c.time('period_start'),
      periodEnd: c.time('period_end'),
      ...times(),
    }),
    invoices: () => ({
      ...scoped(),
      id: c.required(c.text('id')),
      ...origin(),
      subscriptionId: c.text('subscription_id'),
      number: c.text('number'),
      status: c.required(c.text('status')),
      billingReason: c.text('billing_reason'),
      currency: c.required(c.text('currency')),
      total: c.big('total'),
      amountDue: c.big('amount_due'),
      amountPaid: c.big('amount_paid'),
      amountRemaining: c.big('amount_remaining'),
      attemptCount: c.int('attempt_count'),
      dueAt: c.time('due_at'),
      periodStart: c.time('period_start'),
      periodEnd: c.time('period_end'),
      finalizedAt: c.time('finalized_at'),
      paidAt: c.time('paid_at'),
      hostedUrl: c.text('hosted_url'),
      pdfUrl: c.text('pdf_url'),
      issuedAt: c.required(c.time('issued_at')),
      ...times(),
    }),
    checkoutIntents: () => ({
      ...scoped(),
      id: c.defaulted(c.uuid('id'), sql`gen_random_uuid()`),
      ...origin(),
      state: c.defaulted(c.text('state'), 'open'),
      params: object('params'),
      sessionId: c.text('session_id'),
      url: c.text('url'),
      closedAt: c.time('closed_at'),
      ...times(),
    }),
    products: () => ({
      id: c.key(c.text('id')),
      ...origin(),
      name: c.required(c.text('name')),
      description: c.text('description'),
      active: c.required(c.bool('active')),
      metadata: object('metadata'),
      appliedFencingToken: counter('applied_fencing_token'),
      ...times(),
    }),
    prices: () => ({
      id: c.key(c.text('id')),
      ...origin(),
      product: c.required(c.text('product')),
      lookupKey: c.text('lookup_key'),
      nickname: c.text('nickname'),
      active: c.required(c.bool('active')),
      currency: c.required(c.text('currency')),
      unitAmount: c.big('unit_amount'),
      interval: c.text('interval'),
      intervalCount: c.int('interval_count'),
      usageType: c.text('usage_type'),
      metadata: object('metadata'),
      appliedFencingToken: counter('applied_fencing_token'),
      ...times(),
    }),
    /** Received events: ids only, never a payload. */
    webhookEvents: () => ({
      eventId: c.key(c.text('event_id')),
      ...origin(),
      type: c.required(c.text('type')),
      route: c.required(c.text('route')),
      objectId: c.text('object_id'),
      customerId: c.text('customer_id'),
      invoiceId: c.text('invoice_id'),
      state: c.required(c.text('state')),
      seq: c.big('seq'),
      attempts: counter('attempts'),
      nextAt: now('next_at'),
      leaseUntil: c.time('lease_until'),
      error: c.text('error'),
      occurredAt: c.required(c.time('occurred_at')),
      processedAt: c.time('processed_at'),
      ...times(),
    }),
  };
}
