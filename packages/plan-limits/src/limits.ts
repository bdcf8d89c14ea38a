import type { Tenancy, TenantOption, TenantPool } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { ColumnsLike } from '@tenantry/rls';
import type { Feature, FeatureDescription } from '@tenantry/rls/feature';
import type { Schedule, StartUpkeepOptions } from '@tenantry/rls/upkeep';
import type { GuardApi } from './api/guards.ts';
import type { PlanApi } from './api/plan.ts';
import type { ReportApi } from './api/report.ts';
import type { UpkeepApi } from './api/upkeep.ts';
import type { UsageApi } from './api/usage.ts';
import type { CountCondition } from './definition/conditions.ts';
import type { CounterFeature, CountFeature, FlagFeature } from './definition/features.ts';
import type { LimitFeatures } from './definition/plans.ts';
import type { LimitTables } from './tables/limit-tables.ts';
import type { LimitRule } from './tables/rules.ts';

/** The names of features of a kind. */
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
  readonly drift: UpkeepApi<P>['drift'];
  readonly sync: UpkeepApi<P>['sync'];
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
   * @param where which rows count: property → value, `null`, `{ not }`, `isSet`, `inFuture`, or a list such
   *   as `[null, inFuture]`. All properties must match. Default: every row.
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
