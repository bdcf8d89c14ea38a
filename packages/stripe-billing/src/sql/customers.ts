import { ddl } from '@tenantry/core/sql';
import { freeClaim, linkOnShard } from './citus/claims.ts';
import { billingFunction } from './function.ts';
import { pinAccount } from './pinned-account.ts';
import { customerLock } from './receive.ts';
import { inputTenant, origin, thisOrigin, thisRow } from './rows.ts';
import type { Names } from './tables.ts';

/**
 * Claims the row of a tenant before its customer is created. A second caller finds the attempt and
 * parameters of the first, and sends the same request to Stripe.
 */
export const claim = (n: Names) =>
  billingFunction(n, 'claim', {
    declare: ddl`r record;`,
    body: ddl`
      insert into ${n.claims} (${n.tenant}, account, livemode, creation_params)
      values (${inputTenant(n)}, ${origin}, coalesce(input->'params', '{}'))
      on conflict (${n.tenant}, account, livemode) do nothing;
      -- a customer that was deleted at Stripe is replaced by a new attempt
      update ${n.claims} b
      set stripe_customer_id = null, customer_deleted_at = null, creation_attempt = gen_random_uuid(),
        creation_params = coalesce(input->'params', '{}')
      where ${thisRow(n, 'b')} and b.customer_deleted_at is not null and (input->>'replace')::boolean;
      select b.* into r from ${n.claims} b where ${thisRow(n, 'b')};
      return jsonb_build_object('customer', r.stripe_customer_id, 'attempt', r.creation_attempt,
        'params', r.creation_params, 'trialUsed', r.trial_used_at is not null, 'deleted', r.customer_deleted_at is not null);
    `,
  });

/** Notes that a customer is gone at Stripe before the event that says so has come. */
export const customerGone = (n: Names) =>
  billingFunction(n, 'customer_gone', {
    body: ddl`
      update ${n.claims} b set customer_deleted_at = now()
      where ${thisRow(n, 'b')} and b.stripe_customer_id = input->>'customer' and b.customer_deleted_at is null;
      return to_jsonb(found);
    `,
  });

/** Links a customer to a tenant, and takes up the events that waited for it. */
export const link = (n: Names) =>
  billingFunction(n, 'link', {
    declare: ddl`
      holder text;
      ${n.onCitus ? ddl`of_holder ${n.idType};` : ddl``}
      linked text;
      at_seq bigint;
      replayed bigint;
    `,
    body: ddl`
      ${pinAccount(n)}
      ${customerLock(ddl`(input->>'customer')`)}
      select b.${n.tenant}::text into holder from ${n.claims} b
      where b.stripe_customer_id = input->>'customer' and ${thisOrigin('b')};
      ${n.onCitus ? freeClaim(n) : ddl``}
      if holder is distinct from ${inputTenant(n)}::text and holder is not null then
        return jsonb_build_object('outcome', 'taken');
      end if;
      insert into ${n.claims} (${n.tenant}, account, livemode)
      values (${inputTenant(n)}, ${origin})
      on conflict (${n.tenant}, account, livemode) do nothing;
      update ${n.claims} b
      set stripe_customer_id = input->>'customer',
        customer_deleted_at = case when b.stripe_customer_id = input->>'customer' then b.customer_deleted_at end,
        sync_wanted = b.sync_wanted + 1, full_wanted = b.sync_wanted + 1,
        next_at = now(), attempts = 0
      where ${thisRow(n, 'b')} and (b.stripe_customer_id is null or b.stripe_customer_id = input->>'customer'
        or (input->>'replace')::boolean)
      returning b.stripe_customer_id, b.sync_wanted into linked, at_seq;
      if linked is null then
        return jsonb_build_object('outcome', 'other');
      end if;
      ${n.onCitus ? linkOnShard(n) : ddl``}
      update ${n.webhookEvents} w set state = 'pending', seq = at_seq, route = 'customer', lease_until = null, error = null
      where w.customer_id = input->>'customer' and ${thisOrigin('w')} and w.state in ('parked', 'unmapped');
      get diagnostics replayed = row_count;
      return jsonb_build_object('outcome', case when holder is null then 'linked' else 'known' end, 'replayed', replayed);
    `,
  });

/** Opens the one checkout of a tenant, or finds the one that is open. */
export const openIntent = (n: Names) =>
  billingFunction(n, 'open_intent', {
    declare: ddl`
      r record;
      made boolean := false;
    `,
    body: ddl`
      -- the open one may be closed between the two statements; then there is room for ours
      for i in 1..10 loop
        insert into ${n.checkoutIntents} (${n.tenant}, account, livemode, params)
        values (${inputTenant(n)}, ${origin}, input->'params')
        on conflict (${n.tenant}, account, livemode) where state = 'open' do nothing
        returning * into r;
        made := found;
        exit when made;
        select t.* into r from ${n.checkoutIntents} t where ${thisRow(n, 't')} and t.state = 'open';
        exit when found;
      end loop;
      return jsonb_build_object('id', r.id, 'params', r.params, 'session', r.session_id, 'url', r.url, 'made', made);
    `,
  });

/** Notes the session of a checkout that is open, or closes it. */
export const setIntent = (n: Names) =>
  billingFunction(n, 'set_intent', {
    body: ddl`
      update ${n.checkoutIntents} t
      set session_id = coalesce(input->>'session', t.session_id), url = coalesce(input->>'url', t.url),
        state = coalesce(input->>'state', t.state),
        closed_at = case when input->>'state' is null then t.closed_at else ${n.now} end, updated_at = ${n.now}
      where ${thisRow(n, 't')} and t.id = (input->>'id')::uuid and t.state = 'open'
        -- who closes it has closed the session that it saw; one that came since is not closed
        and (not input ? 'was' or t.session_id is not distinct from input->>'was');
      return to_jsonb(found);
    `,
  });
