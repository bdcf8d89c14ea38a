import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import { requiredEvents } from '../events/index.ts';
import type { Catalog } from '../plans/catalog.ts';
import { intervalOf } from '../plans/intervals.ts';
import type { SyncParts } from '../sync/parts.ts';
import { describeError } from '../sync/stripe-errors.ts';
import { pages } from './patience.ts';

/** One line of the checklist. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly fix?: string;
}

interface DoctorOptions {
  /** The address that Stripe sends events to, when there are several endpoints. */
  readonly endpoint?: string | undefined;
}

/**
 * Checks what must be right before going live: the key, every sold price, every price that a subscription
 * could have, the webhook endpoint, its API version, and waiting and given-up events.
 */
export async function doctor(parts: SyncParts, options: DoctorOptions = {}): Promise<Check[]> {
  const account = await checkAccount(parts);
  if (account.state === 'failed') return [account];
  return [
    account,
    ...(await checkPrices(parts)),
    await checkPlans(parts),
    ...(await checkEndpoints(parts, options.endpoint)),
    ...(await checkWork(parts)),
  ];
}

async function checkAccount({ database }: SyncParts): Promise<Check> {
  const name = 'the key is of the account and mode of the customers';
  try {
    const ofKey = await database.key.learn(false);
    if (ofKey === undefined) {
      return {
        name,
        state: 'warning',
        found: 'the key may not read its account',
        fix: 'Give it the right to read accounts and the balance, so that a key of another account is noticed.',
      };
    }
    const { stripeAccount } = await database.call<{ stripeAccount: string | null }>('account', {});
    const isOther = stripeAccount !== null && stripeAccount !== ofKey;
    return {
      name,
      state: isOther ? 'failed' : 'ok',
      found: isOther ? `the key is of ${ofKey}, the customers of ${stripeAccount}` : ofKey,
      fix: 'Use the key of their account; see `tenantry billing account`.',
    };
  } catch (error) {
    return {
      name,
      state: 'failed',
      found: TenantryError.is(error) ? error.message : describeError(error),
      fix: 'Set STRIPE_SECRET_KEY to a key of this account.',
    };
  }
}

/** Rolls back a trial transaction. */
class Undone extends Error {}

/**
 * Passes every plan, add-on and seat that can be bought to the plan port, in a transaction that is rolled
 * back: what the port refuses here it would refuse at every sync of a buyer.
 */
async function checkPlans({ catalog, limits, database }: SyncParts): Promise<Check> {
  const name = 'limits know every plan and add-on';
  const known = `${catalog.plans.length} plans, ${catalog.addons.length} add-ons`;
  if (limits === undefined) return { name, state: 'ok', found: 'no limits are told' };
  const [linked] = await database.call<{ tenant: string }[]>('linked', { most: 1 });
  if (linked === undefined) {
    return { name, state: 'ok', found: 'not tried: no organization is a customer yet' };
  }
  const refused: string[] = [];
  const trials = [
    ...catalog.plans.map((plan) => ({ what: `plan ${plan}`, plan, addons: {} })),
    ...catalog.addons.map((addon) => ({
      what: `add-on ${addon}`,
      plan: catalog.plans[0] ?? null,
      addons: { [addon]: 1 },
    })),
  ];
  for (const { what, plan, addons } of trials) {
    const change = { tenantId: linked.tenant, plan, addons, readOnly: false, source: 'stripe' };
    await database
      .transaction('billing: try whether limits know what is sold', async (tx) => {
        await limits.setPlan(tx, change);
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) refused.push(`${what} (${describeError(error)})`);
      });
  }
  return {
    name,
    state: refused.length === 0 ? 'ok' : 'failed',
    found: refused.length === 0 ? known : `not ${refused.join('; ')}`,
    fix: 'Name it in defineLimits as it is named in defineBilling, and migrate.',
  };
}

/** Names that match several active prices, and seats whose price takes no quantity. */
function checkChoices(catalog: Catalog, active: readonly Stripe.Price[]): Check {
  const of = (product: string, every?: string) =>
    active.filter(
      ({ product: own, recurring }) =>
        idIn(own) === product &&
        (every === undefined || `${recurring?.interval} ${recurring?.interval_count}` === every),
    );
  const ambiguous = catalog.sold.flatMap(({ ref, plan, interval }) => {
    const fitting = ref.startsWith('prod_') ? of(ref, intervalOf(interval)).length : 1;
    return fitting > 1 ? [`${plan} by ${interval}: ${fitting} prices of ${ref}`] : [];
  });
  const metered = active
    .filter(
      (price) =>
        price.recurring?.usage_type === 'metered' &&
        [price.id, price.lookup_key, idIn(price.product)].some(
          (each) => typeof each === 'string' && catalog.seatRefs.includes(each),
        ),
    )
    .map(({ id }) => `seats at the metered price ${id}`);
  const found = [...ambiguous, ...metered];
  return {
    name: 'what is sold is one price, and seats have a quantity',
    state: found.length === 0 ? 'ok' : 'failed',
    found: found.length === 0 ? `${catalog.sold.length} offers` : found.join('; '),
    fix: 'Name the price itself, by its id or its lookup key; sell seats at a licensed price.',
  };
}

async function checkPrices(parts: SyncParts): Promise<Check[]> {
  const { stripe, request, catalog } = parts;
  const active: Stripe.Price[] = [];
  const page = (after: string | undefined) =>
    stripe.prices.list(
      { active: true, type: 'recurring', limit: 100, ...(after && { starting_after: after }) },
      request,
    );
  for await (const prices of pages(parts, page)) active.push(...prices);
  const bought = (price: Stripe.Price) => ({
    price: price.id,
    lookupKey: price.lookup_key,
    product: typeof price.product === 'string' ? price.product : price.product.id,
  });
  const names = new Set(active.flatMap((each) => Object.values(bought(each))));
  const missing = catalog.refs.filter((ref) => !names.has(ref));
  const unmapped = active.filter((price) => catalog.meaning(bought(price)) === undefined);
  return [
    {
      name: 'everything on sale has an active price',
      state: missing.length === 0 ? 'ok' : 'failed',
      found:
        missing.length === 0 ? `${catalog.refs.length} prices` : `none for ${missing.join(', ')}`,
      fix: 'Create the price with that lookup key in this mode, or correct defineBilling.',
    },
    {
      name: 'every active price is mapped',
      state: unmapped.length === 0 ? 'ok' : 'warning',
      found:
        unmapped.length === 0
          ? `${active.length} prices`
          : `not ${unmapped.map(({ id }) => id).join(', ')}`,
      fix: 'Name it in defineBilling, as a plan, an add-on, a seat or a meter; or archive it.',
    },
    checkChoices(catalog, active),
  ];
}

async function checkEndpoints(parts: SyncParts, address: string | undefined): Promise<Check[]> {
  const { data } = await parts.stripe.webhookEndpoints.list({ limit: 100 }, parts.request);
  const endpoints = data.filter(
    ({ url, status }) => status === 'enabled' && (address === undefined || url === address),
  );
  const exists: Check = {
    name: 'a webhook endpoint is enabled',
    state: endpoints.length === 0 ? 'failed' : 'ok',
    found: endpoints.length === 0 ? 'none' : endpoints.map(({ url }) => url).join(', '),
    fix: 'Create an endpoint that sends the events below to your webhook route.',
  };
  if (endpoints.length === 0) return [exists];
  const subscribed = new Set(endpoints.flatMap(({ enabled_events }) => enabled_events as string[]));
  const lacking = subscribed.has('*') ? [] : requiredEvents.filter((type) => !subscribed.has(type));
  const versions = [...new Set(endpoints.flatMap(({ api_version }) => api_version ?? []))];
  return [
    exists,
    {
      name: 'it sends every event that is needed',
      state: lacking.length === 0 ? 'ok' : 'failed',
      found: lacking.length === 0 ? `${requiredEvents.length} types` : `not ${lacking.join(', ')}`,
      fix: 'Add these types to the endpoint.',
    },
    {
      name: 'its API version',
      state: 'ok',
      found: `${versions.join(', ') || 'that of the account'}; only ids are read from payloads, so any will do`,
    },
  ];
}

async function checkWork({ database }: SyncParts): Promise<Check[]> {
  const { events, organizations } = await database.call<{
    events: { state: string }[];
    organizations: unknown[];
  }>('dead', { most: 1000 });
  const dead = events.filter(({ state }) => state === 'dead').length;
  const parked = events.length - dead;
  return [
    {
      name: 'nothing was given up',
      state: dead + organizations.length === 0 ? 'ok' : 'failed',
      found: `${dead} dead events, ${organizations.length} organizations with an error`,
      fix: 'See `tenantry billing dead`; then `tenantry billing replay`.',
    },
    {
      name: 'no customer waits to be linked',
      state: parked === 0 ? 'ok' : 'warning',
      found: `${parked} parked events`,
      fix: 'See `tenantry billing dead`, and link the customer: runtime.link(organizationId, customer).',
    },
  ];
}
