import { canonical } from '../canonical.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { PlanChange } from '../ports.ts';
import { accessRank, type Own } from './entitlement.ts';
import type { Seconds } from './seconds.ts';

/** What one row gives. */
type Giving = Pick<
  Own,
  'plan' | 'access' | 'planSource' | 'addons' | 'periodStart' | 'periodEnd' | 'trialEndsAt'
>;

/** What is handed to the plan port: one answer for an organization, from all of its customers. */
export interface Granted
  extends Pick<Own, 'plan' | 'addons' | 'periodStart' | 'periodEnd' | 'trialEndsAt'> {
  readonly readOnly: boolean;
  /** `stripe:sub_…`, or `stripe` where Stripe gives nothing. */
  readonly source: string;
  /** Whether the plan that the tenant has is the one that Stripe gave. */
  readonly handed?: boolean;
  /** What somebody else had given, which comes back when Stripe gives nothing any more. */
  readonly over?: Given | null;
}

/** A plan that somebody else gave. */
export interface Given {
  readonly plan: string | null;
  readonly source: string | null;
  readonly readOnly: boolean;
}

/** Whether a subscription gives a plan. */
export const gives = ({ source }: Granted): boolean => source.startsWith('stripe:');

/** A row of an organization as `billing_lock` gives it. */
export interface LockedRow extends Giving {
  readonly account: string;
  readonly livemode: boolean;
  readonly customer: string | null;
  readonly granted: Granted | null;
  readonly version: number;
  readonly appliedTicket: number;
}

/** The better of two: access first, then the larger plan. */
function better<G extends Giving>(a: G, b: G, catalog: Catalog): G {
  const by =
    accessRank[a.access] - accessRank[b.access] || catalog.rank(a.plan) - catalog.rank(b.plan);
  return by >= 0 ? a : b;
}

/**
 * Where something is not understood, nothing is taken away: the better of what was given before and
 * of what is understood.
 */
export function keepWhatWasGiven(own: Own, before: LockedRow, catalog: Catalog): Own {
  if (!own.keeps) return own;
  const kept = better<Giving>(own, before, catalog);
  const { plan, access, planSource, periodStart, periodEnd, trialEndsAt } = kept;
  const addons = { ...before.addons, ...own.addons };
  return { ...own, plan, access, planSource, periodStart, periodEnd, trialEndsAt, addons };
}

/**
 * One answer for an organization that is a customer in several accounts. As soon as it is one in live
 * mode, what it has in test mode does not count.
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

/** The same in the words of the plan port. */
export function planChange(tenantId: string, granted: Granted): Omit<PlanChange, 'version'> {
  return {
    tenantId,
    plan: granted.plan,
    readOnly: granted.readOnly,
    addons: { ...granted.addons },
    source: granted.source,
    periodStart: date(granted.periodStart),
    periodEnd: date(granted.periodEnd),
    trialEndsAt: date(granted.trialEndsAt),
  };
}

/** Whether two answers say the same. */
export const sameGrant = (a: Granted | null, b: Granted): boolean =>
  a !== null && canonical(a) === canonical(b);
