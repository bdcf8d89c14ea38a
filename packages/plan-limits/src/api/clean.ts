import type { Queryable } from '@tenantry/core/sql';
import type { RetainDays } from '@tenantry/rls/feature';
import type { Definition } from '../sql/model.ts';
import { call } from './call.ts';

/** The result of upkeep for a table. */
export interface Cleaned {
  /** Whether no due row is left; false while others lock due rows. */
  readonly done: boolean;
  /** The number of deleted rows; for `reservations` of released ones. */
  readonly removed: number;
  /** The number of due rows that others had locked. */
  readonly left: number;
}

/** How many days rows are kept, 1 to 3650 each; false keeps them for ever. */
export interface Retention {
  /** Keys that were used, refunded, released or have expired. Days. Default: 90. */
  readonly usageEvents?: RetainDays;
  /** Counters, from the end of their period. Days. Default: 400. */
  readonly usageCounters?: RetainDays;
  /** Threshold events that nobody has taken. Days. Default: 90. */
  readonly limitEvents?: RetainDays;
  /** Grace periods that are over. Days. Default: 365. */
  readonly limitStates?: RetainDays;
  /** Changes that lowered limits; kept as long as a grace period may follow from them. Days. Default: 30. */
  readonly limitChanges?: RetainDays;
  /** Overrides that have ended. Days. Default: 730. */
  readonly featureOverrides?: RetainDays;
  /** The history of what was allowed, which `entitlementsAt` reads. Days. Default: 730. */
  readonly entitlementHistory?: RetainDays;
}

/** The tables of {@link Retention}. */
export type CleanedTable = keyof Retention;

export const usualRetention: Readonly<Record<CleanedTable, number>> = Object.freeze({
  usageEvents: 90,
  usageCounters: 400,
  limitEvents: 90,
  limitStates: 365,
  limitChanges: 30,
  featureOverrides: 730,
  entitlementHistory: 730,
});

interface Step {
  readonly removed: number;
  readonly left: number;
  readonly next: number | null;
}

/** Pages of 8 kB that one statement cleans. */
const pages = 256;

/** Deletes expired rows of a table, statement by statement; undefined when the table does not exist. */
export async function clean(
  db: Queryable,
  table: CleanedTable,
  retainDays: number,
): Promise<Cleaned | undefined> {
  let [removed, left] = [0, 0];
  for (let from: number | null = 0; from !== null; ) {
    const step: Step | null = await call(db, 'limit_clean', [table, retainDays, from, pages]);
    if (step === null) return undefined;
    removed += step.removed;
    left += step.left;
    from = step.next;
  }
  return { done: left === 0, removed, left };
}

/** Releases all expired reservations that nobody has locked. */
export async function expire(
  { features }: Definition,
  db: Queryable,
  batch: number,
): Promise<Cleaned | undefined> {
  if (!Object.values(features).some(({ kind }) => kind === 'counter')) return undefined;
  let removed = 0;
  for (let more = batch; more >= batch; removed += more) {
    more = Number(await call(db, 'usage_expire', [null, null, batch]));
  }
  const left = Number(await call(db, 'usage_due', []));
  return { done: left === 0, removed, left };
}
