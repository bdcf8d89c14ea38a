import { TenantryError } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import type Stripe from 'stripe';
import type { Intent } from '../calls.ts';
import { canonical } from '../canonical.ts';
import { boughtAs } from '../plans/catalog.ts';
import type { SyncParts } from '../sync/parts.ts';
import type { CustomerInput, OwnCustomer } from './customer.ts';
import type { PriceFinder, Sold } from './prices.ts';
import { currentSession, expireSession } from './sessions.ts';
import { whenFree } from './turns.ts';
import { withCustomer } from './with-customer.ts';

/** The order of a checkout. */
export interface CheckoutOrder {
  readonly plan: string;
  readonly interval: string;
  readonly successUrl: string;
  readonly cancelUrl?: string;
  /** Add-on → units. */
  readonly addons?: Readonly<Record<string, number>>;
  /**
   * The trial in days, 1 to 730. A tenant gets only one trial; a second order is paid at once.
   * Default: none.
   */
  readonly trialDays?: number;
  /** Data of a new customer, when the tenant has none yet. */
  readonly customer?: CustomerInput;
  /** Further parameters for Stripe, such as `automatic_tax`. */
  readonly session?: Partial<Stripe.Checkout.SessionCreateParams>;
}

/** An open checkout. */
export interface Checkout {
  readonly url: string;
  readonly session: string;
}

/** How often a checkout is opened anew that another process closed meanwhile. */
const tries = 20;
const ended = new Set(['canceled', 'incomplete_expired']);

/** Checks the types of an order. @throws TenantryError `CONFIG_INVALID` */
export function checkOrder({
  plan,
  interval,
  addons,
  trialDays,
  customer,
  session,
}: CheckoutOrder): void {
  checkType(plan, 'string', 'option plan of checkout');
  checkType(interval, 'string', 'option interval of checkout');
  checkType(addons, 'object?', 'option addons of checkout');
  checkType(trialDays, 'number?', 'option trialDays of checkout');
  checkType(customer, 'object?', 'option customer of checkout');
  checkType(session, 'object?', 'option session of checkout');
  for (const [addon, units] of Object.entries(addons ?? {}))
    checkType(units, 'number', `units of add-on ${addon} of checkout`);
  for (const [name, value] of Object.entries(customer ?? {}))
    checkType(value, 'string?', `${name} of the customer of checkout`);
}

/**
 * Opens the checkout of a tenant. At most one is open: the same order returns the same address,
 * and another order closes the previous checkout.
 *
 * @throws TenantryError `BILLING_SUBSCRIPTION_EXISTS`, `BILLING_PLAN_UNKNOWN`, `BILLING_PRICE_MISSING`,
 *   `BILLING_PRICE_AMBIGUOUS`, `BILLING_CUSTOMER_UNKNOWN`, `BILLING_CHECKOUT_CONTENDED`
 */
export async function openCheckout(
  parts: SyncParts,
  findPrice: PriceFinder,
  tenant: string,
  order: CheckoutOrder,
  seats: number | null,
): Promise<Checkout> {
  const lines = await lineItems(parts, findPrice, order, seats);
  return withCustomer(parts, tenant, order.customer ?? {}, (own) =>
    openFor(parts, tenant, own, order, lines),
  );
}

type Lines = readonly { readonly price: string; readonly quantity?: number }[];

async function openFor(
  parts: SyncParts,
  tenant: string,
  own: OwnCustomer,
  order: CheckoutOrder,
  lines: Lines,
): Promise<Checkout> {
  const { database } = parts;
  const trialDays = own.trialUsed ? undefined : order.trialDays;
  const params = { customer: own.customer, lines, trialDays: trialDays ?? null, urls: urls(order) };
  for (let i = 0; i < tries; i++) {
    const intent = await database.call('open_intent', { tenant, params });
    if (canonical(intent.params) !== canonical(params)) {
      await supersede(parts, tenant, own.customer, intent);
      continue;
    }
    if (intent.session === null) {
      // read from Stripe, not from the copy: an event may not have arrived yet
      await refuseSecond(parts, tenant, intent.id, own.customer);
      const session = await createSession(parts, tenant, intent.id, own.customer, order, {
        lines,
        trialDays,
      });
      const kept = await database.call('set_intent', {
        tenant,
        id: intent.id,
        session: session.id,
        url: session.url,
      });
      if (kept && session.status === 'open') return shown(session);
      // another order has replaced this one meanwhile
      if (session.status === 'open') await expireSession(parts, own.customer, session.id);
      continue;
    }
    const session = await currentSession(parts, own.customer, intent.session);
    if (session?.status === 'open') return shown(session);
    const state = session?.status === 'complete' ? 'completed' : 'expired';
    await database.call('set_intent', { tenant, id: intent.id, state });
  }
  throw new TenantryError('BILLING_CHECKOUT_CONTENDED');
}

const shown = ({ id, url }: Stripe.Checkout.Session): Checkout => ({
  url: url as string,
  session: id,
});

async function lineItems(
  { catalog }: SyncParts,
  findPrice: PriceFinder,
  order: CheckoutOrder,
  seats: number | null,
): Promise<Lines> {
  const base = await findPrice.ofPlan(catalog.priceOf(order.plan, order.interval), order.interval);
  // a metered price takes no quantity
  const line = ({ id, isMetered }: Sold, quantity: number) =>
    isMetered ? { price: id } : { price: id, quantity };
  const lines = [line(base, 1)];
  for (const [addon, units] of Object.entries(order.addons ?? {})) {
    lines.push(line(await findPrice.beside(catalog.addonOf(addon), base.every), units));
  }
  if (seats !== null && catalog.seatRefs.length > 0) {
    lines.push(line(await findPrice.beside(catalog.seatRefs, base.every), Math.max(1, seats)));
  }
  return lines;
}

const urls = ({ successUrl, cancelUrl }: CheckoutOrder) => ({
  success_url: successUrl,
  ...(cancelUrl !== undefined && { cancel_url: cancelUrl }),
});

async function createSession(
  { stripe, request, tenancy }: SyncParts,
  tenant: string,
  intent: string,
  customer: string,
  order: CheckoutOrder,
  what: { readonly lines: Lines; readonly trialDays: number | undefined },
): Promise<Stripe.Checkout.Session> {
  const metadata = { [tenancy.property]: tenant };
  const params: Stripe.Checkout.SessionCreateParams = {
    mode: 'subscription',
    customer,
    client_reference_id: tenant,
    line_items: [...what.lines],
    metadata,
    ...urls(order),
    subscription_data: {
      metadata,
      ...(what.trialDays !== undefined && { trial_period_days: what.trialDays }),
    },
    ...order.session,
  };
  const idempotencyKey = `tenantry-checkout-${intent}`;
  return whenFree(() => stripe.checkout.sessions.create(params, { ...request, idempotencyKey }));
}

async function refuseSecond(
  { stripe, request, catalog, database }: SyncParts,
  tenant: string,
  intent: string,
  customer: string,
): Promise<void> {
  const list = stripe.subscriptions.list({ customer, status: 'all', limit: 100 }, request);
  for await (const subscription of list) {
    const base = subscription.items.data.some(({ price }) => {
      const role = catalog.meaning(boughtAs(price))?.role;
      return role === 'base' || role === undefined;
    });
    if (!base || ended.has(subscription.status)) continue;
    await database.call('set_intent', { tenant, id: intent, state: 'refused' });
    throw new TenantryError('BILLING_SUBSCRIPTION_EXISTS', {
      found: `a subscription that is ${subscription.status}.`,
      details: { subscription: subscription.id, status: subscription.status },
    });
  }
}

/** Closes the session of another open order, except when the customer has just paid. */
async function supersede(
  parts: SyncParts,
  tenant: string,
  customer: string,
  intent: Intent,
): Promise<void> {
  const session = await currentSession(parts, customer, intent.session);
  const completed =
    session?.status === 'complete' ||
    (session?.status === 'open' &&
      (await expireSession(parts, customer, session.id)) === 'complete');
  const state = completed ? 'completed' : 'superseded';
  const { id, session: was } = intent;
  await parts.database.call('set_intent', { tenant, id, state, was });
}
