import { type Ddl, ddl } from '@tenantry/core/sql';
import { progress, state } from './applied.ts';
import { applyOnShard, releaseClaim } from './citus/apply.ts';
import { lockClaims } from './citus/claims.ts';
import type { ColumnList } from './column-list.ts';
import { invoiceColumns, itemColumns, subscriptionColumns } from './copied-columns.ts';
import { billingFunction } from './function.ts';
import { pinAccount } from './pinned-account.ts';
import { inputTenant, origin, thisOrigin, thisRow } from './rows.ts';
import type { Names } from './tables.ts';

/**
 * Locks the rows of a tenant in all accounts, because its plan is computed from all of them, and
 * returns them. The order is fixed, because two accounts of one tenant may be synced at once.
 */
export const lock = (n: Names) =>
  billingFunction(n, 'lock', {
    declare: ddl`
      r record;
      locked jsonb := '[]';
    `,
    body: ddl`
      ${n.onCitus ? lockClaims(n) : ddl``}
      for r in
        select b.* from ${n.customers} b
        where b.${n.tenant} = ${inputTenant(n)}
        order by b.account, b.livemode
        for update
      loop
        locked := locked || jsonb_build_object(
          'account', r.account, 'livemode', r.livemode, 'customer', r.stripe_customer_id,
          'plan', r.plan, 'access', r.access, 'planSource', r.plan_source, 'addons', r.addons,
          'periodStart', extract(epoch from r.period_start), 'periodEnd', extract(epoch from r.period_end),
          'trialEndsAt', extract(epoch from r.trial_ends_at), 'granted', r.granted,
          'version', r.entitlement_version, 'appliedFencingToken', r.applied_fencing_token);
      end loop;
      return locked;
    `,
  });

/** Inserts or updates the rows of `input->set`; columns that an application added keep their values. */
const upsert = (n: Names, table: Ddl, set: Ddl, columns: ColumnList): Ddl => ddl`
  insert into ${table} (${n.tenant}, id, account, livemode, ${columns.names})
  select ${inputTenant(n)}, x.id, ${origin}, ${columns.values}
  from jsonb_to_recordset(input->${set}) as x(id text, ${columns.typed})
  on conflict (${n.tenant}, id) do update set ${columns.changes}, updated_at = now();
`;

const notIn = (set: Ddl): Ddl =>
  ddl`not exists (select from jsonb_array_elements(input->${set}) x where x->>'id' = t.id)`;

/**
 * Replaces the copy of a tenant by a snapshot, in the transaction of `billing_lock`, and marks the
 * events that requested it as processed. A fetch whose fencing token is not newer than the last applied
 * one changes nothing and returns false.
 */
export function apply(n: Names) {
  if (n.onCitus) return applyOnShard(n);
  return billingFunction(n, 'apply', {
    declare: ddl`who text;`,
    body: ddl`
      ${pinAccount(n)}
      update ${n.customers} b
      set applied_fencing_token = (input->>'fencingToken')::bigint,
        ${progress(n)},
        ${state}, updated_at = now()
      where ${thisRow(n, 'b')} and b.applied_fencing_token < (input->>'fencingToken')::bigint
        and b.stripe_customer_id = input->>'customer'
      returning b.stripe_customer_id into who;
      if who is null then
        return 'false';
      end if;

      delete from ${n.subscriptionItems} t where ${thisRow(n, 't')} and ${notIn(ddl`'items'`)};
      delete from ${n.subscriptions} t where ${thisRow(n, 't')} and ${notIn(ddl`'subscriptions'`)};
      ${upsert(n, n.subscriptions, ddl`'subscriptions'`, subscriptionColumns)}
      ${upsert(n, n.subscriptionItems, ddl`'items'`, itemColumns)}
      delete from ${n.invoices} t where ${thisRow(n, 't')} and (
        (input->>'allInvoices')::boolean and ${notIn(ddl`'invoices'`)}
        or t.id in (select jsonb_array_elements_text(input->'goneInvoices')));
      ${upsert(n, n.invoices, ddl`'invoices'`, invoiceColumns)}

      update ${n.checkoutIntents} t
      set state = case w.type when 'checkout.session.completed' then 'completed' else 'expired' end,
        closed_at = now(), updated_at = now()
      from ${n.webhookEvents} w
      where ${thisRow(n, 't')} and t.state = 'open' and w.object_id = t.session_id and w.customer_id = who
        -- those that wait, by their index; of what was processed before, a checkout is asked of Stripe
        and w.state <> 'processed' and w.type in ('checkout.session.completed', 'checkout.session.expired');
      update ${n.webhookEvents} w set state = 'processed', processed_at = now(), updated_at = now(), error = null
      where w.customer_id = who and ${thisOrigin('w')} and w.state in ('pending', 'dead')
        and w.seq <= (input->>'seq')::bigint;
      return 'true';
    `,
  });
}

/** A fetch that came too late gives its lease back; the newer one has done its work. */
export const release = (n: Names) =>
  n.onCitus
    ? releaseClaim(n)
    : billingFunction(n, 'release', {
        body: ddl`
      update ${n.customers} b
      set lease_owner = case when b.lease_owner = input->>'worker' then null else b.lease_owner end,
        lease_until = case when b.lease_owner = input->>'worker' then null else b.lease_until end,
        -- it may have told Stripe an older number of seats than the newer round did
        seats_wanted = b.seats_wanted + (input->>'seatsAgain')::integer,
        sync_wanted = b.sync_wanted + (input->>'seatsAgain')::integer
      where ${thisRow(n, 'b')};
      return 'true';
    `,
      });
