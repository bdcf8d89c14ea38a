import { canonical } from '../canonical.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { PlanFromStripe } from '../ports.ts';
import { accessRank, type Own } from './entitlement.ts';
import type { Seconds } from './seconds.ts';

/** The plan and access of one row. */
type Giving = Pick<
  Own,
  'plan' | 'access' | 'planSource' | 'addons' | 'periodStart' | 'periodEnd' | 'trialEndsAt'
>;

/** The result for the plan port: one per tenant, from all of its customers. */
export interface Granted
  extends Pick<Own, 'plan' | 'addons' | 'periodStart' | 'periodEnd' | 'trialEndsAt'> {
  readonly readOnly: boolean;
  /** `stripe:sub_…`, or `stripe` when Stripe gives nothing. */
  readonly source: string;
  /** Whether the tenant's plan is the one from Stripe. */
  readonly handed?: boolean;
  /** The plan of another source, which is restored when Stripe gives nothing any more. */
  readonly over?: Given | null;
}

/** A plan of another source. */
export interface Given {
  readonly plan: string | null;
  readonly source: string | null;
  readonly readOnly: boolean;
}

/** Whether a subscription gives a plan. */
export const gives = ({ source }: Granted): boolean => source.startsWith('stripe:');

/** A row of a tenant, from `billing_lock`. */
export interface LockedRow extends Giving {
  readonly account: string;
  readonly livemode: boolean;
  readonly customer: string | null;
  readonly granted: Granted | null;
  readonly version: number;
  readonly appliedFencingToken: number;
}

/** The better of two: access first, then the larger plan. */
function better<G extends Giving>(a: G, b: G, catalog: Catalog): G {
  const by =
    accessRank[a.access] - accessRank[b.access] || catalog.rank(a.plan) - catalog.rank(b.plan);
  return by >= 0 ? a : b;
}

/**
 * With an unknown status or price nothing is taken away: returns the better of the earlier and the
 * computed result.
 */
export function keepWhatWasGiven(own: Own, before: LockedRow, catalog: Catalog): Own {
  if (!own.keeps) return own;
  const kept = better<Giving>(own, before, catalog);
  const { plan, access, planSource, periodStart, periodEnd, trialEndsAt } = kept;
  const addons = { ...before.addons, ...own.addons };
  return { ...own, plan, access, planSource, periodStart, periodEnd, trialEndsAt, addons };
}

/**
 * Combines the results of a tenant with customers in several accounts. With a customer in live
 * mode, those in test mode are ignored.
 */
export function combine(
  rows: readonly (Giving & { livemode: boolean })[],
  catalog: Catalog,
): Granted {
  const live = rows.some(({ livemode }) => livemode);
  const counted = rows.filter(({ livemode }) => livemode === live);
  const best = counted.reduce((a, b) => better(a, b, catalog));
  const addons: Record<string, number> = {};
  for (const row of counted) {
    for (const [name, units] of Object.entries(row.addons)) {
      addons[name] = (addons[name] ?? 0) + units;
    }
  }
  return {
    plan: best.access === 'none' ? catalog.free : best.plan,
    readOnly: best.access === 'read_only',
    addons,
    source: best.planSource ?? 'stripe',
    periodStart: best.periodStart,
    periodEnd: best.periodEnd,
    trialEndsAt: best.trialEndsAt,
  };
}

const date = (seconds: Seconds) => (seconds === null ? null : new Date(seconds * 1000));

/** Converts the result for the plan port. */
export function planOf(granted: Granted): Omit<PlanFromStripe, 'version'> {
  return {
    plan: granted.plan,
    readOnly: granted.readOnly,
    addons: { ...granted.addons },
    source: granted.source,
    periodStart: date(granted.periodStart),
    periodEnd: date(granted.periodEnd),
    trialEndsAt: date(granted.trialEndsAt),
  };
}

/** Whether two results are equal. */
export const sameGrant = (a: Granted | null, b: Granted): boolean =>
  a !== null && canonical(a) === canonical(b);
