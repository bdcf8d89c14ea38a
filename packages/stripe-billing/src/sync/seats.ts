import type { SyncParts } from './parts.ts';
import type { Snapshot } from './snapshot.ts';

const living = new Set(['active', 'trialing', 'past_due']);

/**
 * Sets the quantity of items that are seats to the number of members.
 * @returns whether Stripe was told of a change, so that the customer has to be fetched again
 */
export async function syncSeats(
  { stripe, request, catalog }: SyncParts,
  snapshot: Snapshot,
  members: number | null,
): Promise<boolean> {
  if (members === null || catalog.seatRefs.length === 0) return false;
  const quantity = Math.max(1, members);
  const stale = snapshot.subscriptions
    .filter(({ status }) => living.has(status))
    .flatMap(({ items }) => items)
    .filter((item) => isSeat(catalog.seatRefs, item) && item.quantity !== quantity);
  for (const item of stale) {
    const change = { quantity, proration_behavior: 'create_prorations' } as const;
    await stripe.subscriptionItems.update(item.id, change, request);
  }
  return stale.length > 0;
}

const isSeat = (
  refs: readonly string[],
  { price, lookupKey, product }: { price: string; lookupKey: string | null; product: string },
) => [price, lookupKey ?? '', product].some((each) => refs.includes(each));
