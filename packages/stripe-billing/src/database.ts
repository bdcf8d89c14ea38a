import type {
  KyselyBigintOrNull,
  KyselyColumn,
  KyselyCounter,
  KyselyGenerated,
  KyselyTenant,
} from '@tenantry/rls/feature';

type Now = KyselyGenerated<Date>;
type JsonObject = KyselyGenerated<Record<string, unknown>>;

/**
 * The tables of billing for Kysely, by the names that `tenantry generate` gives them. Tenants read their
 * rows; only the system role writes them. `Column` is the tenant column, `Id` the id of tenants in
 * TypeScript.
 *
 * @example
 * ```ts
 * interface Database extends BillingDatabase { projects: ProjectsTable }
 * ```
 */
export interface BillingDatabase<Column extends string = 'organization_id', Id = string> {
  billing_customers: KyselyTenant<Column, Id> & {
    account: KyselyGenerated<string>;
    livemode: boolean;
    stripe_customer_id: string | null;
    customer_deleted_at: Date | null;
    creation_attempt: KyselyGenerated<string>;
    creation_params: JsonObject;
    status: string | null;
    plan: string | null;
    access: KyselyGenerated<string>;
    plan_source: string | null;
    addons: JsonObject;
    period_start: Date | null;
    period_end: Date | null;
    trial_ends_at: Date | null;
    trial_used_at: Date | null;
    cancel_at_period_end: KyselyGenerated<boolean>;
    ends_at: Date | null;
    past_due_since: Date | null;
    grace_until: Date | null;
    unmapped_prices: KyselyColumn<unknown>;
    granted: KyselyColumn<unknown>;
    entitlement_version: KyselyCounter;
    sync_wanted: KyselyCounter;
    sync_done: KyselyCounter;
    full_wanted: KyselyCounter;
    seats_wanted: KyselyCounter;
    seats_done: KyselyCounter;
    applied_fencing_token: KyselyCounter;
    lease_owner: string | null;
    lease_until: Date | null;
    next_at: Now;
    burst: KyselyCounter;
    recheck_at: Date | null;
    attempts: KyselyCounter;
    error: string | null;
    synced_at: Date | null;
    created_at: Now;
    updated_at: Now;
  };
  billing_subscriptions: KyselyTenant<Column, Id> & {
    id: string;
    account: KyselyGenerated<string>;
    livemode: boolean;
    status: string;
    plan: string | null;
    cancel_at: Date | null;
    cancel_at_period_end: KyselyGenerated<boolean>;
    canceled_at: Date | null;
    ended_at: Date | null;
    ends_at: Date | null;
    trial_start: Date | null;
    trial_end: Date | null;
    pause_collection: string | null;
    past_due_since: Date | null;
    period_start: Date | null;
    period_end: Date | null;
    schedule: string | null;
    latest_invoice: string | null;
    metadata: JsonObject;
    started_at: Date;
    created_at: Now;
    updated_at: Now;
  };
  billing_subscription_items: KyselyTenant<Column, Id> & {
    id: string;
    account: KyselyGenerated<string>;
    livemode: boolean;
    subscription_id: string;
    price: string;
    product: string;
    lookup_key: string | null;
    role: string | null;
    name: string | null;
    quantity: KyselyBigintOrNull;
    interval: string | null;
    period_start: Date | null;
    period_end: Date | null;
    created_at: Now;
    updated_at: Now;
  };
  billing_invoices: KyselyTenant<Column, Id> & {
    id: string;
    account: KyselyGenerated<string>;
    livemode: boolean;
    subscription_id: string | null;
    number: string | null;
    status: string;
    billing_reason: string | null;
    currency: string;
    total: KyselyBigintOrNull;
    amount_due: KyselyBigintOrNull;
    amount_paid: KyselyBigintOrNull;
    amount_remaining: KyselyBigintOrNull;
    attempt_count: number | null;
    due_at: Date | null;
    period_start: Date | null;
    period_end: Date | null;
    finalized_at: Date | null;
    paid_at: Date | null;
    hosted_url: string | null;
    pdf_url: string | null;
    issued_at: Date;
    created_at: Now;
    updated_at: Now;
  };
  billing_checkout_intents: KyselyTenant<Column, Id> & {
    id: KyselyGenerated<string>;
    account: KyselyGenerated<string>;
    livemode: boolean;
    state: KyselyGenerated<string>;
    params: JsonObject;
    session_id: string | null;
    url: string | null;
    closed_at: Date | null;
    created_at: Now;
    updated_at: Now;
  };
  billing_products: {
    id: string;
    account: KyselyGenerated<string>;
    livemode: boolean;
    name: string;
    description: string | null;
    active: boolean;
    metadata: JsonObject;
    applied_fencing_token: KyselyCounter;
    created_at: Now;
    updated_at: Now;
  };
  billing_prices: {
    id: string;
    account: KyselyGenerated<string>;
    livemode: boolean;
    product: string;
    lookup_key: string | null;
    nickname: string | null;
    active: boolean;
    currency: string;
    unit_amount: KyselyBigintOrNull;
    interval: string | null;
    interval_count: number | null;
    usage_type: string | null;
    metadata: JsonObject;
    applied_fencing_token: KyselyCounter;
    created_at: Now;
    updated_at: Now;
  };
  billing_webhook_events: {
    event_id: string;
    account: KyselyGenerated<string>;
    livemode: boolean;
    type: string;
    route: string;
    object_id: string | null;
    customer_id: string | null;
    invoice_id: string | null;
    state: string;
    seq: KyselyBigintOrNull;
    attempts: KyselyCounter;
    next_at: Now;
    lease_until: Date | null;
    error: string | null;
    occurred_at: Date;
    processed_at: Date | null;
    created_at: Now;
    updated_at: Now;
  };
}
