import { columnTypes as c } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { bigint } from 'drizzle-orm/pg-core';

/** The columns of feature_overrides, beside the tenant and the id. */
export type OverrideColumns = {
  feature: c.NotNull<c.Text>;
  /** `set` replaces the limit of the plan, `add` adds to it. */
  mode: c.NotNull<c.Text>;
  /** NULL means unlimited. */
  value: c.Big;
  startsAt: c.Defaulted<c.Time>;
  endsAt: c.Time;
  reason: c.NotNull<c.Text>;
  actor: c.NotNull<c.Text>;
  createdAt: c.Defaulted<c.Time>;
};

export const overrideColumns = (): OverrideColumns => ({
  feature: c.required(c.text('feature')),
  mode: c.required(c.text('mode')),
  value: c.big('value'),
  startsAt: c.defaulted(c.time('starts_at'), sql`now()`),
  endsAt: c.time('ends_at'),
  reason: c.required(c.text('reason')),
  actor: c.required(c.text('actor')),
  createdAt: c.defaulted(c.time('created_at'), sql`now()`),
});

/** The columns of the add-ons that a tenant has, beside the tenant. */
export type AddOnColumns = {
  addOn: c.NotNull<c.Text>;
  quantity: c.NotNull<c.Int>;
};

export const addOnColumns = (): AddOnColumns => ({
  addOn: c.required(c.text('add_on')),
  quantity: c.required(c.int('quantity')),
});

/** The columns of usage_counters, beside the tenant. */
export type CounterColumns = {
  feature: c.NotNull<c.Text>;
  periodStart: c.NotNull<c.Time>;
  periodEnd: c.NotNull<c.Time>;
  used: c.NotNull<c.Big>;
};

export const counterColumns = (): CounterColumns => ({
  feature: c.required(c.text('feature')),
  periodStart: c.required(c.time('period_start')),
  periodEnd: c.required(c.time('period_end')),
  used: c.required(c.big('used')),
});

/** The columns of usage_events, beside the tenant: what was consumed or reserved under a key. */
export type EventColumns = {
  feature: c.NotNull<c.Text>;
  key: c.NotNull<c.Text>;
  amount: c.NotNull<c.Big>;
  /** `used`, `refunded`, `reserved`, `released` or `expired`. */
  state: c.NotNull<c.Text>;
  periodStart: c.NotNull<c.Time>;
  /** The answer of the first call, for repeated calls. */
  answer: c.NotNull<c.Json>;
  expiresAt: c.Time;
  createdAt: c.Defaulted<c.Time>;
};

export const eventColumns = (): EventColumns => ({
  feature: c.required(c.text('feature')),
  key: c.required(c.text('key')),
  amount: c.required(c.big('amount')),
  state: c.required(c.text('state')),
  periodStart: c.required(c.time('period_start')),
  answer: c.required(c.json('answer')),
  expiresAt: c.time('expires_at'),
  createdAt: c.defaulted(c.time('created_at'), sql`now()`),
});

/** The columns of limit_states, beside the tenant: grace periods after plan changes. */
export type GraceColumns = {
  feature: c.NotNull<c.Text>;
  /** The limit until `graceUntil`; NULL means unlimited. */
  keeps: c.Big;
  exceededAt: c.Defaulted<c.Time>;
  graceUntil: c.NotNull<c.Time>;
};

export const graceColumns = (): GraceColumns => ({
  feature: c.required(c.text('feature')),
  keeps: c.big('keeps'),
  exceededAt: c.defaulted(c.time('exceeded_at'), sql`now()`),
  graceUntil: c.required(c.time('grace_until')),
});

/** The columns of limit_events, beside the tenant and the id: thresholds that usage has crossed. */
export type LimitEventColumns = {
  feature: c.NotNull<c.Text>;
  /** In percent of the limit. */
  threshold: c.NotNull<c.Int>;
  used: c.NotNull<c.Big>;
  limitValue: c.NotNull<c.Big>;
  plan: c.NotNull<c.Text>;
  createdAt: c.Defaulted<c.Time>;
};

export const limitEventColumns = (): LimitEventColumns => ({
  feature: c.required(c.text('feature')),
  threshold: c.required(c.int('threshold')),
  used: c.required(c.big('used')),
  limitValue: c.required(c.big('limit_value')),
  plan: c.required(c.text('plan')),
  createdAt: c.defaulted(c.time('created_at'), sql`now()`),
});

/** The columns of entitlement_history, beside the tenant, and of plan_history. */
export type HistoryColumns = {
  /** Ascending in the order of the changes. */
  id: c.Defaulted<c.Big>;
  /** `plan`, `override`, `add_on`, `plan_feature` or `add_on_feature`. */
  subject: c.NotNull<c.Text>;
  /** The key of the subject. */
  key: c.NotNull<c.Text>;
  /** The row after the change; NULL when it was deleted. */
  state: c.Json;
  /** The actor, as in the audit log. */
  actor: c.Json;
  at: c.Defaulted<c.Time>;
};

export const historyColumns = (): HistoryColumns => ({
  // an identity, because nobody has rights on its sequence; a serial would reveal to every tenant how
  // much changes
  id: bigint('id', { mode: 'number' })
    .notNull()
    .generatedAlwaysAsIdentity() as unknown as c.Defaulted<c.Big>,
  subject: c.required(c.text('subject')),
  key: c.required(c.text('key')),
  state: c.json('state'),
  actor: c.json('actor'),
  at: c.defaulted(c.time('at'), sql`now()`),
});
