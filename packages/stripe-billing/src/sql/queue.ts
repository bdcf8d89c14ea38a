import { type Ddl, ddl } from '@tenantry/core/sql';
import { billingFunction, thisOrigin } from './function.ts';
import { customerLock } from './receive.ts';
import type { Names } from './tables.ts';

/** Leases events that are processed one by one: of unknown customers, prices and products. */
export function takeSql(n: Names): Ddl {
  return billingFunction(
    n,
    'take',
    ddl`taken jsonb;`,
    ddl`
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
      return jsonb_build_object('events', taken, 'ticket', nextval($name$tenantry.billing_tickets$name$));`,
  );
}

/** Stores the outcomes of leased events. */
export function settleSql(n: Names): Ddl {
  return billingFunction(
    n,
    'settle',
    ddl`none integer;`,
    ddl`
      update ${n.webhookEvents} w
      set state = input->>'state', error = input->>'error', lease_until = null, updated_at = now(),
        customer_id = coalesce(input->>'customer', w.customer_id),
        attempts = w.attempts + coalesce((input->>'counts')::integer, 0),
        next_at = now() + coalesce((input->>'retry_ms')::double precision, 0) * interval '1 millisecond',
        processed_at = case when input->>'state' in ('processed', 'ignored') then now() end
      where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
      return 'true';`,
  );
}

/** Parks every event of a customer without an organization. */
export function parkSql(n: Names): Ddl {
  return billingFunction(
    n,
    'park',
    ddl`at_seq bigint;`,
    ddl`
      ${customerLock(ddl`(input->>'customer')`)}
      -- somebody may have linked it since it was looked up
      update ${n.organizationBilling} b set sync_wanted = b.sync_wanted + 1
      where b.stripe_customer_id = input->>'customer' and ${thisOrigin('b')}
      returning b.sync_wanted into at_seq;
      update ${n.webhookEvents} w set state = 'pending', seq = at_seq, lease_until = null
      where at_seq is not null and w.customer_id = input->>'customer' and ${thisOrigin('w')} and w.state = 'unmapped';
      update ${n.webhookEvents} w
      set state = 'parked', lease_until = null, error = 'The customer is linked to nobody here.'
      where w.customer_id = input->>'customer' and ${thisOrigin('w')} and w.state = 'unmapped';
      return to_jsonb(at_seq is null);`,
  );
}

/** Assigns events to the customer found by looking up their object. */
export function routeSql(n: Names): Ddl {
  return billingFunction(
    n,
    'route',
    ddl`at_seq bigint;`,
    ddl`
      update ${n.organizationBilling} b
      set sync_wanted = b.sync_wanted + 1, next_at = case when b.next_at = 'infinity' then now() else b.next_at end
      where b.stripe_customer_id = input->>'customer' and ${thisOrigin('b')}
      returning b.sync_wanted into at_seq;
      update ${n.webhookEvents} w
      set customer_id = input->>'customer', route = 'customer', seq = at_seq, lease_until = null,
        state = case when at_seq is not null then 'pending'
          when exists (select from ${n.webhookEvents} p
            where p.customer_id = input->>'customer' and p.state = 'parked' and ${thisOrigin('p')}) then 'parked'
          else 'unmapped' end
      where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
      return to_jsonb(at_seq is not null);`,
  );
}

/** Stores a price or a product, if no newer fetch has stored it. */
export function catalogSql(n: Names): readonly Ddl[] {
  const put = (id: string, table: Ddl, columns: readonly string[], values: Ddl) => {
    const list: Ddl = { sql: columns.map((each) => `"${each}"`).join(', ') };
    const changes: Ddl = {
      sql: columns.map((each) => `"${each}" = excluded."${each}"`).join(', '),
    };
    return billingFunction(
      n,
      id,
      ddl`none integer;`,
      ddl`
        insert into ${table} as t (id, account, livemode, applied_ticket, ${list})
        values (input->>'id', input->>'account', (input->>'livemode')::boolean, (input->>'ticket')::bigint, ${values})
        on conflict (id) do update set ${changes}, applied_ticket = excluded.applied_ticket, updated_at = now()
        where t.applied_ticket < excluded.applied_ticket;
        return to_jsonb(found);`,
    );
  };
  return [
    put(
      'put_product',
      n.products,
      ['name', 'description', 'active', 'metadata'],
      ddl`input->>'name', input->>'description', (input->>'active')::boolean, coalesce(input->'metadata', '{}')`,
    ),
    put(
      'put_price',
      n.prices,
      [
        'product',
        'lookup_key',
        'nickname',
        'active',
        'currency',
        'unit_amount',
        'interval',
        'interval_count',
        'usage_type',
        'metadata',
      ],
      ddl`input->>'product', input->>'lookupKey', input->>'nickname', (input->>'active')::boolean, input->>'currency', (input->>'unitAmount')::bigint, input->>'interval', (input->>'intervalCount')::integer, input->>'usageType', coalesce(input->'metadata', '{}')`,
    ),
  ];
}

/** Retires a price or a product that was deleted at Stripe. */
export function retireSql(n: Names): Ddl {
  const retire = (table: Ddl): Ddl => ddl`
    update ${table} t set active = false, applied_ticket = (input->>'ticket')::bigint, updated_at = now()
    where t.id = input->>'id' and t.applied_ticket < (input->>'ticket')::bigint;`;
  return billingFunction(
    n,
    'retire',
    ddl`none integer;`,
    ddl`
      ${retire(n.products)}
      ${retire(n.prices)}
      return 'true';`,
  );
}
