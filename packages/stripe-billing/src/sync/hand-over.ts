import type { Catalog } from '../plans/catalog.ts';
import type { PlanAtPort, PlanFromStripe } from '../ports.ts';
import { type Given, type Granted, gives, planOf } from './grant.ts';

/** The input of the decision. */
interface Situation {
  readonly catalog: Catalog;
  readonly last: Granted | null;
  /** The current result from Stripe. */
  readonly next: Granted;
  /** Whether there is a subscription, in any status. */
  readonly anySubscription: boolean;
  /** The tenant's current plan; undefined when the port has no `getPlan`. */
  readonly held: PlanAtPort | null | undefined;
}

/** The change for the port, if any, and the state to remember. */
export interface HandOver {
  readonly change: Omit<PlanFromStripe, 'version'> | undefined;
  readonly granted: Granted;
}

/**
 * The sync only takes away what Stripe gave.
 *
 * - While Stripe gives nothing and gave nothing before, nothing is changed.
 * - Of Stripe's plan and one of another source the better one is valid. A plan that is not on sale is
 *   better than any sold one.
 * - When Stripe gives nothing any more, the plan of the other source is restored; the free plan only when
 *   there was none.
 * - Add-ons are added to those of other sources, and only Stripe's are removed again.
 */
export function handOver(situation: Situation): HandOver {
  const { last, next, held } = situation;
  const gave = last !== null && (last.handed ?? gives(last));
  if (held === undefined) {
    const told = gives(next) || gave || situation.anySubscription;
    const granted = { ...next, handed: told, over: null };
    return { granted, change: told ? planOf(next) : undefined };
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
    return { granted, change: { ...planOf(next), addons } };
  }
  const granted = { ...next, handed: false, over: null };
  if (isOurs) {
    const free = { ...planOf(next), plan: situation.catalog.free, readOnly: false };
    const back = theirs === null ? { ...free, source: 'stripe' } : changeTo(theirs);
    return { granted, change: { ...back, addons } };
  }
  const differ = Object.keys({ ...held?.addons, ...addons }).some(
    (name) => (held?.addons?.[name] ?? 0) !== (addons[name] ?? 0),
  );
  const kept = changeTo(theirs ?? { plan: null, source: null, readOnly: false });
  // the plan is kept, and only add-ons change
  const stays = { ...kept, plan: held?.plan ?? null, source: held?.source ?? 'stripe' };
  return { granted, change: differ ? { ...stays, addons } : undefined };
}

const changeTo = ({ plan, source, readOnly }: Given) => ({
  plan,
  source: source ?? 'restored',
  readOnly,
});

/** A deliberately given plan: neither none nor the default. */
function givenIn(held: PlanAtPort | null, { catalog }: Situation): Given | null {
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
  held: PlanAtPort | null,
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
