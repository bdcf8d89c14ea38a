-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section stripe-billing:accounts 066e07bce58fe195
-- tenantry:section stripe-billing:intake fd5abf1b501fda9b
-- tenantry:section stripe-billing:sync b431784f20dc1400
-- tenantry:section stripe-billing:queue c84bbbea6f9fdb0f
-- tenantry:section stripe-billing:checkout d8b722c939f58560
-- tenantry:section stripe-billing:operate 389b90ef9c9da777

set local lock_timeout = '5s';
--> statement-breakpoint
-- stripe-billing: accounts
create table if not exists tenantry.billing_accounts (
  account text not null, livemode boolean not null, stripe_account text not null,
  primary key (account, livemode)
);
--> statement-breakpoint
revoke all on tenantry.billing_accounts from public;
--> statement-breakpoint
grant select, insert, update on tenantry.billing_accounts to "system";
--> statement-breakpoint
create sequence if not exists tenantry.billing_fencing_tokens;
--> statement-breakpoint
revoke all on sequence tenantry.billing_fencing_tokens from public;
--> statement-breakpoint
grant usage on sequence tenantry.billing_fencing_tokens to "system";
--> statement-breakpoint
create table if not exists tenantry.billing_cursors (
  account text not null, livemode boolean not null, created double precision not null,
  primary key (account, livemode)
);
--> statement-breakpoint
revoke all on tenantry.billing_cursors from public;
--> statement-breakpoint
grant select, insert, update on tenantry.billing_cursors to "system";
--> statement-breakpoint
create or replace function tenantry.billing_refuse_account(of_key text, of_customers text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  raise exception 'BILLING_ACCOUNT_MISMATCH: a key of %, and customers of %', of_key, of_customers
    using errcode = 'TN001';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_account(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if (input->>'move')::boolean then
    insert into tenantry.billing_accounts as a (account, livemode, stripe_account)
    values (input->>'account', (input->>'livemode')::boolean, input->>'stripeAccount')
    on conflict (account, livemode) do update set stripe_account = excluded.stripe_account;
  end if;
  return jsonb_build_object(
    'stripeAccount', (select a.stripe_account from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean),
    'customers', (select count(*) from "public"."business_billing" a
      where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_customer_id is not null));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_fencing_token(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  return to_jsonb(nextval($name$tenantry.billing_fencing_tokens$name$));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_cursor(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at double precision;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  if input ? 'created' then
    insert into tenantry.billing_cursors as c (account, livemode, created)
    values (input->>'account', (input->>'livemode')::boolean, (input->>'created')::double precision)
    on conflict (account, livemode) do update set created = greatest(c.created, excluded.created);
  end if;
  select c.created into at from tenantry.billing_cursors c where c.account = input->>'account' and c.livemode = (input->>'livemode')::boolean;
  return to_jsonb(at);
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.billing_refuse_account(of_key text, of_customers text), tenantry.billing_account(input jsonb), tenantry.billing_fencing_token(input jsonb), tenantry.billing_cursor(input jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.billing_refuse_account(of_key text, of_customers text), tenantry.billing_account(input jsonb), tenantry.billing_fencing_token(input jsonb), tenantry.billing_cursor(input jsonb) to "system";
--> statement-breakpoint
-- stripe-billing: intake
create or replace function tenantry.billing_receive(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  e record;
  who text;
  how text;
  at_seq bigint;
  known boolean;
  outcomes jsonb := '{}';
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  for e in
    select x.* from jsonb_to_recordset(input->'events') as x(
      id text, type text, created double precision, object text, customer text, invoice text, route text)
    order by x.customer nulls first, x.id
  loop
    -- a repeated event costs one look into the index
    if exists (select from "public"."webhook_events" w where w.event_id = e.id) then
      outcomes := outcomes || jsonb_build_object(e.id, 'duplicate');
      continue;
    end if;
    who := e.customer;
    at_seq := null;
    how := case e.route when 'none' then 'ignored' else 'pending' end;
    if e.route = 'customer' and who is null then
      -- a thin event, or a payment of an invoice: the object is known here, or looked up later
      select b.stripe_customer_id into who
      from (
        select s."business_id" as tenant from "public"."subscriptions" s where s.id = e.object
        union all
        select i."business_id" from "public"."billing_invoices" i where i.id = e.object
        union all
        select i."business_id" from "public"."billing_invoices" i where i.id = e.invoice
      ) k
      join "public"."business_billing" b on b."business_id" = k.tenant
        and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
      limit 1;
      e.route := case when who is null then 'lookup' else 'customer' end;
    end if;
    if e.route = 'customer' then
      update "public"."business_billing" b
      set sync_wanted = b.sync_wanted + 1,
        -- what was given up is tried again; a back-off that runs is kept
        next_at = case when b.next_at = 'infinity' then now() else b.next_at end
      where b.stripe_customer_id = who and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
      returning b.sync_wanted into at_seq;
      if at_seq is null then
        perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || who, 0));
        update "public"."business_billing" b
        set sync_wanted = b.sync_wanted + 1,
          -- what was given up is tried again; a back-off that runs is kept
          next_at = case when b.next_at = 'infinity' then now() else b.next_at end
        where b.stripe_customer_id = who and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
        returning b.sync_wanted into at_seq;
      end if;
      if at_seq is null then
        -- nobody's customer was asked for before; only news of the customer itself is worth asking again
        select true into known from "public"."webhook_events" w
        where w.customer_id = who and w.account = input->>'account' and w.state = 'parked' limit 1;
        how := case when known and e.type not in ('customer.created', 'customer.updated') then 'parked' else 'unmapped' end;
      end if;
    end if;
    insert into "public"."webhook_events" (event_id, account, livemode, type, route, object_id, customer_id,
      invoice_id, state, seq, occurred_at, processed_at)
    values (e.id, input->>'account', (input->>'livemode')::boolean, e.type, e.route, e.object, who,
      e.invoice, how, at_seq, to_timestamp(e.created), case when how = 'ignored' then now() end)
    on conflict (event_id) do nothing;
    outcomes := outcomes || jsonb_build_object(e.id,
      case when not found then 'duplicate' when how = 'pending' then 'queued' else how end);
  end loop;
  return outcomes;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.billing_receive(input jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.billing_receive(input jsonb) to "system";
--> statement-breakpoint
-- stripe-billing: sync
create or replace function tenantry.billing_failures(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  told jsonb;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  select coalesce(jsonb_object_agg(x.invoice_id, x.at), '{}') into told from (
    select w.invoice_id, extract(epoch from min(w.occurred_at)) as at from "public"."webhook_events" w
    where w.customer_id = input->>'customer' and w.type = 'invoice.payment_failed' and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean
    group by w.invoice_id) x
  where x.invoice_id is not null;
  return told;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_lease(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  found_row record;
  leased jsonb := '[]';
  -- the clock of the database: those of several machines differ
  at_time timestamptz := coalesce(to_timestamp((input->>'now')::double precision), now());
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  for found_row in
    with due as materialized (
      select d."business_id" as tenant from "public"."business_billing" d
      where d.account = input->>'account' and d.livemode = (input->>'livemode')::boolean and d.stripe_customer_id is not null
        and d.next_at <= now() and (d.lease_until is null or d.lease_until <= now())
        and (d.sync_wanted > d.sync_done or d.recheck_at <= at_time)
      order by d.next_at
      limit (input->>'most')::integer
      -- two workers never lease one row, and neither waits for the other
      for update skip locked
    )
    update "public"."business_billing" b
    set lease_owner = input->>'worker',
      lease_until = now() + (input->>'lease_ms')::double precision * interval '1 millisecond'
    from due
    where b."business_id" = due.tenant and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
    returning b."business_id"::text as tenant, b.stripe_customer_id as customer, b.sync_wanted as seq,
      b.full_wanted > b.sync_done as full_sync, b.seats_wanted, b.attempts,
      case when b.seats_wanted > b.seats_done or b.full_wanted > b.sync_done then null::bigint end as seats
  loop
    leased := leased || jsonb_build_object(
      'tenant', found_row.tenant, 'customer', found_row.customer, 'seq', found_row.seq,
      'full', found_row.full_sync, 'seatsWanted', found_row.seats_wanted, 'seats', found_row.seats,
      'attempts', found_row.attempts,
      'fencingToken', nextval($name$tenantry.billing_fencing_tokens$name$), 'now', extract(epoch from at_time),
      'invoices', (select coalesce(jsonb_agg(distinct w.invoice_id), '[]') from "public"."webhook_events" w
        where w.customer_id = found_row.customer and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean and w.state <> 'processed'
          and w.seq <= found_row.seq and w.invoice_id is not null),
      'failures', tenantry.billing_failures(input || jsonb_build_object('customer', found_row.customer)));
  end loop;
  return jsonb_build_object('leases', leased,
    -- how long until one can be leased that waits for its burst to pass, or is locked just now, in milliseconds
    'soon', case when leased = '[]' then (
      select case when count(*) > 0 then greatest(20, extract(epoch from min(s.next_at) - now()) * 1000) end from "public"."business_billing" s
      where s.account = input->>'account' and s.livemode = (input->>'livemode')::boolean and s.sync_wanted > s.sync_done and s.stripe_customer_id is not null
        and s.attempts = 0 and s.next_at < now() + interval '10 seconds'
        and (s.lease_until is null or s.lease_until <= now())) end);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_fail(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  who text;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."business_billing" b
  set attempts = b.attempts + (input->>'counts')::integer, error = input->>'error',
    lease_owner = null, lease_until = null,
    next_at = case when (input->>'dead')::boolean then 'infinity'
      else now() + (input->>'retry_ms')::double precision * interval '1 millisecond' end
  where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.lease_owner = input->>'worker'
  returning b.stripe_customer_id into who;
  update "public"."webhook_events" w
  set attempts = w.attempts + (input->>'counts')::integer, error = input->>'error',
    state = case when (input->>'dead')::boolean then 'dead' else w.state end
  where w.customer_id = who and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean and w.state = 'pending'
    and w.seq <= (input->>'seq')::bigint;
  return to_jsonb(who is not null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_release(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."business_billing" b
  set lease_owner = case when b.lease_owner = input->>'worker' then null else b.lease_owner end,
    lease_until = case when b.lease_owner = input->>'worker' then null else b.lease_until end,
    -- it may have told Stripe an older number of seats than the newer round did
    seats_wanted = b.seats_wanted + (input->>'seatsAgain')::integer,
    sync_wanted = b.sync_wanted + (input->>'seatsAgain')::integer
  where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean;
  return 'true';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_want(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  wanted jsonb;
  keys text[];
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  if input->>'tenant' is not null then
    keys := array[(input->>'tenant')::text];
  else
    keys := case when input->>'after' is null then
      array(
        select b."business_id" from "public"."business_billing" b
        where true and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
        order by b."business_id" limit (input->>'most')::integer)
    else
      array(
        select b."business_id" from "public"."business_billing" b
        where b."business_id" > (input->>'after')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
        order by b."business_id" limit (input->>'most')::integer)
    end;
  end if;
  with changed as (
    update "public"."business_billing" b
    set sync_wanted = b.sync_wanted + 1,
      full_wanted = case when (input->>'full')::boolean then b.sync_wanted + 1 else b.full_wanted end,
      next_at = now(), attempts = 0
    where b."business_id" = any (keys) and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
    returning b."business_id"::text as tenant, b."business_id" as key
  )
  select coalesce(jsonb_agg(c.tenant order by c.key), '[]') into wanted from changed c;
  return wanted;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_linked(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  found_rows jsonb;
  keys text[];
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  keys := case when input->>'after' is null then
    array(
      select b."business_id" from "public"."business_billing" b
      where true and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
      order by b."business_id" limit (input->>'most')::integer)
  else
    array(
      select b."business_id" from "public"."business_billing" b
      where b."business_id" > (input->>'after')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
      order by b."business_id" limit (input->>'most')::integer)
  end;
  select coalesce(jsonb_agg(jsonb_build_object('tenant', b."business_id"::text, 'customer', b.stripe_customer_id) order by b."business_id"), '[]')
  into found_rows from "public"."business_billing" b
  where b."business_id" = any (keys) and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean;
  return found_rows;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_lock(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  r record;
  locked jsonb := '[]';
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  for r in
    select b.* from "public"."business_billing" b
    where b."business_id" = (input->>'tenant')::text
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
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_apply(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  who text;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  if input->>'stripeAccount' is not null then
    insert into tenantry.billing_accounts (account, livemode, stripe_account)
    values (input->>'account', (input->>'livemode')::boolean, input->>'stripeAccount')
    on conflict (account, livemode) do nothing;
    perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
    from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  end if;
  update "public"."business_billing" b
  set applied_fencing_token = (input->>'fencingToken')::bigint,
    sync_done = greatest(b.sync_done, (input->>'seq')::bigint),
    seats_done = greatest(b.seats_done, coalesce((input->>'seatsDone')::bigint, 0)),
    lease_owner = null, lease_until = null, attempts = 0, error = input->>'seatsError', synced_at = now(),
    burst = case when b.synced_at > now() - interval '5 seconds' then least(b.burst + 1, 5) else 0 end,
    -- who was synced a moment ago waits a little longer each time: a burst of events is few rounds
    next_at = now() + (input->>'burst_ms')::double precision * interval '1 millisecond' *
      case when b.synced_at > now() - interval '5 seconds' then 2 ^ least(b.burst + 1, 5) else 1 end,
    recheck_at = (input->'own'->>'recheckAt')::timestamptz,
    customer_deleted_at = case when (input->>'customerDeleted')::boolean then coalesce(b.customer_deleted_at, now()) end,
    status = (input->'own'->>'status'), plan = (input->'own'->>'plan'), access = (input->'own'->>'access'),
    plan_source = (input->'own'->>'planSource'), addons = input->'own'->'addons',
    period_start = (input->'own'->>'periodStart')::timestamptz, period_end = (input->'own'->>'periodEnd')::timestamptz,
    trial_ends_at = (input->'own'->>'trialEndsAt')::timestamptz,
    trial_used_at = least(b.trial_used_at, (input->'own'->>'trialUsedAt')::timestamptz),
    cancel_at_period_end = (input->'own'->>'cancelAtPeriodEnd')::boolean, ends_at = (input->'own'->>'endsAt')::timestamptz,
    past_due_since = (input->'own'->>'pastDueSince')::timestamptz, grace_until = (input->'own'->>'graceUntil')::timestamptz,
    unmapped_prices = nullif(input->'own'->'unmappedPrices', 'null'),
    granted = input->'granted', entitlement_version = (input->>'version')::bigint, updated_at = now()
  where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.applied_fencing_token < (input->>'fencingToken')::bigint
    and b.stripe_customer_id = input->>'customer'
  returning b.stripe_customer_id into who;
  if who is null then
    return 'false';
  end if;

  delete from "public"."subscription_items" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean and not exists (select from jsonb_array_elements(input->'items') x where x->>'id' = t.id);
  delete from "public"."subscriptions" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean and not exists (select from jsonb_array_elements(input->'subscriptions') x where x->>'id' = t.id);
  insert into "public"."subscriptions" ("business_id", id, account, livemode, "status", "plan", "cancel_at", "cancel_at_period_end", "canceled_at", "ended_at", "ends_at", "trial_start", "trial_end", "pause_collection", "past_due_since", "period_start", "period_end", "schedule", "latest_invoice", "metadata", "started_at")
  select (input->>'tenant')::text, x.id, input->>'account', (input->>'livemode')::boolean, x."status", x."plan", x."cancel_at", x."cancel_at_period_end", x."canceled_at", x."ended_at", x."ends_at", x."trial_start", x."trial_end", x."pause_collection", x."past_due_since", x."period_start", x."period_end", x."schedule", x."latest_invoice", x."metadata", x."started_at"
  from jsonb_to_recordset(input->'subscriptions') as x(id text, "status" text, "plan" text, "cancel_at" timestamptz, "cancel_at_period_end" boolean, "canceled_at" timestamptz, "ended_at" timestamptz, "ends_at" timestamptz, "trial_start" timestamptz, "trial_end" timestamptz, "pause_collection" text, "past_due_since" timestamptz, "period_start" timestamptz, "period_end" timestamptz, "schedule" text, "latest_invoice" text, "metadata" jsonb, "started_at" timestamptz)
  on conflict ("business_id", id) do update set "status" = excluded."status", "plan" = excluded."plan", "cancel_at" = excluded."cancel_at", "cancel_at_period_end" = excluded."cancel_at_period_end", "canceled_at" = excluded."canceled_at", "ended_at" = excluded."ended_at", "ends_at" = excluded."ends_at", "trial_start" = excluded."trial_start", "trial_end" = excluded."trial_end", "pause_collection" = excluded."pause_collection", "past_due_since" = excluded."past_due_since", "period_start" = excluded."period_start", "period_end" = excluded."period_end", "schedule" = excluded."schedule", "latest_invoice" = excluded."latest_invoice", "metadata" = excluded."metadata", "started_at" = excluded."started_at", updated_at = now();
  insert into "public"."subscription_items" ("business_id", id, account, livemode, "subscription_id", "price", "product", "lookup_key", "role", "name", "quantity", "interval", "period_start", "period_end")
  select (input->>'tenant')::text, x.id, input->>'account', (input->>'livemode')::boolean, x."subscription_id", x."price", x."product", x."lookup_key", x."role", x."name", x."quantity", x."interval", x."period_start", x."period_end"
  from jsonb_to_recordset(input->'items') as x(id text, "subscription_id" text, "price" text, "product" text, "lookup_key" text, "role" text, "name" text, "quantity" bigint, "interval" text, "period_start" timestamptz, "period_end" timestamptz)
  on conflict ("business_id", id) do update set "subscription_id" = excluded."subscription_id", "price" = excluded."price", "product" = excluded."product", "lookup_key" = excluded."lookup_key", "role" = excluded."role", "name" = excluded."name", "quantity" = excluded."quantity", "interval" = excluded."interval", "period_start" = excluded."period_start", "period_end" = excluded."period_end", updated_at = now();
  delete from "public"."billing_invoices" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean and (
    (input->>'allInvoices')::boolean and not exists (select from jsonb_array_elements(input->'invoices') x where x->>'id' = t.id)
    or t.id in (select jsonb_array_elements_text(input->'goneInvoices')));
  insert into "public"."billing_invoices" ("business_id", id, account, livemode, "subscription_id", "number", "status", "billing_reason", "currency", "total", "amount_due", "amount_paid", "amount_remaining", "attempt_count", "due_at", "period_start", "period_end", "finalized_at", "paid_at", "hosted_url", "pdf_url", "issued_at")
  select (input->>'tenant')::text, x.id, input->>'account', (input->>'livemode')::boolean, x."subscription_id", x."number", x."status", x."billing_reason", x."currency", x."total", x."amount_due", x."amount_paid", x."amount_remaining", x."attempt_count", x."due_at", x."period_start", x."period_end", x."finalized_at", x."paid_at", x."hosted_url", x."pdf_url", x."issued_at"
  from jsonb_to_recordset(input->'invoices') as x(id text, "subscription_id" text, "number" text, "status" text, "billing_reason" text, "currency" text, "total" bigint, "amount_due" bigint, "amount_paid" bigint, "amount_remaining" bigint, "attempt_count" integer, "due_at" timestamptz, "period_start" timestamptz, "period_end" timestamptz, "finalized_at" timestamptz, "paid_at" timestamptz, "hosted_url" text, "pdf_url" text, "issued_at" timestamptz)
  on conflict ("business_id", id) do update set "subscription_id" = excluded."subscription_id", "number" = excluded."number", "status" = excluded."status", "billing_reason" = excluded."billing_reason", "currency" = excluded."currency", "total" = excluded."total", "amount_due" = excluded."amount_due", "amount_paid" = excluded."amount_paid", "amount_remaining" = excluded."amount_remaining", "attempt_count" = excluded."attempt_count", "due_at" = excluded."due_at", "period_start" = excluded."period_start", "period_end" = excluded."period_end", "finalized_at" = excluded."finalized_at", "paid_at" = excluded."paid_at", "hosted_url" = excluded."hosted_url", "pdf_url" = excluded."pdf_url", "issued_at" = excluded."issued_at", updated_at = now();

  update "public"."checkout_intents" t
  set state = case w.type when 'checkout.session.completed' then 'completed' else 'expired' end,
    closed_at = now(), updated_at = now()
  from "public"."webhook_events" w
  where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean and t.state = 'open' and w.object_id = t.session_id and w.customer_id = who
    -- those that wait, by their index; of what was processed before, a checkout is asked of Stripe
    and w.state <> 'processed' and w.type in ('checkout.session.completed', 'checkout.session.expired');
  update "public"."webhook_events" w set state = 'processed', processed_at = now(), updated_at = now(), error = null
  where w.customer_id = who and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean and w.state in ('pending', 'dead')
    and w.seq <= (input->>'seq')::bigint;
  return 'true';
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.billing_failures(input jsonb), tenantry.billing_lease(input jsonb), tenantry.billing_fail(input jsonb), tenantry.billing_release(input jsonb), tenantry.billing_want(input jsonb), tenantry.billing_linked(input jsonb), tenantry.billing_lock(input jsonb), tenantry.billing_apply(input jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.billing_failures(input jsonb), tenantry.billing_lease(input jsonb), tenantry.billing_fail(input jsonb), tenantry.billing_release(input jsonb), tenantry.billing_want(input jsonb), tenantry.billing_linked(input jsonb), tenantry.billing_lock(input jsonb), tenantry.billing_apply(input jsonb) to "system";
--> statement-breakpoint
-- stripe-billing: queue
create or replace function tenantry.billing_take(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  taken jsonb;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  with due as materialized (
    select d.event_id from "public"."webhook_events" d
    where (d.state = 'unmapped' or (d.state = 'pending' and d.route <> 'customer')) and d.account = input->>'account' and d.livemode = (input->>'livemode')::boolean
      and d.next_at <= now() and (d.lease_until is null or d.lease_until <= now())
    order by d.next_at limit (input->>'most')::integer
    -- two workers take different events
    for update skip locked
  ), leased as (
    update "public"."webhook_events" w
    set lease_until = now() + (input->>'lease_ms')::double precision * interval '1 millisecond'
    from due where w.event_id = due.event_id
    returning w.event_id, w.type, w.route, w.object_id, w.customer_id, w.invoice_id, w.attempts
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', l.event_id, 'type', l.type, 'route', l.route, 'object', l.object_id,
    'customer', l.customer_id, 'invoice', l.invoice_id, 'attempts', l.attempts)), '[]') into taken from leased l;
  return jsonb_build_object('events', taken, 'fencingToken', nextval($name$tenantry.billing_fencing_tokens$name$));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_settle(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."webhook_events" w
  set state = input->>'state', error = input->>'error', lease_until = null, updated_at = now(),
    customer_id = coalesce(input->>'customer', w.customer_id),
    attempts = w.attempts + coalesce((input->>'counts')::integer, 0),
    next_at = now() + coalesce((input->>'retry_ms')::double precision, 0) * interval '1 millisecond',
    processed_at = case when input->>'state' in ('processed', 'ignored') then now() end
  where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
  return 'true';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_park(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at_seq bigint;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || (input->>'customer'), 0));
  -- somebody may have linked it since it was looked up
  update "public"."business_billing" b set sync_wanted = b.sync_wanted + 1
  where b.stripe_customer_id = input->>'customer' and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
  returning b.sync_wanted into at_seq;
  update "public"."webhook_events" w set state = 'pending', seq = at_seq, lease_until = null
  where at_seq is not null and w.customer_id = input->>'customer' and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean and w.state = 'unmapped';
  update "public"."webhook_events" w
  set state = 'parked', lease_until = null, error = 'The customer is linked to nobody here.'
  where w.customer_id = input->>'customer' and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean and w.state = 'unmapped';
  return to_jsonb(at_seq is null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_route(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at_seq bigint;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."business_billing" b
  set sync_wanted = b.sync_wanted + 1,
    full_wanted = case when (input->>'full')::boolean then b.sync_wanted + 1 else b.full_wanted end,
    next_at = case when b.next_at = 'infinity' then now() else b.next_at end
  where b.stripe_customer_id = input->>'customer' and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
  returning b.sync_wanted into at_seq;
  update "public"."webhook_events" w
  set customer_id = input->>'customer', route = 'customer', seq = at_seq, lease_until = null,
    state = case when at_seq is not null then 'pending'
      when exists (select from "public"."webhook_events" p
        where p.customer_id = input->>'customer' and p.state = 'parked' and p.account = input->>'account' and p.livemode = (input->>'livemode')::boolean) then 'parked'
      else 'unmapped' end
  where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
  return to_jsonb(at_seq is not null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_retire(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."products" t set active = false, applied_fencing_token = (input->>'fencingToken')::bigint, updated_at = now()
  where t.id = input->>'id' and t.applied_fencing_token < (input->>'fencingToken')::bigint;
  update "public"."prices" t set active = false, applied_fencing_token = (input->>'fencingToken')::bigint, updated_at = now()
  where t.id = input->>'id' and t.applied_fencing_token < (input->>'fencingToken')::bigint;
  return 'true';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_put_product(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  insert into "public"."products" as t (id, account, livemode, applied_fencing_token, "name", "description", "active", "metadata")
  values (input->>'id', input->>'account', (input->>'livemode')::boolean, (input->>'fencingToken')::bigint, input->>'name', input->>'description', (input->>'active')::boolean, coalesce(input->'metadata', '{}'))
  on conflict (id) do update set "name" = excluded."name", "description" = excluded."description", "active" = excluded."active", "metadata" = excluded."metadata",
    applied_fencing_token = excluded.applied_fencing_token, updated_at = now()
  where t.applied_fencing_token < excluded.applied_fencing_token;
  return to_jsonb(found);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_put_price(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  insert into "public"."prices" as t (id, account, livemode, applied_fencing_token, "product", "lookup_key", "nickname", "active", "currency", "unit_amount", "interval", "interval_count", "usage_type", "metadata")
  values (input->>'id', input->>'account', (input->>'livemode')::boolean, (input->>'fencingToken')::bigint, input->>'product', input->>'lookupKey', input->>'nickname', (input->>'active')::boolean, input->>'currency', (input->>'unitAmount')::bigint, input->>'interval', (input->>'intervalCount')::integer, input->>'usageType', coalesce(input->'metadata', '{}'))
  on conflict (id) do update set "product" = excluded."product", "lookup_key" = excluded."lookup_key", "nickname" = excluded."nickname", "active" = excluded."active", "currency" = excluded."currency", "unit_amount" = excluded."unit_amount", "interval" = excluded."interval", "interval_count" = excluded."interval_count", "usage_type" = excluded."usage_type", "metadata" = excluded."metadata",
    applied_fencing_token = excluded.applied_fencing_token, updated_at = now()
  where t.applied_fencing_token < excluded.applied_fencing_token;
  return to_jsonb(found);
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.billing_take(input jsonb), tenantry.billing_settle(input jsonb), tenantry.billing_park(input jsonb), tenantry.billing_route(input jsonb), tenantry.billing_retire(input jsonb), tenantry.billing_put_product(input jsonb), tenantry.billing_put_price(input jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.billing_take(input jsonb), tenantry.billing_settle(input jsonb), tenantry.billing_park(input jsonb), tenantry.billing_route(input jsonb), tenantry.billing_retire(input jsonb), tenantry.billing_put_product(input jsonb), tenantry.billing_put_price(input jsonb) to "system";
--> statement-breakpoint
-- stripe-billing: checkout
create or replace function tenantry.billing_claim(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  r record;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  insert into "public"."business_billing" ("business_id", account, livemode, creation_params)
  values ((input->>'tenant')::text, input->>'account', (input->>'livemode')::boolean, coalesce(input->'params', '{}'))
  on conflict ("business_id", account, livemode) do nothing;
  -- a customer that was deleted at Stripe is replaced by a new attempt
  update "public"."business_billing" b
  set stripe_customer_id = null, customer_deleted_at = null, creation_attempt = gen_random_uuid(),
    creation_params = coalesce(input->'params', '{}')
  where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.customer_deleted_at is not null and (input->>'replace')::boolean;
  select b.* into r from "public"."business_billing" b where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean;
  return jsonb_build_object('customer', r.stripe_customer_id, 'attempt', r.creation_attempt,
    'params', r.creation_params, 'trialUsed', r.trial_used_at is not null, 'deleted', r.customer_deleted_at is not null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_customer_gone(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."business_billing" b set customer_deleted_at = now()
  where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and b.stripe_customer_id = input->>'customer' and b.customer_deleted_at is null;
  return to_jsonb(found);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_link(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  holder text;
  linked text;
  at_seq bigint;
  replayed bigint;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  if input->>'stripeAccount' is not null then
    insert into tenantry.billing_accounts (account, livemode, stripe_account)
    values (input->>'account', (input->>'livemode')::boolean, input->>'stripeAccount')
    on conflict (account, livemode) do nothing;
    perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
    from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || (input->>'customer'), 0));
  select b."business_id"::text into holder from "public"."business_billing" b
  where b.stripe_customer_id = input->>'customer' and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean;
  if holder is distinct from (input->>'tenant')::text::text and holder is not null then
    return jsonb_build_object('outcome', 'taken');
  end if;
  insert into "public"."business_billing" ("business_id", account, livemode)
  values ((input->>'tenant')::text, input->>'account', (input->>'livemode')::boolean)
  on conflict ("business_id", account, livemode) do nothing;
  update "public"."business_billing" b
  set stripe_customer_id = input->>'customer',
    customer_deleted_at = case when b.stripe_customer_id = input->>'customer' then b.customer_deleted_at end,
    sync_wanted = b.sync_wanted + 1, full_wanted = b.sync_wanted + 1,
    next_at = now(), attempts = 0
  where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean and (b.stripe_customer_id is null or b.stripe_customer_id = input->>'customer'
    or (input->>'replace')::boolean)
  returning b.stripe_customer_id, b.sync_wanted into linked, at_seq;
  if linked is null then
    return jsonb_build_object('outcome', 'other');
  end if;
  update "public"."webhook_events" w set state = 'pending', seq = at_seq, route = 'customer', lease_until = null, error = null
  where w.customer_id = input->>'customer' and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean and w.state in ('parked', 'unmapped');
  get diagnostics replayed = row_count;
  return jsonb_build_object('outcome', case when holder is null then 'linked' else 'known' end, 'replayed', replayed);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_open_intent(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  r record;
  made boolean := false;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  -- the open one may be closed between the two statements; then there is room for ours
  for i in 1..10 loop
    insert into "public"."checkout_intents" ("business_id", account, livemode, params)
    values ((input->>'tenant')::text, input->>'account', (input->>'livemode')::boolean, input->'params')
    on conflict ("business_id", account, livemode) where state = 'open' do nothing
    returning * into r;
    made := found;
    exit when made;
    select t.* into r from "public"."checkout_intents" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean and t.state = 'open';
    exit when found;
  end loop;
  return jsonb_build_object('id', r.id, 'params', r.params, 'session', r.session_id, 'url', r.url, 'made', made);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_set_intent(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."checkout_intents" t
  set session_id = coalesce(input->>'session', t.session_id), url = coalesce(input->>'url', t.url),
    state = coalesce(input->>'state', t.state),
    closed_at = case when input->>'state' is null then t.closed_at else now() end, updated_at = now()
  where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean and t.id = (input->>'id')::uuid and t.state = 'open'
    -- who closes it has closed the session that it saw; one that came since is not closed
    and (not input ? 'was' or t.session_id is not distinct from input->>'was');
  return to_jsonb(found);
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.billing_claim(input jsonb), tenantry.billing_customer_gone(input jsonb), tenantry.billing_link(input jsonb), tenantry.billing_open_intent(input jsonb), tenantry.billing_set_intent(input jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.billing_claim(input jsonb), tenantry.billing_customer_gone(input jsonb), tenantry.billing_link(input jsonb), tenantry.billing_open_intent(input jsonb), tenantry.billing_set_intent(input jsonb) to "system";
--> statement-breakpoint
-- stripe-billing: operate
create or replace function tenantry.billing_dead(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  return jsonb_build_object(
    'events', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
      select w.event_id as id, w.type, w.state, w.object_id as object, w.customer_id as customer, w.attempts, w.error,
        case when isfinite(w.created_at) then to_char(w.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "receivedAt"
      from "public"."webhook_events" w where w.state in ('dead', 'parked') and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean
      order by w.created_at limit (input->>'most')::integer) x),
    'tenants', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
      select b."business_id"::text as tenant, b.stripe_customer_id as customer, b.attempts, b.error
      from "public"."business_billing" b where b.error is not null and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
      order by b.updated_at limit (input->>'most')::integer) x));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_replay(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  events bigint;
  rows bigint;
  who text;
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  update "public"."webhook_events" w
  set state = case when w.route = 'customer' and w.seq is not null then 'pending'
      when w.route = 'customer' then 'unmapped' else 'pending' end,
    attempts = 0, next_at = now(), lease_until = null, error = null
  where w.state in ('dead', 'parked') and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean
    and (input->>'event' is null or w.event_id = input->>'event')
    and (input->>'customer' is null or w.customer_id = input->>'customer');
  get diagnostics events = row_count;
  who := coalesce(input->>'customer',
    (select w.customer_id from "public"."webhook_events" w where w.event_id = input->>'event' and w.account = input->>'account' and w.livemode = (input->>'livemode')::boolean));
  if who is not null then
    update "public"."business_billing" b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
    where b.stripe_customer_id = who and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
      and (b.next_at = 'infinity' or input->>'customer' is not null);
  elsif input->>'event' is null then
    update "public"."business_billing" b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
    where b.error is not null and b.next_at = 'infinity' and b.stripe_customer_id is not null and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean;
  end if;
  get diagnostics rows = row_count;
  return jsonb_build_object('events', events, 'tenants', rows);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_stored(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  return jsonb_build_object('subscriptions', (select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from "public"."subscriptions" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean), 'items', (select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from "public"."subscription_items" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean),
    'invoices', (select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from "public"."billing_invoices" t where t."business_id" = (input->>'tenant')::text and t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean),
    'own', (select to_jsonb(b) from "public"."business_billing" b where b."business_id" = (input->>'tenant')::text and b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_prune(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  gone bigint;
  remaining bigint := 0;
  removed jsonb := '{}';
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  if jsonb_typeof(input->'processedEvents') = 'number' then
    with old as materialized (
      select t.ctid as place from "public"."webhook_events" t
      where t.processed_at is not null and t.state in ('processed', 'ignored') and t.processed_at < now() - (input->'processedEvents')::double precision * interval '1 day' and (not input ? 'account' or (t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean))
      order by t.processed_at limit (input->>'most')::integer
      -- two processes remove different rows
      for update skip locked)
    delete from "public"."webhook_events" t using old where t.ctid = old.place;
    get diagnostics gone = row_count;
    removed := removed || jsonb_build_object('processedEvents', gone);
    remaining := remaining + (select count(*) from (
      select from "public"."webhook_events" t
      where t.processed_at is not null and t.state in ('processed', 'ignored') and t.processed_at < now() - (input->'processedEvents')::double precision * interval '1 day' and (not input ? 'account' or (t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean))
      limit (input->>'most')::integer) x);
  end if;
  if jsonb_typeof(input->'givenUpEvents') = 'number' then
    with old as materialized (
      select t.ctid as place from "public"."webhook_events" t
      where t.state in ('dead', 'parked') and t.created_at < now() - (input->'givenUpEvents')::double precision * interval '1 day' and (not input ? 'account' or (t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean))
      order by t.created_at limit (input->>'most')::integer
      -- two processes remove different rows
      for update skip locked)
    delete from "public"."webhook_events" t using old where t.ctid = old.place;
    get diagnostics gone = row_count;
    removed := removed || jsonb_build_object('givenUpEvents', gone);
    remaining := remaining + (select count(*) from (
      select from "public"."webhook_events" t
      where t.state in ('dead', 'parked') and t.created_at < now() - (input->'givenUpEvents')::double precision * interval '1 day' and (not input ? 'account' or (t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean))
      limit (input->>'most')::integer) x);
  end if;
  if jsonb_typeof(input->'checkoutIntents') = 'number' then
    with old as materialized (
      select t.ctid as place from "public"."checkout_intents" t
      where true and t.updated_at < now() - (input->'checkoutIntents')::double precision * interval '1 day' and (not input ? 'account' or (t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean))
      order by t.updated_at limit (input->>'most')::integer
      -- two processes remove different rows
      for update skip locked)
    delete from "public"."checkout_intents" t using old where t.ctid = old.place;
    get diagnostics gone = row_count;
    removed := removed || jsonb_build_object('checkoutIntents', gone);
    remaining := remaining + (select count(*) from (
      select from "public"."checkout_intents" t
      where true and t.updated_at < now() - (input->'checkoutIntents')::double precision * interval '1 day' and (not input ? 'account' or (t.account = input->>'account' and t.livemode = (input->>'livemode')::boolean))
      limit (input->>'most')::integer) x);
  end if;
  return jsonb_build_object('removed', removed, 'left', remaining);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_overdue(input jsonb) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  told jsonb := '[]';
begin
  perform tenantry.billing_refuse_account(input->>'stripeAccount', a.stripe_account)
  from tenantry.billing_accounts a where a.account = input->>'account' and a.livemode = (input->>'livemode')::boolean and a.stripe_account <> input->>'stripeAccount';
  if jsonb_typeof(input->'processedEvents') = 'number' then
    told := told || jsonb_build_object(
      'table', 'public.webhook_events',
      'rows', (select count(*) from (select from "public"."webhook_events" t where t.processed_at is not null and t.state in ('processed', 'ignored') and t.processed_at < now() - (input->'processedEvents')::double precision * interval '1 day' limit 1000) x));
  end if;
  if jsonb_typeof(input->'givenUpEvents') = 'number' then
    told := told || jsonb_build_object(
      'table', 'public.webhook_events',
      'rows', (select count(*) from (select from "public"."webhook_events" t where t.state in ('dead', 'parked') and t.created_at < now() - (input->'givenUpEvents')::double precision * interval '1 day' limit 1000) x));
  end if;
  if jsonb_typeof(input->'checkoutIntents') = 'number' then
    told := told || jsonb_build_object(
      'table', 'public.checkout_intents',
      'rows', (select count(*) from (select from "public"."checkout_intents" t where true and t.updated_at < now() - (input->'checkoutIntents')::double precision * interval '1 day' limit 1000) x));
  end if;
  return told;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.billing_describe(input jsonb) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  own text;
begin
  if (input->>'ofTenant')::boolean then
    own := coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant());
  end if;
  return jsonb_build_object(
    'plans', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (select b."business_id"::text as tenant, b.account, b.livemode, b.plan, b.access, b.status,
      case when isfinite(b.period_end) then to_char(b.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "periodEnd", case when isfinite(b.trial_ends_at) then to_char(b.trial_ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "trialEndsAt",
      case when isfinite(b.grace_until) then to_char(b.grace_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "graceUntil", case when isfinite(b.ends_at) then to_char(b.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "endsAt"
    from "public"."business_billing" b where own is null or b."business_id" = own
    order by b."business_id", b.account, b.livemode limit 101) x),
    'subscriptions', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (select s.id, s.plan, s.status, case when isfinite(s.started_at) then to_char(s.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "startedAt",
      case when isfinite(s.period_end) then to_char(s.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "periodEnd", case when isfinite(s.past_due_since) then to_char(s.past_due_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "pastDueSince",
      case when isfinite(s.canceled_at) then to_char(s.canceled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "canceledAt", case when isfinite(s.ended_at) then to_char(s.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "endedAt",
      case when isfinite(s.ends_at) then to_char(s.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "endsAt"
    from "public"."subscriptions" s where s."business_id" = own order by s.started_at desc, s.id limit 101) x),
    'items', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (select i.id, i.subscription_id as subscription, i.role, i.name, i.price, i.quantity, i.interval
    from "public"."subscription_items" i where i."business_id" = own order by i.subscription_id, i.id limit 101) x),
    'invoices', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (select v.id, v.number, v.status, v.currency, v.total, v.amount_remaining as "amountRemaining",
      case when isfinite(v.issued_at) then to_char(v.issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "issuedAt", case when isfinite(v.due_at) then to_char(v.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "dueAt"
    from "public"."billing_invoices" v where v."business_id" = own order by v.issued_at desc limit 101) x),
    'subscribed', exists (
      select from "public"."subscriptions" s
      join "public"."subscription_items" i on i."business_id" = s."business_id" and i.subscription_id = s.id
      where s."business_id" = own and s.status not in ('canceled', 'incomplete_expired')
        -- a price that nobody mapped may be that of a plan
        and (i.role = 'base' or i.role is null)));
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.billing_dead(input jsonb), tenantry.billing_replay(input jsonb), tenantry.billing_stored(input jsonb), tenantry.billing_prune(input jsonb), tenantry.billing_overdue(input jsonb), tenantry.billing_describe(input jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.billing_dead(input jsonb), tenantry.billing_replay(input jsonb), tenantry.billing_stored(input jsonb), tenantry.billing_prune(input jsonb), tenantry.billing_overdue(input jsonb), tenantry.billing_describe(input jsonb) to "system";
--> statement-breakpoint
grant execute on function tenantry.billing_describe(input jsonb) to "app";
