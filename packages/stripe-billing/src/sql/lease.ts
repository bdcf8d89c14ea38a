import { type Ddl, ddl } from '@tenantry/core/sql';
import { collectSeats } from './citus/seats.ts';
import { nextFencingToken } from './fencing-tokens.ts';
import { billingFunction } from './function.ts';
import { inputTenant, thisOrigin, thisRow } from './rows.ts';
import type { Names } from './tables.ts';

/**
 * Leases tenants whose copy is behind or due. The fencing token is taken here, before Stripe is
 * asked; a burst of events is one lease.
 */
export function lease(n: Names) {
  const seats = n.onCitus && n.members !== undefined ? ddl`true` : countedSeats(n);
  return billingFunction(n, 'lease', {
    declare: ddl`
      found_row record;
      leased jsonb := '[]';
      -- the clock of the database: those of several machines differ
      at_time timestamptz := coalesce(to_timestamp((input->>'now')::double precision), now());
    `,
    body: ddl`
      ${n.onCitus && n.members !== undefined ? collectSeats(n) : ddl``}
      for found_row in
        with due as materialized (
          select d.${n.tenant} as tenant from ${n.claims} d
          where ${thisOrigin('d')} and d.stripe_customer_id is not null
            and d.next_at <= now() and (d.lease_until is null or d.lease_until <= now())
            and (d.sync_wanted > d.sync_done or d.recheck_at <= at_time)
          order by d.next_at
          limit (input->>'most')::integer
          -- two workers never lease one row, and neither waits for the other
          for update skip locked
        )
        update ${n.claims} b
        set lease_owner = input->>'worker',
          lease_until = now() + (input->>'lease_ms')::double precision * interval '1 millisecond'
        from due
        where b.${n.tenant} = due.tenant and ${thisOrigin('b')}
        returning b.${n.tenant}::text as tenant, b.stripe_customer_id as customer, b.sync_wanted as seq,
          b.full_wanted > b.sync_done as full_sync, b.seats_wanted, b.attempts,
          case when b.seats_wanted > b.seats_done or b.full_wanted > b.sync_done then ${seats} end as seats
      loop
        leased := leased || jsonb_build_object(
          'tenant', found_row.tenant, 'customer', found_row.customer, 'seq', found_row.seq,
          'full', found_row.full_sync, 'seatsWanted', found_row.seats_wanted, ${n.onCitus ? ddl`'countSeats'` : ddl`'seats'`}, found_row.seats,
          'attempts', found_row.attempts,
          'fencingToken', ${nextFencingToken}, 'now', extract(epoch from at_time),
          'invoices', (select coalesce(jsonb_agg(distinct w.invoice_id), '[]') from ${n.webhookEvents} w
            where w.customer_id = found_row.customer and ${thisOrigin('w')} and w.state <> 'processed'
              and w.seq <= found_row.seq and w.invoice_id is not null),
          'failures', tenantry.billing_failures(input || jsonb_build_object('customer', found_row.customer)));
      end loop;
      return jsonb_build_object('leases', leased,
        -- how long until one can be leased that waits for its burst to pass, or is locked just now, in milliseconds
        'soon', case when leased = '[]' then (
          select case when count(*) > 0 then greatest(20, extract(epoch from min(s.next_at) - now()) * 1000) end from ${n.claims} s
          where ${thisOrigin('s')} and s.sync_wanted > s.sync_done and s.stripe_customer_id is not null
            and s.attempts = 0 and s.next_at < now() + interval '10 seconds'
            and (s.lease_until is null or s.lease_until <= now())) end);
    `,
  });
}

const countedSeats = ({ members, tenant }: Names): Ddl =>
  members === undefined
    ? ddl`null::bigint`
    : ddl`(select count(*) from ${members} m where m.${tenant} = b.${tenant})`;

/**
 * The time of the first failed-payment event of an invoice, for keys that may not read charges.
 */
export const failures = (n: Names) =>
  billingFunction(n, 'failures', {
    declare: ddl`told jsonb;`,
    body: ddl`
      select coalesce(jsonb_object_agg(x.invoice_id, x.at), '{}') into told from (
        select w.invoice_id, extract(epoch from min(w.occurred_at)) as at from ${n.webhookEvents} w
        where w.customer_id = input->>'customer' and w.type = 'invoice.payment_failed' and ${thisOrigin('w')}
        group by w.invoice_id) x
      where x.invoice_id is not null;
      return told;
    `,
  });

/** Gives a lease back after a failure: later, or never until somebody replays it. */
export const fail = (n: Names) =>
  billingFunction(n, 'fail', {
    declare: ddl`who text;`,
    body: ddl`
      update ${n.claims} b
      set attempts = b.attempts + (input->>'counts')::integer, error = input->>'error',
        lease_owner = null, lease_until = null,
        next_at = case when (input->>'dead')::boolean then 'infinity'
          else now() + (input->>'retry_ms')::double precision * interval '1 millisecond' end
      where ${thisRow(n, 'b')} and b.lease_owner = input->>'worker'
      returning b.stripe_customer_id into who;
      update ${n.webhookEvents} w
      set attempts = w.attempts + (input->>'counts')::integer, error = input->>'error',
        state = case when (input->>'dead')::boolean then 'dead' else w.state end
      where w.customer_id = who and ${thisOrigin('w')} and w.state = 'pending'
        and w.seq <= (input->>'seq')::bigint;
      return to_jsonb(who is not null);
    `,
  });

/**
 * Requests a sync of one tenant, or of the next ones after a key. Each case has its own query,
 * because one generic plan for all would read every row.
 */
export const want = (n: Names) =>
  billingFunction(n, 'want', {
    declare: ddl`
      wanted jsonb;
      keys ${n.idType}[];
    `,
    body: ddl`
      if input->>'tenant' is not null then
        keys := array[${inputTenant(n)}];
      else
        keys := ${nextKeys(n)};
      end if;
      with changed as (
        update ${n.claims} b
        set sync_wanted = b.sync_wanted + 1,
          full_wanted = case when (input->>'full')::boolean then b.sync_wanted + 1 else b.full_wanted end,
          next_at = now(), attempts = 0
        where b.${n.tenant} = any (keys) and ${thisOrigin('b')} and b.stripe_customer_id is not null
        returning b.${n.tenant}::text as tenant, b.${n.tenant} as key
      )
      select coalesce(jsonb_agg(c.tenant order by c.key), '[]') into wanted from changed c;
      return wanted;
    `,
  });

/** The keys of the next linked tenants after `input->after`. */
const nextKeys = (n: Names): Ddl => {
  const page = (after: Ddl): Ddl => ddl`
    array(
      select b.${n.tenant} from ${n.claims} b
      where ${after} and ${thisOrigin('b')} and b.stripe_customer_id is not null
      order by b.${n.tenant} limit (input->>'most')::integer)
  `;
  return ddl`
    case when input->>'after' is null then
      ${page(ddl`true`)}
    else
      ${page(ddl`b.${n.tenant} > (input->>'after')::${n.idType}`)}
    end
  `;
};

/** The next linked tenants after a key, for a look without a change. */
export const linked = (n: Names) =>
  billingFunction(n, 'linked', {
    declare: ddl`
      found_rows jsonb;
      keys ${n.idType}[];
    `,
    body: ddl`
      keys := ${nextKeys(n)};
      select coalesce(jsonb_agg(jsonb_build_object('tenant', b.${n.tenant}::text, 'customer', b.stripe_customer_id) order by b.${n.tenant}), '[]')
      into found_rows from ${n.claims} b
      where b.${n.tenant} = any (keys) and ${thisOrigin('b')};
      return found_rows;
    `,
  });
