import { columnTypes as c } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';

/** The columns of plan_features: what each plan allows. */
export type PlanFeatureColumns = {
  plan: c.NotNull<c.Text>;
  feature: c.NotNull<c.Text>;
  /** NULL means unlimited. */
  limitValue: c.Big;
  enabled: c.Defaulted<c.Bool>;
  /** `hard` or `soft`. */
  enforcement: c.Defaulted<c.Text>;
  graceDays: c.Defaulted<c.Int>;
  /** The last value written by the code; a row that differs was changed by an operator. */
  seeded: c.Json;
  updatedAt: c.Defaulted<c.Time>;
};

export const planFeatureColumns = (): PlanFeatureColumns => ({
  plan: c.required(c.text('plan')),
  feature: c.required(c.text('feature')),
  limitValue: c.big('limit_value'),
  enabled: c.defaulted(c.bool('enabled'), true),
  enforcement: c.defaulted(c.text('enforcement'), 'hard'),
  graceDays: c.defaulted(c.int('grace_days'), 0),
  seeded: c.json('seeded'),
  updatedAt: c.defaulted(c.time('updated_at'), sql`now()`),
});

/** The columns of add_on_features: what one item of an add-on adds. */
export type AddOnFeatureColumns = {
  addOn: c.NotNull<c.Text>;
  feature: c.NotNull<c.Text>;
  /** NULL means unlimited. */
  units: c.Big;
  seeded: c.Json;
};

export const addOnFeatureColumns = (): AddOnFeatureColumns => ({
  addOn: c.required(c.text('add_on')),
  feature: c.required(c.text('feature')),
  units: c.big('units'),
  seeded: c.json('seeded'),
});

/** The columns of a tenant's plan; all except `plan` are optional. */
export type PlanStateColumns = {
  /** NULL is the default plan. */
  plan: c.Text;
  /** The anchor of billing periods; NULL means the first of January, midnight. */
  planAnchor: c.Time;
  /** The time zone of periods; NULL means UTC. */
  planTimeZone: c.Text;
  planPeriodEnd: c.Time;
  /** A plan that replaces the other until `trialEndsAt`. */
  trialPlan: c.Text;
  trialEndsAt: c.Time;
  planReadOnly: c.Defaulted<c.Bool>;
  /** Who set the plan last: `stripe`, `support`. */
  planSource: c.Text;
  /** An older version than this one is not applied. */
  planVersion: c.Big;
};

export const planStateColumns = (): PlanStateColumns => ({
  plan: c.text('plan'),
  planAnchor: c.time('plan_anchor'),
  planTimeZone: c.text('plan_time_zone'),
  planPeriodEnd: c.time('plan_period_end'),
  trialPlan: c.text('trial_plan'),
  trialEndsAt: c.time('trial_ends_at'),
  planReadOnly: c.defaulted(c.bool('plan_read_only'), false),
  planSource: c.text('plan_source'),
  planVersion: c.big('plan_version'),
});
