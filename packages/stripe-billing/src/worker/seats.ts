import { isRateLimit } from '../stripe/errors.ts';
import type { SyncParts } from '../sync/parts.ts';
import type { Snapshot } from '../sync/snapshot.ts';
import type { GivenLease, Lease } from './lease.ts';

const living = new Set(['active', 'trialing', 'past_due']);

/** The lease with the number of members, where the database has left the count to the node of the tenant. */
export async function withSeats(
  { database }: Pick<SyncParts, 'database'>,
  { countSeats, seats = null, ...lease }: GivenLease,
): Promise<Lease> {
  if (countSeats !== true) return { ...lease, seats };
  return { ...lease, seats: await database.call('seats', { tenant: lease.tenant }) };
}

/** The result of a seat update. */
export interface SeatsTold {
  /** Whether Stripe was updated, so that the customer must be fetched again. */
  readonly told: boolean;
  /** The error when Stripe did not accept the number; otherwise undefined. */
  readonly error: unknown;
}

/**
 * Sets the quantity of seat items to the number of members. A refusal of Stripe is reported, not thrown,
 * because a refused write must not block a read. Metered prices take no quantity.
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
      // further requests would be rate-limited too
      if (isRateLimit(reason)) break;
    }
  }
  return { told: told || error !== undefined, error };
}
