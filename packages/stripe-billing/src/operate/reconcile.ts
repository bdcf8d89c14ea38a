import { requireAll } from '@tenantry/core/scope';
import { readEvent, type StoredEvent } from '../events/index.ts';
import { type From, pages } from '../stripe/pages.ts';
import { linkIfPossible, takeUp, tenantInMetadata } from '../sync/link.ts';
import { nowOf, type SyncParts } from '../sync/parts.ts';
import { type BillingRunReport, runIn, runInEach, sumOf } from '../worker/worker.ts';
import { refreshCatalog } from './refresh-catalog.ts';

/** Options of a reconciliation. */
export interface ReconcileOptions {
  /**
   * `events` reads what Stripe has sent since the last time (30 days at most) and stores what is
   * missing; `everything` also fetches each customer with all invoices, and the catalog.
   * Default: 'everything'.
   */
  readonly scope?: 'events' | 'everything';
  /**
   * Also searches Stripe for customers whose metadata names a tenant, and links them.
   * Default: false.
   */
  readonly link?: boolean;
  /** Called with the progress; the total is unknown. Default: none. */
  readonly onProgress?: (progress: ReconcileProgress) => void;
}

/** The progress of a reconciliation. */
export interface ReconcileProgress {
  readonly step: 'catalog' | 'events' | 'customers' | 'tenants';
  readonly done: number;
}

/** The result of a reconciliation. */
export interface ReconcileReport extends BillingRunReport {
  /** Events that had not arrived. */
  readonly missedEvents: number;
  /** The number of fetched tenants. */
  readonly tenants: number;
  readonly linked: number;
  /**
   * Customers that were not linked, because their metadata names an unknown tenant, or one with
   * another customer.
   */
  readonly refused: readonly string[];
}

/** Events of the last minutes before the cursor are read again, because Stripe lists them with a delay. */
const overlapSeconds = 600;
const pageSize = 100;

/** Makes the copy equal to Stripe, through the same worker that handles events. */
export async function reconcile(
  parts: SyncParts,
  { scope = 'everything', link = false, onProgress = () => {} }: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const everything = scope === 'everything';
  const catalog = everything
    ? await refreshCatalog(parts, (done) => onProgress({ step: 'catalog', done }))
    : undefined;
  const missedEvents = await readMissedEvents(parts, everything, onProgress);
  const drained = await runInEach(parts);
  const { linked, refused } =
    everything && link ? await linkCustomers(parts, onProgress) : { linked: 0, refused: [] };
  if (!everything)
    return { ...sumOf(requireAll(drained)), missedEvents, tenants: 0, linked, refused };
  let tenants = 0;
  const fetched = (count: number) => {
    tenants += count;
    onProgress({ step: 'tenants', done: tenants });
  };
  const swept = await parts.database.inEach((database) => sweep({ ...parts, database }, fetched));
  catalog?.end();
  const report = sumOf([...drained.flatMap(({ value = [] }) => value), ...swept]);
  return { ...report, missedEvents, tenants, linked, refused };
}

/** Fetches every customer of one database. */
async function sweep(
  parts: SyncParts,
  fetched: (count: number) => void,
): Promise<BillingRunReport> {
  const reports: BillingRunReport[] = [];
  let after: string | undefined;
  for (;;) {
    // a page at a time, so that a large backfill takes no more memory than a small one
    const wanted = await parts.database.call('want', { after, full: true, most: pageSize });
    if (wanted.length === 0) return sumOf(reports);
    reports.push(await runIn(parts));
    after = wanted.at(-1);
    fetched(wanted.length);
  }
}

async function readMissedEvents(
  parts: SyncParts,
  /** Whether to skip events on the first run, because everything is fetched afterwards anyway. */
  skipFirst: boolean,
  onProgress: (progress: ReconcileProgress) => void,
): Promise<number> {
  const { stripe, request, database } = parts;
  const cursor = await database.call('cursor', {});
  if (cursor === null && skipFirst) {
    await database.call('cursor', { created: nowOf(parts) });
    return 0;
  }
  const range = cursor === null ? {} : { created: { gte: Math.floor(cursor - overlapSeconds) } };
  let newest = cursor ?? 0;
  let seen = 0;
  let missed = 0;
  const page = (from: From) => stripe.events.list({ ...from, ...range }, request);
  for await (const events of pages(parts, page)) {
    const stored = events
      .map((event) => readEvent(event as unknown as Parameters<typeof readEvent>[0]))
      .filter((event): event is StoredEvent => event !== undefined && event.route !== 'none');
    const outcomes = await database.call('receive', { events: stored });
    missed += Object.values(outcomes).filter((outcome) => outcome !== 'duplicate').length;
    newest = Math.max(newest, ...events.map(({ created }) => created));
    seen += events.length;
    onProgress({ step: 'events', done: seen });
  }
  // only now, so that an interrupted run starts again at the same place
  await database.call('cursor', { created: newest });
  return missed;
}

/** Links customers whose metadata names a tenant, for example after an import or a lost event. */
async function linkCustomers(
  parts: SyncParts,
  onProgress: (progress: ReconcileProgress) => void,
): Promise<{ linked: number; refused: readonly string[] }> {
  const { stripe, request, tenancy } = parts;
  let done = 0;
  let linked = 0;
  const refused: string[] = [];
  for await (const page of pages(parts, (from) => stripe.customers.list(from, request))) {
    for (const customer of page) {
      const named = tenantInMetadata(customer, tenancy.property);
      if (named === undefined) continue;
      const done = await linkIfPossible(parts, named, customer.id);
      if (done === undefined) refused.push(customer.id);
      else if (done.outcome === 'linked') await takeUp(parts, done, customer.id);
      if (done?.outcome === 'linked') linked += 1;
    }
    done += page.length;
    onProgress({ step: 'customers', done });
  }
  return { linked, refused };
}
