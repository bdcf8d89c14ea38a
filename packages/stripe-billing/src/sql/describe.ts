import { type Ddl, ddl, isoTime, name, sqlFunction, tenantOfTransaction } from '@tenantry/core/sql';
import type { Names } from './tables.ts';

/** Rows as a json array. */
const rowsOf = (query: Ddl): Ddl =>
  ddl`(select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (${query}) x)`;

const time = (column: string, shown: string): Ddl =>
  ddl`${isoTime({ sql: column })} as ${name(shown)}`;

/** The queries of the tenant `own`, each up to 101 rows. */
const lists = (n: Names) => ({
  plans: (where: Ddl) => ddl`
    select b.${n.tenant}::text as tenant, b.account, b.livemode, b.plan, b.access, b.status,
      ${time('b.period_end', 'periodEnd')}, ${time('b.trial_ends_at', 'trialEndsAt')},
      ${time('b.grace_until', 'graceUntil')}, ${time('b.ends_at', 'endsAt')}
    from ${n.customers} b where ${where}
    order by b.${n.tenant}, b.account, b.livemode limit 101
  `,
  subscriptions: ddl`
    select s.id, s.plan, s.status, ${time('s.started_at', 'startedAt')},
      ${time('s.period_end', 'periodEnd')}, ${time('s.past_due_since', 'pastDueSince')},
      ${time('s.canceled_at', 'canceledAt')}, ${time('s.ended_at', 'endedAt')},
      ${time('s.ends_at', 'endsAt')}
    from ${n.subscriptions} s where s.${n.tenant} = own order by s.started_at desc, s.id limit 101
  `,
  items: ddl`
    select i.id, i.subscription_id as subscription, i.role, i.name, i.price, i.quantity, i.interval
    from ${n.subscriptionItems} i where i.${n.tenant} = own order by i.subscription_id, i.id limit 101
  `,
  invoices: ddl`
    select v.id, v.number, v.status, v.currency, v.total, v.amount_remaining as "amountRemaining",
      ${time('v.issued_at', 'issuedAt')}, ${time('v.due_at', 'dueAt')}
    from ${n.invoices} v where v.${n.tenant} = own order by v.issued_at desc limit 101
  `,
  subscribed: ddl`
    from ${n.subscriptions} s
    join ${n.subscriptionItems} i on i.${n.tenant} = s.${n.tenant} and i.subscription_id = s.id
    where s.${n.tenant} = own and s.status not in ('canceled', 'incomplete_expired')
      -- a price that nobody mapped may be that of a plan
      and (i.role = 'base' or i.role is null)
  `,
});

/**
 * What `billing.describe` shows: of the tenant of the transaction, or in a system scope the plans of the
 * first tenants by their keys. It runs as its caller, so row-level security applies.
 */
export function describe(n: Names) {
  const { plans, subscriptions, items, invoices, subscribed } = lists(n);
  const body = n.onCitus
    ? describeByShard(n)
    : ddl`
        return jsonb_build_object(
          'plans', ${rowsOf(plans(ddl`own is null or b.${n.tenant} = own`))},
          'subscriptions', ${rowsOf(subscriptions)},
          'items', ${rowsOf(items)},
          'invoices', ${rowsOf(invoices)},
          'subscribed', exists (
            select ${subscribed}));
      `;
  return sqlFunction(
    ddl`billing_describe(input jsonb) returns jsonb`,
    {
      volatility: 'stable',
      callers: [name(n.tenancy.roles.app), name(n.tenancy.roles.system)],
    },
    ddl`
      declare
        own ${n.idType};
        ${n.onCitus ? shownVariables : ddl``}
      begin
        if (input->>'ofTenant')::boolean then
          own := ${tenantOfTransaction(n.tenancy)};
        end if;
        ${body}
      end
    `,
  );
}

const shownVariables: Ddl = ddl`
  plans jsonb;
  subscriptions jsonb := '[]';
  items jsonb := '[]';
  invoices jsonb := '[]';
  subscribed boolean := false;
`;

/** On Citus: one query after the other, each of one shard, and in a system scope one of all. */
function describeByShard(n: Names): Ddl {
  const { plans, subscriptions, items, invoices, subscribed } = lists(n);
  const into = (variable: string, query: Ddl): Ddl =>
    ddl`select coalesce(jsonb_agg(to_jsonb(x)), '[]') into ${{ sql: variable }} from (${query}) x;`;
  return ddl`
    if own is null then
      ${into('plans', plans(ddl`true`))}
    else
      ${into('plans', plans(ddl`b.${n.tenant} = own`))}
      ${into('subscriptions', subscriptions)}
      ${into('items', items)}
      ${into('invoices', invoices)}
      perform ${subscribed};
      subscribed := found;
    end if;
    return jsonb_build_object('plans', plans, 'subscriptions', subscriptions, 'items', items, 'invoices', invoices, 'subscribed', subscribed);
  `;
}
