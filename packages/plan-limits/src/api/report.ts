import { type TenantOption, TenantryError } from '@tenantry/core';
import { checkedMethods, type Queryable } from '@tenantry/core/sql';
import type { FeatureUsage, LimitExplanation, ReportRow } from '../answers.ts';
import { callFor } from '../calls.ts';
import type { Definition } from '../sql/model.ts';
import { checkFeature, checkPlan, code, within } from './check.ts';

/** Whether an amount would fit now. */
export interface LimitCheck extends FeatureUsage {
  readonly isAllowed: boolean;
}

/** The effects of another plan. */
export interface PlanPreview {
  readonly plan: string;
  /** Features that would be over their limit, and by how much. A plan change deletes nothing. */
  readonly over: readonly (FeatureUsage & { readonly excess: number })[];
  /** Features that are used or allowed now, but not included in that plan. */
  readonly lost: readonly string[];
  readonly features: readonly FeatureUsage[];
}

/** Queries about limits, for display. The binding check happens when rows are written. */
export interface ReportApi<Feature extends string, P extends string> {
  /**
   * Whether `amount` more would fit, for buttons and messages. The binding check is the insert or
   * `consume`.
   * @param amount an integer from 0. Default: 1.
   * @throws TenantryError `USAGE_INVALID`, `FEATURE_UNKNOWN`
   */
  check(
    db: Queryable,
    feature: Feature,
    amount?: number,
    options?: TenantOption<P>,
  ): Promise<LimitCheck>;
  /**
   * Throws when the plan does not include the feature: the guard for flags.
   * @throws TenantryError `FEATURE_NOT_IN_PLAN`
   */
  require(db: Queryable, feature: Feature, options?: TenantOption<P>): Promise<void>;
  /** Every feature, for a settings page. One round trip. */
  usage(db: Queryable, options?: TenantOption<P>): Promise<readonly FeatureUsage[]>;
  /** The origin of a feature's limit: plan, overrides, add-ons, grace period, usage, reset. */
  explain(db: Queryable, feature: Feature, options?: TenantOption<P>): Promise<LimitExplanation>;
  /** The effects of another plan, with the tenant's current overrides and add-ons. */
  previewPlanChange(db: Queryable, plan: string, options?: TenantOption<P>): Promise<PlanPreview>;
}

const third = ['any', 'any', 'object?'] as const;

/** Makes the functions that ask. */
export function reportApi(definition: Definition): ReportApi<string, string> {
  const ask = (
    db: Queryable,
    feature: string | null,
    plan: string | null,
    options?: TenantOption<string>,
  ) => {
    if (feature !== null) checkFeature(definition, feature);
    return callFor(db, definition.tenancy, options, 'limit_report', feature, plan);
  };
  const one = async (
    db: Queryable,
    feature: string,
    options?: TenantOption<string>,
  ): Promise<ReportRow> => {
    const [row] = await ask(db, feature, null, options);
    if (row !== undefined) return row;
    throw new TenantryError('FEATURE_UNKNOWN', { found: feature });
  };
  return checkedMethods<ReportApi<string, string>>(
    'limits',
    {
      check: ['any', 'any', 'any', 'object?'],
      require: third,
      usage: ['any', 'object?'],
      explain: third,
      previewPlanChange: third,
    },
    {
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
    },
    code,
  );
}

const isIncluded = ({ granted, limit }: ReportRow): boolean => granted && limit !== 0;

/** What a page shows of a row of the report. */
export function usageOf(row: ReportRow): FeatureUsage {
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
