import type { SyncParts } from './parts.ts';
import type { Snapshot } from './snapshot.ts';
import { isRateLimit } from './stripe-errors.ts';

const living = new Set(['active', 'trialing', 'past_due']);

/** What became of the seats. */
export interface SeatsTold {
  /** Whether Stripe was told of a change, so that the customer has to be fetched again. */
  readonly told: boolean;
  /** What Stripe answered where it did not take the number; undefined where it did. */
  readonly error: unknown;
}

/**
 * Sets the quantity of items that are seats to the number of members. What Stripe refuses is reported
 * and not thrown: a number that cannot be written must not keep anybody from reading. Metered prices
 * take no quantity.
 */
export async function syncSeats(
  { stripe, request, catalog }: SyncParts,
  snapshot: Snapshot,
  members: number | null,
): Promise<SeatsTold> {
  if (members === null || catalog.seatRefs.length === 0) return { told: false, error: undefined };
  const quantity = Math.max(1, members);
  const stale = snapshot.subscriptions
    .filter(({ status }) => living.has(status))
    .flatMap(({ items }) => items)
    .filter((item) => !item.isMetered && catalog.isSeat(item) && item.quantity !== quantity);
  let told = false;
  let error: unknown;
  for (const item of stale) {
    const change = { quantity, proration_behavior: 'create_prorations' } as const;
    try {
      await stripe.subscriptionItems.update(item.id, change, request);
      told = true;
    } catch (reason) {
      error = reason;
      // the rest would be asked to wait too
      if (isRateLimit(reason)) break;
    }
  }
  return { told: told || error !== undefined, error };
}
