import './errors.ts';
import type { Tenancy, TenantOption, TenantPool, TenantProperty } from '@tenantry/core';
import { check, checkOptions, checkType } from '@tenantry/core/errors';
import { checkTenancy, type Queryable } from '@tenantry/core/sql';
import { type Feature, retentionOf } from '@tenantry/rls/feature';
import { type Schedule, type StartUpkeepOptions, startUpkeep } from '@tenantry/rls/upkeep';
import { describe } from './api/describe.ts';
import { guardApi } from './api/guards.ts';
import { planApi } from './api/plan.ts';
import { reportApi } from './api/report.ts';
import { limitsChecks, limitsTasks } from './api/tasks.ts';
import { upkeepApi } from './api/upkeep.ts';
import { usageApi } from './api/usage.ts';
import {
  type AddOnValues,
  addOnRows,
  checkFeatures,
  type LimitFeatures,
  type PlanValues,
  planRows,
} from './definition/plans.ts';
import { type LimitRetention, usualRetention } from './definition/retention.ts';
import type { Limits } from './limits.ts';
import { featureSql } from './sql/feature-sql.ts';
import type { Definition } from './sql/model.ts';
import { countsOf } from './tables/counts.ts';
import { limitTables } from './tables/limit-tables.ts';

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
>(tenancy: T, options: LimitsOptions<F, Plan, AddOn>): Limits<F, Plan, PropertyOf<T>> {
  const definition = definitionOf(
    tenancy,
    options as unknown as LimitsOptions<LimitFeatures, string, string>,
  );
  const { features } = options;
  const usage = usageApi(definition);
  const report = reportApi(definition);
  const limits: Limits<F, Plan, PropertyOf<T>> = Object.freeze({
    ...usage,
    ...report,
    ...guardApi(definition, report, usage),
    ...planApi(definition),
    ...upkeepApi(definition),
    name: 'plan-limits',
    dialects: ['postgres', 'citus'],
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
  }) as unknown as Limits<F, Plan, PropertyOf<T>>;
  return limits;
}

type PropertyOf<T extends Tenancy> = TenantProperty<T['tenant'], T['id']>;

function definitionOf(
  tenancy: Tenancy,
  options: LimitsOptions<LimitFeatures, string, string>,
): Definition {
  checkTenancy(tenancy, 'defineLimits');
  checkOptions('defineLimits', options, {
    features: 'object',
    plans: 'object',
    defaultPlan: 'string',
    addOns: 'object?',
    thresholds: 'array?',
    status: 'number?',
    retention: 'any',
  });
  const { features, plans, defaultPlan, addOns = {}, status = 403 } = options;
  for (const each of options.thresholds ?? [])
    checkType(each, 'number', 'a threshold of defineLimits');
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
