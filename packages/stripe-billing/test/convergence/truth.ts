import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import type { catalogOf } from '../support/world.ts';

interface TrueItem {
  readonly id: string;
  readonly price: { readonly id: string };
  readonly quantity: number;
  readonly current_period_end: number;
}

interface TrueSubscription {
  readonly id: string;
  readonly status: string;
  readonly cancel_at: number | null;
  readonly cancel_at_period_end: boolean;
  readonly ended_at: number | null;
  readonly trial_end: number | null;
  readonly pause_collection: { readonly behavior: string } | null;
  readonly items: { readonly data: readonly TrueItem[] };
}

/** What the database must say of a customer, as lines that compare. */
export interface Facts {
  readonly plan: string;
  readonly access: string;
  readonly subscriptions: readonly string[];
  readonly items: readonly string[];
  readonly invoices: readonly string[];
}

const graceSeconds = 14 * 86_400;

/**
 * Computes from the fake what must be stored: written a second time, from the documentation of the
 * states and not from the code under test.
 */
export function trueFacts(
  fake: FakeStripe,
  prices: ReturnType<typeof catalogOf>,
  customer: string,
): Facts {
  const { subscriptions, invoices } = fake.truth(customer);
  const all = subscriptions as unknown as TrueSubscription[];
  const planOf = (price: string) =>
    price === prices.pro_monthly || price === prices.pro_yearly
      ? 'pro'
      : price === prices.starter_monthly || price === prices.starter_yearly
        ? 'starter'
        : undefined;
  // the first of the invoices that were not paid in a row, from the newest back
  const openSince = (id: string) => {
    const own = invoices.filter(
      (each) => each.parent?.subscription_details.subscription === id && each.status !== 'draft',
    );
    const lastPaid = own.findLastIndex(({ status }) => status === 'paid');
    const [first] = own.slice(lastPaid + 1).filter(({ status }) => status === 'open');
    return first?.status_transitions.finalized_at as number;
  };
  const given = all.flatMap(({ id, status, items }) => {
    const late = status === 'past_due' && openSince(id) + graceSeconds <= fake.now();
    const access =
      status === 'active' || status === 'trialing' || (status === 'past_due' && !late)
        ? 'full'
        : status === 'unpaid' || status === 'paused' || late
          ? 'read_only'
          : undefined;
    const plans = items.data.flatMap(({ price }) => planOf(price.id) ?? []);
    const plan = plans.includes('pro') ? 'pro' : plans[0];
    return access === undefined || plan === undefined ? [] : [{ plan, access }];
  });
  const worth = (each: { plan: string; access: string }) =>
    (each.access === 'full' ? 10 : 0) + (each.plan === 'pro' ? 1 : 0);
  const best = given.sort((a, b) => worth(b) - worth(a))[0] ?? { plan: 'free', access: 'none' };
  const line = (...parts: unknown[]) => parts.map((part) => part ?? '-').join(' ');
  return {
    ...best,
    subscriptions: all
      .map((each) => {
        const periodEnd = Math.max(...each.items.data.map((item) => item.current_period_end));
        const ends =
          each.ended_at ?? each.cancel_at ?? (each.cancel_at_period_end ? periodEnd : null);
        return line(each.id, each.status, ends, each.trial_end, each.pause_collection?.behavior);
      })
      .sort(),
    items: all
      .flatMap(({ items }) => items.data)
      .map((item) => line(item.id, item.price.id, item.quantity, item.current_period_end))
      .sort(),
    invoices: invoices.map(({ id, status, amount_paid }) => line(id, status, amount_paid)).sort(),
  };
}

/** The same facts as SQL, for all organizations at once. */
export const storedFacts = `
  select b.stripe_customer_id as customer, b.plan, b.access,
    coalesce((select array_agg(concat_ws(' ', s.id, s.status, coalesce(extract(epoch from s.ends_at)::bigint::text, '-'),
        coalesce(extract(epoch from s.trial_end)::bigint::text, '-'), coalesce(s.pause_collection, '-')) order by s.id collate "C")
      from subscriptions s where s.organization_id = b.organization_id), '{}') as subscriptions,
    coalesce((select array_agg(concat_ws(' ', i.id, i.price, i.quantity, extract(epoch from i.period_end)::bigint) order by i.id collate "C")
      from subscription_items i where i.organization_id = b.organization_id), '{}') as items,
    coalesce((select array_agg(concat_ws(' ', v.id, v.status, v.amount_paid) order by v.id collate "C")
      from invoices v where v.organization_id = b.organization_id), '{}') as invoices,
    (select change::json->>'plan' from plan_changes p where p.organization_id = b.organization_id and p.kind = 'plan'
      order by (change::json->>'version')::bigint desc limit 1) as handed
  from organization_billing b`;
