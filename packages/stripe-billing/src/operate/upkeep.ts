import { checkOptions, wholeNumber } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import {
  overdueDays,
  type RetainDays,
  retentionOf,
  type UpkeepTask,
  upkeepCheck,
} from '@tenantry/rls/feature';
import { type AnswerOf, billingCall, callBilling, type RetentionKey } from '../calls.ts';

/** How long rows are kept, in days, 1 to 3650; false keeps them for ever. */
export interface BillingRetention {
  /** Events that were processed or ignored. Days. Default: 90. */
  readonly processedEvents?: RetainDays;
  /** Events that were given up, or whose customer nobody linked. Days. Default: 365. */
  readonly givenUpEvents?: RetainDays;
  /** Checkouts that were closed or abandoned. Days. Default: 90. */
  readonly checkoutIntents?: RetainDays;
}

/** What `billing.upkeep` takes. */
export interface BillingUpkeepOptions {
  readonly retention?: BillingRetention;
  /** Rows of each kind that one statement removes, 1 to 100,000. Default: 5000. */
  readonly batchSize?: number;
  /** Stops after the current statement; `done` is then false, and `left` shows that rows remain. */
  readonly signal?: AbortSignal;
}

/** The result of the run. */
export interface BillingUpkeepResult {
  /** Whether no expired row is left. */
  readonly done: boolean;
  /** The number of deleted rows, by kind. */
  readonly removed: Readonly<Record<keyof BillingRetention, number>>;
  /** The number of remaining expired rows, counted up to one batch of each kind. */
  readonly left: number;
}

const usual = {
  processedEvents: 90,
  givenUpEvents: 365,
  checkoutIntents: 90,
};

/**
 * Deletes all expired rows, in batches, so that no statement holds locks for long.
 */
export async function upkeep(
  db: Queryable,
  options: BillingUpkeepOptions = {},
  own: BillingRetention = {},
): Promise<BillingUpkeepResult> {
  checkOptions('billing.upkeep', options, {
    retention: 'object?',
    batchSize: 'any',
    signal: 'object?',
  });
  const { retention = {}, batchSize = 5_000, signal } = options;
  const days = billingRetention({ ...own, ...retention });
  const most = wholeNumber(batchSize, { name: 'batchSize', least: 1, greatest: 100_000 });
  return removeAll(() => callBilling(db, 'prune', { ...days, most }), signal);
}

/** Removes one batch after the other. */
export async function removeAll(
  prune: () => Promise<AnswerOf<'prune'>>,
  signal?: AbortSignal,
): Promise<BillingUpkeepResult> {
  const removed = { processedEvents: 0, givenUpEvents: 0, checkoutIntents: 0 };
  for (;;) {
    const { removed: gone, left } = await prune();
    let now = 0;
    for (const key of Object.keys(removed) as RetentionKey[]) {
      removed[key] += gone[key] ?? 0;
      now += gone[key] ?? 0;
    }
    // rows that another process holds are left to it
    const isOver = left === 0 || now === 0 || signal?.aborted === true;
    if (isOver) return { done: left === 0, removed, left };
  }
}

/** The retention of a definition. @throws TenantryError `CONFIG_INVALID` */
export const billingRetention = (given: BillingRetention | undefined) =>
  retentionOf('defineBilling', usual, given);

/** The retention task for `tenantry maintain` and `startUpkeep`. */
export const retentionTask = (own: BillingRetention): UpkeepTask => ({
  name: 'events and checkouts',
  everyMs: 24 * 3600 * 1000,
  async run(db) {
    const { done, removed, left } = await upkeep(db, {}, own);
    return { done, did: removed, left };
  },
});

/** The check of `tenantry doctor`: events and checkouts that nobody deletes. */
export const retentionCheck = (own: Required<BillingRetention>) =>
  upkeepCheck('stripe-billing', async (query) => {
    const late = Object.entries(own).map(([key, days]) => [key, days && days + overdueDays]);
    const { text, values } = billingCall('overdue', Object.fromEntries(late));
    const { rows } = await query(text, values);
    return (rows[0] as { answer: AnswerOf<'overdue'> }).answer;
  });
