import { type DatabaseAnswer, requireAll } from '@tenantry/core/scope';
import { tenantKey } from '@tenantry/core/sql';
import type { Drift } from '@tenantry/rls/feature';
import type { LinkedRow } from '../calls.ts';
import { toCaller, unlessMissing } from '../stripe/errors.ts';
import { patiently } from '../stripe/pages.ts';
import { computeOwn } from '../sync/entitlement.ts';
import { fetchSnapshot } from '../sync/fetch.ts';
import { nowOf, type SyncParts } from '../sync/parts.ts';
import { ownInput, type Row, snapshotRows } from '../sync/rows.ts';

/** Finds differences without changing anything, one tenant after the other. */
export async function* driftOfCustomers(
  parts: SyncParts,
  { onProgress = () => {} }: { readonly onProgress?: (tenants: number) => void } = {},
): AsyncGenerator<Drift> {
  let looked = 0;
  const answers: DatabaseAnswer<true>[] = [];
  for (const database of await parts.database.each()) {
    const { place } = database;
    const of = place === undefined ? {} : { place };
    try {
      for await (const drift of driftIn({ ...parts, database }, () => onProgress(++looked)))
        yield drift;
      answers.push({ ...of, value: true });
    } catch (error) {
      answers.push({ ...of, error: toCaller(error) }); // the other databases go on
    }
  }
  requireAll(answers);
}

async function* driftIn(parts: SyncParts, compared: () => void): AsyncGenerator<Drift> {
  let after: string | undefined;
  do {
    const page: readonly LinkedRow[] = await parts.database.call('linked', { after, most: 100 });
    for (const linked of page) {
      for (const drift of await driftOf(parts, linked))
        yield { ...tenantKey(parts.tenancy, linked.tenant), ...drift };
      compared();
    }
    after = page.at(-1)?.tenant;
  } while (after !== undefined);
}

const feature = 'stripe-billing';

async function driftOf(parts: SyncParts, { tenant, customer }: LinkedRow): Promise<Drift[]> {
  const { stripe, request, catalog, graceSeconds, database } = parts;
  const failures = await database.call('failures', { customer });
  const { livemode } = database.origin;
  const everything = { invoices: [], full: true, failures, request, livemode };
  const snapshot = await unlessMissing(
    patiently(parts, () => fetchSnapshot(stripe, customer, everything)),
  );
  if (snapshot === undefined) {
    const found = 'linked here, unknown to this key at Stripe.';
    return [{ feature, what: 'customer', key: customer, kind: 'unknown', found }];
  }
  const stored = await database.call('stored', { tenant });
  const truth = snapshotRows(snapshot, catalog);
  const drift = [
    ...differences('subscription', stored.subscriptions, truth.subscriptions),
    ...differences('item', stored.items, truth.items),
    ...differences('invoice', stored.invoices, truth.invoices),
  ];
  const own = computeOwn(snapshot, { catalog, graceSeconds, now: nowOf(parts) });
  if (own.keeps) return drift;
  const { plan, access, status, endsAt } = ownInput(own);
  const expected = { plan, access, status, ends_at: endsAt };
  return [...drift, ...changes('customer', customer, stored.own ?? {}, expected)];
}

/** Compares the rows of a kind with those that Stripe's answer makes. */
function* differences(
  what: string,
  stored: readonly Row[],
  truth: readonly Row[],
): Generator<Drift> {
  const rows = new Map(stored.map((row) => [row.id as string, row]));
  for (const row of truth) {
    const key = row.id as string;
    const own = rows.get(key);
    rows.delete(key);
    if (own !== undefined) yield* changes(what, key, own, row);
    else yield { feature, what, key, kind: 'missing', found: 'missing here, exists at Stripe.' };
  }
  for (const key of rows.keys()) {
    yield { feature, what, key, kind: 'unknown', found: 'exists here, missing at Stripe.' };
  }
}

function* changes(what: string, key: string, stored: Row, truth: Row): Generator<Drift> {
  for (const [field, value] of Object.entries(truth)) {
    if (equal(stored[field], value)) continue;
    const [here, there] = [stored[field], value].map((each) => JSON.stringify(each ?? null));
    const found = `${here} here, ${there} at Stripe.`;
    yield { feature, what, key: `${key} ${field}`, kind: 'changed', found };
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
