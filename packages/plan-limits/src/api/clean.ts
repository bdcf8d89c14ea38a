import type { Queryable } from '@tenantry/core/sql';
import type { CleanStep } from '../answers.ts';
import { call } from '../calls.ts';
import type { CleanedTable } from '../definition/retention.ts';
import type { Definition } from '../sql/model.ts';

/** The result of upkeep for a table. */
export interface CleanedRows {
  /** Whether no due row is left; false while others lock due rows. */
  readonly done: boolean;
  /** The number of deleted rows; for `reservations` of released ones. */
  readonly removed: number;
  /** The number of due rows that others had locked. */
  readonly left: number;
}

/** Pages of 8 kB that one statement cleans. */
const pages = 256;

/** Deletes expired rows of a table, statement by statement; undefined when the table does not exist. */
export async function clean(
  db: Queryable,
  table: CleanedTable,
  retainDays: number,
): Promise<CleanedRows | undefined> {
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

/** Releases all expired reservations that nobody has locked. */
export async function expire(
  { features }: Definition,
  db: Queryable,
  batch: number,
): Promise<CleanedRows | undefined> {
  if (!Object.values(features).some(({ kind }) => kind === 'counter')) return undefined;
  let removed = 0;
  for (let more = batch; more >= batch; removed += more) {
    more = Number(await call(db, 'usage_expire', null, null, batch));
  }
  const left = Number(await call(db, 'usage_due'));
  return { done: left === 0, removed, left };
}
