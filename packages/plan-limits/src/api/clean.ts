import type { Queryable } from '@tenantry/core/sql';
import type { CleanStep } from '../answers.ts';
import { call } from '../calls.ts';
import type { CleanedTable } from '../definition/retention.ts';
import type { Definition } from '../sql/model.ts';

/** What upkeep did to a table. */
export interface Cleaned {
  /** Whether nothing that is due is left: false while others hold rows of it. */
  readonly done: boolean;
  /** Rows removed; for `reservations` those that were given back. */
  readonly removed: number;
  /** Rows that are due and were held by others. */
  readonly left: number;
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
    const step: CleanStep | null = await call(db, 'limit_clean', table, retainDays, from, pages);
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
    more = Number(await call(db, 'usage_expire', null, null, batch));
  }
  const left = Number(await call(db, 'usage_due'));
  return { done: left === 0, removed, left };
}
