import './errors.ts';
import type { Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import type { Feature, FeatureInput } from '@tenantry/rls/feature';
import type { CheckoutOrder } from './checkout/checkout.ts';
import { connect } from './connect/connect.ts';
import type { Defined } from './connect/defined.ts';
import type { ConnectOptions } from './connect/options.ts';
import type { BillingRuntime } from './connect/runtime.ts';
import {
  type BillingMaintained,
  type BillingMaintainOptions,
  type BillingRetention,
  billingRetention,
  maintain,
  retentionCheck,
  retentionTask,
} from './operate/maintain.ts';
import { type Catalog, type CatalogOptions, createCatalog } from './plans/catalog.ts';
import type { AuditPort, PlanPort } from './ports.ts';
import { billingSql } from './sql/index.ts';

/** What {@link defineBilling} takes. */
export interface BillingOptions<
  P extends Readonly<Record<string, Readonly<Record<string, string>>>>,
> extends CatalogOptions {
  readonly plans: P;
  /** How long an organization keeps its plan after a payment failed, 0 to 365 days. Default: 14. */
  readonly graceDays?: number;
  /**
   * The receiver of the plan: the result of `defineLimits`, or its port. When it lists its plans and
   * add-ons, the sold ones must be among them. Default: none.
   */
  readonly limits?: PlanPort | KnownPort;
  /** The port that records changes of the plan. Default: none. */
  readonly audit?: AuditPort;
  /**
   * How long rows are kept, applied by `tenantry maintain` and `startUpkeep`. Default: see
   * {@link BillingRetention}.
   */
  readonly retention?: BillingRetention;
}

/** A port that lists its plans and add-ons. */
export interface KnownPort {
  readonly port: PlanPort;
  readonly plans?: readonly string[];
  readonly addOns?: readonly string[];
}

type Interval<P, N extends keyof P> = keyof P[N] & string;

/** A checkout of one of the plans, by one of its intervals. */
export type OrderOf<P> = {
  [N in keyof P & string]: Omit<CheckoutOrder, 'plan' | 'interval'> & {
    readonly plan: N;
    readonly interval: Interval<P, N>;
  };
}[keyof P & string];

/** Billing of an application: a feature of the generator and of the command line, and `connect`. */
export interface Billing<P> extends Feature {
  readonly name: 'stripe-billing';
  /**
   * Connects to a database and to one account of Stripe in one mode. Call it once for each, when the
   * application starts.
   *
   * @throws TenantryError `CONFIG_INVALID`
   */
  connect(options: ConnectOptions): BillingRuntime<OrderOf<P>>;
  /**
   * Deletes all rows whose retention is over, of all accounts: processed and given-up events, closed
   * checkouts. Call it in `tenancy.asSystem({ …, write: true }, …)`; it does not call Stripe.
   *
   * Sends `select tenantry.billing_prune(…)`, once for each batch.
   * @throws TenantryError `CONFIG_INVALID`
   * @example
   * ```ts
   * const { done, removed, left } = await tenancy.asSystem({ reason: 'upkeep', actor: 'cron', write: true }, () =>
   *   billing.maintain(pool),
   * );
   * ```
   */
  maintain(db: Queryable, options?: BillingMaintainOptions): Promise<BillingMaintained>;
}

/**
 * Defines what is on sale. The definition contains neither a key nor a connection, so that the generator
 * and the command line can load it anywhere; `connect` adds both.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const billing = defineBilling(tenancy, {
 *   plans: { pro: { monthly: 'pro_monthly', yearly: 'pro_yearly' } },
 *   free: 'free',
 *   limits,
 * });
 * ```
 */
export function defineBilling<
  const P extends Readonly<Record<string, Readonly<Record<string, string>>>>,
>(tenancy: Tenancy, options: BillingOptions<P>): Billing<P> {
  const { graceDays = 14, limits, audit } = options;
  check(graceDays >= 0 && graceDays <= 365, `graceDays is ${graceDays}`, 'Use 0 to 365 days.');
  const retention = billingRetention(options.retention);
  const catalog = createCatalog(options);
  if (limits !== undefined && 'port' in limits) refuseUnknown(catalog, limits);
  const defined: Defined = {
    tenancy,
    catalog,
    graceDays,
    limits: limits !== undefined && 'port' in limits ? limits.port : limits,
    audit,
    countsSeats: options.seats !== undefined,
  };
  return Object.freeze({
    name: 'stripe-billing' as const,
    sql: (input: FeatureInput) => billingSql(input, defined.countsSeats),
    commands: async () => (await import('./commands/index.ts')).billingCommands(defined),
    maintain: (db: Queryable, given?: BillingMaintainOptions) => maintain(db, given, retention),
    upkeepTasks: [retentionTask(retention)],
    doctor: [retentionCheck(retention)],
    connect: (given: ConnectOptions) =>
      connect(defined, given) as unknown as BillingRuntime<OrderOf<P>>,
  });
}

/** Refuses plans and add-ons that the limits do not know: they would be refused at every sync of a buyer. */
function refuseUnknown({ plans, addons }: Catalog, { plans: known, addOns }: KnownPort): void {
  const refuse = (what: string, names: readonly string[], known: readonly string[] | undefined) => {
    const missing = known === undefined ? [] : names.filter((name) => !known.includes(name));
    check(
      missing.length === 0,
      `${what} in defineBilling that limits do not know: ${missing.join(', ')}`,
      `Add it to ${what === 'plans' ? 'plans' : 'addOns'} of defineLimits, or give it the name that it has there; the seats of defineBilling are the add-on that seats.addon names.`,
    );
  };
  refuse('plans', plans, known);
  refuse('add-ons', addons, addOns);
}
