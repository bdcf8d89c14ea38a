import { type Ddl, ddl } from '@tenantry/core/sql';
import { holderOfObject } from './citus/object-holder.ts';
import { billingFunction } from './function.ts';
import { origin, thisOrigin } from './rows.ts';
import type { Names } from './tables.ts';

/**
 * The lock taken for linking a customer and for receiving an event of an unlinked customer. Without it an
 * event could be parked for ever while its customer is being linked.
 */
export const customerLock = (customer: Ddl): Ddl =>
  ddl`perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || ${customer}, 0));`;

/**
 * Stores each event once, and increments `sync_wanted` of its customer. The events of one call are
 * processed in the order of their customers, so that two calls cannot deadlock.
 */
export function receive(n: Names) {
  const bump = ddl`
    update ${n.claims} b
    set sync_wanted = b.sync_wanted + 1,
      -- what was given up is tried again; a back-off that runs is kept
      next_at = case when b.next_at = 'infinity' then now() else b.next_at end
    where b.stripe_customer_id = who and ${thisOrigin('b')}
    returning b.sync_wanted into at_seq;`;
  return billingFunction(n, 'receive', {
    declare: ddl`
      e record;
      ${n.onCitus ? ddl`holder ${n.idType};` : ddl``}
      who text;
      how text;
      at_seq bigint;
      known boolean;
      outcomes jsonb := '{}';
    `,
    body: ddl`
      for e in
        select x.* from jsonb_to_recordset(input->'events') as x(
          id text, type text, created double precision, object text, customer text, invoice text, route text)
        order by x.customer nulls first, x.id
      loop
        -- a repeated event costs one look into the index
        if exists (select from ${n.webhookEvents} w where w.event_id = e.id) then
          outcomes := outcomes || jsonb_build_object(e.id, 'duplicate');
          continue;
        end if;
        who := e.customer;
        at_seq := null;
        how := case e.route when 'none' then 'ignored' else 'pending' end;
        if e.route = 'customer' and who is null then
          -- a thin event, or a payment of an invoice: the object is known here, or looked up later
          ${n.onCitus ? holderOfObject(n) : ownerOfObject(n)}
          e.route := case when who is null then 'lookup' else 'customer' end;
        end if;
        if e.route = 'customer' then
          ${bump}
          if at_seq is null then
            ${customerLock(ddl`who`)}
            ${bump}
          end if;
          if at_seq is null then
            -- nobody's customer was asked for before; only news of the customer itself is worth asking again
            select true into known from ${n.webhookEvents} w
            where w.customer_id = who and w.account = input->>'account' and w.state = 'parked' limit 1;
            how := case when known and e.type not in ('customer.created', 'customer.updated') then 'parked' else 'unmapped' end;
          end if;
        end if;
        insert into ${n.webhookEvents} (event_id, account, livemode, type, route, object_id, customer_id,
          invoice_id, state, seq, occurred_at, processed_at)
        values (e.id, ${origin}, e.type, e.route, e.object, who,
          e.invoice, how, at_seq, to_timestamp(e.created), case when how = 'ignored' then now() end)
        on conflict (event_id) do nothing;
        outcomes := outcomes || jsonb_build_object(e.id,
          case when not found then 'duplicate' when how = 'pending' then 'queued' else how end);
      end loop;
      return outcomes;
    `,
  });
}

/** The customer of a subscription or of an invoice that is known here, into `who`. */
const ownerOfObject = (n: Names): Ddl => ddl`
  select b.stripe_customer_id into who
  from (
    select s.${n.tenant} as tenant from ${n.subscriptions} s where s.id = e.object
    union all
    select i.${n.tenant} from ${n.invoices} i where i.id = e.object
    union all
    select i.${n.tenant} from ${n.invoices} i where i.id = e.invoice
  ) k
  join ${n.customers} b on b.${n.tenant} = k.tenant
    and ${thisOrigin('b')}
  limit 1;
`;
