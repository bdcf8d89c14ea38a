import { TenantryError } from '@tenantry/core';
import { type Queryable, runStatement, statement } from '@tenantry/core/sql';
import {
  type Overdue,
  overdueDays,
  type RetainDays,
  retentionOf,
  type UpkeepTask,
  upkeepCheck,
} from '@tenantry/rls/feature';

/** How long rows are kept, in days, 1 to 3650; false keeps them for ever. */
export interface BillingRetention {
  /** Events that were processed or ignored. Days. Default: 90. */
  readonly processedEvents?: RetainDays;
  /** Events that were given up, or whose customer nobody linked. Days. Default: 365. */
  readonly givenUpEvents?: RetainDays;
  /** Checkouts that were closed or abandoned. Days. Default: 90. */
  readonly checkoutIntents?: RetainDays;
}

/** What `billing.maintain` takes. */
export interface BillingMaintainOptions {
  readonly retention?: BillingRetention;
  /** Rows of each kind that one statement removes, 1 to 100,000. Default: 5000. */
  readonly batch?: number;
  /** Stops after the current statement; `done` is then false, and `left` shows that rows remain. */
  readonly signal?: AbortSignal;
}

/** The result of the run. */
export interface BillingMaintained {
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
export async function maintain(
  db: Queryable,
  { retention = {}, batch = 5_000, signal }: BillingMaintainOptions = {},
  own: BillingRetention = {},
): Promise<BillingMaintained> {
  const days = billingRetention({ ...own, ...retention });
  check(
    Number.isInteger(batch) && batch >= 1 && batch <= 100_000,
    `batch ${batch}`,
    'Use a whole number from 1 to 100,000.',
  );
  const removed = { processedEvents: 0, givenUpEvents: 0, checkoutIntents: 0 };
  const input = JSON.stringify({ ...days, most: batch });
  for (;;) {
    const [row] = await runStatement<{
      result: { removed: Partial<typeof removed>; left: number };
    }>(db, statement`select tenantry.billing_prune(${input}::jsonb) as result`);
    const { result } = row as { result: { removed: Partial<typeof removed>; left: number } };
    let now = 0;
    for (const key of Object.keys(removed) as (keyof typeof removed)[]) {
      const count = result.removed[key] ?? 0;
      removed[key] += count;
      now += count;
    }
    // rows locked by another process are left to it
    const isOver = result.left === 0 || now === 0 || signal?.aborted === true;
    if (isOver) return { done: result.left === 0, removed, left: result.left };
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
    const { done, removed, left } = await maintain(db, {}, own);
    return { done, did: removed, left };
  },
});

/** The check of `tenantry doctor`: events and checkouts that nobody deletes. */
export const retentionCheck = (own: Required<BillingRetention>) =>
  upkeepCheck('stripe-billing', async (query) => {
    const late = Object.entries(own).map(([key, days]) => [key, days && days + overdueDays]);
    const { rows } = await query('select tenantry.billing_overdue($1::jsonb) as overdue', [
      JSON.stringify(Object.fromEntries(late)),
    ]);
    return (rows[0] as { overdue: Overdue[] }).overdue;
  });

function check(holds: boolean, found: string, fix: string): asserts holds {
  if (!holds) throw new TenantryError('CONFIG_INVALID', { found: `${found}.`, fix });
}
