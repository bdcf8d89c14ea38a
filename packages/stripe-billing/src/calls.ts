import { callFunction, functionCall, type Queryable } from '@tenantry/core/sql';
import type { StoredEvent } from './events/index.ts';
import type { DeadRows } from './operate/dead-letters.ts';
import type { PriceInput, ProductInput } from './sync/catalog.ts';
import type { LockedRow } from './sync/grant.ts';
import type { Row, SnapshotRows } from './sync/rows.ts';
import type { Snapshot } from './sync/snapshot.ts';
import { toJsonb } from './to-jsonb.ts';
import type { GivenLease, Lease } from './worker/lease.ts';

/**
 * The functions of billing in the database: what each takes, and what it answers. `receive` is
 * `tenantry.billing_receive(jsonb)`. Account, mode and key are added to every input.
 */
export interface BillingCalls {
  // which account and how far
  account(input: { move?: boolean }): { stripeAccount: string | null; customers: number };
  fencing_token(input: object): number;
  /** Without `created` it only says where it stands, in seconds since 1970. */
  cursor(input: { created?: number }): number | null;

  // intake and sync
  receive(input: { events: readonly StoredEvent[] }): Record<string, Outcome>;
  lease(input: LeaseInput): { leases: GivenLease[]; soon: number | null };
  fail(input: FailInput): boolean;
  release(input: { tenant: string; worker: string; seatsAgain: 0 | 1 }): true;
  lock(input: { tenant: string }): LockedRow[];
  apply(input: ApplyInput): boolean;
  failures(input: { customer: string }): Record<string, number>;
  seats(input: { tenant: string }): number;
  /** One tenant, or the next ones after a key. @returns their ids */
  want(input: {
    tenant?: string;
    after?: string | undefined;
    full: boolean;
    most: number;
  }): string[];
  linked(input: { after?: string | undefined; most: number }): LinkedRow[];

  // events that are no matter of a known customer
  take(input: { lease_ms: number; most: number }): { events: TakenEvent[]; fencingToken: number };
  settle(input: SettleInput): true;
  park(input: { customer: string }): boolean;
  route(input: { events: readonly string[]; customer: string; full?: boolean }): boolean;
  put_product(input: ProductInput): boolean;
  put_price(input: PriceInput): boolean;
  retire(input: { id: string; fencingToken: number }): true;

  // customers and checkouts
  claim(input: { tenant: string; params: object; replace: boolean }): Claim;
  customer_gone(input: { tenant: string; customer: string }): boolean;
  link(input: { tenant: string; customer: string; replace: boolean }): LinkAnswer;
  open_intent(input: { tenant: string; params: object }): Intent;
  set_intent(input: IntentChange): boolean;

  // operators and pages
  describe(input: { ofTenant: boolean }): DescribedBilling;
  dead(input: { most: number }): DeadRows;
  replay(input: { event?: string; customer?: string }): { events: number; tenants: number };
  stored(input: { tenant: string }): Stored;
  prune(input: RetentionInput & { most: number }): { removed: Removed; left: number };
  overdue(input: RetentionInput): { table: string; rows: number }[];
}

export type BillingCall = keyof BillingCalls;
export type InputOf<C extends BillingCall> = Parameters<BillingCalls[C]>[0];
export type AnswerOf<C extends BillingCall> = ReturnType<BillingCalls[C]>;

/**
 * Calls a function of billing: one round trip.
 *
 * Sends `select tenantry."billing_receive"($1) as answer`.
 */
export const callBilling = <C extends BillingCall>(
  db: Queryable,
  called: C,
  input: InputOf<C>,
): Promise<AnswerOf<C>> => callFunction(db, `billing_${called}`, [toJsonb(input)]);

/** The same as a statement. */
export const billingCall = <C extends BillingCall>(called: C, input: InputOf<C>) =>
  functionCall(`billing_${called}`, [toJsonb(input)]);

/** What became of an event on arrival. */
export type Outcome = 'queued' | 'duplicate' | 'unmapped' | 'parked' | 'ignored';

interface LeaseInput {
  readonly worker: string;
  readonly lease_ms: number;
  readonly most: number;
  /** Seconds since 1970. Default: the clock of the database. */
  readonly now?: number | undefined;
}

interface FailInput {
  readonly tenant: string;
  readonly worker: string;
  readonly seq: number;
  readonly error: string;
  /** Whether it counts as an attempt. */
  readonly counts: 0 | 1;
  readonly retry_ms: number;
  readonly dead: boolean;
}

interface ApplyInput
  extends SnapshotRows,
    Pick<Lease, 'tenant' | 'customer' | 'fencingToken' | 'seq'>,
    Pick<Snapshot, 'customerDeleted' | 'allInvoices' | 'goneInvoices'>,
    Pick<LockedRow, 'granted' | 'version'> {
  readonly burst_ms: number;
  readonly seatsDone: number | null;
  readonly seatsError: string | null;
  readonly own: Row;
}

/** A tenant that is a customer. */
export interface LinkedRow {
  readonly tenant: string;
  readonly customer: string;
}

/** An event that has to be looked at by itself. */
export interface TakenEvent {
  readonly id: string;
  readonly type: string;
  readonly route: 'customer' | 'catalog' | 'lookup';
  readonly object: string | null;
  readonly customer: string | null;
  readonly invoice: string | null;
  readonly attempts: number;
}

interface SettleInput {
  readonly events: readonly string[];
  readonly state: 'pending' | 'unmapped' | 'processed' | 'ignored' | 'parked' | 'dead';
  readonly error?: string;
  readonly counts?: 0 | 1;
  readonly retry_ms?: number;
}

interface Claim {
  readonly customer: string | null;
  /** Makes the idempotency key: whoever repeats the attempt gets the same customer. */
  readonly attempt: string;
  readonly params: object;
  readonly trialUsed: boolean;
  readonly deleted: boolean;
}

interface LinkAnswer {
  readonly outcome: 'linked' | 'known' | 'taken' | 'other';
  readonly replayed?: number;
}

/** The open checkout of a tenant. */
export interface Intent {
  readonly id: string;
  readonly params: unknown;
  readonly session: string | null;
}

interface IntentChange {
  readonly tenant: string;
  readonly id: string;
  readonly session?: string;
  readonly url?: string | null;
  readonly state?: 'completed' | 'expired' | 'refused' | 'superseded';
  /** Only where this is its session. */
  readonly was?: string | null;
}

interface Stored {
  readonly subscriptions: readonly Row[];
  readonly items: readonly Row[];
  readonly invoices: readonly Row[];
  readonly own: Row | null;
}

type TextRows<Field extends string> = readonly Readonly<Record<Field, string | null>>[];

/** What `billing_describe` returns: up to 101 rows of each list. */
export interface DescribedBilling {
  readonly plans: TextRows<'tenant' | 'plan' | 'access' | 'graceUntil'>;
  readonly subscriptions: TextRows<
    'id' | 'plan' | 'startedAt' | 'pastDueSince' | 'canceledAt' | 'endedAt'
  >;
  readonly items: TextRows<'id'>;
  readonly invoices: TextRows<'id'>;
  /** Whether a subscription gives a plan, or may give one. */
  readonly subscribed: boolean;
}

/** What is kept for a time. */
export type RetentionKey = 'processedEvents' | 'givenUpEvents' | 'checkoutIntents';
/** Days; what is not named, or false, is kept. */
export type RetentionInput = { readonly [Key in RetentionKey]?: number | false };
type Removed = { readonly [Key in RetentionKey]?: number };
