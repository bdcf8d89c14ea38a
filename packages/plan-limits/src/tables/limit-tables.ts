import type { IdColumn, Tenancy, TenantPropertyKind, TenantPropertyName } from '@tenantry/core';
import { type ColumnLike, type ColumnsLike, defineIsolation } from '@tenantry/rls';
import { columnTypes as c, markReadOnly, markTable, tableOf } from '@tenantry/rls/feature';
import { sql } from 'drizzle-orm';
import { marks, type Part, type PlanOnTenants } from './marks.ts';
import {
  type AddOnFeatureColumns,
  addOnFeatureColumns,
  type PlanFeatureColumns,
  type PlanStateColumns,
  planFeatureColumns,
  planStateColumns,
} from './plans.ts';
import {
  countable,
  indexOver,
  keyOn,
  type LimitRule,
  oneOf,
  partialIndex,
  rule,
  sqlOf,
} from './rules.ts';
import * as state from './tenant-state.ts';

/** One table of this package: columns to spread into `pgTable`, and rules for its third argument. */
export interface LimitTable<C> {
  columns(): C;
  rules(t: ColumnsLike): LimitRule[];
}

/** What `limits.tables.tenants.rules(t, options)` takes. */
export interface PlanOnTenantsOptions {
  /**
   * Whether usage, exceptions, add-ons and grace of a tenant are deleted with it, by foreign keys that
   * `tenantry generate` writes. Default: true.
   */
  readonly cascade?: boolean;
}

type Scoped<P extends string, C> = C & {
  [Key in TenantPropertyName<P>]: IdColumn<TenantPropertyKind<P>>;
};
/** Rows have ids that nobody guesses, also where tenants are numbered. */
type RowId = { id: IdColumn<'uuid' | 'text'> };

/** The tables of limits; use those that you need. */
export interface LimitTables<P extends string = string> {
  /** What each plan allows; every tenant reads it, operators change it. */
  readonly planFeatures: LimitTable<PlanFeatureColumns>;
  /** The plan of each tenant, as a table of its own; or use {@link tenants}. */
  readonly planState: LimitTable<Scoped<P, PlanStateColumns>>;
  /**
   * The plan of each tenant, as columns of the table of tenants; an own column `plan` is enough. Tenants
   * read these columns, and only the system role writes them. The policies come from `tenants(t)` of
   * `defineIsolation` or from another package.
   */
  readonly tenants: {
    columns(): PlanStateColumns;
    rules(
      t: ColumnsLike & { readonly id: ColumnLike },
      options?: PlanOnTenantsOptions,
    ): LimitRule[];
  };
  /** Exceptions for one tenant. */
  readonly featureOverrides: LimitTable<Scoped<P, state.OverrideColumns & RowId>>;
  /** What one item of each add-on adds; shared by all tenants like plan_features. */
  readonly addOnFeatures: LimitTable<AddOnFeatureColumns>;
  /** The add-ons of a tenant, by quantity. */
  readonly addOns: LimitTable<Scoped<P, state.AddOnColumns>>;
  /** What was used, by period. */
  readonly usageCounters: LimitTable<Scoped<P, state.CounterColumns>>;
  /** What was consumed or reserved under a key. */
  readonly usageEvents: LimitTable<Scoped<P, state.EventColumns>>;
  /** Grace periods after plan changes; without this table there are none. */
  readonly limitStates: LimitTable<Scoped<P, state.GraceColumns>>;
  /** Crossed thresholds; without this table there are no events. */
  readonly limitEvents: LimitTable<Scoped<P, state.LimitEventColumns & RowId>>;
  /**
   * Every change of what one tenant may use: its plan, its exceptions, its add-ons. It outlives the
   * tenant, and only the system role reads it. Without this table and {@link planHistory} there is no
   * history.
   */
  readonly entitlementHistory: LimitTable<
    state.HistoryColumns & {
      [Key in TenantPropertyName<P>]: c.NotNull<c.Id<TenantPropertyKind<P>>>;
    }
  >;
  /** Every change of what a plan or an add-on allows, for all tenants. */
  readonly planHistory: LimitTable<state.HistoryColumns>;
}

/** Makes the tables of plans and usage as fragments that spread into the user's own `pgTable`. */
export function limitTables<P extends string>(tenancy: Tenancy): LimitTables<P> {
  const fragments = defineIsolation(tenancy);
  const property: string = tenancy.property;

  const part = <C>(mark: Part, columns: () => C, rules: (t: ColumnsLike) => LimitRule[]) =>
    Object.freeze({
      columns,
      rules(t: ColumnsLike) {
        markTable(tableOf(Object.values(t)[0] as ColumnLike), marks[mark]);
        return rules(t);
      },
    });
  /** Rows of a tenant; the tenant reads them, and the functions of this package write them. */
  const scoped = <C extends object>(
    mark: Part,
    columns: () => C,
    key: readonly string[],
    rules: (t: ColumnsLike) => LimitRule[] = () => [],
  ) =>
    part(
      mark,
      () => ({ ...tenancy.columns.scoped(), ...columns() }),
      (t): LimitRule[] => [
        ...(key.length > 0 ? [] : [keyOn(t, property)]),
        ...fragments.isolate(t as never, {
          key: key.length > 0 && key.map((each) => t[each] as ColumnLike),
          access: 'read',
        }),
        ...rules(t),
      ],
    );
  const withId = <C extends object>(columns: () => C) => ({
    id: c.rowId(tenancy),
    ...columns(),
  });

  return Object.freeze({
    planFeatures: part('planFeatures', planFeatureColumns, (t) => [
      keyOn(t, 'plan', 'feature'),
      ...fragments.shared(t),
      countable(t, 'limitValue'),
      oneOf(t, 'enforcement', 'hard', 'soft'),
      rule(t, 'graceDays', sql`${sqlOf(t).graceDays} between 0 and 3650`),
    ]),
    planState: scoped('planState', planStateColumns, []),
    tenants: Object.freeze({
      columns: planStateColumns,
      rules(
        t: ColumnsLike & { readonly id: ColumnLike },
        { cascade = true }: PlanOnTenantsOptions = {},
      ): LimitRule[] {
        const value: PlanOnTenants = { cascade };
        markTable(tableOf(t.id), marks.planState, value);
        markReadOnly(Object.keys(planStateColumns()).flatMap((key) => t[key] ?? []));
        return []; // nothing for drizzle-kit to write
      },
    }),
    featureOverrides: scoped(
      'featureOverrides',
      () => withId(state.overrideColumns),
      ['id'],
      (t) => [oneOf(t, 'mode', 'set', 'add'), rule(t, 'value', overrideValue(t))],
    ),
    addOnFeatures: part('addOnFeatures', addOnFeatureColumns, (t) => [
      keyOn(t, 'addOn', 'feature'),
      ...fragments.shared(t),
      countable(t, 'units'),
    ]),
    addOns: scoped('addOns', state.addOnColumns, ['addOn'], (t) => [
      rule(t, 'quantity', sql`${sqlOf(t).quantity} > 0`),
    ]),
    usageCounters: scoped(
      'usageCounters',
      state.counterColumns,
      ['feature', 'periodStart'],
      (t) => [countable(t, 'used')],
    ),
    usageEvents: scoped('usageEvents', state.eventColumns, ['feature', 'key'], (t) => [
      oneOf(t, 'state', 'used', 'refunded', 'reserved', 'released', 'expired'),
      partialIndex(t, [property, 'feature', 'expiresAt'], sql`${sqlOf(t).state} = 'reserved'`),
    ]),
    limitStates: scoped('limitStates', state.graceColumns, ['feature']),
    limitEvents: scoped(
      'limitEvents',
      () => withId(state.limitEventColumns),
      ['id'],
      (t) => [indexOver(t, 'createdAt')],
    ),
    entitlementHistory: part(
      'entitlementHistory',
      // without the default of the transaction's tenant: triggers write it, also of several tenants
      () => ({
        [property]: c.required(c.id(tenancy.id, tenancy.column)),
        ...state.historyColumns(),
      }),
      (t) => [
        keyOn(t, property, 'id'),
        ...fragments.systemOnly(t),
        indexOver(t, property, 'subject', 'key', 'id'),
      ],
    ),
    planHistory: part('planHistory', state.historyColumns, (t) => [
      keyOn(t, 'id'),
      ...fragments.systemOnly(t),
      indexOver(t, 'subject', 'key', 'id'),
    ]),
  }) as unknown as LimitTables<P>;
}

/** Added units may be negative: an override can take some away. */
const overrideValue = (t: ColumnsLike) => {
  const most = sql.raw(String(2 ** 53 - 1));
  return sql`abs(${sqlOf(t).value}) <= ${most} and (${sqlOf(t).mode} = 'add' or ${sqlOf(t).value} is null or ${sqlOf(t).value} >= 0) and (${sqlOf(t).mode} = 'set' or ${sqlOf(t).value} is not null)`;
};
