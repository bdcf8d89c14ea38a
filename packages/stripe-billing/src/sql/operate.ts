import { type Ddl, ddl, name } from '@tenantry/core/sql';
import { billingFunction, thisOrigin, thisRow } from './function.ts';
import type { Names } from './tables.ts';

/** How far the list of events at Stripe has been read, for each account and mode. */
export function cursorSql(n: Names): readonly Ddl[] {
  const system = name(n.tenancy.roles.system);
  return [
    ddl`
      create table if not exists tenantry.billing_cursors (
        account text not null, livemode boolean not null, created double precision not null,
        primary key (account, livemode)
      );
      revoke all on tenantry.billing_cursors from public;
      grant select, insert, update on tenantry.billing_cursors to ${system};
    `,
    billingFunction(
      n,
      'cursor',
      ddl`at double precision;`,
      ddl`
        if input ? 'created' then
          insert into tenantry.billing_cursors as c (account, livemode, created)
          values (input->>'account', (input->>'livemode')::boolean, (input->>'created')::double precision)
          on conflict (account, livemode) do update set created = greatest(c.created, excluded.created);
        end if;
        select c.created into at from tenantry.billing_cursors c where ${thisOrigin('c')};
        return to_jsonb(at);`,
    ),
  ];
}

/** What could not be done: dead letters, parked events, organizations that gave up. */
export function deadSql(n: Names): Ddl {
  return billingFunction(
    n,
    'dead',
    ddl`none integer;`,
    ddl`
      return jsonb_build_object(
        'events', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
          select w.event_id as id, w.type, w.state, w.object_id as object, w.customer_id as customer, w.attempts, w.error,
            extract(epoch from w.created_at) as "receivedAt"
          from ${n.webhookEvents} w where w.state in ('dead', 'parked') and ${thisOrigin('w')}
          order by w.created_at limit (input->>'most')::integer) x),
        'organizations', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
          select b.${n.tenant}::text as tenant, b.stripe_customer_id as customer, b.attempts, b.error
          from ${n.organizationBilling} b where b.error is not null and ${thisOrigin('b')}
          order by b.updated_at limit (input->>'most')::integer) x));`,
  );
}

/** Tries again what was given up. */
export function replaySql(n: Names): Ddl {
  return billingFunction(
    n,
    'replay',
    ddl`
      events bigint;
      rows bigint;`,
    ddl`
      update ${n.webhookEvents} w
      set state = case when w.route = 'customer' and w.seq is not null then 'pending'
          when w.route = 'customer' then 'unmapped' else 'pending' end,
        attempts = 0, next_at = now(), lease_until = null, error = null
      where w.state in ('dead', 'parked') and ${thisOrigin('w')}
        and (input->>'event' is null or w.event_id = input->>'event')
        and (input->>'customer' is null or w.customer_id = input->>'customer');
      get diagnostics events = row_count;
      update ${n.organizationBilling} b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
      where ${thisOrigin('b')} and b.stripe_customer_id is not null
        and (b.next_at = 'infinity' or (input->>'customer') = b.stripe_customer_id)
        and (input->>'customer' is null or b.stripe_customer_id = input->>'customer')
        and (input->>'event' is null or exists (select from ${n.webhookEvents} w
          where w.event_id = input->>'event' and w.customer_id = b.stripe_customer_id));
      get diagnostics rows = row_count;
      return jsonb_build_object('events', events, 'organizations', rows);`,
  );
}

/** What is stored of one organization, in the form of a snapshot, for the report of drift. */
export function storedSql(n: Names): Ddl {
  const rows = (table: Ddl): Ddl =>
    ddl`(select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from ${table} t where ${thisRow(n, 't')})`;
  return billingFunction(
    n,
    'stored',
    ddl`none integer;`,
    ddl`
      return jsonb_build_object('subscriptions', ${rows(n.subscriptions)}, 'items', ${rows(n.subscriptionItems)},
        'invoices', ${rows(n.invoices)},
        'organization', (select to_jsonb(b) from ${n.organizationBilling} b where ${thisRow(n, 'b')}));`,
  );
}

/** Forgets events that were processed long ago. */
export function pruneSql(n: Names): Ddl {
  return billingFunction(
    n,
    'prune',
    ddl`gone bigint;`,
    ddl`
      delete from ${n.webhookEvents} w
      where w.state in ('processed', 'ignored') and ${thisOrigin('w')}
        and w.processed_at < now() - (input->>'days')::double precision * interval '1 day';
      get diagnostics gone = row_count;
      return to_jsonb(gone);`,
  );
}
