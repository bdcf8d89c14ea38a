import type { Queryable } from '@tenantry/core/sql';
import type { Drift as FeatureDrift } from '@tenantry/rls/feature';
import type { EntitlementChange, FeatureUsage, HeldRows, ThresholdEvent } from '../answers.ts';
import { call, callFor, type ForTenant } from '../calls.ts';
import type { PlanRow } from '../definition/plans.ts';
import { type CleanedTable, type Retention, usualRetention } from '../definition/retention.ts';
import type { Definition } from '../sql/model.ts';
import { seedJson } from '../sql/seed.ts';
import { checkFeature, time, within } from './check.ts';
import { type Cleaned, clean, expire } from './clean.ts';
import { usageOf } from './report.ts';

/** The result of {@link UpkeepApi.upkeep}. */
export interface Upkeep {
  /** Whether no due work is left in any table. */
  readonly done: boolean;
  readonly tables: Readonly<Partial<Record<CleanedTable | 'reservations', Cleaned>>>;
}

/** A difference between the plans of the code and those of the database. */
export interface Drift extends FeatureDrift {
  readonly table: 'plan_features' | 'add_on_features';
  /** The name of the plan or add-on. */
  readonly plan: string;
  readonly feature: string;
  /** The value in the code; undefined when it has none. */
  readonly code: unknown;
  /** The value in the database, which is the valid one; undefined without a row. */
  readonly database: unknown;
}

/** What operators and jobs call, and what looks back. */
export interface UpkeepApi {
  /**
   * Writes the plans of the code into plan_features. Rows that an operator changed are kept, except when
   * `overwrite` is true (default: false). The migrations do the same. Call it in
   * `asSystem({ …, write: true })`.
   */
  seed(db: Queryable, options?: { readonly overwrite?: boolean }): Promise<void>;
  /** The differences between database and code; the database is valid. Call it in `asSystem`. */
  drift(db: Queryable): Promise<readonly Drift[]>;
  /**
   * Takes threshold events, the oldest first; two workers never get the same event. Take them in the
   * transaction that forwards them, in `asSystem({ …, write: true })`.
   * @param options.batch the most events that one call takes, 1 to 10,000. Default: 100.
   */
  takeEvents(
    db: Queryable,
    options?: { readonly batch?: number },
  ): Promise<readonly ThresholdEvent[]>;
  /**
   * Releases expired reservations and deletes all rows whose retention is over, in statements of some
   * thousand rows each. Run it once a day, on the pool, in `asSystem({ …, write: true })`. No limit
   * depends on when it runs.
   *
   * Sends `select tenantry.usage_expire(…)` and `select tenantry.limit_clean(…)`, as often as needed.
   * @param options.retainDays how long rows are kept, in days, by table; see {@link Retention}.
   *   Default: that of the definition.
   * @returns the results by table, only for tables that the application has.
   * @throws TenantryError `USAGE_INVALID`
   * @example
   * ```ts
   * const { done, tables } = await limits.upkeep(db, { retainDays: { entitlementHistory: 3650 } });
   * ```
   */
  upkeep(db: Queryable, options?: { readonly retainDays?: Retention }): Promise<Upkeep>;
  /**
   * The part of {@link upkeep} for usage_events only: expired reservations and old keys.
   * @param options.retainDays how long a key is kept, in days, 1 to 3650. Default: 90.
   * @param options.batch how many reservations one statement releases, 1 to 1,000,000. Default: 1000.
   * @throws TenantryError `USAGE_INVALID`
   */
  sweep(
    db: Queryable,
    options?: { readonly retainDays?: number; readonly batch?: number },
  ): Promise<Cleaned & { readonly expired: number }>;
  /**
   * Counts the rows of counter-backed features again; meanwhile their tables cannot be written.
   * @returns how many counts were wrong; 0 when no trigger was disabled.
   */
  recount(db: Queryable, feature?: string): Promise<number>;
  /** What a tenant was allowed to use at a time, without usage. */
  entitlementsAt(db: Queryable, at: Date, options?: ForTenant): Promise<readonly FeatureUsage[]>;
  /**
   * The latest changes of what a tenant may use, the newest first.
   *
   * @param options.most how many, 1 to 1,000. Default: 100.
   */
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
      await call(db, 'limit_seed', seedJson(definition), overwrite);
    },
    async drift(db) {
      return driftOf(definition, await call(db, 'limit_rows'));
    },
    takeEvents: async (db, { batch = 100 } = {}) =>
      call(db, 'limit_take_events', within(batch, 1, 10_000, 'batch')),
    async upkeep(db, { retainDays = {} } = {}) {
      const days = { ...definition.retention, ...retainDays };
      const names = Object.keys(definition.retention) as CleanedTable[];
      for (const table of names) {
        if (days[table] !== false) within(days[table], 1, 3650, `retainDays.${table}`);
      }
      const tables: Partial<Record<CleanedTable | 'reservations', Cleaned>> = {};
      const reservations = await expire(definition, db, 1000);
      if (reservations !== undefined) tables.reservations = reservations;
      for (const table of names) {
        const kept = days[table];
        const cleaned = kept === false ? undefined : await clean(db, table, kept);
        if (cleaned !== undefined) tables[table] = cleaned;
      }
      return { done: Object.values(tables).every(({ done }) => done), tables };
    },
    async sweep(db, { retainDays = usualRetention.usageEvents, batch = 1000 } = {}) {
      within(retainDays, 1, 3650, 'retainDays');
      within(batch, 1, 1_000_000, 'batch');
      const none = { done: true, removed: 0, left: 0 };
      const expired = (await expire(definition, db, batch)) ?? none;
      const events = (await clean(db, 'usageEvents', retainDays)) ?? none;
      const left = expired.left + events.left;
      return { done: left === 0, removed: events.removed, left, expired: expired.removed };
    },
    async recount(db, feature) {
      if (feature !== undefined) checkFeature(definition, feature);
      return Number(await call(db, 'limit_recount', feature ?? null));
    },
    async entitlementsAt(db, at, options) {
      const then = time(at, 'a time of the past');
      const rows = await callFor(db, tenancy, options, 'limit_report_at', then, null);
      return rows.map(usageOf);
    },
    history: async (db, { most = 100, ...options } = {}) =>
      callFor(db, tenancy, options, 'limit_changes', within(most, 1, 1000, 'most')),
  };
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
    const kind = a === undefined ? 'unknown' : b === undefined ? 'missing' : 'changed';
    const says = `${table} of ${key} is ${JSON.stringify(b)} in the database and ${JSON.stringify(a)} in code.`;
    const differs = { table, plan: planOf(row), feature: row.feature, code: a, database: b };
    return [{ ...differs, what: table, key, kind, found: says }];
  });
}
