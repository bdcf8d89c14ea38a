import { sql } from 'drizzle-orm';
import {
  type Big,
  type Bool,
  bigColumn,
  boolColumn,
  defaulted,
  type Int,
  intColumn,
  type Json,
  jsonColumn,
  type NotNull,
  type Preset,
  required,
  type Text,
  type Time,
  textColumn,
  timeColumn,
} from './columns.ts';

/** The columns of plan_features: what each plan allows. */
export type PlanFeatureColumns = {
  plan: NotNull<Text>;
  feature: NotNull<Text>;
  /** NULL means unlimited. */
  limitValue: Big;
  enabled: Preset<Bool>;
  /** `hard` or `soft`. */
  enforcement: Preset<Text>;
  graceDays: Preset<Int>;
  /** The last value written by the code; a row that differs was changed by an operator. */
  seeded: Json;
  updatedAt: Preset<Time>;
};

export const planFeatureColumns = (): PlanFeatureColumns => ({
  plan: required(textColumn('plan')),
  feature: required(textColumn('feature')),
  limitValue: bigColumn('limit_value'),
  enabled: defaulted(boolColumn('enabled'), true),
  enforcement: defaulted(textColumn('enforcement'), 'hard'),
  graceDays: defaulted(intColumn('grace_days'), 0),
  seeded: jsonColumn('seeded'),
  updatedAt: defaulted(timeColumn('updated_at'), sql`now()`),
});

/** The columns of add_on_features: what one item of an add-on adds. */
export type AddOnFeatureColumns = {
  addOn: NotNull<Text>;
  feature: NotNull<Text>;
  /** NULL means unlimited. */
  units: Big;
  seeded: Json;
};

export const addOnFeatureColumns = (): AddOnFeatureColumns => ({
  addOn: required(textColumn('add_on')),
  feature: required(textColumn('feature')),
  units: bigColumn('units'),
  seeded: jsonColumn('seeded'),
});

/** The columns of a tenant's plan; all except `plan` are optional. */
export type PlanStateColumns = {
  /** NULL is the default plan. */
  plan: Text;
  /** The anchor of billing periods; NULL means the first of January, midnight. */
  planAnchor: Time;
  /** The time zone of periods; NULL means UTC. */
  planTimeZone: Text;
  planPeriodEnd: Time;
  /** A plan that replaces the other until `trialEndsAt`. */
  trialPlan: Text;
  trialEndsAt: Time;
  planReadOnly: Preset<Bool>;
  /** Who set the plan last: `stripe`, `support`. */
  planSource: Text;
  /** An older version than this one is not applied. */
  planVersion: Big;
};

export const planStateColumns = (): PlanStateColumns => ({
  plan: textColumn('plan'),
  planAnchor: timeColumn('plan_anchor'),
  planTimeZone: textColumn('plan_time_zone'),
  planPeriodEnd: timeColumn('plan_period_end'),
  trialPlan: textColumn('trial_plan'),
  trialEndsAt: timeColumn('trial_ends_at'),
  planReadOnly: defaulted(boolColumn('plan_read_only'), false),
  planSource: textColumn('plan_source'),
  planVersion: bigColumn('plan_version'),
});
