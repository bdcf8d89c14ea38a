import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { deleted, progress, state, trialUsed } from '../applied.ts';
import type { ColumnList } from '../column-list.ts';
import { invoiceColumns, itemColumns, subscriptionColumns } from '../copied-columns.ts';
import { billingFunction } from '../function.ts';
import { pinAccount } from '../pinned-account.ts';
import { origin, thisOrigin, thisRow } from '../rows.ts';
import { claimsTable, type Names } from '../tables.ts';
import { dropClaim } from './claims.ts';

/** The ids in `input->set`. */
const idsIn = (set: Ddl): Ddl =>
  ddl`array(select e->>'id' from jsonb_array_elements(input->${set}) e)`;

/** A shard takes no rows of a function, so they are written one by one. */
const upsertEach = (n: Names, table: Ddl, set: Ddl, columns: ColumnList): Ddl => ddl`
  for x in select * from jsonb_to_recordset(input->${set}) as r(id text, ${columns.typed}) loop
    insert into ${table} (${n.tenant}, id, account, livemode, ${columns.names}, updated_at)
    values (of_tenant, x.id, ${origin}, ${columns.values}, at_now)
    on conflict (${n.tenant}, id) do update set ${columns.changes}, updated_at = excluded.updated_at;
  end loop;
`;

/** `billing_apply` on Citus: the copy on the shard of the tenant, then the claim and the events. */
export const applyOnShard = (n: Names): SqlFunction =>
  billingFunction(n, 'apply', {
    declare: ddl`
      x record;
      who constant text := input->>'customer';
      subscriptions constant text[] := ${idsIn(ddl`'subscriptions'`)};
      items constant text[] := ${idsIn(ddl`'items'`)};
      invoices constant text[] := ${idsIn(ddl`'invoices'`)};
      gone_invoices constant text[] := array(select jsonb_array_elements_text(input->'goneInvoices'));
    `,
    body: ddl`
      ${pinAccount(n)}
      perform from ${claimsTable} c where ${thisRow(n, 'c')} and c.stripe_customer_id = who for update;
      if not found then
        return 'false';
      end if;
      update ${n.customers} b
      set applied_fencing_token = (input->>'fencingToken')::bigint, stripe_customer_id = who,
        seats_done = greatest(b.seats_done, coalesce((input->>'seatsDone')::bigint, 0)),
        error = input->>'seatsError', synced_at = at_now, ${deleted(n)},
        ${state}, updated_at = at_now
      where ${thisRow(n, 'b')} and b.applied_fencing_token < (input->>'fencingToken')::bigint;
      if not found then
        return 'false';
      end if;

      delete from ${n.subscriptionItems} t where ${thisRow(n, 't')} and t.id <> all (items);
      delete from ${n.subscriptions} t where ${thisRow(n, 't')} and t.id <> all (subscriptions);
      ${upsertEach(n, n.subscriptions, ddl`'subscriptions'`, subscriptionColumns)}
      ${upsertEach(n, n.subscriptionItems, ddl`'items'`, itemColumns)}
      if (input->>'allInvoices')::boolean then
        delete from ${n.invoices} t where ${thisRow(n, 't')} and t.id <> all (invoices);
      elsif gone_invoices <> '{}' then
        delete from ${n.invoices} t where ${thisRow(n, 't')} and t.id = any (gone_invoices);
      end if;
      ${upsertEach(n, n.invoices, ddl`'invoices'`, invoiceColumns)}

      for x in
        select w.object_id, case w.type when 'checkout.session.completed' then 'completed' else 'expired' end as state
        from ${n.webhookEvents} w
        where w.customer_id = who and ${thisOrigin('w')} and w.state <> 'processed'
          and w.type in ('checkout.session.completed', 'checkout.session.expired')
      loop
        update ${n.checkoutIntents} t set state = x.state, closed_at = at_now, updated_at = at_now
        where ${thisRow(n, 't')} and t.state = 'open' and t.session_id = x.object_id;
      end loop;

      update ${claimsTable} b
      set ${progress(n)}, ${trialUsed}, updated_at = now()
      where ${thisRow(n, 'b')};
      update ${n.webhookEvents} w set state = 'processed', processed_at = now(), updated_at = now(), error = null
      where w.customer_id = who and ${thisOrigin('w')} and w.state in ('pending', 'dead')
        and w.seq <= (input->>'seq')::bigint;
      return 'true';
    `,
  });

/** `billing_release` on Citus, where it is also called after a sync of a tenant that is gone. */
export const releaseClaim = (n: Names): SqlFunction =>
  billingFunction(n, 'release', {
    declare: ddl`who text;`,
    body: ddl`
      update ${claimsTable} b
      set lease_owner = case when b.lease_owner = input->>'worker' then null else b.lease_owner end,
        lease_until = case when b.lease_owner = input->>'worker' then null else b.lease_until end,
        -- it may have told Stripe an older number of seats than the newer round did
        seats_done = least(b.seats_done, b.seats_wanted - (input->>'seatsAgain')::integer),
        sync_wanted = b.sync_wanted + (input->>'seatsAgain')::integer
      where ${thisRow(n, 'b')};
      ${dropClaim(n)}
      return 'true';
    `,
  });
