import { TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { Per } from '../definition/features.ts';
import type { Definition } from '../sql/model.ts';
import { callFor, type ForTenant } from './call.ts';
import { checkFeature, checkPlan, within } from './check.ts';

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
export interface Explanation extends FeatureUsage {
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

/** Whether an amount would fit now. */
export interface Check extends FeatureUsage {
  readonly isAllowed: boolean;
}

/** What another plan would mean. */
export interface PlanPreview {
  readonly plan: string;
  /** What would be over, and by how much. Nothing of it is deleted by a change of the plan. */
  readonly over: readonly (FeatureUsage & { readonly excess: number })[];
  /** Features in use, or allowed now, that the plan does not include. */
  readonly lost: readonly string[];
  readonly features: readonly FeatureUsage[];
}

/** Questions about limits. Their answers are for display: what holds is decided as rows are written. */
export interface ReportApi<Feature extends string> {
  /**
   * Whether `amount` more would fit, for buttons and messages. The insert or `consume` decides.
   * @param amount an integer from 0. Default: 1.
   * @throws TenantryError `USAGE_INVALID`, `FEATURE_UNKNOWN`
   */
  check(db: Queryable, feature: Feature, amount?: number, options?: ForTenant): Promise<Check>;
  /**
   * Refuses with the error of the limit what a plan does not include: the guard of a flag.
   * @throws TenantryError `FEATURE_NOT_IN_PLAN`
   */
  require(db: Queryable, feature: Feature, options?: ForTenant): Promise<void>;
  /** Every feature, for a settings page. One round trip. */
  usage(db: Queryable, options?: ForTenant): Promise<readonly FeatureUsage[]>;
  /** Where the limit of a feature comes from: plan, overrides, add-ons, grace, usage, reset. */
  explain(db: Queryable, feature: Feature, options?: ForTenant): Promise<Explanation>;
  /** What would be over on another plan, with the tenant's overrides and add-ons as they are. */
  previewPlanChange(db: Queryable, plan: string, options?: ForTenant): Promise<PlanPreview>;
}

interface Row {
  readonly feature: string;
  readonly kind: 'count' | 'counter' | 'flag';
  readonly per?: Per;
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
  readonly overrides: Explanation['overrides'];
  readonly addOns: Explanation['addOns'];
}

/** Makes the functions that ask. */
export function reportApi<Feature extends string>(definition: Definition): ReportApi<Feature> {
  const ask = (db: Queryable, feature: string | null, plan: string | null, options?: ForTenant) => {
    if (feature !== null) checkFeature(definition, feature);
    return callFor<readonly Row[]>(
      definition.tenancy,
      db,
      'limit_report',
      [feature, plan],
      options,
    );
  };
  const one = async (db: Queryable, feature: string, options?: ForTenant): Promise<Row> => {
    const [row] = await ask(db, feature, null, options);
    if (row !== undefined) return row;
    throw new TenantryError('FEATURE_UNKNOWN', { found: feature });
  };
  return {
    async check(db, feature, amount = 1, options) {
      within(amount, 0, Number.MAX_SAFE_INTEGER, 'amount');
      const row = await one(db, feature, options);
      const seen = usageOf(row);
      const fits =
        row.enforcement === 'soft' || seen.remaining === null || seen.remaining >= amount;
      return { ...seen, isAllowed: !row.readOnly && seen.included && fits };
    },
    async require(db, feature, options) {
      const row = await one(db, feature, options);
      if (isIncluded(row)) return;
      throw new TenantryError('FEATURE_NOT_IN_PLAN', {
        found: `${feature} on plan ${row.plan}`,
        status: definition.status,
        details: { feature, plan: row.plan, limit: 0, used: row.used ?? 0, resetsAt: null },
      });
    },
    async usage(db, options) {
      return (await ask(db, null, null, options)).map(usageOf);
    },
    async explain(db, feature, options) {
      const row = await one(db, feature, options);
      const { base, added, planLimit, overrides, addOns } = row;
      return {
        ...usageOf(row),
        base,
        changedTo: row.changedTo ?? undefined,
        added,
        planLimit,
        overrides,
        addOns,
      };
    },
    async previewPlanChange(db, plan, options) {
      checkPlan(definition, plan);
      const [after, before] = [
        await ask(db, null, plan, options),
        await ask(db, null, null, options),
      ];
      const had = new Set(
        before
          .filter((row) => isIncluded(row) || (row.used ?? 0) > 0)
          .map(({ feature }) => feature),
      );
      return {
        plan,
        features: after.map(usageOf),
        over: after.flatMap((row) => {
          const excess = row.planLimit === null ? 0 : (row.used ?? 0) - row.planLimit;
          return excess > 0 ? [{ ...usageOf(row), excess }] : [];
        }),
        lost: after
          .filter((row) => !isIncluded(row) && had.has(row.feature))
          .map(({ feature }) => feature),
      };
    },
  };
}

const isIncluded = ({ granted, limit }: Row): boolean => granted && limit !== 0;

/** What a page shows of a row of the report. */
export function usageOf(row: Row): FeatureUsage {
  const { limit, used, planLimit } = row;
  const figure = used ?? 0;
  return {
    feature: row.feature,
    kind: row.kind,
    plan: row.plan,
    included: isIncluded(row),
    limit,
    used,
    remaining: limit === null ? null : Math.max(limit - figure, 0),
    percentage: limit === null || row.kind === 'flag' ? null : percentOf(figure, limit),
    isOver: planLimit !== null && figure > planLimit,
    enforcement: row.enforcement,
    readOnly: row.readOnly,
    periodStart: row.periodStart,
    resetsAt: row.resetsAt,
    graceUntil: row.graceUntil,
  };
}

const percentOf = (used: number, limit: number): number =>
  limit === 0 ? (used === 0 ? 0 : 100) : Math.floor((used / limit) * 1000) / 10;
