import type { RetainDays } from '@tenantry/rls/feature';

/** For how many days rows are kept, 1 to 3650 each, or false for ever. */
export interface LimitRetention {
  /** Keys that were used, refunded, released or have expired. Default: 90. */
  readonly usageEvents?: RetainDays;
  /** Counters, from the end of their period. Default: 400. */
  readonly usageCounters?: RetainDays;
  /** Events of thresholds that nobody has taken. Default: 90. */
  readonly limitEvents?: RetainDays;
  /** Grace that is over. Default: 365. */
  readonly limitStates?: RetainDays;
  /** What lowered limits; kept for as long as a grace may follow from it. Default: 30. */
  readonly limitChanges?: RetainDays;
  /** Exceptions that have ended. Default: 730. */
  readonly featureOverrides?: RetainDays;
  /** What was allowed: `entitlementsAt` answers for as long. Default: 730. */
  readonly entitlementHistory?: RetainDays;
  /** What plans and add-ons allowed; see `entitlementHistory`. Default: 730. */
  readonly planHistory?: RetainDays;
}

/** The tables of {@link LimitRetention}. */
export type CleanedTable = keyof LimitRetention;

export const usualRetention: Readonly<Record<CleanedTable, number>> = Object.freeze({
  usageEvents: 90,
  usageCounters: 400,
  limitEvents: 90,
  limitStates: 365,
  limitChanges: 30,
  featureOverrides: 730,
  entitlementHistory: 730,
  planHistory: 730,
});
