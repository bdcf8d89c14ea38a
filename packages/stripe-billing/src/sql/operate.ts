import { type Ddl, ddl, isoTime, name } from '@tenantry/core/sql';
import { storedOnShard } from './citus/stored.ts';
import { billingFunction } from './function.ts';
import { origin, thisOrigin, thisRow } from './rows.ts';
import type { Names } from './tables.ts';

/** How far the list of events at Stripe has been read, for each account and mode. */
export const cursorsSql = ({ tenancy }: Names): Ddl => ddl`
  create table if not exists tenantry.billing_cursors (
    account text not null, livemode boolean not null, created double precision not null,
    primary key (account, livemode)
  );
  revoke all on tenantry.billing_cursors from public;
  grant select, insert, update on tenantry.billing_cursors to ${name(tenancy.roles.system)};
`;

export const cursor = (n: Names) =>
  billingFunction(n, 'cursor', {
    declare: ddl`at double precision;`,
    body: ddl`
      if input ? 'created' then
        insert into tenantry.billing_cursors as c (account, livemode, created)
        values (${origin}, (input->>'created')::double precision)
        on conflict (account, livemode) do update set created = greatest(c.created, excluded.created);
      end if;
      select c.created into at from tenantry.billing_cursors c where ${thisOrigin('c')};
      return to_jsonb(at);
    `,
  });

/** What could not be done: dead letters, parked events, tenants that gave up. */
export const dead = (n: Names) =>
  billingFunction(n, 'dead', {
    body: ddl`
      return jsonb_build_object(
        'events', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
          select w.event_id as id, w.type, w.state, w.object_id as object, w.customer_id as customer, w.attempts, w.error,
            ${isoTime(ddl`w.created_at`)} as "receivedAt"
          from ${n.webhookEvents} w where w.state in ('dead', 'parked') and ${thisOrigin('w')}
          order by w.created_at limit (input->>'most')::integer) x),
        'tenants', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
          select b.${n.tenant}::text as tenant, b.stripe_customer_id as customer, b.attempts, b.error
          from ${n.claims} b where b.error is not null and ${thisOrigin('b')}
          order by b.updated_at limit (input->>'most')::integer) x));
    `,
  });

/** Tries again what was given up. */
export const replay = (n: Names) =>
  billingFunction(n, 'replay', {
    declare: ddl`
      events bigint;
      rows bigint;
      who text;
    `,
    body: ddl`
      update ${n.webhookEvents} w
      set state = case when w.route = 'customer' and w.seq is not null then 'pending'
          when w.route = 'customer' then 'unmapped' else 'pending' end,
        attempts = 0, next_at = now(), lease_until = null, error = null
      where w.state in ('dead', 'parked') and ${thisOrigin('w')}
        and (input->>'event' is null or w.event_id = input->>'event')
        and (input->>'customer' is null or w.customer_id = input->>'customer');
      get diagnostics events = row_count;
      who := coalesce(input->>'customer',
        (select w.customer_id from ${n.webhookEvents} w where w.event_id = input->>'event' and ${thisOrigin('w')}));
      if who is not null then
        update ${n.claims} b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
        where b.stripe_customer_id = who and ${thisOrigin('b')}
          and (b.next_at = 'infinity' or input->>'customer' is not null);
      elsif input->>'event' is null then
        update ${n.claims} b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
        where b.error is not null and b.next_at = 'infinity' and b.stripe_customer_id is not null and ${thisOrigin('b')};
      end if;
      get diagnostics rows = row_count;
      return jsonb_build_object('events', events, 'tenants', rows);
    `,
  });

/** What is stored of one tenant, in the form of a snapshot, for the report of drift. */
export function stored(n: Names) {
  const rows = (table: Ddl): Ddl =>
    ddl`(select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from ${table} t where ${thisRow(n, 't')})`;
  if (n.onCitus) return storedOnShard(n);
  return billingFunction(n, 'stored', {
    body: ddl`
      return jsonb_build_object('subscriptions', ${rows(n.subscriptions)}, 'items', ${rows(n.subscriptionItems)},
        'invoices', ${rows(n.invoices)},
        'own', (select to_jsonb(b) from ${n.customers} b where ${thisRow(n, 'b')}));
    `,
  });
}
