import type { Catalog } from '../plans/catalog.ts';
import type { SnapshotSubscription } from './read.ts';
import { earliest, latest, type Seconds } from './seconds.ts';
import { endsAt, type Snapshot } from './snapshot.ts';

/** The access of a tenant: its full plan, read-only, or none (the free plan). */
export type Access = 'full' | 'read_only' | 'none';

/** The plan and access that one Stripe customer gives to a tenant. */
export interface Own {
  /** The status of the subscription that counts; null without one. */
  readonly status: string | null;
  readonly plan: string | null;
  readonly access: Access;
  readonly planSource: string | null;
  readonly addons: Readonly<Record<string, number>>;
  readonly periodStart: Seconds;
  readonly periodEnd: Seconds;
  readonly trialEndsAt: Seconds;
  readonly trialUsedAt: Seconds;
  readonly cancelAtPeriodEnd: boolean;
  readonly endsAt: Seconds;
  readonly pastDueSince: Seconds;
  readonly graceUntil: Seconds;
  /** When to recheck without an event, because the grace period ends. */
  readonly recheckAt: Seconds;
  readonly unmappedPrices: readonly string[] | null;
  /** Whether a status or a price is unknown, so that the earlier plan is kept. */
  readonly keeps: boolean;
  readonly unknownStatuses: readonly string[];
}

/** The terms under which a subscription counts. */
export interface Terms {
  readonly catalog: Catalog;
  readonly graceSeconds: number;
  /** Seconds since 1970. */
  readonly now: number;
}

type Effect = Access | 'keep';

/**
 * The effect of a status. Stripe adds statuses without a new API version, so an unknown status keeps the
 * earlier plan; `pause_collection` is not a status and changes nothing.
 */
function effectOf(subscription: SnapshotSubscription, terms: Terms): Effect {
  switch (subscription.status) {
    case 'active':
    case 'trialing':
      return 'full';
    case 'past_due':
      return graceOf(subscription, terms) > terms.now ? 'full' : 'read_only';
    case 'unpaid':
    case 'paused':
      return 'read_only';
    case 'incomplete':
    case 'incomplete_expired':
    case 'canceled':
      return 'none';
    default:
      return 'keep';
  }
}

const graceOf = ({ pastDueSince }: SnapshotSubscription, { graceSeconds, now }: Terms) =>
  (pastDueSince ?? now) + graceSeconds;

interface Candidate {
  readonly subscription: SnapshotSubscription;
  readonly effect: Effect;
  /** The largest plan among its items. */
  readonly plan: string | null;
  readonly unmapped: readonly string[];
}

function candidateOf(subscription: SnapshotSubscription, terms: Terms): Candidate {
  const effect = effectOf(subscription, terms);
  let plan: string | null = null;
  const unmapped: string[] = [];
  const roles = new Set<string>();
  for (const item of subscription.items) {
    const meaning = terms.catalog.meaning(item);
    if (meaning === undefined) unmapped.push(item.price);
    else roles.add(meaning.role);
    if (meaning?.role !== 'base') continue;
    if (plan === null || terms.catalog.rank(meaning.name) > terms.catalog.rank(plan)) {
      plan = meaning.name;
    }
  }
  // a customer who pays for an unknown price is not moved to the free plan
  const nobodyKnows = plan === null && unmapped.length > 0 && effect !== 'none';
  return { subscription, effect: nobodyKnows ? 'keep' : effect, plan, unmapped };
}

/** Larger for the access that lets do more. */
export const accessRank: Readonly<Record<Access, number>> = { none: 0, read_only: 1, full: 2 };

/** Computes plan and access from all items of all subscriptions of a customer. */
export function computeOwn(snapshot: Snapshot, terms: Terms): Own {
  const { catalog } = terms;
  const candidates = snapshot.subscriptions.map((each) => candidateOf(each, terms));
  const better = (a: Candidate, b: Candidate) =>
    accessRank[b.effect as Access] - accessRank[a.effect as Access] ||
    catalog.rank(b.plan) - catalog.rank(a.plan);
  const [best] = candidates
    .filter(({ effect, plan }) => plan !== null && (effect === 'full' || effect === 'read_only'))
    .sort(better);
  const shown = best?.subscription ?? newest(snapshot.subscriptions);
  const unmapped = [...new Set(candidates.filter(living).flatMap((each) => each.unmapped))];
  const base = shown?.items.filter((item) => catalog.meaning(item)?.role === 'base') ?? [];
  const periods = base.length > 0 ? base : (shown?.items ?? []);
  const trials = snapshot.subscriptions.flatMap(({ trialStart }) => trialStart ?? []);
  const graceUntil = shown?.status === 'past_due' ? graceOf(shown, terms) : null;
  const keeps = candidates.filter(({ effect }) => effect === 'keep');
  return {
    status: shown?.status ?? null,
    plan: best?.plan ?? catalog.free,
    access: (best?.effect as Access | undefined) ?? 'none',
    planSource: best === undefined ? null : `stripe:${best.subscription.id}`,
    addons: addonsOf(candidates, catalog),
    periodStart: earliest(periods.map(({ periodStart }) => periodStart)),
    periodEnd: latest(periods.map(({ periodEnd }) => periodEnd)),
    trialEndsAt: shown?.status === 'trialing' ? shown.trialEnd : null,
    trialUsedAt: earliest(trials),
    cancelAtPeriodEnd: shown?.cancelAtPeriodEnd ?? false,
    endsAt: shown === undefined ? null : endsAt(shown),
    pastDueSince: shown?.pastDueSince ?? null,
    graceUntil,
    recheckAt: nextGraceEnd(candidates, terms),
    unmappedPrices: unmapped.length === 0 ? null : unmapped,
    keeps: keeps.length > 0 || snapshot.isPartial,
    unknownStatuses: keeps
      .filter(({ unmapped: none }) => none.length === 0)
      .map(({ subscription }) => subscription.status),
  };
}

const living = ({ effect }: Candidate) => effect !== 'none';

/** The subscription to show when none counts: the latest one. */
const newest = (all: readonly SnapshotSubscription[]): SnapshotSubscription | undefined =>
  [...all].sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))[0];

function addonsOf(candidates: readonly Candidate[], catalog: Catalog): Record<string, number> {
  const addons: Record<string, number> = {};
  for (const { subscription, effect } of candidates) {
    if (effect !== 'full' && effect !== 'keep') continue;
    for (const item of subscription.items) {
      const meaning = catalog.meaning(item);
      if (meaning?.role !== 'addon' && meaning?.role !== 'seat') continue;
      addons[meaning.name] = (addons[meaning.name] ?? 0) + Math.max(0, item.quantity ?? 1);
    }
  }
  return addons;
}

function nextGraceEnd(candidates: readonly Candidate[], terms: Terms): Seconds {
  const ends = candidates
    .filter(({ subscription }) => subscription.status === 'past_due')
    .map(({ subscription }) => graceOf(subscription, terms))
    .filter((end) => end > terms.now);
  return earliest(ends);
}
