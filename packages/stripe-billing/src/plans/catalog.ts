import { TenantryError } from '@tenantry/core';
import { check, checkOptions, checkType } from '@tenantry/core/errors';
import { idIn } from '../events/family.ts';

/**
 * A reference to a price: the id of a price (`price_…`), the id of a product (`prod_…`, all of its
 * prices), or else a lookup key, which is the same in test and live mode.
 */
export type PriceRef = string;

/** The prices of a plan by interval: `{ monthly: 'pro_monthly' }`. */
export type PlanPrices = Readonly<Record<string, PriceRef>>;

/** What is on sale. */
export interface CatalogOptions {
  /** Plan → its prices. When a tenant has several plans, the last one in this order wins. */
  readonly plans: Readonly<Record<string, PlanPrices>>;
  /** The plan of whoever pays nothing. Default: null, no plan. */
  readonly free?: string | null;
  /** Add-on → its prices; units are counted over all subscriptions. Default: none. */
  readonly addons?: Readonly<Record<string, PriceRef | readonly PriceRef[]>>;
  /** Prices whose quantity is the number of members. Default: none. */
  readonly seats?: {
    readonly prices: PriceRef | readonly PriceRef[];
    /** Under which name the seats that are paid for reach the plan port. Default: 'seats'. */
    readonly addon?: string;
  };
  /** Metered prices, which are known but give no plan. Default: none. */
  readonly meters?: readonly PriceRef[];
}

/** The meaning of a price. */
export interface Meaning {
  readonly role: 'base' | 'addon' | 'seat' | 'meter';
  /** The plan or the add-on; '' for a meter. */
  readonly name: string;
}

/** The identifiers of a subscription item's price. */
export interface Bought {
  readonly price: string;
  readonly lookupKey: string | null;
  readonly product: string;
}

/** A price of Stripe as what was bought. */
export const boughtAs = (price: {
  readonly id: string;
  readonly lookup_key: string | null;
  readonly product: unknown;
}): Bought => ({
  price: price.id,
  lookupKey: price.lookup_key,
  product: idIn(price.product) ?? '',
});

/** What is on sale, ready to look things up in. */
export interface Catalog {
  readonly free: string | null;
  /** Every plan that can be passed to the port, including the free one. */
  readonly plans: readonly string[];
  /** Every add-on that can be passed to the port, including seats. */
  readonly addons: readonly string[];
  /** The orderable prices, by plan and interval. */
  readonly sold: readonly {
    readonly ref: PriceRef;
    readonly plan: string;
    readonly interval: string;
  }[];
  readonly refs: readonly PriceRef[];
  readonly seatRefs: readonly PriceRef[];
  /** The meaning of a price; undefined for an unknown price. */
  meaning(bought: Bought): Meaning | undefined;
  /** Whether its quantity is the number of members. */
  isSeat(bought: Bought): boolean;
  /** Larger for the plan that wins; -1 for a plan that is not on sale any more. */
  rank(plan: string | null): number;
  /** @throws TenantryError `BILLING_PLAN_UNKNOWN` */
  priceOf(plan: string, interval: string): PriceRef;
  /** @throws TenantryError `BILLING_PLAN_UNKNOWN` */
  addonOf(addon: string): readonly PriceRef[];
}

const list = (refs: PriceRef | readonly PriceRef[] | undefined): readonly PriceRef[] =>
  refs === undefined ? [] : [refs].flat();

/** Reads the catalog. @throws TenantryError `CONFIG_INVALID` */
export function createCatalog(options: CatalogOptions): Catalog {
  const { plans, addons = {}, seats, meters = [], free = null } = options;
  check(
    free === null || typeof free === 'string',
    'option free of defineBilling',
    'Name a plan, or null.',
  );
  if (seats !== undefined)
    checkOptions('seats of defineBilling', seats, { prices: 'any', addon: 'string?' });
  for (const [plan, prices] of Object.entries(plans))
    checkType(prices, 'object', `plan ${plan} of defineBilling`);
  const seatRefs = list(seats?.prices);
  const seatAddon = seats?.addon ?? 'seats';
  const meanings = new Map<PriceRef, Meaning>();
  const add = (refs: readonly PriceRef[], meaning: Meaning) => {
    for (const ref of refs) {
      checkPrice(
        typeof ref === 'string' && ref !== '',
        `an empty price of ${meaning.role} ${meaning.name}`,
      );
      const known = meanings.get(ref);
      // a product covers all intervals of its plan
      const again =
        ref.startsWith('prod_') && known?.role === 'base' && known.name === meaning.name;
      checkPrice(known === undefined || again, `the price ${ref} twice`);
      meanings.set(ref, meaning);
    }
  };
  for (const [plan, prices] of Object.entries(plans)) {
    add(Object.values(prices), { role: 'base', name: plan });
  }
  for (const [name, refs] of Object.entries(addons)) add(list(refs), { role: 'addon', name });
  add(seatRefs, { role: 'seat', name: seatAddon });
  add(meters, { role: 'meter', name: '' });
  // a later plan is larger than an earlier one; the free plan is below all
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
    addons: [...new Set([...Object.keys(addons), ...(seats === undefined ? [] : [seatAddon])])],
    sold: Object.entries(plans).flatMap(([plan, prices]) =>
      Object.entries(prices).map(([interval, ref]) => ({ ref, plan, interval })),
    ),
    refs: [...meanings.keys()],
    seatRefs,
    meaning: ({ price, lookupKey, product }: Bought) =>
      meanings.get(price) ?? meanings.get(lookupKey ?? '') ?? meanings.get(product),
    isSeat: ({ price, lookupKey, product }: Bought) =>
      [price, lookupKey ?? '', product].some((each) => seatRefs.includes(each)),
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

const checkPrice = (holds: boolean, found: string) =>
  check(
    holds,
    `${found} in defineBilling`,
    'Name each price once: by its id, its lookup key, or its product.',
  );
