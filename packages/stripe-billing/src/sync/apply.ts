import { tenantKey } from '@tenantry/core/sql';
import type { AlertFacts } from '../connect/alert.ts';
import { describeError, isPassing } from '../stripe/errors.ts';
import type { Lease } from '../worker/lease.ts';
import { computeOwn, type Own } from './entitlement.ts';
import { combine, keepWhatWasGiven, type LockedRow, sameGrant } from './grant.ts';
import { handOver } from './hand-over.ts';
import { reach, type SyncParts } from './parts.ts';
import { ownInput, snapshotRows } from './rows.ts';
import type { Snapshot } from './snapshot.ts';

class Stale extends Error {}

/**
 * Stores a snapshot, the resulting plan and the audit entry in one transaction.
 * @returns false when a newer fetch was already stored
 */
export async function applySnapshot(
  parts: SyncParts,
  lease: Lease,
  snapshot: Snapshot,
  seatsError?: unknown,
): Promise<boolean> {
  const { tenancy, database, catalog, graceSeconds } = parts;
  const of = tenantKey(tenancy, lease.tenant);
  const computed = computeOwn(snapshot, { catalog, graceSeconds, now: lease.now });
  const own = seatsError === undefined ? computed : lookAgain(computed, lease, seatsError);
  const rows = snapshotRows(snapshot, catalog);
  try {
    await database.transaction('billing: store what Stripe said', lease.tenant, async (tx) => {
      const locked = await database.callIn(tx, 'lock', { tenant: lease.tenant });
      const mine = locked.find((row) => isMine(parts, row));
      if (mine === undefined || mine.appliedFencingToken >= lease.fencingToken) throw new Stale();
      await reach(parts, 'locked', lease.tenant);

      const kept = keepWhatWasGiven(own, mine, catalog);
      const others = locked.filter((row) => row !== mine && row.customer !== null);
      const next = combine([{ ...kept, livemode: mine.livemode }, ...others], catalog);
      const last = locked.reduce((a, b) => (a.version >= b.version ? a : b));
      const { granted, change } = handOver({
        catalog,
        last: last.granted,
        next,
        anySubscription: snapshot.subscriptions.length > 0,
        held: await parts.limits?.getPlan?.(tx, of),
      });
      const isNew = !sameGrant(last.granted, granted);
      const version = last.version + (isNew ? 1 : 0);
      const stored = await database.callIn(tx, 'apply', {
        tenant: lease.tenant,
        customer: lease.customer,
        fencingToken: lease.fencingToken,
        seq: lease.seq,
        burst_ms: parts.burstMs,
        // a quantity that Stripe did not accept stays wanted, so later rounds try again
        seatsDone: lease.seats === null || seatsError !== undefined ? null : lease.seatsWanted,
        seatsError: seatsError === undefined ? null : `Seats: ${describeError(seatsError)}`,
        customerDeleted: snapshot.customerDeleted,
        allInvoices: snapshot.allInvoices,
        goneInvoices: snapshot.goneInvoices,
        ...rows,
        own: ownInput(kept),
        granted,
        version,
      });
      if (!stored) throw new Stale();
      // a sweep passes the plan again, so that a manually changed plan is corrected
      if (change !== undefined && (isNew || lease.full)) {
        await parts.limits?.setPlan(tx, { ...of, ...change, version });
      }
      if (change !== undefined && isNew) {
        await parts.audit?.log(tx, 'billing.plan_changed', {
          ...of,
          resource: [tenancy.tenant, lease.tenant],
          metadata: {
            from: last.granted?.plan ?? null,
            to: change.plan,
            readOnly: change.readOnly ?? false,
            addons: change.addons ?? {},
            source: change.source,
          },
        });
      }
      await reach(parts, 'applied', lease.tenant);
    });
  } catch (error) {
    if (error instanceof Stale) return false;
    throw error;
  }
  for (const alert of alertsOf(own, seatsError)) parts.alert(alert, lease.tenant);
  return true;
}

/** What an operator should know of a snapshot that was stored. */
function* alertsOf(own: Own, seatsError: unknown): Generator<AlertFacts> {
  if (seatsError !== undefined) {
    const message = `Stripe did not take the number of seats: ${describeError(seatsError)}`;
    yield { kind: 'seats-refused', message };
  }
  if (own.unmappedPrices !== null) {
    const message =
      'A tenant pays for a price that defineBilling does not name; it keeps its plan.';
    yield { kind: 'unmapped-price', message, prices: own.unmappedPrices };
  }
  for (const status of own.unknownStatuses) {
    const message = `A subscription has the unknown status ${status}; its tenant keeps its plan.`;
    yield { kind: 'unknown-status', message };
  }
}

const isMine = ({ database: { origin } }: SyncParts, row: LockedRow) =>
  row.account === origin.account && row.livemode === origin.livemode;

/** After how many seconds a seat update is retried without an event, by reason. */
const again = { refused: 3600, passing: 60 } as const;

function lookAgain(own: Own, { now }: Lease, error: unknown): Own {
  const at = now + (isPassing(error) ? again.passing : again.refused);
  return { ...own, recheckAt: own.recheckAt === null ? at : Math.min(at, own.recheckAt) };
}
