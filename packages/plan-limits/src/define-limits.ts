import './errors.ts';
import type { Tenancy } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { type Feature, retentionOf } from '@tenantry/rls/feature';
import { type PlanApi, planApi } from './api/plan.ts';
import { type ReportApi, reportApi } from './api/report.ts';
import { limitsChecks, limitsTasks } from './api/tasks.ts';
import { type UpkeepApi, upkeepApi } from './api/upkeep.ts';
import { type UsageApi, usageApi } from './api/usage.ts';
import type { CounterFeature, FlagFeature } from './definition/features.ts';
import {
  type AddOnValues,
  addOnRows,
  checkFeatures,
  type Features,
  type PlanValues,
  planRows,
} from './definition/plans.ts';
import { type Retention, usualRetention } from './definition/retention.ts';
import { featureSql } from './sql/feature-sql.ts';
import type { Definition } from './sql/model.ts';

/** What {@link defineLimits} takes. */
export interface LimitsOptions<F extends Features, P extends string, A extends string> {
  /** What can be limited: `count(table)`, `counter({ per })`, `flag()`. */
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
   * {@link Retention}.
   */
  readonly retention?: Retention;
}

type NamesOf<F extends Features, Kind> = {
  [Name in keyof F]: F[Name] extends Kind ? Name : never;
}[keyof F] &
  string;

/** The limits of an application: its functions, and the feature for tenantry.config.ts. */
export interface Limits<F extends Features = Features, P extends string = string>
  extends Omit<Feature, 'drift'>,
    UsageApi<NamesOf<F, CounterFeature>>,
    ReportApi<keyof F & string>,
    PlanApi<keyof F & string>,
    UpkeepApi {
  readonly name: 'plan-limits';
  readonly tenancy: Tenancy;
  readonly features: F;
  readonly plans: readonly P[];
  /** The names of the add-ons. */
  readonly addOns: readonly string[];
  readonly defaultPlan: P;
  /** The names of the flags. */
  readonly flags: readonly NamesOf<F, FlagFeature>[];
}

/**
 * Defines what plans allow. Counts are enforced by triggers in the inserting transaction, counters by
 * `consume`. Both read the limits from tables, so changing a limit is changing a row.
 *
 * The plans of the code fill plan_features and are compared with it; rows that an operator changed are
 * kept.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const limits = defineLimits(tenancy, {
 *   features: {
 *     projects: count(projects),
 *     apiCalls: counter({ per: 'month' }),
 *     sso: flag(),
 *   },
 *   plans: {
 *     free: { projects: 3, apiCalls: 1000 },
 *     enterprise: { projects: unlimited, apiCalls: unlimited, sso: true },
 *   },
 *   defaultPlan: 'free',
 * });
 * ```
 */
export function defineLimits<
  const F extends Features,
  const P extends string,
  const A extends string = never,
>(tenancy: Tenancy, options: LimitsOptions<F, P, A>): Limits<F, P> {
  const definition = definitionOf(
    tenancy,
    options as unknown as LimitsOptions<Features, string, string>,
  );
  const { features } = options;
  return Object.freeze({
    ...usageApi(definition),
    ...reportApi(definition),
    ...planApi(definition),
    ...upkeepApi(definition),
    name: 'plan-limits',
    tenancy,
    features,
    plans: definition.plans,
    addOns: definition.addOns,
    defaultPlan: options.defaultPlan,
    flags: Object.keys(features).filter((each) => features[each]?.kind === 'flag'),
    upkeepTasks: limitsTasks(definition),
    doctor: limitsChecks(definition),
    sql: (input: Parameters<Feature['sql']>[0]) => featureSql(definition, input),
    commands: async () => (await import('./commands.ts')).limitsCommands(definition),
  }) as unknown as Limits<F, P>;
}

function definitionOf(
  tenancy: Tenancy,
  options: LimitsOptions<Features, string, string>,
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
