import { TenantryError } from '@tenantry/core';

/**
 * Names a price of Stripe: the id of a price (`price_…`), the id of a product (`prod_…`, all of its
 * prices), or else a lookup key, which is the same in test and in live mode.
 */
export type PriceRef = string;

/** The intervals of a plan and what is sold for each: `{ monthly: 'pro_monthly' }`. */
export type PlanPrices = Readonly<Record<string, PriceRef>>;

/** What is on sale. */
export interface CatalogOptions {
  /** Plan → its prices; of several plans an organization has, the one that stands last wins. */
  readonly plans: Readonly<Record<string, PlanPrices>>;
  /** The plan of an organization that pays nothing. Default: null, no plan. */
  readonly free?: string | null;
  /** Add-on → its prices; units are counted over all subscriptions. */
  readonly addons?: Readonly<Record<string, PriceRef | readonly PriceRef[]>>;
  /** Prices whose quantity is the number of members. */
  readonly seats?: {
    readonly prices: PriceRef | readonly PriceRef[];
    /** The add-on name under which the plan port receives the paid seats. Default: 'seats'. */
    readonly addon?: string;
  };
  /** Metered prices: known, and giving nothing by themselves. */
  readonly meters?: readonly PriceRef[];
}

/** What a price stands for. */
export interface Meaning {
  readonly role: 'base' | 'addon' | 'seat' | 'meter';
  /** The plan or the add-on; '' for a meter. */
  readonly name: string;
}

/** How an item of a subscription names what was bought. */
export interface Bought {
  readonly price: string;
  readonly lookupKey: string | null;
  readonly product: string;
}

/** What is on sale, ready to look things up in. */
export interface Catalog {
  readonly free: string | null;
  /** Every plan that can be handed over, the free one included. */
  readonly plans: readonly string[];
  /** Every add-on that can be handed over, the seats included. */
  readonly addons: readonly string[];
  /** What a checkout can order, by plan and interval. */
  readonly sold: readonly {
    readonly ref: PriceRef;
    readonly plan: string;
    readonly interval: string;
  }[];
  readonly refs: readonly PriceRef[];
  readonly seatRefs: readonly PriceRef[];
  /** What was bought; undefined when nobody said what the price means. */
  meaning(bought: Bought): Meaning | undefined;
  /** Larger for the plan that wins; -1 for a plan that is not on sale any more. */
  rank(plan: string | null): number;
  /** @throws TenantryError `BILLING_PLAN_UNKNOWN` */
  priceOf(plan: string, interval: string): PriceRef;
  /** @throws TenantryError `BILLING_PLAN_UNKNOWN` */
  addonOf(addon: string): readonly PriceRef[];
}

const list = (refs: PriceRef | readonly PriceRef[] | undefined): readonly PriceRef[] =>
  refs === undefined ? [] : [refs].flat();

/** Reads what is on sale. @throws TenantryError `CONFIG_INVALID` */
export function createCatalog(options: CatalogOptions): Catalog {
  const { plans, addons = {}, seats, meters = [], free = null } = options;
  const meanings = new Map<PriceRef, Meaning>();
  const add = (refs: readonly PriceRef[], meaning: Meaning) => {
    for (const ref of refs) {
      if (typeof ref !== 'string' || ref === '') {
        throw invalid(`an empty price of ${meaning.role} ${meaning.name}`);
      }
      const known = meanings.get(ref);
      // a product stands for all intervals of its plan
      const again =
        ref.startsWith('prod_') && known?.role === 'base' && known.name === meaning.name;
      if (known !== undefined && !again) throw invalid(`the price ${ref} twice`);
      meanings.set(ref, meaning);
    }
  };
  for (const [plan, prices] of Object.entries(plans)) {
    add(Object.values(prices), { role: 'base', name: plan });
  }
  for (const [name, refs] of Object.entries(addons)) add(list(refs), { role: 'addon', name });
  add(list(seats?.prices), { role: 'seat', name: seats?.addon ?? 'seats' });
  add(meters, { role: 'meter', name: '' });
  // of two plans the one that stands later is the larger one; the free plan is below all of them
  const ranks = new Map(Object.keys(plans).map((plan, i) => [plan, i + 1]));
  if (free !== null) ranks.set(free, 0);
  const unknown = (found: string) =>
    new TenantryError('BILLING_PLAN_UNKNOWN', {
      found,
      details: { plans: Object.keys(plans) },
    });
  return Object.freeze({
    free,
    plans: [...new Set([...Object.keys(plans), ...(free === null ? [] : [free])])],
    addons: [
      ...new Set([
        ...Object.keys(addons),
        ...(seats === undefined ? [] : [seats.addon ?? 'seats']),
      ]),
    ],
    sold: Object.entries(plans).flatMap(([plan, prices]) =>
      Object.entries(prices).map(([interval, ref]) => ({ ref, plan, interval })),
    ),
    refs: [...meanings.keys()],
    seatRefs: list(seats?.prices),
    meaning: ({ price, lookupKey, product }: Bought) =>
      meanings.get(price) ?? meanings.get(lookupKey ?? '') ?? meanings.get(product),
    rank: (plan: string | null) => (plan === null ? -1 : (ranks.get(plan) ?? -1)),
    priceOf(plan: string, interval: string) {
      const prices = Object.hasOwn(plans, plan) ? plans[plan] : undefined;
      const ref = prices && Object.hasOwn(prices, interval) ? prices[interval] : undefined;
      if (ref === undefined) throw unknown(`plan ${plan} by ${interval}.`);
      return ref;
    },
    addonOf(addon: string) {
      const refs = Object.hasOwn(addons, addon) ? list(addons[addon]) : [];
      if (refs.length === 0) throw unknown(`add-on ${addon}.`);
      return refs;
    },
  });
}

const invalid = (found: string) =>
  new TenantryError('CONFIG_INVALID', {
    found: `${found} in defineBilling.`,
    fix: 'Name each price once: by its id, its lookup key, or its product.',
  });
