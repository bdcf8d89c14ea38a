export type {
  CounterUsage,
  EntitlementChange,
  FeatureUsage,
  HeldPlan,
  LimitExplanation,
  SettledUsage,
  ThresholdEvent,
} from './answers.ts';
export type { CleanedRows } from './api/clean.ts';
export type { ConsumesOptions } from './api/guards.ts';
export { rateLimitHeaders } from './api/headers.ts';
export type { LimitOverride, PlanChange, PlanTrial } from './api/plan.ts';
export type { LimitCheck, PlanPreview } from './api/report.ts';
export type { LimitUpkeep } from './api/upkeep.ts';
export type { ConsumeOptions, ReserveOptions, UsageKeyOptions } from './api/usage.ts';
export type { LimitsDatabase } from './database.ts';
export { defineLimits, type LimitsOptions } from './define-limits.ts';
export {
  type AcceptedValues,
  type ComparableValue,
  type CountCondition,
  inFuture,
  isSet,
} from './definition/conditions.ts';
export {
  type CountedOptions,
  type CounterFeature,
  type CounterPeriod,
  type CountFeature,
  counted,
  counter,
  type FlagFeature,
  flag,
  type LimitFeature,
} from './definition/features.ts';
export {
  type AddOnValues,
  type LimitFeatures,
  type LimitTerms,
  type LimitValue,
  type PlanValue,
  type PlanValues,
  unlimited,
} from './definition/plans.ts';
export type { CleanedTable, LimitRetention } from './definition/retention.ts';
export type { Limits } from './limits.ts';
export type { LimitTable, LimitTables, PlanOnTenantsOptions } from './tables/limit-tables.ts';
export type { LimitRule } from './tables/rules.ts';
