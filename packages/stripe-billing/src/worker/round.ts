import { describeError, isPassing, isRateLimit } from '../stripe/errors.ts';
import { backOffMs } from '../stripe/rate-limit.ts';
import { applySnapshot } from '../sync/apply.ts';
import { fetchSnapshot } from '../sync/fetch.ts';
import { Crashed, reach, type SyncParts } from '../sync/parts.ts';
import type { GivenLease } from './lease.ts';
import { syncSeats, withSeats } from './seats.ts';

/** How a round ended. */
export type RoundOutcome = 'applied' | 'stale' | 'failed';

/** Leases tenants that are behind. */
export const takeLeases = ({ database, worker, leaseMs, clock }: SyncParts, most: number) =>
  database.call('lease', {
    worker,
    lease_ms: leaseMs,
    most,
    now: clock?.(),
  });

/** One round: fetches the customer outside any transaction, then stores it if no newer fetch was stored. */
export async function runRound(parts: SyncParts, given: GivenLease): Promise<RoundOutcome> {
  const { database, worker, gate } = parts;
  const { tenant } = given;
  try {
    await reach(parts, 'leased', tenant);
    const lease = await withSeats(parts, given);
    await gate.wait();
    const fetch = () =>
      fetchSnapshot(parts.stripe, lease.customer, {
        ...lease,
        request: parts.request,
        livemode: database.origin.livemode,
      });
    let snapshot = await fetch();
    const seats = await syncSeats(parts, snapshot, lease.seats);
    if (isRateLimit(seats.error)) gate.slowDown();
    // also after a refusal, because an earlier answer may have been lost
    if (seats.told) snapshot = await fetch();
    if (!isRateLimit(seats.error)) gate.succeeded();
    await reach(parts, 'fetched', tenant);
    const stored = await applySnapshot(parts, lease, snapshot, seats.error);
    await reach(parts, 'committed', tenant);
    if (stored) return 'applied';
    await database.call('release', { tenant, worker, seatsAgain: seats.told ? 1 : 0 });
    return 'stale';
  } catch (error) {
    if (error instanceof Crashed) throw error;
    await giveBack(parts, given, error);
    return 'failed';
  }
}

async function giveBack(parts: SyncParts, lease: GivenLease, error: unknown): Promise<void> {
  const { database, worker, gate, retryMs, maxAttempts } = parts;
  const attempt = lease.attempts + 1;
  // a rate limit is temporary and does not count as a failure
  const counts = isRateLimit(error) ? 0 : 1;
  const pause = isRateLimit(error) ? gate.slowDown() : backOffMs(attempt, retryMs);
  const patience = isPassing(error) ? maxAttempts * 2 : maxAttempts;
  const dead = counts === 1 && attempt >= patience;
  const { tenant, customer, seq } = lease;
  const text = describeError(error);
  await database.call('fail', { tenant, worker, seq, error: text, counts, retry_ms: pause, dead });
  if (!dead) return;
  const message = `Syncing was given up after ${attempt} attempts: ${text}`;
  parts.alert({ kind: 'dead-letter', message, customer }, tenant);
}
