import { type Ddl, ddl, join, name } from '@tenantry/core/sql';
import { nextFencingToken } from './fencing-tokens.ts';
import { billingFunction } from './function.ts';
import { customerLock } from './receive.ts';
import { origin, thisOrigin } from './rows.ts';
import type { Names } from './tables.ts';

/** Leases events that have to be looked at one by one: of unknown customers, of prices and products. */
export const take = (n: Names) =>
  billingFunction(n, 'take', {
    declare: ddl`taken jsonb;`,
    body: ddl`
      with due as materialized (
        select d.event_id from ${n.webhookEvents} d
        where (d.state = 'unmapped' or (d.state = 'pending' and d.route <> 'customer')) and ${thisOrigin('d')}
          and d.next_at <= now() and (d.lease_until is null or d.lease_until <= now())
        order by d.next_at limit (input->>'most')::integer
        -- two workers take different events
        for update skip locked
      ), leased as (
        update ${n.webhookEvents} w
        set lease_until = now() + (input->>'lease_ms')::double precision * interval '1 millisecond'
        from due where w.event_id = due.event_id
        returning w.event_id, w.type, w.route, w.object_id, w.customer_id, w.invoice_id, w.attempts
      )
      select coalesce(jsonb_agg(jsonb_build_object('id', l.event_id, 'type', l.type, 'route', l.route, 'object', l.object_id,
        'customer', l.customer_id, 'invoice', l.invoice_id, 'attempts', l.attempts)), '[]') into taken from leased l;
      return jsonb_build_object('events', taken, 'fencingToken', ${nextFencingToken});
    `,
  });

/** Says what became of events that were taken. */
export const settle = (n: Names) =>
  billingFunction(n, 'settle', {
    body: ddl`
      update ${n.webhookEvents} w
      set state = input->>'state', error = input->>'error', lease_until = null, updated_at = now(),
        customer_id = coalesce(input->>'customer', w.customer_id),
        attempts = w.attempts + coalesce((input->>'counts')::integer, 0),
        next_at = now() + coalesce((input->>'retry_ms')::double precision, 0) * interval '1 millisecond',
        processed_at = case when input->>'state' in ('processed', 'ignored') then now() end
      where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
      return 'true';
    `,
  });

/** Parks every event of a customer that belongs to nobody here. */
export const park = (n: Names) =>
  billingFunction(n, 'park', {
    declare: ddl`at_seq bigint;`,
    body: ddl`
      ${customerLock(ddl`(input->>'customer')`)}
      -- somebody may have linked it since it was looked up
      update ${n.claims} b set sync_wanted = b.sync_wanted + 1
      where b.stripe_customer_id = input->>'customer' and ${thisOrigin('b')}
      returning b.sync_wanted into at_seq;
      update ${n.webhookEvents} w set state = 'pending', seq = at_seq, lease_until = null
      where at_seq is not null and w.customer_id = input->>'customer' and ${thisOrigin('w')} and w.state = 'unmapped';
      update ${n.webhookEvents} w
      set state = 'parked', lease_until = null, error = 'The customer is linked to nobody here.'
      where w.customer_id = input->>'customer' and ${thisOrigin('w')} and w.state = 'unmapped';
      return to_jsonb(at_seq is null);
    `,
  });

/** Routes events whose customer was found by looking their object up; without events it asks for a sync. */
export const route = (n: Names) =>
  billingFunction(n, 'route', {
    declare: ddl`at_seq bigint;`,
    body: ddl`
      update ${n.claims} b
      set sync_wanted = b.sync_wanted + 1,
        full_wanted = case when (input->>'full')::boolean then b.sync_wanted + 1 else b.full_wanted end,
        next_at = case when b.next_at = 'infinity' then now() else b.next_at end
      where b.stripe_customer_id = input->>'customer' and ${thisOrigin('b')}
      returning b.sync_wanted into at_seq;
      update ${n.webhookEvents} w
      set customer_id = input->>'customer', route = 'customer', seq = at_seq, lease_until = null,
        state = case when at_seq is not null then 'pending'
          when exists (select from ${n.webhookEvents} p
            where p.customer_id = input->>'customer' and p.state = 'parked' and ${thisOrigin('p')}) then 'parked'
          else 'unmapped' end
      where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
      return to_jsonb(at_seq is not null);
    `,
  });

/** Stores an object of the catalog, unless a newer fetch has done so. */
const put = (n: Names, call: 'put_product' | 'put_price', table: Ddl, of: Record<string, Ddl>) => {
  const columns = Object.keys(of).map((column) => name(column));
  return billingFunction(n, call, {
    body: ddl`
      insert into ${table} as t (id, account, livemode, applied_fencing_token, ${join(columns)})
      values (input->>'id', ${origin}, (input->>'fencingToken')::bigint, ${join(Object.values(of))})
      on conflict (id) do update set ${join(columns.map((each) => ddl`${each} = excluded.${each}`))},
        applied_fencing_token = excluded.applied_fencing_token, updated_at = ${n.now}
      where t.applied_fencing_token < excluded.applied_fencing_token;
      return to_jsonb(found);
    `,
  });
};

const metadata = ddl`coalesce(input->'metadata', '{}')`;

export const putProduct = (n: Names) =>
  put(n, 'put_product', n.products, {
    name: ddl`input->>'name'`,
    description: ddl`input->>'description'`,
    active: ddl`(input->>'active')::boolean`,
    metadata,
  });

export const putPrice = (n: Names) =>
  put(n, 'put_price', n.prices, {
    product: ddl`input->>'product'`,
    lookup_key: ddl`input->>'lookupKey'`,
    nickname: ddl`input->>'nickname'`,
    active: ddl`(input->>'active')::boolean`,
    currency: ddl`input->>'currency'`,
    unit_amount: ddl`(input->>'unitAmount')::bigint`,
    interval: ddl`input->>'interval'`,
    interval_count: ddl`(input->>'intervalCount')::integer`,
    usage_type: ddl`input->>'usageType'`,
    metadata,
  });

/** A price or a product that is gone at Stripe is not on sale any more. */
export function retire(n: Names) {
  const retire = (table: Ddl): Ddl => ddl`
    update ${table} t set active = false, applied_fencing_token = (input->>'fencingToken')::bigint, updated_at = ${n.now}
    where t.id = input->>'id' and t.applied_fencing_token < (input->>'fencingToken')::bigint;`;
  return billingFunction(n, 'retire', {
    body: ddl`
      ${retire(n.products)}
      ${retire(n.prices)}
      return 'true';
    `,
  });
}
