export type {
  EntitlementChange,
  Explanation,
  FeatureUsage,
  HeldPlan,
  Settled,
  ThresholdEvent,
  Usage,
} from './answers.ts';
export type { Cleaned } from './api/clean.ts';
export { rateLimitHeaders } from './api/headers.ts';
export type { Override, PlanApi, PlanChange, PlanPort, Trial } from './api/plan.ts';
export type { Check, PlanPreview, ReportApi } from './api/report.ts';
export type { Drift, Upkeep, UpkeepApi } from './api/upkeep.ts';
export type {
  ConsumeOptions,
  KeyOptions,
  ReserveOptions,
  UsageApi,
} from './api/usage.ts';
export type { ForTenant } from './calls.ts';
export { defineLimits, type Limits, type LimitsOptions } from './define-limits.ts';
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
export type { CleanedTable, Retention } from './definition/retention.ts';
export type { LimitTable, LimitTables, PlanOnTenantsOptions } from './tables/limit-tables.ts';
export type { LimitRule } from './tables/rules.ts';
