import type { TenantKey } from '@tenantry/core';
import type { CounterPeriod } from './definition/features.ts';
import type { AddOnRow, PlanRow } from './definition/plans.ts';

/** What is left after something was consumed or reserved. */
export interface CounterUsage {
  readonly feature: string;
  readonly amount: number;
  /** In this period, this one included; over the limit where that is soft. */
  readonly used: number;
  /** Null is unlimited. */
  readonly limit: number | null;
  /** Null is unlimited. */
  readonly remaining: number | null;
  readonly plan: string;
  /** When the period began and ends, ISO 8601 in UTC; null for `lifetime`. */
  readonly periodStart: string | null;
  readonly resetsAt: string | null;
  readonly resetsInSeconds: number | null;
  readonly windowSeconds: number | null;
  /** Whether the key was used before; then this is the answer from then. */
  readonly replayed: boolean;
}

/** What became of usage under a key. */
export interface SettledUsage {
  readonly state: 'used' | 'released' | 'refunded' | 'expired';
  readonly amount: number;
  /** Whether it was so before. */
  readonly replayed: boolean;
}

/** What a tenant has. */
export interface HeldPlan {
  /** Null is the default plan. */
  readonly plan: string | null;
  /** Who gave it: `stripe:sub_…`, `support`; null where nobody said. */
  readonly source: string | null;
  readonly readOnly: boolean;
  /** Whether it is the plan of a tenant that was given none. */
  readonly isDefault: boolean;
  /** Add-on → quantity. */
  readonly addons: Readonly<Record<string, number>>;
}

/** Usage has crossed a share of its limit. */
export type ThresholdEvent<P extends string = string> = TenantKey<P> & {
  readonly feature: string;
  /** In percent of the limit. */
  readonly threshold: number;
  readonly used: number;
  readonly limit: number;
  readonly plan: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
};

/** A change of what a tenant may use. */
export interface EntitlementChange {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly subject: 'plan' | 'override' | 'add_on' | 'plan_feature' | 'add_on_feature';
  readonly key: string;
  /** The row after the change; null when it was deleted. */
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly actor: Readonly<Record<string, unknown>> | null;
}

/** The tables of plans and add-ons. */
export interface HeldRows {
  readonly plans: readonly PlanRow[];
  readonly addOns: readonly AddOnRow[];
}

/** What one statement of cleaning did, and the page where the next begins. */
export interface CleanStep {
  readonly removed: number;
  readonly left: number;
  readonly next: number | null;
}

/** How a tenant stands with a feature. */
export interface FeatureUsage {
  readonly feature: string;
  readonly kind: 'count' | 'counter' | 'flag';
  readonly plan: string;
  /** Whether a plan, an override or an add-on gives the feature at all. */
  readonly included: boolean;
  /** Null is unlimited. During grace it is the limit from before. */
  readonly limit: number | null;
  /** Null for flags. Expired reservations are not in it. */
  readonly used: number | null;
  /** Null is unlimited. */
  readonly remaining: number | null;
  /** 0 to 100 and, after a downgrade or with a soft limit, above; null where there is no limit. */
  readonly percentage: number | null;
  /** More is used than the plan allows. */
  readonly isOver: boolean;
  readonly enforcement: 'hard' | 'soft';
  readonly readOnly: boolean;
  /** ISO 8601 in UTC; null for what never resets. */
  readonly periodStart: string | null;
  readonly resetsAt: string | null;
  /** Until when the limit from before a change of the plan holds. */
  readonly graceUntil: string | null;
}

/** Where a limit comes from. */
export interface LimitExplanation extends FeatureUsage {
  /** What plan_features says; null is unlimited. */
  readonly base: number | null;
  /** What an override of mode `set` made of it; undefined without one. */
  readonly changedTo: { readonly limit: number | null } | undefined;
  /** What overrides of mode `add` and add-ons add. */
  readonly added: number;
  /** Without grace. */
  readonly planLimit: number | null;
  readonly overrides: readonly {
    readonly id: string;
    readonly mode: 'set' | 'add';
    readonly value: number | null;
    readonly startsAt: string;
    readonly endsAt: string | null;
    readonly reason: string;
    readonly actor: string;
  }[];
  readonly addOns: readonly {
    readonly addOn: string;
    readonly quantity: number;
    readonly units: number | null;
  }[];
}

/** How a tenant stands with a feature, as the database says it. */
export interface ReportRow {
  readonly feature: string;
  readonly kind: 'count' | 'counter' | 'flag';
  readonly per?: CounterPeriod;
  readonly plan: string;
  readonly granted: boolean;
  readonly readOnly: boolean;
  readonly enforcement: 'hard' | 'soft';
  readonly limit: number | null;
  readonly planLimit: number | null;
  readonly used: number | null;
  readonly periodStart: string | null;
  readonly resetsAt: string | null;
  readonly graceUntil: string | null;
  readonly base: number | null;
  readonly changedTo: { readonly limit: number | null } | null;
  readonly added: number;
  readonly overrides: LimitExplanation['overrides'];
  readonly addOns: LimitExplanation['addOns'];
}
