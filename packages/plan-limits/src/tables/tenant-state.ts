import { sql } from 'drizzle-orm';
import { bigint } from 'drizzle-orm/pg-core';
import {
  type Big,
  bigColumn,
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

/** The columns of feature_overrides, beside the tenant and the id. */
export type OverrideColumns = {
  feature: NotNull<Text>;
  /** `set` replaces the limit of the plan, `add` adds to it. */
  mode: NotNull<Text>;
  /** NULL means unlimited. */
  value: Big;
  startsAt: Preset<Time>;
  endsAt: Time;
  reason: NotNull<Text>;
  actor: NotNull<Text>;
  createdAt: Preset<Time>;
};

export const overrideColumns = (): OverrideColumns => ({
  feature: required(textColumn('feature')),
  mode: required(textColumn('mode')),
  value: bigColumn('value'),
  startsAt: defaulted(timeColumn('starts_at'), sql`now()`),
  endsAt: timeColumn('ends_at'),
  reason: required(textColumn('reason')),
  actor: required(textColumn('actor')),
  createdAt: defaulted(timeColumn('created_at'), sql`now()`),
});

/** The columns of the add-ons that a tenant has, beside the tenant. */
export type AddOnColumns = {
  addOn: NotNull<Text>;
  quantity: NotNull<Int>;
};

export const addOnColumns = (): AddOnColumns => ({
  addOn: required(textColumn('add_on')),
  quantity: required(intColumn('quantity')),
});

/** The columns of usage_counters, beside the tenant. */
export type CounterColumns = {
  feature: NotNull<Text>;
  periodStart: NotNull<Time>;
  periodEnd: NotNull<Time>;
  used: NotNull<Big>;
};

export const counterColumns = (): CounterColumns => ({
  feature: required(textColumn('feature')),
  periodStart: required(timeColumn('period_start')),
  periodEnd: required(timeColumn('period_end')),
  used: required(bigColumn('used')),
});

/** The columns of usage_events, beside the tenant: what was consumed or reserved under a key. */
export type EventColumns = {
  feature: NotNull<Text>;
  key: NotNull<Text>;
  amount: NotNull<Big>;
  /** `used`, `refunded`, `reserved`, `released` or `expired`. */
  state: NotNull<Text>;
  periodStart: NotNull<Time>;
  /** The answer of the first call, for repeated calls. */
  answer: NotNull<Json>;
  expiresAt: Time;
  createdAt: Preset<Time>;
};

export const eventColumns = (): EventColumns => ({
  feature: required(textColumn('feature')),
  key: required(textColumn('key')),
  amount: required(bigColumn('amount')),
  state: required(textColumn('state')),
  periodStart: required(timeColumn('period_start')),
  answer: required(jsonColumn('answer')),
  expiresAt: timeColumn('expires_at'),
  createdAt: defaulted(timeColumn('created_at'), sql`now()`),
});

/** The columns of limit_states, beside the tenant: grace periods after plan changes. */
export type GraceColumns = {
  feature: NotNull<Text>;
  /** The limit until `graceUntil`; NULL means unlimited. */
  keeps: Big;
  exceededAt: Preset<Time>;
  graceUntil: NotNull<Time>;
};

export const graceColumns = (): GraceColumns => ({
  feature: required(textColumn('feature')),
  keeps: bigColumn('keeps'),
  exceededAt: defaulted(timeColumn('exceeded_at'), sql`now()`),
  graceUntil: required(timeColumn('grace_until')),
});

/** The columns of limit_events, beside the tenant and the id: thresholds that usage has crossed. */
export type LimitEventColumns = {
  feature: NotNull<Text>;
  /** In percent of the limit. */
  threshold: NotNull<Int>;
  used: NotNull<Big>;
  limitValue: NotNull<Big>;
  plan: NotNull<Text>;
  createdAt: Preset<Time>;
};

export const limitEventColumns = (): LimitEventColumns => ({
  feature: required(textColumn('feature')),
  threshold: required(intColumn('threshold')),
  used: required(bigColumn('used')),
  limitValue: required(bigColumn('limit_value')),
  plan: required(textColumn('plan')),
  createdAt: defaulted(timeColumn('created_at'), sql`now()`),
});

/** The columns of entitlement_history, beside the tenant: every change of what is allowed. */
export type HistoryColumns = {
  /** Ascending in the order of the changes. */
  id: Preset<Big>;
  /** `plan`, `override`, `add_on`, `plan_feature` or `add_on_feature`. */
  subject: NotNull<Text>;
  /** The key of the subject. */
  key: NotNull<Text>;
  /** The row after the change; NULL when it was deleted. */
  state: Json;
  /** The actor, as in the audit log. */
  actor: Json;
  at: Preset<Time>;
};

export const historyColumns = (): HistoryColumns => ({
  // an identity, because nobody has rights on its sequence; a serial would reveal to every tenant how
  // much changes
  id: bigint('id', { mode: 'number' })
    .notNull()
    .generatedAlwaysAsIdentity() as unknown as Preset<Big>,
  subject: required(textColumn('subject')),
  key: required(textColumn('key')),
  state: jsonColumn('state'),
  actor: jsonColumn('actor'),
  at: defaulted(timeColumn('at'), sql`now()`),
});
