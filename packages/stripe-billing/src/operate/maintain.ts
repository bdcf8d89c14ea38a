import { wholeNumber } from '@tenantry/core/errors';
import type { Queryable } from '@tenantry/core/sql';
import {
  overdueDays,
  type RetainDays,
  retentionOf,
  type UpkeepTask,
  upkeepCheck,
} from '@tenantry/rls/feature';
import { type AnswerOf, billingCall, callBilling, type RetentionKey } from '../calls.ts';

/** How long rows are kept, in days; 1 to 3,650, or false for ever. */
export interface BillingRetention {
  /** Events that were processed or ignored. Default: 90. */
  readonly processedEvents?: RetainDays;
  /** Events that were given up, or whose customer nobody linked. Default: 365. */
  readonly givenUpEvents?: RetainDays;
  /** Checkouts that were closed, or that nobody touched any more. Default: 90. */
  readonly checkoutIntents?: RetainDays;
}

/** What `billing.maintain` takes. */
export interface BillingMaintainOptions {
  readonly retention?: BillingRetention;
  /** Rows of each kind that one statement removes, 1 to 100,000. Default: 5,000. */
  readonly batch?: number;
  /** Ends it after the statement under way: `done` is false then, and `left` says that more is there. */
  readonly signal?: AbortSignal;
}

/** What it did. */
export interface BillingMaintained {
  /** Whether nothing is left that has outlived its retention. */
  readonly done: boolean;
  /** Rows that were removed, by what they were. */
  readonly removed: Readonly<Record<keyof BillingRetention, number>>;
  /** How much is left, counted up to one batch of each kind. */
  readonly left: number;
}

const usual = {
  processedEvents: 90,
  givenUpEvents: 365,
  checkoutIntents: 90,
};

/**
 * Removes what has outlived its retention until nothing is left, in statements of a batch each: none of
 * them holds locks for long.
 */
export async function maintain(
  db: Queryable,
  { retention = {}, batch = 5_000, signal }: BillingMaintainOptions = {},
  own: BillingRetention = {},
): Promise<BillingMaintained> {
  const days = billingRetention({ ...own, ...retention });
  const most = wholeNumber(batch, { name: 'batch', least: 1, greatest: 100_000 });
  return removeAll(() => callBilling(db, 'prune', { ...days, most }), signal);
}

/** Removes one batch after the other. */
export async function removeAll(
  prune: () => Promise<AnswerOf<'prune'>>,
  signal?: AbortSignal,
): Promise<BillingMaintained> {
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

/** The same for `tenantry maintain` and `startUpkeep`. */
export const retentionTask = (own: BillingRetention): UpkeepTask => ({
  name: 'events and checkouts',
  everyMs: 24 * 3600 * 1000,
  async run(db) {
    const { done, removed, left } = await maintain(db, {}, own);
    return { done, did: removed, left };
  },
});

/** What `tenantry doctor` looks for: events and checkouts that nobody removes. */
export const retentionCheck = (own: Required<BillingRetention>) =>
  upkeepCheck('stripe-billing', async (query) => {
    const late = Object.entries(own).map(([key, days]) => [key, days && days + overdueDays]);
    const { text, values } = billingCall('overdue', Object.fromEntries(late));
    const { rows } = await query(text, values);
    return (rows[0] as { answer: AnswerOf<'overdue'> }).answer;
  });
