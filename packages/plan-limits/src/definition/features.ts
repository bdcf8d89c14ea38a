import { check } from '@tenantry/core/errors';
import { inFuture, type Wanted, type Where } from './conditions.ts';

/** A Drizzle table that can be counted: it has a column for the tenant. */
export type CountableTable = { readonly $inferSelect: object };

/** A table and its counted rows. */
export interface CountedTable {
  readonly table: () => object;
  readonly where: Readonly<Record<string, Wanted>>;
}

/** A limit on existing rows, enforced by a trigger on their table. */
export interface CountFeature {
  readonly kind: 'count';
  readonly tables: readonly CountedTable[];
  readonly mode: 'live' | 'counter';
}

/** The period of a counter, after which it starts at zero again. */
export type Per = 'day' | 'month' | 'year' | 'lifetime';

/** Usage that is counted when it happens. */
export interface CounterFeature {
  readonly kind: 'counter';
  readonly per: Per;
}

/** A feature that a plan includes or not. */
export interface FlagFeature {
  readonly kind: 'flag';
}

/** What a plan can limit. */
export type LimitFeature = CountFeature | CounterFeature | FlagFeature;

/** What `count(table, options)` takes. */
export interface CountOptions<T> {
  /** The rows that count. Default: every row. */
  readonly where?: Where<Extract<keyof RowOf<T>, string>>;
  /**
   * `live` counts the rows at each insert, which costs in proportion to the limit. `counter` keeps the
   * count in usage_counters: the cost is the same at any size, but inserts of one tenant wait for each
   * other, also on an unlimited plan. Default: 'live'.
   */
  readonly mode?: 'live' | 'counter';
}

type RowOf<T> = T extends { readonly $inferSelect: infer R } ? R : never;

/** One of several tables whose rows are counted together; see {@link count}. */
export interface CountPart<T extends CountableTable = CountableTable> {
  readonly table: () => T;
  readonly where?: Where<Extract<keyof T['$inferSelect'], string>>;
}

/**
 * Limits the number of rows of a tenant, by a trigger in the adding transaction. It covers single and
 * bulk inserts, `ON CONFLICT`, `MERGE`, `COPY`, updates after which a row counts, and raw SQL.
 *
 * Emits `after insert … referencing new table … for each statement`, and for each table with a `where`
 * `after update … for each row when (…)`. Each takes an advisory lock on (tenant, feature) and counts.
 * @param table the table, or `() => table` when the modules import each other, or several {@link part}s
 *   that share one limit.
 * @throws TenantryError `LIMIT_REACHED`, `FEATURE_NOT_IN_PLAN`, `PLAN_READ_ONLY`,
 *   `ISOLATION_LEVEL_REFUSED` from the statement that would exceed the limit
 * @example
 * ```ts
 * projects: count(projects),
 * activeClients: count(clients, { where: { status: 'active' } }),
 * seats: count([part(memberships), part(invitations, { acceptedAt: null, expiresAt: inFuture })]),
 * ```
 */
export function count<T extends CountableTable>(
  table: T | (() => T),
  options?: CountOptions<T>,
): CountFeature;
export function count(
  parts: readonly CountPart[],
  options?: { readonly mode?: 'live' | 'counter' },
): CountFeature;
export function count(
  counted: object | (() => object) | readonly CountPart[],
  { where = {}, mode = 'live' }: { where?: Where; mode?: 'live' | 'counter' } = {},
): CountFeature {
  const parts = isParts(counted) ? counted : [{ table: lazily(counted), where }];
  check(
    parts.length > 0,
    'count([]) without a table.',
    'Name the table whose rows count: count(projects).',
  );
  const tables = parts.map((each) =>
    Object.freeze({ table: each.table, where: wantedOf(each.where) }),
  );
  check(
    mode === 'live' || !tables.some(({ where }) => Object.values(where).includes(inFuture)),
    'a counter-backed count of rows that stop to count by itself when their time comes.',
    "Leave mode: 'counter' out: a live count looks at the clock.",
  );
  return Object.freeze({ kind: 'count', tables: Object.freeze(tables), mode });
}

/** One of several tables that are counted together. */
export function part<T extends CountableTable>(
  table: T | (() => T),
  where?: Where<Extract<keyof T['$inferSelect'], string>>,
): CountPart {
  return Object.freeze({ table: lazily(table), ...(where && { where }) }) as CountPart;
}

/**
 * Limits usage that is counted when it happens: API calls, invoices, tokens. `limits.consume` adds to it.
 *
 * @param options.per the period: `month` and `year` begin with the billing anchor of the tenant, `day`
 *   at midnight in its time zone, `lifetime` never ends.
 * @example
 * ```ts
 * apiCalls: counter({ per: 'month' })
 * ```
 */
export function counter({ per }: { readonly per: Per }): CounterFeature {
  check(
    ['day', 'month', 'year', 'lifetime'].includes(per),
    `counter({ per: ${JSON.stringify(per)} }).`,
    "Use 'day', 'month', 'year' or 'lifetime'.",
  );
  return Object.freeze({ kind: 'counter', per });
}

/** A feature that a plan includes or not: single sign-on, an export. */
export function flag(): FlagFeature {
  return Object.freeze({ kind: 'flag' });
}

const isParts = (counted: unknown): counted is readonly CountPart[] => Array.isArray(counted);

// a Drizzle table is an object, never a function
const lazily = <T>(table: T | (() => T)): (() => T) =>
  typeof table === 'function' ? (table as () => T) : () => table;

const wantedOf = (where: Where = {}): Readonly<Record<string, Wanted>> =>
  Object.freeze(
    Object.fromEntries(
      Object.entries(where).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  );
