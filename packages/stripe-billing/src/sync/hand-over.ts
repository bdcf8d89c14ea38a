import type { Catalog } from '../plans/catalog.ts';
import type { HeldPlan, PlanChange } from '../ports.ts';
import { type Given, type Granted, gives, planChange } from './grant.ts';

/** What is decided from. */
interface Situation {
  readonly tenantId: string;
  readonly catalog: Catalog;
  readonly last: Granted | null;
  /** What Stripe gives now. */
  readonly next: Granted;
  /** Whether there is a subscription, in whatever status. */
  readonly anySubscription: boolean;
  /** What the tenant has; undefined where the port does not say. */
  readonly held: HeldPlan | null | undefined;
}

/** What is handed to the port, if anything, and what is remembered of it. */
export interface HandOver {
  readonly change: Omit<PlanChange, 'version'> | undefined;
  readonly granted: Granted;
}

/**
 * What Stripe did not give, Stripe's sync does not take.
 *
 * - As long as Stripe gives nothing and gave nothing, nothing is handed over.
 * - Of the plan that Stripe gives and one that somebody else gave the better one holds. A plan that is
 *   not on sale is better than any.
 * - When Stripe gives nothing any more, what somebody else gave comes back; the free plan only where
 *   there was nothing.
 * - Add-ons are added to those of others, and only what Stripe gave is taken off again.
 */
export function handOver(situation: Situation): HandOver {
  const { tenantId, last, next, held } = situation;
  const gave = last !== null && (last.handed ?? gives(last));
  if (held === undefined) {
    const told = gives(next) || gave || situation.anySubscription;
    const granted = { ...next, handed: told, over: null };
    return { granted, change: told ? planChange(tenantId, next) : undefined };
  }
  const isOurs =
    gave &&
    held !== null &&
    held.plan === last.plan &&
    (held.source ?? 'stripe').startsWith('stripe');
  const theirs = isOurs ? (last.over ?? null) : givenIn(held, situation);
  const addons = addonsOf(held, last, next);
  if (gives(next) && isBetter(next, theirs, situation.catalog)) {
    const granted = { ...next, handed: true, over: theirs };
    return { granted, change: { ...planChange(tenantId, next), addons } };
  }
  const granted = { ...next, handed: false, over: null };
  if (isOurs) {
    const free = { ...planChange(tenantId, next), plan: situation.catalog.free, readOnly: false };
    const back = theirs === null ? { ...free, source: 'stripe' } : changeTo(tenantId, theirs);
    return { granted, change: { ...back, addons } };
  }
  const differ = Object.keys({ ...held?.addons, ...addons }).some(
    (name) => (held?.addons?.[name] ?? 0) !== (addons[name] ?? 0),
  );
  const kept = changeTo(tenantId, theirs ?? { plan: null, source: null, readOnly: false });
  // what it has stays, and only its add-ons change
  const stays = { ...kept, plan: held?.plan ?? null, source: held?.source ?? 'stripe' };
  return { granted, change: differ ? { ...stays, addons } : undefined };
}

const changeTo = (tenantId: string, { plan, source, readOnly }: Given) => ({
  tenantId,
  plan,
  source: source ?? 'restored',
  readOnly,
});

/** What somebody gave on purpose: neither nothing, nor what everybody has. */
function givenIn(held: HeldPlan | null, { catalog }: Situation): Given | null {
  if (held === null || held.plan === null) return null;
  if (held.isDefault === true || held.plan === catalog.free) return null;
  return { plan: held.plan, source: held.source, readOnly: held.readOnly ?? false };
}

function isBetter(next: Granted, theirs: Given | null, catalog: Catalog): boolean {
  if (theirs === null) return true;
  const rank = catalog.rank(theirs.plan);
  return !next.readOnly && rank >= 0 && rank <= catalog.rank(next.plan);
}

function addonsOf(
  held: HeldPlan | null,
  last: Granted | null,
  next: Granted,
): Record<string, number> {
  const sum: Record<string, number> = { ...held?.addons };
  for (const name of new Set([...Object.keys(last?.addons ?? {}), ...Object.keys(next.addons)])) {
    const others = Math.max(0, (sum[name] ?? 0) - (last?.addons[name] ?? 0));
    sum[name] = others + (next.addons[name] ?? 0);
    if (sum[name] === 0) delete sum[name];
  }
  return sum;
}
