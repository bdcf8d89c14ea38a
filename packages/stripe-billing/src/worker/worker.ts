import { type DatabaseAnswer, requireAll } from '@tenantry/core/scope';
import type { Schedule } from '@tenantry/rls/upkeep';
import type { SyncParts } from '../sync/parts.ts';
import { workQueue } from './queue.ts';
import { type RoundOutcome, runRound, takeLeases } from './round.ts';

/** The result of a run. */
export interface BillingRunReport {
  /** The number of fetch rounds, by outcome. */
  readonly applied: number;
  readonly stale: number;
  readonly failed: number;
  /** The number of processed events of unknown customers, prices and products. */
  readonly events: number;
}

/** Processes everything that is due, in every database; one that is down does not hold up the others. */
export async function runOnce(parts: SyncParts): Promise<BillingRunReport> {
  return sumOf(requireAll(await runInEach(parts)));
}

/** The same, with the error of each database that failed. */
export async function runInEach(
  parts: SyncParts,
): Promise<readonly DatabaseAnswer<BillingRunReport>[]> {
  const run = () => parts.database.answers((database) => runIn({ ...parts, database }));
  const first = await run();
  // its events may ask for a sync in another one, whose run was over by then
  const sentOn = first.length > 1 && (first[0]?.value?.events ?? 0) > 0;
  if (!sentOn) return first;
  const second = await run();
  return second.map((answer, i) => {
    const { value } = first[i] ?? {};
    return answer.value === undefined || value === undefined
      ? answer
      : { ...answer, value: sumOf([value, answer.value]) };
  });
}

/** The sum of several runs. */
export function sumOf(reports: readonly BillingRunReport[]): BillingRunReport {
  const total = { applied: 0, stale: 0, failed: 0, events: 0 };
  for (const report of reports)
    for (const key of Object.keys(total) as (keyof BillingRunReport)[]) total[key] += report[key];
  return total;
}

/** Processes everything that is due in one database. */
export async function runIn(parts: SyncParts): Promise<BillingRunReport> {
  const count: Record<RoundOutcome, number> = { applied: 0, stale: 0, failed: 0 };
  let events = 0;
  for (;;) {
    const taken = await workQueue(parts);
    const { leases, soon } = await takeLeases(parts, parts.concurrency);
    const settled = await Promise.allSettled(leases.map((lease) => runRound(parts, lease)));
    for (const each of settled) {
      if (each.status === 'rejected') throw each.reason;
      count[each.value] += 1;
    }
    events += taken;
    if (taken > 0 || leases.length > 0) continue;
    if (soon === null) return { ...count, events };
    await new Promise((resolve) => setTimeout(resolve, Math.ceil(soon)));
  }
}

/** A worker in this process. */
export interface Worker extends Schedule {
  /** Starts a run now, if none is running. */
  wake(): void;
}

/**
 * Runs at once, when it is woken, and every `everyMs` milliseconds: for finished back-offs, ended grace periods,
 * and events that another process stored.
 */
export function startWorker(
  parts: SyncParts,
  everyMs: number,
  failed: (error: unknown) => void,
): Worker {
  let stopped = false;
  let again = false;
  let running: Promise<void> | undefined;
  // the worker must not inherit the scope of the request that woke or started it
  const work = parts.tenancy.outside(async () => {
    do {
      again = false;
      await runOnce(parts).catch(failed);
    } while (again && !stopped);
    running = undefined;
  });
  const wake = () => {
    again = true;
    if (stopped || running !== undefined) return;
    running = work();
  };
  const timer = setInterval(wake, everyMs);
  timer.unref();
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
