import type { Queryable } from '@tenantry/core/sql';
import type { RetainDays } from '@tenantry/rls/feature';
import type { Definition } from '../sql/model.ts';
import { call } from './call.ts';

/** What upkeep did to a table. */
export interface Cleaned {
  /** Whether nothing that is due is left: false while others hold rows of it. */
  readonly done: boolean;
  /** Rows removed; for `reservations` those that were given back. */
  readonly removed: number;
  /** Rows that are due and were held by others. */
  readonly left: number;
}

/** For how many days rows are kept, 1 to 3650 each, or false for ever. */
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

/** Removes what has grown old from a table, in one statement after the other; undefined where there is none. */
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

/** Gives back reservations that nobody confirmed in time, until none is left that is free. */
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
