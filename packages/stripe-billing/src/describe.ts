import type { Tenancy } from '@tenantry/core';
import { runningScope } from '@tenantry/core/scope';
import type { Queryable } from '@tenantry/core/sql';
import type {
  DescribedAllowance,
  DescribedChange,
  DescribedList,
  DescribedValue,
  FeatureDescription,
} from '@tenantry/rls/feature';
import { callBilling, type DescribedBilling } from './calls.ts';

/** The read model of billing for the running scope: one round trip. */
export async function describeBilling(
  tenancy: Tenancy,
  db: Queryable,
): Promise<FeatureDescription> {
  const ofTenant = runningScope(tenancy).kind === 'tenant';
  const found = await callBilling(db, 'describe', { ofTenant });
  const plans = found.plans.map(({ tenant, ...row }) =>
    ofTenant ? row : { [tenancy.property]: tenant, ...row },
  );
  return {
    feature: 'stripe-billing',
    title: 'Billing',
    lists: [
      list('plans', 'Plans', plans),
      list('subscriptions', 'Subscriptions', found.subscriptions),
      list('items', 'Subscription items', found.items),
      list('invoices', 'Invoices', found.invoices),
    ],
    allowances: ofTenant ? allowancesOf(found) : [],
    changes: found.subscriptions
      .flatMap(changesOf)
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, 20),
  };
}

const list = (
  id: string,
  title: string,
  rows: readonly Readonly<Record<string, DescribedValue>>[],
): DescribedList => ({ id, title, rows: rows.slice(0, 100), more: rows.length > 100 });

function allowancesOf({ plans, subscribed }: DescribedBilling): DescribedAllowance[] {
  const readOnly = plans.length > 0 && plans.every(({ access }) => access === 'read_only');
  const graceUntil = plans.find((each) => each.graceUntil !== null)?.graceUntil ?? null;
  const allowance = (key: string, allowed: boolean, until: string | null = null) => ({
    key,
    allowed,
    used: null,
    limit: null,
    until,
  });
  return [
    // who has a subscription changes it in the portal
    allowance('checkout', !subscribed),
    allowance('portal', true),
    allowance('write', !readOnly, readOnly ? null : graceUntil),
  ];
}

/** What happened to the plan of a subscription, as its times tell. */
function changesOf(row: DescribedBilling['subscriptions'][number]): DescribedChange[] {
  const plan = row.plan === null ? 'a subscription without a plan' : `plan ${row.plan}`;
  return [
    { at: row.startedAt, what: `${plan} started` },
    { at: row.pastDueSince, what: `payment of ${plan} failed` },
    { at: row.canceledAt, what: `${plan} cancelled` },
    { at: row.endedAt, what: `${plan} ended` },
  ].flatMap(({ at, what }) => (at === null ? [] : [{ at, what, actor: null }]));
}
