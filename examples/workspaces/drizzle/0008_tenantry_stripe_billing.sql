-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section stripe-billing:queue 980fa810639bd226

set local lock_timeout = '5s';
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
  update "public"."tenant_billing" b set sync_wanted = b.sync_wanted + 1
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
  update "public"."tenant_billing" b
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
