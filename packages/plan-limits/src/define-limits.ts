import './errors.ts';
import type { Tenancy, TenantOption, TenantPool } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import type { ColumnsLike } from '@tenantry/rls';
import { type Feature, type FeatureDescription, retentionOf } from '@tenantry/rls/feature';
import { type Schedule, type StartUpkeepOptions, startUpkeep } from '@tenantry/rls/upkeep';
import { describe } from './api/describe.ts';
import { type GuardApi, guardApi } from './api/guards.ts';
import { type PlanApi, planApi } from './api/plan.ts';
import { type ReportApi, reportApi } from './api/report.ts';
import { limitsChecks, limitsTasks } from './api/tasks.ts';
import { type UpkeepApi, upkeepApi } from './api/upkeep.ts';
import { type UsageApi, usageApi } from './api/usage.ts';
import type { CountCondition } from './definition/conditions.ts';
import type { CounterFeature, CountFeature, FlagFeature } from './definition/features.ts';
import {
  type AddOnValues,
  addOnRows,
  checkFeatures,
  type LimitFeatures,
  type PlanValues,
  planRows,
} from './definition/plans.ts';
import { type LimitRetention, usualRetention } from './definition/retention.ts';
import { featureSql } from './sql/feature-sql.ts';
import type { Definition } from './sql/model.ts';
import { countsOf } from './tables/counts.ts';
import { type LimitTables, limitTables } from './tables/limit-tables.ts';
import type { LimitRule } from './tables/rules.ts';

/** What {@link defineLimits} takes. */
export interface LimitsOptions<F extends LimitFeatures, P extends string, A extends string> {
  /** What can be limited: `counted()`, `counter({ per })`, `flag()`. */
  readonly features: F;
  /** What each plan allows; a missing feature is denied. */
  readonly plans: Readonly<Record<P, PlanValues<F>>>;
  /** The plan of a tenant that has none. */
  readonly defaultPlan: NoInfer<P>;
  /** Add-ons, with what one item of each adds. Default: none. */
  readonly addOns?: Readonly<Record<A, AddOnValues<F>>>;
  /** The shares of a limit at which an event is written, in percent, 1 to 100. Default: `[80, 100]`. */
  readonly thresholds?: readonly number[];
  /** The HTTP status of a limit that waiting does not lift: 403, or 402 Payment Required. Default: 403. */
  readonly status?: 402 | 403;
  /**
   * How long rows are kept, applied by `tenantry maintain` and `startUpkeep`. Default: see
   * {@link LimitRetention}.
   */
  readonly retention?: LimitRetention;
}

type NamesOf<F extends LimitFeatures, Kind> = {
  [Name in keyof F]: F[Name] extends Kind ? Name : never;
}[keyof F] &
  string;

/** The limits of an application: its functions, its tables, and the feature for tenantry.config.ts. */
export interface Limits<
  F extends LimitFeatures = LimitFeatures,
  Plan extends string = string,
  P extends string = string,
> extends Feature,
    UsageApi<NamesOf<F, CounterFeature>, P>,
    ReportApi<keyof F & string, P>,
    GuardApi<keyof F & string, NamesOf<F, CounterFeature>>,
    PlanApi<keyof F & string, P>,
    UpkeepApi<P> {
  readonly name: 'plan-limits';
  readonly tenancy: Tenancy;
  readonly features: F;
  readonly plans: readonly Plan[];
  /** The names of the add-ons. */
  readonly addOns: readonly string[];
  readonly defaultPlan: Plan;
  /** The names of the flags. */
  readonly flags: readonly NamesOf<F, FlagFeature>[];
  /** The tables of plans and usage, as columns and rules that spread into your own `pgTable`. */
  readonly tables: LimitTables<P>;
  /**
   * Counts the rows of a table for a feature; spread it into the third argument of `pgTable`. A feature
   * that counts rows of several tables is named in each, and their rows add up. `tenantry generate`
   * writes the triggers.
   *
   * Emits `after insert … referencing new table … for each statement`, and with a condition
   * `after update … for each row when (…)`. Each takes an advisory lock on (tenant, feature) and counts.
   * @param where which rows count: property → value, values, `null`, `{ not }`, `isSet`, `inFuture`. All
   *   must match. Default: every row.
   * @throws TenantryError `CONFIG_INVALID`; from the statement that would exceed the limit
   *   `LIMIT_REACHED`, `FEATURE_NOT_IN_PLAN`, `PLAN_READ_ONLY`, `ISOLATION_LEVEL_REFUSED`
   * @example
   * ```ts
   * (t) => [...isolate(t), ...limits.counts(t, 'seats', { acceptedAt: null, expiresAt: inFuture })]
   * ```
   */
  counts<T extends ColumnsLike>(
    t: T,
    feature: NamesOf<F, CountFeature>,
    where?: CountCondition<Extract<keyof T, string>>,
  ): LimitRule[];
  /**
   * Runs the upkeep of these tables for the lifetime of the process, once an hour; `startUpkeep` of
   * `@tenantry/rls/upkeep` runs that of several features.
   *
   * @param options.onError receives the error of a failed run; the next run tries again. Default:
   *   console.error.
   * @example
   * ```ts
   * const upkeep = limits.start(pool);
   * process.once('SIGTERM', () => upkeep.stop());
   * ```
   */
  start(pool: TenantPool, options?: Omit<StartUpkeepOptions, 'features' | 'tasks'>): Schedule;
  /**
   * The plan, the exceptions and the add-ons of a tenant, what it uses of each limit, and the last 20
   * changes. In a system scope name the tenant; without one it lists the plans.
   */
  describe(db: Queryable, options?: TenantOption<P>): Promise<FeatureDescription>;
}

/**
 * Defines what plans allow. Counts are enforced by triggers in the inserting transaction, counters by
 * `consume`. Both read the limits from tables, so changing a limit is changing a row.
 *
 * The plans of the code fill plan_features and are compared with it; rows that an operator changed are
 * kept. The definition needs only the tenancy: the tables of the schema import it.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const limits = defineLimits(tenancy, {
 *   features: { projects: counted(), apiCalls: counter({ per: 'month' }), sso: flag() },
 *   plans: {
 *     free: { projects: 3, apiCalls: 1000 },
 *     enterprise: { projects: unlimited, apiCalls: unlimited, sso: true },
 *   },
 *   defaultPlan: 'free',
 * });
 *
 * export const projects = pgTable('projects', { … }, (t) => [
 *   ...isolate(t), ...limits.counts(t, 'projects'),
 * ]);
 * ```
 */
export function defineLimits<
  const F extends LimitFeatures,
  const Plan extends string,
  const AddOn extends string = never,
  T extends Tenancy = Tenancy,
>(tenancy: T, options: LimitsOptions<F, Plan, AddOn>): Limits<F, Plan, T['property']> {
  const definition = definitionOf(
    tenancy,
    options as unknown as LimitsOptions<LimitFeatures, string, string>,
  );
  const { features } = options;
  const [usage, report] = [usageApi(definition), reportApi(definition)];
  const limits: Limits<F, Plan, T['property']> = Object.freeze({
    ...usage,
    ...report,
    ...guardApi(definition, report, usage),
    ...planApi(definition),
    ...upkeepApi(definition),
    name: 'plan-limits',
    tenancy,
    features,
    plans: definition.plans,
    addOns: definition.addOns,
    defaultPlan: options.defaultPlan,
    flags: Object.keys(features).filter((each) => features[each]?.kind === 'flag'),
    tables: limitTables(tenancy),
    counts: countsOf(features),
    describe: async (db: Queryable, of?: TenantOption<string>) => describe(definition, db, of),
    start: (pool: TenantPool, given: StartUpkeepOptions = {}): Schedule =>
      startUpkeep(pool, { ...given, features: [limits], tasks: [] }),
    upkeepTasks: limitsTasks(definition),
    doctor: limitsChecks(definition),
    sql: (input: Parameters<Feature['sql']>[0]) => featureSql(definition, input),
    commands: async () => (await import('./commands.ts')).limitsCommands(definition),
  }) as unknown as Limits<F, Plan, T['property']>;
  return limits;
}

function definitionOf(
  tenancy: Tenancy,
  options: LimitsOptions<LimitFeatures, string, string>,
): Definition {
  const { features, plans, defaultPlan, addOns = {}, status = 403 } = options;
  const thresholds = [...new Set(options.thresholds ?? [80, 100])].sort((a, b) => a - b);
  checkFeatures(features);
  check(
    Object.hasOwn(plans, defaultPlan),
    `defaultPlan ${JSON.stringify(defaultPlan)}`,
    'Name one of the plans.',
  );
  check(
    thresholds.every((each) => Number.isInteger(each) && each >= 1 && each <= 100),
    `thresholds ${thresholds.join(', ')}`,
    'Use whole percents from 1 to 100.',
  );
  check(status === 402 || status === 403, `status ${status}`, 'Use 402 or 403.');
  return Object.freeze({
    tenancy,
    features,
    planRows: planRows(features, plans),
    addOnRows: addOnRows(features, addOns),
    plans: Object.keys(plans).sort(),
    addOns: Object.keys(addOns).sort(),
    defaultPlan,
    thresholds,
    status,
    retention: retentionOf('defineLimits', usualRetention, options.retention),
  });
}
