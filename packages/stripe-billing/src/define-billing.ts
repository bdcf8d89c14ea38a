import './errors.ts';
import type { Tenancy, TenantPool, TenantProperty } from '@tenantry/core';
import { check, checkOptions, checkType } from '@tenantry/core/errors';
import { checkTenancy, type Queryable } from '@tenantry/core/sql';
import type { Feature, FeatureDescription, FeatureInput } from '@tenantry/rls/feature';
import type { CheckoutOrder } from './checkout/checkout.ts';
import { connect } from './connect/connect.ts';
import type { Defined } from './connect/defined.ts';
import type { BillingConnectOptions } from './connect/options.ts';
import type { BillingRuntime } from './connect/runtime.ts';
import { describeBilling } from './describe.ts';
import {
  type BillingRetention,
  type BillingUpkeepOptions,
  type BillingUpkeepResult,
  billingRetention,
  retentionCheck,
  retentionTask,
  upkeep,
} from './operate/upkeep.ts';
import { type Catalog, type CatalogOptions, createCatalog } from './plans/catalog.ts';
import type { AuditLike, BillingPlanPort, FittingAudit, Ports } from './ports.ts';
import { billingSql } from './sql/index.ts';
import { billingTables } from './tables/tables.ts';

type PropertyOf<T extends Tenancy> = TenantProperty<T['tenant'], T['id']>;

/** Plan → interval → price. */
type SoldPlans = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What {@link defineBilling} takes. */
export interface BillingOptions<P extends string, S extends SoldPlans, A extends AuditLike>
  extends CatalogOptions {
  readonly plans: S;
  /** How long a tenant keeps its plan after a payment failed, in days, 0 to 365. Default: 14. */
  readonly graceDays?: number;
  /**
   * The receiver of the plan: the result of `defineLimits`, or a port. When it lists its plans and
   * add-ons, the sold ones must be among them. Default: none.
   */
  readonly limits?: BillingPlanPort<P>;
  /**
   * The audit log: the result of `defineAudit`, whose actions include `billingActions`, or a port.
   * Default: none.
   */
  readonly audit?: A & FittingAudit<A, P>;
  /**
   * How long rows are kept, applied by `tenantry maintain` and `startUpkeep`. Default: see
   * {@link BillingRetention}.
   */
  readonly retention?: BillingRetention;
}

/** A checkout of one of the plans, by one of its intervals. */
export type OrderOf<S> = {
  [Plan in keyof S & string]: Omit<CheckoutOrder, 'plan' | 'interval'> & {
    readonly plan: Plan;
    readonly interval: keyof S[Plan] & string;
  };
}[keyof S & string];

/** Billing of an application: a feature of the generator and of the command line, and `connect`. */
export interface Billing<T extends Tenancy, S extends SoldPlans> extends Feature {
  readonly name: 'stripe-billing';
  readonly tenancy: T;
  /** The tables: `columns()` spreads into a `pgTable`, `rules(t)` into its third argument. */
  readonly tables: ReturnType<typeof billingTables<T>>;
  /**
   * Connects to a database and to one account of Stripe in one mode. Call it once for each, when the
   * application starts. Webhooks and checkouts work from then on; they queue syncs, which `start()` or
   * `runOnce()` of the runtime process.
   *
   * @param pool the tenant pool
   * @throws TenantryError `CONFIG_INVALID`
   * @example
   * ```ts
   * const runtime = billing.connect(pool, { stripe, livemode: true, webhookSecrets });
   * const worker = runtime.start();
   * ```
   */
  connect(
    pool: TenantPool,
    options: BillingConnectOptions<PropertyOf<T>>,
  ): BillingRuntime<PropertyOf<T>, OrderOf<S>>;
  /**
   * Deletes all rows whose retention is over, of all accounts: processed and given-up events, closed
   * checkouts. Call it in `tenancy.asSystem({ …, write: true }, …)`; it does not call Stripe.
   *
   * Sends `select tenantry.billing_prune(…)`, once for each batch.
   * @throws TenantryError `CONFIG_INVALID`
   * @example
   * ```ts
   * const { done, removed, left } = await tenancy.asSystem({ reason: 'upkeep', actor: 'cron', write: true }, () =>
   *   billing.upkeep(pool),
   * );
   * ```
   */
  upkeep(db: Queryable, options?: BillingUpkeepOptions): Promise<BillingUpkeepResult>;
  /**
   * Plans, subscriptions, items and invoices of the current tenant, whether it may open a checkout, and
   * the last changes of its plan; in a system scope the plans of the first 100 tenants.
   *
   * Sends `select tenantry.billing_describe(…)`.
   */
  describe(db: Queryable): Promise<FeatureDescription>;
}

/**
 * Defines what is on sale. The definition contains neither a key nor a connection, so that the schema, the
 * generator and the command line can load it anywhere; `connect` adds both.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const billing = defineBilling(tenancy, {
 *   plans: { pro: { monthly: 'pro_monthly', yearly: 'pro_yearly' } },
 *   free: 'free',
 *   limits,
 *   audit,
 * });
 * export const invoices = pgTable('invoices', billing.tables.invoices.columns(), (t) => [
 *   ...billing.tables.invoices.rules(t),
 * ]);
 * ```
 */
export function defineBilling<
  T extends Tenancy,
  const S extends SoldPlans,
  A extends AuditLike = AuditLike,
>(tenancy: T, options: BillingOptions<PropertyOf<T>, S, A>): Billing<T, S> {
  checkTenancy(tenancy, 'defineBilling');
  checkOptions('defineBilling', options, {
    plans: 'object',
    free: 'any',
    addons: 'object?',
    seats: 'object?',
    meters: 'array?',
    graceDays: 'number?',
    limits: 'object?',
    audit: 'object?',
    retention: 'any',
  });
  const { graceDays = 14, limits, audit } = options;
  check(graceDays >= 0 && graceDays <= 365, `graceDays is ${graceDays}`, 'Use 0 to 365 days.');
  const retention = billingRetention(options.retention);
  const catalog = createCatalog(options);
  for (const [name, given] of Object.entries({ limits, audit })) {
    const { tenancy: of = tenancy } = (given ?? {}) as { readonly tenancy?: Tenancy };
    check(
      of?.setting === tenancy.setting,
      `${name} of another tenancy in defineBilling`,
      'Define both with the same tenancy.',
    );
  }
  checkType(
    (limits ?? { setPlan() {} }).setPlan,
    'function',
    'setPlan of option limits of defineBilling',
  );
  checkType((audit ?? { log() {} }).log, 'function', 'log of option audit of defineBilling');
  if (limits !== undefined) refuseUnknown(catalog, limits);
  const defined: Defined = {
    tenancy,
    catalog,
    graceDays,
    limits,
    audit: audit as Ports['audit'],
    countsSeats: options.seats !== undefined,
  };
  return Object.freeze<Billing<T, S>>({
    name: 'stripe-billing',
    dialects: ['postgres', 'citus'],
    tenancy,
    tables: billingTables(tenancy),
    describe: (db) => describeBilling(tenancy, db),
    sql: (input: FeatureInput) => billingSql(input, defined.countsSeats),
    commands: async () => (await import('./commands/index.ts')).billingCommands(defined),
    upkeep: (db, given) => upkeep(db, given, retention),
    upkeepTasks: [retentionTask(retention)],
    doctor: [retentionCheck(retention)],
    connect: (pool, given) => connect(defined, pool, given as never) as never,
  });
}

/** Refuses plans and add-ons that the limits do not know: they would be refused at every sync of a buyer. */
function refuseUnknown(
  { plans, addons }: Catalog,
  { plans: known, addOns }: BillingPlanPort<never>,
): void {
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
