import { TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { AddOnRow, PlanRow } from '../definition/plans.ts';
import type { Definition } from '../sql/model.ts';
import { seedJson } from '../sql/seed.ts';
import { call, callFor, type ForTenant } from './call.ts';
import { type FeatureUsage, usageOf } from './report.ts';

/** Usage has crossed a share of its limit. */
export interface ThresholdEvent {
  readonly tenantId: string;
  readonly feature: string;
  /** In percent of the limit. */
  readonly threshold: number;
  readonly used: number;
  readonly limit: number;
  readonly plan: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** A difference between the plans of the code and those of the database. */
export interface Drift {
  readonly table: 'plan_features' | 'add_on_features';
  /** The plan or the add-on. */
  readonly plan: string;
  readonly feature: string;
  /** What the code says; undefined where it says nothing. */
  readonly code: unknown;
  /** What the database says and what holds; undefined where there is no row. */
  readonly database: unknown;
}

/** A change of what a tenant may use. */
export interface EntitlementChange {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly subject: 'plan' | 'override' | 'add_on';
  readonly key: string;
  /** The row after the change; null when it was deleted. */
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly actor: Readonly<Record<string, unknown>> | null;
}

/** What operators and jobs call, and what looks back. */
export interface UpkeepApi {
  /**
   * Brings plan_features to what the code says. Rows that an operator changed stay, unless `overwrite`
   * is true. The migrations do it too. In `asSystem({ …, write: true })`.
   */
  seed(db: Queryable, options?: { readonly overwrite?: boolean }): Promise<void>;
  /** Where database and code differ; the database holds. In `asSystem`. */
  drift(db: Queryable): Promise<readonly Drift[]>;
  /**
   * Takes events of thresholds that usage has crossed, the oldest first; two workers never get the
   * same. Take them in the transaction that passes them on. In `asSystem({ …, write: true })`.
   * @param options.batch 1 to 10,000; 100 when left out.
   */
  takeEvents(
    db: Queryable,
    options?: { readonly batch?: number },
  ): Promise<readonly ThresholdEvent[]>;
  /**
   * Gives back expired reservations and removes old usage events. Nothing depends on when it runs: an
   * expired reservation makes room by itself. In `asSystem({ …, write: true })`.
   * @param options.retainDays for how long a key is remembered, 1 to 3650; 90 when left out.
   */
  sweep(
    db: Queryable,
    options?: { readonly retainDays?: number; readonly batch?: number },
  ): Promise<{ readonly expired: number; readonly removed: number }>;
  /**
   * Counts the rows of counter-backed features again; their tables take no writes meanwhile.
   * @returns how many figures were wrong: 0 unless triggers were disabled.
   */
  recount(db: Queryable, feature?: string): Promise<number>;
  /** What a tenant was allowed at a time, without usage. */
  entitlementsAt(db: Queryable, at: Date, options?: ForTenant): Promise<readonly FeatureUsage[]>;
  /** The latest changes of what a tenant may use, the newest first. @param options.most 1 to 1,000; 100 when left out. */
  history(
    db: Queryable,
    options?: ForTenant & { readonly most?: number },
  ): Promise<readonly EntitlementChange[]>;
}

/** Makes the functions of operators. */
export function upkeepApi(definition: Definition): UpkeepApi {
  const { tenancy } = definition;
  return {
    async seed(db, { overwrite = false } = {}) {
      await call(db, 'limit_seed', [seedJson(definition), overwrite]);
    },
    async drift(db) {
      return driftOf(definition, await call<HeldRows>(db, 'limit_rows', []));
    },
    takeEvents: async (db, { batch = 100 } = {}) =>
      call(db, 'limit_take_events', [within(batch, 1, 10_000, 'batch')]),
    sweep: async (db, { retainDays = 90, batch = 10_000 } = {}) =>
      call(db, 'limit_sweep', [
        within(retainDays, 1, 3650, 'retainDays'),
        within(batch, 1, 1_000_000, 'batch'),
      ]),
    recount: async (db, feature) => Number(await call(db, 'limit_recount', [feature ?? null])),
    async entitlementsAt(db, at, options) {
      type Rows = readonly Parameters<typeof usageOf>[0][];
      const rows = await callFor<Rows>(
        tenancy,
        db,
        'limit_report_at',
        [at.toISOString(), null],
        options,
      );
      return rows.map(usageOf);
    },
    history: async (db, { most = 100, ...options } = {}) =>
      callFor(tenancy, db, 'limit_changes', [within(most, 1, 1000, 'most')], options),
  };
}

interface HeldRows {
  readonly plans: readonly PlanRow[];
  readonly addOns: readonly AddOnRow[];
}

function driftOf({ planRows, addOnRows }: Definition, held: HeldRows): Drift[] {
  const terms = ({ limit, enabled, enforcement, graceDays }: PlanRow) => ({
    limit,
    enabled,
    enforcement,
    graceDays,
  });
  return [
    ...differences('plan_features', planRows, held.plans, ({ plan }) => plan, terms),
    ...differences(
      'add_on_features',
      addOnRows,
      held.addOns,
      ({ addOn }) => addOn,
      ({ units }) => ({ units }),
    ),
  ];
}

function differences<Row extends { readonly feature: string }>(
  table: Drift['table'],
  code: readonly Row[],
  database: readonly Row[],
  planOf: (row: Row) => string,
  terms: (row: Row) => object,
): Drift[] {
  const keyOf = (row: Row) => `${planOf(row)} ${row.feature}`;
  const [wanted, found] = [code, database].map(
    (rows) => new Map(rows.map((row) => [keyOf(row), row])),
  );
  const keys = [...new Set([...(wanted?.keys() ?? []), ...(found?.keys() ?? [])])].sort();
  return keys.flatMap((key) => {
    const [mine, theirs] = [wanted?.get(key), found?.get(key)];
    const [a, b] = [mine && terms(mine), theirs && terms(theirs)];
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    const row = (mine ?? theirs) as Row;
    return [{ table, plan: planOf(row), feature: row.feature, code: a, database: b }];
  });
}

function within(value: number, least: number, greatest: number, option: string): number {
  if (Number.isInteger(value) && value >= least && value <= greatest) return value;
  throw new TenantryError('USAGE_INVALID', {
    found: `${option} ${value}`,
    fix: `Use a whole number from ${least} to ${greatest}.`,
  });
}
