import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import type { catalogOf } from '../support/world.ts';

type Prices = ReturnType<typeof catalogOf>;

interface Known {
  readonly id: string;
  readonly status: string;
  readonly cancel_at_period_end: boolean;
  readonly pause_collection: unknown;
  readonly ended_at: number | null;
  readonly items: {
    readonly data: readonly { readonly id: string; readonly price: { readonly id: string } }[];
  };
}

/** What customers and their banks do, one line each. `n` is any number. */
const actions = {
  subscribe(fake, prices, customer, n) {
    const base = [prices.starter_monthly, prices.pro_monthly, prices.pro_yearly][n % 3];
    const items = [
      { price: base },
      ...(n % 2 === 0 ? [{ price: prices.storage_monthly, quantity: n % 5 }] : []),
    ];
    const trial = n % 4 === 0 ? { trial_period_days: 7 } : {};
    fake.call('POST /v1/subscriptions', { customer, items, ...trial });
  },
  upgrade: (fake, prices, customer, n) => change(fake, customer, n, prices.pro_monthly),
  downgrade: (fake, prices, customer, n) => change(fake, customer, n, prices.starter_monthly),
  seats(fake, _, customer, n) {
    const item = some(living(fake, customer), n)?.items.data[0];
    if (item !== undefined) {
      fake.call(`POST /v1/subscription_items/${item.id}`, { quantity: 1 + (n % 9) });
    }
  },
  addOn(fake, prices, customer, n) {
    const subscription = some(living(fake, customer), n);
    if (subscription === undefined) return;
    const price = n % 2 === 0 ? prices.storage_monthly : prices.support_monthly;
    const there = subscription.items.data.find((item) => item.price.id === price);
    if (there === undefined) {
      const item = { subscription: subscription.id, price, quantity: 1 + (n % 3) };
      fake.call('POST /v1/subscription_items', item);
    } else if (subscription.items.data.length > 1) {
      fake.call(`DELETE /v1/subscription_items/${there.id}`);
    }
  },
  cancelAtPeriodEnd(fake, _, customer, n) {
    const subscription = some(living(fake, customer), n);
    if (subscription === undefined) return;
    const cancel_at_period_end = !subscription.cancel_at_period_end;
    fake.call(`POST /v1/subscriptions/${subscription.id}`, { cancel_at_period_end });
  },
  cancelAt(fake, _, customer, n) {
    const subscription = some(living(fake, customer), n);
    if (subscription === undefined) return;
    const cancel_at = n % 3 === 0 ? '' : fake.now() + (1 + (n % 40)) * 86_400;
    fake.call(`POST /v1/subscriptions/${subscription.id}`, { cancel_at });
  },
  cancelNow(fake, _, customer, n) {
    const subscription = some(living(fake, customer), n);
    if (subscription !== undefined) fake.call(`DELETE /v1/subscriptions/${subscription.id}`);
  },
  pause(fake, _, customer, n) {
    const subscription = some(living(fake, customer), n);
    if (subscription === undefined) return;
    const pause_collection = subscription.pause_collection === null ? { behavior: 'void' } : '';
    fake.call(`POST /v1/subscriptions/${subscription.id}`, { pause_collection });
  },
  resume(fake, _, customer, n) {
    const paused = some(
      all(fake, customer).filter(({ status }) => status === 'paused'),
      n,
    );
    if (paused !== undefined) fake.call(`POST /v1/subscriptions/${paused.id}/resume`);
  },
  fail: (fake, _, customer) => fake.setPayments(customer, 'fail'),
  recover(fake, _, customer) {
    fake.setPayments(customer, 'succeed');
    const open = fake.truth(customer).invoices.filter(({ status }) => status === 'open');
    for (const { id } of open) fake.call(`POST /v1/invoices/${id}/pay`);
  },
  deleteCustomer(fake, _, customer, n) {
    if (n % 7 === 0 && fake.truth(customer).customer?.deleted !== true) {
      fake.call(`DELETE /v1/customers/${customer}`);
    }
  },
} satisfies Record<string, (fake: FakeStripe, prices: Prices, customer: string, n: number) => void>;

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as Action[];

const all = (fake: FakeStripe, customer: string) =>
  fake.truth(customer).subscriptions as unknown as Known[];

const living = (fake: FakeStripe, customer: string) =>
  all(fake, customer).filter(({ ended_at }) => ended_at === null);

const some = <T>(list: readonly T[], n: number): T | undefined =>
  list[n % Math.max(1, list.length)];

function change(fake: FakeStripe, customer: string, n: number, price: string): void {
  const subscription = some(living(fake, customer), n);
  const item = subscription?.items.data[0];
  if (subscription === undefined || item === undefined) return;
  if (subscription.items.data.some((each) => each.price.id === price)) return;
  fake.call(`POST /v1/subscriptions/${subscription.id}`, { items: [{ id: item.id, price }] });
}

/** Does something at Stripe; what Stripe refuses, such as a customer that is gone, has not happened. */
export function act(
  fake: FakeStripe,
  prices: Prices,
  customer: string,
  action: Action,
  n: number,
): void {
  try {
    actions[action](fake, prices, customer, n);
  } catch (error) {
    if ((error as Error).name !== 'FakeStripeError') throw error;
  }
}
