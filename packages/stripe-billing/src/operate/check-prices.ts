import type Stripe from 'stripe';
import { boughtAs, type Catalog } from '../plans/catalog.ts';
import { intervalOf } from '../plans/intervals.ts';
import { type From, pages } from '../stripe/pages.ts';
import type { SyncParts } from '../sync/parts.ts';
import { type BillingCheck, listed } from './check.ts';

/** Every price that is on sale, and every price that somebody could have. */
export async function checkPrices(parts: SyncParts): Promise<BillingCheck[]> {
  const { stripe, request, catalog } = parts;
  const active: Stripe.Price[] = [];
  const page = (from: From) =>
    stripe.prices.list({ active: true, type: 'recurring', ...from }, request);
  for await (const prices of pages(parts, page)) active.push(...prices);
  const names = new Set(active.flatMap((price) => Object.values(boughtAs(price))));
  return [
    listed({
      name: 'everything on sale has an active price',
      wrong: catalog.refs.filter((ref) => !names.has(ref)),
      says: 'none for ',
      fine: `${catalog.refs.length} prices`,
      fix: 'Create the price with that lookup key in this mode, or correct defineBilling.',
    }),
    listed({
      name: 'every active price is mapped',
      wrong: active
        .filter((price) => catalog.meaning(boughtAs(price)) === undefined)
        .map(({ id }) => id),
      state: 'warning',
      fine: `${active.length} prices`,
      fix: 'Name it in defineBilling, as a plan, an add-on, a seat or a meter; or archive it.',
    }),
    listed({
      name: 'what is sold is one price, and seats have a quantity',
      wrong: [...ambiguous(catalog, active), ...meteredSeats(catalog, active)],
      says: '',
      fine: `${catalog.sold.length} offers`,
      fix: 'Name the price itself, by its id or its lookup key; sell seats at a licensed price.',
    }),
  ];
}

/** Products with several active prices for an interval that is sold. */
const ambiguous = (catalog: Catalog, active: readonly Stripe.Price[]): string[] =>
  catalog.sold.flatMap(({ ref, plan, interval }) => {
    if (!ref.startsWith('prod_')) return [];
    const every = intervalOf(interval);
    const fitting = active.filter(
      (price) =>
        boughtAs(price).product === ref &&
        (every === undefined ||
          `${price.recurring?.interval} ${price.recurring?.interval_count}` === every),
    );
    return fitting.length > 1 ? [`${plan} by ${interval}: ${fitting.length} prices of ${ref}`] : [];
  });

/** Seats that take no quantity. */
const meteredSeats = (catalog: Catalog, active: readonly Stripe.Price[]): string[] =>
  active
    .filter((price) => price.recurring?.usage_type === 'metered' && catalog.isSeat(boughtAs(price)))
    .map(({ id }) => `seats at the metered price ${id}`);
