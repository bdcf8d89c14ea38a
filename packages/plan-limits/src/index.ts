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
  type Comparable,
  inFuture,
  isSet,
  type Wanted,
  type Where,
} from './definition/conditions.ts';
export {
  type CountableTable,
  type CountedTable,
  type CounterFeature,
  type CountFeature,
  type CountOptions,
  type CountPart,
  count,
  counter,
  type FlagFeature,
  flag,
  type LimitFeature,
  type Per,
  part,
} from './definition/features.ts';
export {
  type AddOnValues,
  type Features,
  type Limit,
  type LimitTerms,
  type PlanValue,
  type PlanValues,
  unlimited,
} from './definition/plans.ts';
export type { CleanedTable, Retention } from './definition/retention.ts';
export {
  defineLimitTables,
  type LimitTable,
  type LimitTables,
  type LimitTablesOptions,
} from './tables/define-limit-tables.ts';
export type { Rule } from './tables/rules.ts';
