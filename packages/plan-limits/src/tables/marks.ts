import type { CountCondition } from '../definition/conditions.ts';

/** The tables of this package, by the mark that `Feature.sql` finds them under. */
export const marks = {
  planFeatures: 'plan-limits:plan-features',
  planState: 'plan-limits:plan-state',
  featureOverrides: 'plan-limits:feature-overrides',
  addOnFeatures: 'plan-limits:add-on-features',
  addOns: 'plan-limits:add-ons',
  usageCounters: 'plan-limits:usage-counters',
  usageEvents: 'plan-limits:usage-events',
  limitStates: 'plan-limits:limit-states',
  limitEvents: 'plan-limits:limit-events',
  entitlementHistory: 'plan-limits:entitlement-history',
  planHistory: 'plan-limits:plan-history',
} as const;

/** A table of this package. */
export type Part = keyof typeof marks;

/** The value of the mark of a table of tenants that contains the plan. */
export interface PlanOnTenants {
  readonly cascade: boolean;
}

/** The mark of tables whose rows are counted. Its value is a list of {@link CountMark}. */
export const countsMark = 'plan-limits:counts';

/** A feature that counts rows of a table. */
export interface CountMark {
  readonly feature: string;
  readonly where: CountCondition;
}
