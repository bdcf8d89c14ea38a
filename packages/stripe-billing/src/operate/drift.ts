import type { LinkedRow, Row } from '../calls.ts';
import { unlessMissing } from '../stripe/errors.ts';
import { patiently } from '../stripe/pages.ts';
import { computeOwn } from '../sync/entitlement.ts';
import { fetchSnapshot } from '../sync/fetch.ts';
import { nowOf, type SyncParts } from '../sync/parts.ts';
import { ownInput, snapshotRows } from '../sync/rows.ts';

/** One difference between the copy and Stripe. */
export interface Drift {
  readonly tenantId: string;
  /** `subscription sub_…`, `invoice in_…`, `organization`. */
  readonly what: string;
  readonly field: string;
  readonly stored: unknown;
  readonly truth: unknown;
}

/** Finds differences without changing anything, one organization after the other. */
export async function* findDrift(
  parts: SyncParts,
  onLooked: (organizations: number) => void = () => {},
): AsyncGenerator<Drift> {
  let after: string | undefined;
  let looked = 0;
  for (;;) {
    const page = await parts.database.call('linked', { after, most: 100 });
    for (const linked of page) {
      yield* driftOf(parts, linked);
      looked += 1;
      onLooked(looked);
    }
    after = page.at(-1)?.tenant;
    if (after === undefined) return;
  }
}

async function* driftOf(parts: SyncParts, { tenant, customer }: LinkedRow): AsyncGenerator<Drift> {
  const { stripe, request, catalog, graceSeconds, database } = parts;
  const failures = await database.call('failures', { customer });
  const { livemode } = database.origin;
  const everything = { invoices: [], full: true, failures, request, livemode };
  const snapshot = await unlessMissing(
    patiently(parts, () => fetchSnapshot(stripe, customer, everything)),
  );
  if (snapshot === undefined) {
    const what = `customer ${customer}`;
    yield { tenantId: tenant, what, field: '', stored: 'linked', truth: 'unknown to this key' };
    return;
  }
  const stored = await database.call('stored', { tenant });
  const truth = snapshotRows(snapshot, catalog);
  const at = (what: string) => (field: string, a: unknown, b: unknown) => ({
    tenantId: tenant,
    what,
    field,
    stored: a ?? null,
    truth: b ?? null,
  });
  for (const [kind, mine, theirs] of [
    ['subscription', stored.subscriptions, truth.subscriptions],
    ['item', stored.items, truth.items],
    ['invoice', stored.invoices, truth.invoices],
  ] as const) {
    const rows = new Map(mine.map((row) => [row.id as string, row]));
    for (const row of theirs as readonly Row[]) {
      const id = row.id as string;
      const differ = at(`${kind} ${id}`);
      const own = rows.get(id);
      rows.delete(id);
      if (own === undefined) yield differ('', 'missing', 'exists');
      else {
        for (const [field, value] of Object.entries(row)) {
          if (!equal(own[field], value)) yield differ(field, own[field], value);
        }
      }
    }
    for (const id of rows.keys()) yield at(`${kind} ${id}`)('', 'exists', 'missing');
  }
  const own = computeOwn(snapshot, { catalog, graceSeconds, now: nowOf(parts) });
  if (own.keeps) return;
  const expected = ownInput(own);
  for (const [field, column] of [
    ['plan', 'plan'],
    ['access', 'access'],
    ['status', 'status'],
    ['endsAt', 'ends_at'],
  ] as const) {
    const value = stored.organization?.[column];
    if (!equal(value, expected[field])) yield at('organization')(field, value, expected[field]);
  }
}

/** Times are compared as times, objects as their JSON. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [Date.parse(a), Date.parse(b)];
    return /^\d{4}-\d\d-\d\dT/.test(a) && x === y;
  }
  return typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b);
}
