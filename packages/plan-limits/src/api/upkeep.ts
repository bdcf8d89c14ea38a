import type { TenantOption } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { checkedMethods, type Queryable, tenantKey } from '@tenantry/core/sql';
import type { Drift } from '@tenantry/rls/feature';
import type { EntitlementChange, FeatureUsage, ThresholdEvent } from '../answers.ts';
import { call, callFor } from '../calls.ts';
import type { CleanedTable, LimitRetention } from '../definition/retention.ts';
import type { Definition } from '../sql/model.ts';
import { seedJson } from '../sql/seed.ts';
import { checkFeature, code, time, within } from './check.ts';
import { type CleanedRows, clean, expire } from './clean.ts';
import { driftOf } from './drift.ts';
import { usageOf } from './report.ts';

/** The result of `limits.upkeep`. */
export interface LimitUpkeep {
  /** Whether no due work is left in any table. */
  readonly done: boolean;
  readonly tables: Readonly<Partial<Record<CleanedTable | 'reservations', CleanedRows>>>;
}

/** What operators and jobs call, and what looks back. */
export interface UpkeepApi<P extends string> {
  /**
   * The differences between the plans of the code and those of the database, which are valid. Call it in
   * `asSystem`.
   */
  drift(db: Queryable): Promise<readonly Drift[]>;
  /**
   * Writes the plans of the code into plan_features and add_on_features. The migrations do the same. Call
   * it in `asSystem({ …, write: true })`.
   * @param options.overwrite whether rows that an operator changed are overwritten too. Default: false.
   * @returns the drift that it removed
   */
  sync(db: Queryable, options?: { readonly overwrite?: boolean }): Promise<readonly Drift[]>;
  /**
   * Takes threshold events, the oldest first; two workers never get the same event. Take them in the
   * transaction that forwards them, in `asSystem({ …, write: true })`.
   * @param options.batchSize the most events that one call takes, 1 to 10,000. Default: 100.
   */
  takeEvents(
    db: Queryable,
    options?: { readonly batchSize?: number },
  ): Promise<readonly ThresholdEvent<P>[]>;
  /**
   * Releases expired reservations and deletes all rows whose retention is over, in statements of some
   * thousand rows each. Run it once a day, on the pool, in `asSystem({ …, write: true })`. No limit
   * depends on when it runs.
   *
   * Sends `select tenantry.usage_expire(…)` and `select tenantry.limit_clean(…)`, as often as needed.
   * @param options.retention how long rows are kept, in days, by table; see {@link LimitRetention}.
   *   Default: that of the definition.
   * @param options.batchSize how many reservations one statement releases, 1 to 1,000,000. Default: 1000.
   * @returns the results by table, only for tables that the application has.
   * @throws TenantryError `USAGE_INVALID`
   * @example
   * ```ts
   * const { done, tables } = await limits.upkeep(db, { retention: { entitlementHistory: 3650 } });
   * ```
   */
  upkeep(
    db: Queryable,
    options?: { readonly retention?: LimitRetention; readonly batchSize?: number },
  ): Promise<LimitUpkeep>;
  /**
   * Counts the rows of counter-backed features again; meanwhile their tables cannot be written.
   * @returns how many counts were wrong; 0 when no trigger was disabled.
   */
  recount(db: Queryable, feature?: string): Promise<number>;
  /** What a tenant was allowed to use at a time, without usage. */
  entitlementsAt(
    db: Queryable,
    at: Date,
    options?: TenantOption<P>,
  ): Promise<readonly FeatureUsage[]>;
  /**
   * The latest changes of what a tenant may use, the newest first.
   *
   * @param options.limit how many, 1 to 1,000. Default: 100.
   */
  history(
    db: Queryable,
    options?: TenantOption<P> & { readonly limit?: number },
  ): Promise<readonly EntitlementChange[]>;
}

const optional = ['any', 'object?'] as const;

/** Makes the functions of operators. */
export function upkeepApi(definition: Definition): UpkeepApi<string> {
  const { tenancy } = definition;
  const drift = async (db: Queryable) => driftOf(definition, await call(db, 'limit_rows'));
  return checkedMethods<UpkeepApi<string>>(
    'limits',
    {
      sync: optional,
      takeEvents: optional,
      upkeep: optional,
      entitlementsAt: ['any', 'any', 'object?'],
      history: optional,
    },
    {
      drift,
      async sync(db, { overwrite = false } = {}) {
        const before = await drift(db);
        await call(db, 'limit_seed', seedJson(definition), overwrite);
        const left = new Set((await drift(db)).map(({ what, key }) => `${what} ${key}`));
        return before.filter(({ what, key }) => !left.has(`${what} ${key}`));
      },
      async takeEvents(db, { batchSize = 100 } = {}) {
        const events = await call(
          db,
          'limit_take_events',
          within(batchSize, 1, 10_000, 'batchSize'),
        );
        return events.map(
          ({ tenant, ...event }) => ({ ...tenantKey(tenancy, tenant), ...event }) as never,
        );
      },
      async upkeep(db, { retention = {}, batchSize = 1000 } = {}) {
        within(batchSize, 1, 1_000_000, 'batchSize');
        checkType(retention, 'object', 'option retention of limits.upkeep', code);
        const days = { ...definition.retention, ...retention };
        const names = Object.keys(definition.retention) as CleanedTable[];
        for (const table of names) {
          if (days[table] !== false) within(days[table], 1, 3650, `retention.${table}`);
        }
        const tables: Partial<Record<CleanedTable | 'reservations', CleanedRows>> = {};
        const reservations = await expire(definition, db, batchSize);
        if (reservations !== undefined) tables.reservations = reservations;
        for (const table of names) {
          const kept = days[table];
          const cleaned = kept === false ? undefined : await clean(db, table, kept);
          if (cleaned !== undefined) tables[table] = cleaned;
        }
        return { done: Object.values(tables).every(({ done }) => done), tables };
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
      history: async (db, options) =>
        callFor(db, tenancy, options, 'limit_changes', limitOf(options?.limit)),
    },
    code,
  );
}

const limitOf = (limit: unknown = 100): number => within(limit, 1, 1000, 'limit');
