-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section plan-limits:references dd4bb22766fc0ca4
-- tenantry:section plan-limits:history 022ae811d160fcf1
-- tenantry:section plan-limits:plans 4d9e7ae1e1649991
-- tenantry:section plan-limits:limits 0e3fd9826fba390d
-- tenantry:section plan-limits:usage b6a5563cc9003b0a
-- tenantry:section plan-limits:counts 49053d24caa8c11a
-- tenantry:section plan-limits:report 8ec260fcbee2451d
-- tenantry:section plan-limits:changes 32b0b9cbe0d86623
-- tenantry:section plan-limits:tried 70edfcee07732d8b

set local lock_timeout = '5s';
--> statement-breakpoint
-- plan-limits: references
select tenantry.keep_reference('"public"."usage_counters"', 'usage_counters_business_id_limits_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry:limits eb33ec336c227bf1');
--> statement-breakpoint
select tenantry.keep_reference('"public"."usage_events"', 'usage_events_business_id_limits_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry:limits e5914d767156000d');
--> statement-breakpoint
-- plan-limits: history
create or replace function tenantry.limit_changes_of(of_tenant text, most integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return '[]'::jsonb;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_changes(most integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return tenantry.limit_changes_of(coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()), $1);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_changes_of(of_tenant text, most integer) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_changes(most integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_changes_of(of_tenant text, most integer), tenantry.limit_changes(most integer) from public;
--> statement-breakpoint
grant execute on function tenantry.limit_changes(most integer) to "app";
--> statement-breakpoint
drop trigger if exists "tenantry_entitlement_history" on "public"."businesses";
--> statement-breakpoint
drop trigger if exists "tenantry_entitlement_history" on "public"."plan_features";
--> statement-breakpoint
-- plan-limits: plans
create or replace function tenantry.limit_seed(wanted jsonb, overwrite boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into "public"."plan_features" as f (plan, feature, limit_value, enabled, enforcement, grace_days, seeded)
  select w.plan, w.feature, w."limit", w.enabled, w.enforcement, w."graceDays",
    jsonb_build_object('limit', w."limit", 'enabled', w.enabled, 'enforcement', w.enforcement, 'graceDays', w."graceDays")
  from jsonb_to_recordset(wanted->'plans') w (plan text, feature text, "limit" bigint, enabled boolean, enforcement text, "graceDays" integer)
  on conflict (plan, feature) do update set limit_value = excluded.limit_value, enabled = excluded.enabled,
    enforcement = excluded.enforcement, grace_days = excluded.grace_days, seeded = excluded.seeded, updated_at = now()
  where f.seeded is distinct from excluded.seeded and (overwrite or jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days) in (f.seeded, excluded.seeded))
    or overwrite and jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days) <> f.seeded;
  delete from "public"."plan_features" f
  where not exists (select from jsonb_to_recordset(wanted->'plans') w (plan text, feature text) where w.plan = f.plan and w.feature = f.feature)
    and f.seeded is not null and (overwrite or jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days) = f.seeded);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_rows() returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return jsonb_build_object('plans', coalesce((select jsonb_agg(jsonb_build_object('plan', f.plan, 'feature', f.feature) || jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days)
    || jsonb_build_object('ofCode', f.seeded is not null)) from "public"."plan_features" f), '[]'), 'addOns', '[]'::jsonb);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_seed(wanted jsonb, overwrite boolean) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_rows() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_seed(wanted jsonb, overwrite boolean), tenantry.limit_rows() from public;
--> statement-breakpoint
select tenantry.limit_seed('{"plans":[{"plan":"free","feature":"activeClients","limit":3,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"invoices","limit":5,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"projects","limit":5,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"vaultItems","limit":10,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"solo","feature":"activeClients","limit":15,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"solo","feature":"invoices","limit":30,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"solo","feature":"projects","limit":50,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"solo","feature":"vaultItems","limit":100,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"activeClients","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"invoices","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"projects","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"vaultItems","limit":null,"enabled":true,"enforcement":"hard","graceDays":0}],"addOns":[]}', false);
--> statement-breakpoint
-- plan-limits: limits
create or replace function tenantry.limit_of(of_tenant text, of_feature text, of_plan text, out plan text, out read_only boolean, out anchor timestamptz, out zone text, out granted boolean, out soft boolean, out base bigint, out changed_to jsonb, out added numeric, out own_lim bigint, out grace_days integer, out grace_until timestamptz, out keeps bigint, out lim bigint) returns record
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
begin
  select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, res.own_lim as lim
  from (
    select own.plan, own.read_only, own.anchor, own.zone,
      coalesce(pf.enforcement = 'soft', false) as soft,
      case when pf.plan is null then 0 else pf.limit_value end as base,
      coalesce(pf.grace_days, 0) as grace_days,
      pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
              case when pf.plan is null then 0 else pf.limit_value end as own_lim,
      null::timestamptz as grace_until, null::bigint as keeps
    from (
      select coalesce(of_plan, case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."businesses" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
  ) res
  into plan, read_only, anchor, zone, granted, soft, base, changed_to, added, own_lim, grace_days, grace_until, keeps, lim;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_period(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) returns record
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  step interval := case per when 'day' then interval '1 day' when 'month' then interval '1 month' else interval '1 year' end;
  origin timestamp := coalesce(anchor at time zone zone, timestamp '2000-01-01 00:00:00');
  here timestamp := at at time zone zone;
  n integer;
begin
  if per = 'lifetime' then
    period_start := '-infinity';
    period_end := 'infinity';
    return;
  end if;
  if per = 'day' then
    origin := date_trunc('day', origin);
    n := here::date - origin::date;
  elsif per = 'month' then
    n := (extract(year from here) - extract(year from origin)) * 12 + extract(month from here) - extract(month from origin);
  else
    n := extract(year from here) - extract(year from origin);
  end if;
  -- the same month is one period too late before the anchor's day in it, and clocks that change shift by one too
  if (origin + n * step) at time zone zone > at then
    n := n - 1;
  elsif (origin + (n + 1) * step) at time zone zone <= at then
    n := n + 1;
  end if;
  period_start := (origin + n * step) at time zone zone;
  period_end := (origin + (n + 1) * step) at time zone zone;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_refuse(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  detail jsonb := jsonb_build_object('feature', feature, 'used', used, 'limit', lim, 'requested', requested,
    'plan', plan, 'resetsAt', case when isfinite(period_end) then to_char(period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end);
  seconds bigint := case when isfinite(period_end) then ceil(extract(epoch from period_end - clock_timestamp())) end;
begin
  if read_only then
    raise exception 'PLAN_READ_ONLY: % on plan %', feature, plan using errcode = 'TN001', detail = detail::text;
  end if;
  if lim = 0 and not granted then
    raise exception 'FEATURE_NOT_IN_PLAN: % on plan %', feature, plan using errcode = 'TN001',
      detail = (detail || '{"status": 403}')::text;
  end if;
  if seconds is not null then
    detail := detail || jsonb_build_object('headers', jsonb_build_object(
      'ratelimit', format('"%s";r=%s;t=%s', feature, greatest(lim - used, 0), greatest(seconds, 1)),
      'ratelimit-policy', format('"%s";q=%s;w=%s', feature, lim, extract(epoch from period_end - period_start)::bigint)));
    -- more than the whole limit is refused in the next period too
    if requested <= lim then
      detail := jsonb_set(detail, '{headers,retry-after}', to_jsonb(greatest(seconds, 1)::text));
    end if;
  end if;
  raise exception 'LIMIT_REACHED: % more with % of % % used on plan %', requested, used, lim, feature, plan
    using errcode = 'TN001', detail = (detail || jsonb_build_object('status',
      case when seconds is null then 403 else 429 end))::text;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_of(of_tenant text, of_feature text, of_plan text, out plan text, out read_only boolean, out anchor timestamptz, out zone text, out granted boolean, out soft boolean, out base bigint, out changed_to jsonb, out added numeric, out own_lim bigint, out grace_days integer, out grace_until timestamptz, out keeps bigint, out lim bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_period(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_refuse(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_of(of_tenant text, of_feature text, of_plan text, out plan text, out read_only boolean, out anchor timestamptz, out zone text, out granted boolean, out soft boolean, out base bigint, out changed_to jsonb, out added numeric, out own_lim bigint, out grace_days integer, out grace_until timestamptz, out keeps bigint, out lim bigint), tenantry.limit_period(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz), tenantry.limit_refuse(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) from public;
--> statement-breakpoint
-- plan-limits: usage
create or replace function tenantry.usage_give_back(of_tenant text, feature text, of_period timestamptz, amount bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  update "public"."usage_counters" c set used = greatest(c.used - $4, 0)
    where c."business_id" = of_tenant and c.feature = $2 and c.period_start = of_period and $4 > 0;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_expire(of_tenant text, of_feature text, batch integer) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  e record;
  expired bigint := 0;
begin
  if of_tenant is null then
    for e in
      with due as (
        select v."business_id" as tenant, v.feature, v.key from "public"."usage_events" v
        where v.state = 'reserved' and v.expires_at <= clock_timestamp()
        order by 1, 2, 3 limit batch for update skip locked
      ), gone as (
        update "public"."usage_events" v set state = 'expired', expires_at = null from due d where v."business_id" = d.tenant and v.feature = d.feature and v.key = d.key
        returning v."business_id" as tenant, v.feature, v.period_start, v.amount
      )
      select g.tenant, g.feature, g.period_start, sum(g.amount)::bigint as amount, count(*) as n
      from gone g group by 1, 2, 3 order by 1, 2, 3
    loop
      perform tenantry.usage_give_back(e.tenant, e.feature, e.period_start, e.amount);
      expired := expired + e.n;
    end loop;
  else
    for e in
      with due as (
        select v."business_id" as tenant, v.feature, v.key from "public"."usage_events" v
        where v.state = 'reserved' and v.expires_at <= clock_timestamp() and v."business_id" = of_tenant and v.feature = of_feature
        order by 1, 2, 3 limit batch for update skip locked
      ), gone as (
        update "public"."usage_events" v set state = 'expired', expires_at = null from due d where v."business_id" = d.tenant and v.feature = d.feature and v.key = d.key
        returning v."business_id" as tenant, v.feature, v.period_start, v.amount
      )
      select g.tenant, g.feature, g.period_start, sum(g.amount)::bigint as amount, count(*) as n
      from gone g group by 1, 2, 3 order by 1, 2, 3
    loop
      perform tenantry.usage_give_back(e.tenant, e.feature, e.period_start, e.amount);
      expired := expired + e.n;
    end loop;
  end if;
  return expired;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_due() returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select count(*) from "public"."usage_events" v where v.state = 'reserved' and v.expires_at <= clock_timestamp());
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_settle_of(of_tenant text, feature text, key text, action text, amount bigint) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  e record;
  target text := case action when 'confirm' then 'used' when 'release' then 'released' when 'refund' then 'refunded' end;
  from_state text := case action when 'refund' then 'used' else 'reserved' end;
  final bigint;
begin
  -- one at a time settles an event, so that a second call finds what the first one did
  select v.amount, v.state, v.period_start, v.answer into e from "public"."usage_events" v
    where v."business_id" = of_tenant and v.feature = $2 and v.key = $3 for update;
  if not found then
    raise exception 'USAGE_NOT_FOUND: key % of %', key, feature using errcode = 'TN001';
  end if;
  if e.state = target or (action = 'release' and e.state = 'expired') then
    return jsonb_build_object('state', e.state, 'amount', e.amount, 'replayed', true);
  end if;
  if e.state <> from_state then
    raise exception 'USAGE_STATE_INVALID: % of % that is %', action, feature, e.state using errcode = 'TN001',
      detail = jsonb_build_object('feature', feature, 'key', key, 'state', e.state)::text;
  end if;
  final := case when action = 'confirm' then coalesce(amount, e.amount) else e.amount end;
  if final < 0 or final > e.amount then
    raise exception 'USAGE_INVALID: % of % reserved', final, e.amount using errcode = 'TN001';
  end if;
  update "public"."usage_events" v set state = target, amount = final, expires_at = null
    where v."business_id" = of_tenant and v.feature = $2 and v.key = $3;
  perform tenantry.usage_give_back(of_tenant, feature, e.period_start, case when action = 'confirm' then e.amount - final else e.amount end);
  return jsonb_build_object('state', target, 'amount', final, 'replayed', false);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_settle(feature text, key text, action text, amount bigint) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return tenantry.usage_settle_of(coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()), $1, $2, $3, $4);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_add(of_tenant text, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) returns record
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
#variable_conflict use_column -- ON CONFLICT names columns
declare
  r record;
  p record;
  total bigint;
  in_grace boolean := false;
  per text := case feature when 'invoices' then 'month' end;
begin
  if per is null then
    raise exception 'FEATURE_UNKNOWN: % is no counter', feature using errcode = 'TN001';
  end if;
  select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, res.own_lim as lim
  from (
    select own.plan, own.read_only, own.anchor, own.zone,
      coalesce(pf.enforcement = 'soft', false) as soft,
      case when pf.plan is null then 0 else pf.limit_value end as base,
      coalesce(pf.grace_days, 0) as grace_days,
      pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
              case when pf.plan is null then 0 else pf.limit_value end as own_lim,
      null::timestamptz as grace_until, null::bigint as keeps
    from (
      select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."businesses" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = $2 and pf.enabled
  ) res
  into r;
  select * into p from tenantry.limit_period(per, r.anchor, r.zone, statement_timestamp());
  period_start := p.period_start;
  for attempt in 1..3 loop
    insert into "public"."usage_counters" as c ("business_id", feature, period_start, period_end, used)
    select of_tenant, $2, p.period_start, p.period_end, amount
    where not r.read_only and (r.soft or amount <= coalesce((case when r.grace_until is not null and exists (select from "public"."usage_counters" c where c."business_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start and c.used > r.own_lim) then r.lim else r.own_lim end), 9007199254740991))
    on conflict ("business_id", feature, period_start) do update set used = c.used + amount
      where not r.read_only and c.used + amount <= case when r.soft then 9007199254740991 else coalesce((case when c.used > r.own_lim then r.lim else r.own_lim end), 9007199254740991) end
    returning c.used into total;
    granted := found;
    exit when granted or in_grace or r.read_only;
    -- reservations that have expired make room; it is enough to look when there is none
    continue when attempt = 1 and tenantry.usage_expire(of_tenant, $2, 1000) > 0;
    in_grace := false;
    exit when not in_grace;
    r := tenantry.limit_of(of_tenant, $2, null);
  end loop;
  if not granted then
    if refuse then
      select c.used into total from "public"."usage_counters" c
        where c."business_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start;
      r.lim := (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end);
      if r.lim is null and not r.read_only then
        raise exception 'USAGE_INVALID: amount % of % on top of %', amount, feature, total using errcode = 'TN001';
      end if;
      perform tenantry.limit_refuse($2, r.plan, r.granted, r.read_only, coalesce(total, 0), r.lim, amount, p.period_start, p.period_end);
    end if;
    return;
  end if;
  r.lim := (case when (total - amount) > r.own_lim then r.lim else r.own_lim end);
  answer := jsonb_build_object('feature', feature, 'amount', amount, 'used', total, 'limit', r.lim,
    'remaining', greatest(r.lim - total, 0), 'plan', r.plan, 'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
    'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsInSeconds', case when isfinite(p.period_end) then
      ceil(extract(epoch from p.period_end - statement_timestamp()))::bigint end,
    'windowSeconds', case when isfinite(p.period_end) then extract(epoch from p.period_end - p.period_start)::bigint end,
    'replayed', false);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_take_of(of_tenant text, feature text, amount bigint, key text, ttl_seconds integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
#variable_conflict use_column -- ON CONFLICT names columns
declare
  e record;
  reserved boolean := ttl_seconds is not null;
  given_back boolean;
  taken record;
begin
  if amount is null or amount < 1 or amount > 9007199254740991 or (reserved and (key is null or ttl_seconds < 1)) or length(key) not between 1 and 200 then
    raise exception 'USAGE_INVALID: amount % of % under key %', amount, feature, key using errcode = 'TN001';
  end if;
  if key is null then
    select * into taken from tenantry.usage_add(of_tenant, feature, amount, true);
    return taken.answer;
  end if;
  for attempt in 1..3 loop
    select v.state, v.answer, (v.state in ('refunded', 'released', 'expired') or (v.state = 'reserved' and v.expires_at <= clock_timestamp())) as free into e from "public"."usage_events" v
      where v."business_id" = of_tenant and v.feature = $2 and v.key = $4;
    given_back := found and e.free;
    if given_back then
      -- what was given back can be taken again, by one at a time
      select v.state, v.answer, v.amount, v.period_start, (v.state in ('refunded', 'released', 'expired') or (v.state = 'reserved' and v.expires_at <= clock_timestamp())) as free into e from "public"."usage_events" v
        where v."business_id" = of_tenant and v.feature = $2 and v.key = $4 for update;
      continue when not found;
      given_back := e.free;
      if e.free and e.state = 'reserved' then
        -- said before anything is taken, or whoever looks for room gives it back again
        update "public"."usage_events" v set state = 'expired', expires_at = null
          where v."business_id" = of_tenant and v.feature = $2 and v.key = $4;
        perform tenantry.usage_give_back(of_tenant, feature, e.period_start, e.amount);
      end if;
    end if;
    if found and not given_back then
      if (e.answer->>'amount')::bigint <> amount or (not reserved and e.state = 'reserved') then
        raise exception 'USAGE_KEY_REUSED: key % of %', key, feature using errcode = 'TN001',
          detail = jsonb_build_object('feature', feature, 'key', key)::text;
      end if;
      return e.answer || jsonb_build_object('replayed', true, 'state', e.state);
    end if;
    -- a refusal is not final yet: whoever took the last of it may have had the same key
    select * into taken from tenantry.usage_add(of_tenant, feature, amount, given_back or attempt > 1);
    continue when not taken.granted;
    if given_back then
      update "public"."usage_events" v set amount = $3, state = case when reserved then 'reserved' else 'used' end,
        period_start = taken.period_start, answer = taken.answer, created_at = statement_timestamp(),
        expires_at = statement_timestamp() + make_interval(secs => ttl_seconds)
        where v."business_id" = of_tenant and v.feature = $2 and v.key = $4;
      return taken.answer;
    end if;
    insert into "public"."usage_events" as v ("business_id", feature, key, amount, state, period_start, answer, expires_at)
    values (of_tenant, feature, key, amount, case when reserved then 'reserved' else 'used' end, taken.period_start, taken.answer,
      statement_timestamp() + make_interval(secs => ttl_seconds))
    on conflict ("business_id", feature, key) do nothing;
    if found then
      return taken.answer;
    end if;
    -- the same key, at the same time: theirs stands, ours goes back
    perform tenantry.usage_give_back(of_tenant, feature, taken.period_start, amount);
  end loop;
  raise exception 'USAGE_KEY_REUSED: key % of %', key, feature using errcode = 'TN001';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return tenantry.usage_take_of(coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()), $1, $2, $3, $4);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.usage_give_back(of_tenant text, feature text, of_period timestamptz, amount bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_expire(of_tenant text, of_feature text, batch integer) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_due() owner to "system";
--> statement-breakpoint
alter function tenantry.usage_settle_of(of_tenant text, feature text, key text, action text, amount bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_settle(feature text, key text, action text, amount bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_add(of_tenant text, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_take_of(of_tenant text, feature text, amount bigint, key text, ttl_seconds integer) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.usage_give_back(of_tenant text, feature text, of_period timestamptz, amount bigint), tenantry.usage_expire(of_tenant text, of_feature text, batch integer), tenantry.usage_due(), tenantry.usage_settle_of(of_tenant text, feature text, key text, action text, amount bigint), tenantry.usage_settle(feature text, key text, action text, amount bigint), tenantry.usage_add(of_tenant text, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb), tenantry.usage_take_of(of_tenant text, feature text, amount bigint, key text, ttl_seconds integer), tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) from public;
--> statement-breakpoint
grant execute on function tenantry.usage_settle(feature text, key text, action text, amount bigint), tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) to "app";
--> statement-breakpoint
-- plan-limits: counts
create or replace function tenantry.limit_count(of_tenant text, of_feature text) returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if of_feature = 'activeClients' then
    return (select count(*) from (select 1 from "public"."clients" c where c."business_id" = of_tenant and (c."status" = 'active')) c);
  end if;
  if of_feature = 'projects' then
    return (select count(*) from (select 1 from "public"."projects" c where c."business_id" = of_tenant and true) c);
  end if;
  if of_feature = 'vaultItems' then
    return (select count(*) from (select 1 from "public"."vault_items" c where c."business_id" = of_tenant and true) c);
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_check(of_tenant text, of_feature text, added bigint, one_by_one boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  r record;
  used bigint;
  lock_key constant bigint := hashtextextended('tenantry:limit:' || of_feature || ':' || of_tenant::text, 0);
begin
  select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, res.own_lim as lim
  from (
    select own.plan, own.read_only, own.anchor, own.zone,
      coalesce(pf.enforcement = 'soft', false) as soft,
      case when pf.plan is null then 0 else pf.limit_value end as base,
      coalesce(pf.grace_days, 0) as grace_days,
      pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
              case when pf.plan is null then 0 else pf.limit_value end as own_lim,
      null::timestamptz as grace_until, null::bigint as keeps
    from (
      select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."businesses" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
  ) res
  into r;
  if r.own_lim is null and not r.read_only then
    return;
  end if;
  -- a count with the snapshot of the transaction misses what others have committed since
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', of_feature, upper(current_setting('transaction_isolation'))
      using errcode = 'TN001', detail = jsonb_build_object('feature', of_feature)::text;
  end if;
  -- released at commit or rollback, which a transaction-mode pooler respects
  if not pg_try_advisory_xact_lock(lock_key) then
    perform pg_advisory_xact_lock(lock_key);
    -- what applied before the wait may have changed meanwhile
    r := tenantry.limit_of(of_tenant, of_feature, null);
    if r.own_lim is null and not r.read_only then
      return;
    end if;
  end if;
  used := tenantry.limit_count(of_tenant, of_feature);
  -- grace is for tenants that are over, not for those who are back within the limit; during one the
  -- limit may be none
  if used - added <= r.own_lim then
    r.lim := r.own_lim;
  end if;
  if r.read_only or (used > r.lim and not r.soft) then
    perform tenantry.limit_refuse(of_feature, r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_check_row(of_tenant text, of_feature text, written text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  mark constant text := concat_ws(' ', written, of_feature, of_tenant, '');
  memo constant text := current_setting($name$tenantry.limit_row$name$, true);
  added bigint := 1;
begin
  if starts_with(memo, mark) then
    added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
  end if;
  perform set_config($name$tenantry.limit_row$name$, mark || added, true);
  perform tenantry.limit_check(of_tenant, of_feature, added, true);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_root() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform set_config($name$tenantry.limit_roots$name$, case
    when tg_when = 'BEFORE' then coalesce(current_setting($name$tenantry.limit_roots$name$, true), '') || format(',%s %s', tg_relid, lower(tg_op))
    else regexp_replace(coalesce(current_setting($name$tenantry.limit_roots$name$, true), ''), format(',%s %s', tg_relid, lower(tg_op)) || '(?![a-z])', '') end, true);
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_by_itself(relation oid, event text, of_tenant text) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  statements constant text[] := array(
    select m[1] from regexp_matches(coalesce(current_setting($name$tenantry.limit_roots$name$, true), ''), format(',%s ([a-z]+)', pg_partition_root(relation)::oid), 'g') m);
begin
  if statements = '{}' then
    return true;
  end if;
  if event <> all (statements) and strpos(',' || coalesce(current_setting($name$tenantry.limit_noted$name$, true), ''), format(',%s,', of_tenant)) = 0 then
    perform set_config($name$tenantry.limit_noted$name$, coalesce(current_setting($name$tenantry.limit_noted$name$, true), '') || of_tenant || ',', true);
  end if;
  return false;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_settle_before() returns trigger
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if coalesce(current_setting($name$tenantry.limit_noted$name$, true), '') <> '' then
    perform set_config($name$tenantry.limit_before$name$, jsonb_object_agg(n.tenant, (select jsonb_object_agg(f, tenantry.limit_count(n.tenant, f)) from unnest(tg_argv) f))::text, true)
    from (
      select t::text as tenant from unnest(string_to_array(rtrim(coalesce(current_setting($name$tenantry.limit_noted$name$, true), ''), ','), ',')) t
      where t::text = coalesce(nullif(current_setting('app.business_id', true), '')::text, t::text) order by 1
    ) n;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_settle_now() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  r record;
  of_feature text;
  added bigint;
  before jsonb;
begin
  -- a statement that inserts too ends with its INSERT
  if coalesce(current_setting($name$tenantry.limit_noted$name$, true), '') = '' or (tg_op = 'UPDATE' and current_setting($name$tenantry.limit_roots$name$, true) ~ format(',%s insert', tg_relid)) then
    return null;
  end if;
  before := nullif(current_setting($name$tenantry.limit_before$name$, true), '')::jsonb;
  for r in
    select t::text as tenant from unnest(string_to_array(rtrim(coalesce(current_setting($name$tenantry.limit_noted$name$, true), ''), ','), ',')) t
    where t::text = coalesce(nullif(current_setting('app.business_id', true), '')::text, t::text) order by 1
  loop
    foreach of_feature in array tg_argv loop
      if tg_op = 'UPDATE' then
        added := tenantry.limit_count(r.tenant, of_feature) - (before->(r.tenant::text)->>of_feature)::bigint;
        if added > 0 then
          perform tenantry.limit_check(r.tenant, of_feature, added, false);
        end if;
      end if;
    end loop;
  end loop;
  perform set_config($name$tenantry.limit_noted$name$, '', true);
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_insert_public_clients() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant text := nullif(current_setting('app.business_id', true), '')::text;
begin
  <<feature>>
  begin
    exit feature when not exists (select from inserted c where (c."status" = 'active'));
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'activeClients' || ':' || likely::text, 0)) then
      perform from (
        select res.read_only, res.soft, res.grace_until, res.own_lim as lim
        from (
          select own.plan, own.read_only, own.anchor, own.zone,
            coalesce(pf.enforcement = 'soft', false) as soft,
            case when pf.plan is null then 0 else pf.limit_value end as base,
            coalesce(pf.grace_days, 0) as grace_days,
            pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
                    case when pf.plan is null then 0 else pf.limit_value end as own_lim,
            null::timestamptz as grace_until, null::bigint as keeps
          from (
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."businesses" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'activeClients' and pf.enabled
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."clients" c where c."business_id" = likely and (c."status" = 'active') offset l.lim limit 1)))
        and not exists (select from inserted o where o."business_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'activeClients', g.added, false) from (select c."business_id" as tenant, count(*) as added from "inserted" c where (c."status" = 'active') group by 1 order by 1) g;
  end feature;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_update_public_clients_active_clients_de4e902f() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.limit_check_row(new."business_id", 'activeClients', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_clients() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."business_id") then
    if (new."status" = 'active') then
      perform tenantry.limit_check_row(new."business_id", 'activeClients', concat_ws(' ', new.xmin, new.cmin));
    end if;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_insert_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant text := nullif(current_setting('app.business_id', true), '')::text;
begin
  <<feature>>
  begin
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'projects' || ':' || likely::text, 0)) then
      perform from (
        select res.read_only, res.soft, res.grace_until, res.own_lim as lim
        from (
          select own.plan, own.read_only, own.anchor, own.zone,
            coalesce(pf.enforcement = 'soft', false) as soft,
            case when pf.plan is null then 0 else pf.limit_value end as base,
            coalesce(pf.grace_days, 0) as grace_days,
            pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
                    case when pf.plan is null then 0 else pf.limit_value end as own_lim,
            null::timestamptz as grace_until, null::bigint as keeps
          from (
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."businesses" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."projects" c where c."business_id" = likely and true offset l.lim limit 1)))
        and not exists (select from inserted o where o."business_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'projects', g.added, false) from (select c."business_id" as tenant, count(*) as added from "inserted" c where true group by 1 order by 1) g;
  end feature;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_update_public_projects__projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.limit_check_row(new."business_id", 'projects', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."business_id") then
    if true then
      perform tenantry.limit_check_row(new."business_id", 'projects', concat_ws(' ', new.xmin, new.cmin));
    end if;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_insert_public_vault_items() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant text := nullif(current_setting('app.business_id', true), '')::text;
begin
  <<feature>>
  begin
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'vaultItems' || ':' || likely::text, 0)) then
      perform from (
        select res.read_only, res.soft, res.grace_until, res.own_lim as lim
        from (
          select own.plan, own.read_only, own.anchor, own.zone,
            coalesce(pf.enforcement = 'soft', false) as soft,
            case when pf.plan is null then 0 else pf.limit_value end as base,
            coalesce(pf.grace_days, 0) as grace_days,
            pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
                    case when pf.plan is null then 0 else pf.limit_value end as own_lim,
            null::timestamptz as grace_until, null::bigint as keeps
          from (
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."businesses" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'vaultItems' and pf.enabled
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."vault_items" c where c."business_id" = likely and true offset l.lim limit 1)))
        and not exists (select from inserted o where o."business_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'vaultItems', g.added, false) from (select c."business_id" as tenant, count(*) as added from "inserted" c where true group by 1 order by 1) g;
  end feature;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_update_public_vault_items_vault_items_d589ba6a() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.limit_check_row(new."business_id", 'vaultItems', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_vault_items() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."business_id") then
    if true then
      perform tenantry.limit_check_row(new."business_id", 'vaultItems', concat_ws(' ', new.xmin, new.cmin));
    end if;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_count(of_tenant text, of_feature text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_check(of_tenant text, of_feature text, added bigint, one_by_one boolean) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_check_row(of_tenant text, of_feature text, written text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_root() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_by_itself(relation oid, event text, of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_settle_before() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_settle_now() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_clients() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_clients_active_clients_de4e902f() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_clients() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_projects__projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_vault_items() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_vault_items_vault_items_d589ba6a() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_vault_items() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_count(of_tenant text, of_feature text), tenantry.limit_check(of_tenant text, of_feature text, added bigint, one_by_one boolean), tenantry.limit_check_row(of_tenant text, of_feature text, written text), tenantry.limit_root(), tenantry.limit_row_by_itself(relation oid, event text, of_tenant text), tenantry.limit_settle_before(), tenantry.limit_settle_now(), tenantry.limit_insert_public_clients(), tenantry.limit_update_public_clients_active_clients_de4e902f(), tenantry.limit_row_insert_public_clients(), tenantry.limit_insert_public_projects(), tenantry.limit_update_public_projects__projects(), tenantry.limit_row_insert_public_projects(), tenantry.limit_insert_public_vault_items(), tenantry.limit_update_public_vault_items_vault_items_d589ba6a(), tenantry.limit_row_insert_public_vault_items() from public;
--> statement-breakpoint
do $tenantry$
declare
  stale record;
begin
  for stale in
    select t.tgname, n.nspname, c.relname from pg_trigger t
    join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_proc p on p.oid = t.tgfoid and p.pronamespace = $name$ tenantry $name$::regnamespace
    where not t.tgisinternal and t.tgparentid = 0 and t.tgname like 'tenantry\_limit\_%' and t.tgname <> 'tenantry_limit_changed'
      and format('"%s"."%s" %s', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'), t.tgname) <> all (array['"public"."clients" tenantry_limit_insert', '"public"."clients" tenantry_limit_update_activeClients', '"public"."clients" tenantry_limit_root', '"public"."clients" tenantry_limit_root_end', '"public"."clients" tenantry_limit_row_insert', '"public"."clients" tenantry_limit_settle_before', '"public"."clients" tenantry_limit_settle_now', '"public"."projects" tenantry_limit_insert', '"public"."projects" tenantry_limit_update_projects', '"public"."projects" tenantry_limit_root', '"public"."projects" tenantry_limit_root_end', '"public"."projects" tenantry_limit_row_insert', '"public"."projects" tenantry_limit_settle_before', '"public"."projects" tenantry_limit_settle_now', '"public"."vault_items" tenantry_limit_insert', '"public"."vault_items" tenantry_limit_update_vaultItems', '"public"."vault_items" tenantry_limit_root', '"public"."vault_items" tenantry_limit_root_end', '"public"."vault_items" tenantry_limit_row_insert', '"public"."vault_items" tenantry_limit_settle_before', '"public"."vault_items" tenantry_limit_settle_now']::text[])
  loop
    execute format('drop trigger %I on %I.%I', stale.tgname, stale.nspname, stale.relname);
  end loop;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."clients" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_clients();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_activeClients" after update on "public"."clients"
      for each row when ((new."status" = 'active') and ((old."status" = 'active') is not true or old."business_id" is distinct from new."business_id")) execute function tenantry.limit_update_public_clients_active_clients_de4e902f();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_class c where c.oid = '"public"."clients"'::regclass and c.relkind = 'p') then
    create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."clients" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."clients" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_row_insert" after insert on "public"."clients" for each row execute function tenantry.limit_row_insert_public_clients();
    create or replace trigger "tenantry_limit_settle_before" after update on "public"."clients" for each statement execute function tenantry.limit_settle_before('activeClients');
    create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."clients" for each statement execute function tenantry.limit_settle_now('activeClients');
  else
    drop trigger if exists "tenantry_limit_root" on "public"."clients";
    drop trigger if exists "tenantry_limit_root_end" on "public"."clients";
    drop trigger if exists "tenantry_limit_row_insert" on "public"."clients";
    drop trigger if exists "tenantry_limit_settle_before" on "public"."clients";
    drop trigger if exists "tenantry_limit_settle_now" on "public"."clients";
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."projects" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_projects();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_projects" after update on "public"."projects"
      for each row when (old."business_id" is distinct from new."business_id") execute function tenantry.limit_update_public_projects__projects();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_class c where c.oid = '"public"."projects"'::regclass and c.relkind = 'p') then
    create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."projects" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."projects" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_row_insert" after insert on "public"."projects" for each row execute function tenantry.limit_row_insert_public_projects();
    create or replace trigger "tenantry_limit_settle_before" after update on "public"."projects" for each statement execute function tenantry.limit_settle_before('projects');
    create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."projects" for each statement execute function tenantry.limit_settle_now('projects');
  else
    drop trigger if exists "tenantry_limit_root" on "public"."projects";
    drop trigger if exists "tenantry_limit_root_end" on "public"."projects";
    drop trigger if exists "tenantry_limit_row_insert" on "public"."projects";
    drop trigger if exists "tenantry_limit_settle_before" on "public"."projects";
    drop trigger if exists "tenantry_limit_settle_now" on "public"."projects";
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."vault_items" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_vault_items();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_vaultItems" after update on "public"."vault_items"
      for each row when (old."business_id" is distinct from new."business_id") execute function tenantry.limit_update_public_vault_items_vault_items_d589ba6a();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_class c where c.oid = '"public"."vault_items"'::regclass and c.relkind = 'p') then
    create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."vault_items" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."vault_items" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_row_insert" after insert on "public"."vault_items" for each row execute function tenantry.limit_row_insert_public_vault_items();
    create or replace trigger "tenantry_limit_settle_before" after update on "public"."vault_items" for each statement execute function tenantry.limit_settle_before('vaultItems');
    create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."vault_items" for each statement execute function tenantry.limit_settle_now('vaultItems');
  else
    drop trigger if exists "tenantry_limit_root" on "public"."vault_items";
    drop trigger if exists "tenantry_limit_root_end" on "public"."vault_items";
    drop trigger if exists "tenantry_limit_row_insert" on "public"."vault_items";
    drop trigger if exists "tenantry_limit_settle_before" on "public"."vault_items";
    drop trigger if exists "tenantry_limit_settle_now" on "public"."vault_items";
  end if;
end
$tenantry$;
--> statement-breakpoint
-- plan-limits: report
create or replace function tenantry.limit_used(of_tenant text, of_feature text, of_period timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if of_feature in ('activeClients', 'projects', 'vaultItems') then
    return tenantry.limit_count(of_tenant, of_feature);
  end if;
  if of_period is not null then
    return greatest(0, coalesce((select c.used from "public"."usage_counters" c
        where c."business_id" = of_tenant and c.feature = of_feature and c.period_start = of_period), 0)
      - coalesce((select sum(v.amount) from "public"."usage_events" v
        where v."business_id" = of_tenant and v.feature = of_feature and v.period_start = of_period
          and v.state = 'reserved' and v.expires_at <= statement_timestamp()), 0));
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_report_of(of_tenant text, of_feature text, of_plan text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  f record;
  r record;
  p record;
  lapsed record;
  total bigint;
  result jsonb := '[]';
begin
  if of_plan is not null and not (of_plan = any (array['free', 'pro', 'solo']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
    raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
  end if;
  for f in select * from (values ('activeClients', 'count', null), ('invoices', 'counter', 'month'), ('projects', 'count', null), ('vaultItems', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
    r := tenantry.limit_of(of_tenant, f.feature, of_plan);
    select null::timestamptz as period_start, null::timestamptz as period_end into p;
    if f.per is not null then
      select * into p from tenantry.limit_period(f.per, r.anchor, r.zone, statement_timestamp());
    end if;
    total := tenantry.limit_used(of_tenant, f.feature, p.period_start);
    result := result || jsonb_build_object('feature', f.feature, 'kind', f.kind, 'plan', r.plan, 'granted', r.granted,
      'readOnly', r.read_only, 'enforcement', case when r.soft then 'soft' else 'hard' end,
      'limit', case when f.kind = 'flag' then r.lim else (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end) end, 'planLimit', r.own_lim, 'used', total,
      'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
      'graceUntil', case when total > r.own_lim then case when isfinite(r.grace_until) then to_char(r.grace_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end end,
      'base', r.base, 'changedTo', r.changed_to, 'added', r.added,
      'overrides', '[]'::jsonb, 'addOns', '[]'::jsonb);
  end loop;
  return result;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_report(of_feature text, of_plan text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return tenantry.limit_report_of(coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()), $1, $2);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_used(of_tenant text, of_feature text, of_period timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_report_of(of_tenant text, of_feature text, of_plan text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_report(of_feature text, of_plan text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_used(of_tenant text, of_feature text, of_period timestamptz), tenantry.limit_report_of(of_tenant text, of_feature text, of_plan text), tenantry.limit_report(of_feature text, of_plan text) from public;
--> statement-breakpoint
grant execute on function tenantry.limit_report(of_feature text, of_plan text) to "app";
--> statement-breakpoint
-- plan-limits: changes
create or replace function tenantry.limit_limits(of_tenant text, of_plan text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select jsonb_object_agg(f.feature, l.own_lim) from unnest(array['activeClients', 'invoices', 'projects', 'vaultItems']::text[]) f (feature)
    cross join lateral tenantry.limit_of(of_tenant, f.feature, of_plan) l);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_grace(of_tenant text, before jsonb, another_plan boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_plan_carry() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  of_tenant text := case when tg_op = 'DELETE' then old."id" else new."id" end;
  f record;
  a record;
  b record;
begin
  -- a time zone that is none is refused here, and not at the next call that counts
  perform statement_timestamp() at time zone coalesce(new."plan_time_zone", 'UTC');
  -- of a row that is not there all columns are null
  if coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan", 'free') = coalesce(case when new."trial_ends_at" > statement_timestamp() then new."trial_plan" end, new."plan", 'free')
    or (old."plan_anchor" is not distinct from new."plan_anchor" and coalesce(old."plan_time_zone", 'UTC') = coalesce(new."plan_time_zone", 'UTC')) then
    return null;
  end if;
  for f in select * from (values ('invoices', 'month')) v (feature, per) loop
    select * into a from tenantry.limit_period(f.per, old."plan_anchor", coalesce(old."plan_time_zone", 'UTC'), statement_timestamp());
    select * into b from tenantry.limit_period(f.per, new."plan_anchor", coalesce(new."plan_time_zone", 'UTC'), statement_timestamp());
    continue when a.period_start = b.period_start or b.period_start > a.period_end - (a.period_end - a.period_start) / 30;
    with moved as (
      delete from "public"."usage_counters" c where c."business_id" = of_tenant and c.feature = f.feature and c.period_start = a.period_start returning c.used
    )
    insert into "public"."usage_counters" as c ("business_id", feature, period_start, period_end, used)
    select of_tenant, f.feature, b.period_start, b.period_end, m.used from moved m
    on conflict ("business_id", feature, period_start) do update set used = least(c.used + excluded.used, 9007199254740991);
    update "public"."usage_events" c set period_start = b.period_start where c."business_id" = of_tenant and c.feature = f.feature and c.period_start = a.period_start and c.state in ('used', 'reserved');
  end loop;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_set_plan(of_tenant text, change jsonb) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."businesses";
  changed "public"."businesses";
  before jsonb;
begin
  if (change->>'plan') is not null and not ((change->>'plan') = any (array['free', 'pro', 'solo']::text[]) or exists (select from "public"."plan_features" k where k.plan = (change->>'plan'))) then
    raise exception 'PLAN_UNKNOWN: %', (change->>'plan') using errcode = 'TN001', detail = jsonb_build_object('plan', (change->>'plan'))::text;
  end if;
  select t.* into s from "public"."businesses" t where t."id" = of_tenant for no key update;
  if not found then
    raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
  end if;
  if (change->>'version')::bigint < s."plan_version" then
    return false;
  end if;
  if s."plan_anchor" is not null and (change->>'periodStart') is not null
    and (select p.period_start from tenantry.limit_period('month', s."plan_anchor", coalesce(s."plan_time_zone", 'UTC'), (change->>'periodStart')::timestamptz) p)
      = (change->>'periodStart')::timestamptz then
    change := change - 'periodStart';
  end if;
  before := tenantry.limit_limits(of_tenant, null);
  perform set_config($name$tenantry.limit_plan_set$name$, of_tenant::text, true);
  update "public"."businesses" t set "plan" = coalesce(change->>'plan', 'free'), "plan_anchor" = case when change ? 'periodStart' then (change->>'periodStart')::timestamptz else t."plan_anchor" end, "plan_period_end" = case when change ? 'periodEnd' then (change->>'periodEnd')::timestamptz else t."plan_period_end" end, "trial_plan" = case when (change->>'plan') is null then t."trial_plan" end, "trial_ends_at" = case when change ? 'trialEndsAt' and (change->>'plan') is not null then (change->>'trialEndsAt')::timestamptz
              when (change->>'plan') is not null then null else t."trial_ends_at" end, "plan_read_only" = coalesce((change->>'readOnly')::boolean, t."plan_read_only"), "plan_source" = case when change ? 'source' then (change->>'source')::text else t."plan_source" end, "plan_version" = case when change ? 'version' then (change->>'version')::bigint else t."plan_version" end where t."id" = of_tenant returning t.* into changed;
  perform set_config($name$tenantry.limit_plan_set$name$, '', true);
  if coalesce(change->'addons', '{}') <> '{}' then
    raise exception 'ADD_ON_UNKNOWN: the schema has no tables of add-ons' using errcode = 'TN001';
  end if;
  perform tenantry.limit_grace(of_tenant, before, coalesce(case when s."trial_ends_at" > statement_timestamp() then s."trial_plan" end, s."plan", 'free') <> coalesce(case when changed."trial_ends_at" > statement_timestamp() then changed."trial_plan" end, changed."plan", 'free'));
  return true;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_start_trial(of_tenant text, of_plan text, ends_at timestamptz) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."businesses";
begin
  if of_plan is not null and not (of_plan = any (array['free', 'pro', 'solo']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
    raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
  end if;
  select t.* into s from "public"."businesses" t where t."id" = of_tenant for no key update;
  if not found then
    raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
  end if;
  update "public"."businesses" t set "trial_plan" = of_plan, "trial_ends_at" = ends_at
    where t."id" = of_tenant;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_held_plan(of_tenant text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."businesses";
begin
  select t.* into s from "public"."businesses" t where t."id" = of_tenant for no key update;
  if not found then
    return null;
  end if;
  return jsonb_build_object('plan', s."plan", 'source', s."plan_source", 'readOnly', coalesce(s."plan_read_only", false), 'isDefault', coalesce(s."plan" = 'free', true), 'addons', '{}'::jsonb);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_clean(of_table text, retain_days integer, from_page bigint, pages integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  cutoff constant timestamptz := statement_timestamp() - make_interval(days => retain_days);
  first constant tid := format('(%s,0)', from_page)::tid;
  last constant tid := format('(%s,0)', from_page + pages)::tid;
  bytes bigint;
  found_due bigint;
  removed bigint := 0;
begin
  if of_table = 'usageEvents' then
    bytes := greatest(pg_relation_size($name$"public"."usage_events"$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$"public"."usage_events"$name$::regclass) t));
    select count(*) into found_due from "public"."usage_events" v where v.ctid >= first and v.ctid < last and v.created_at < cutoff and v.state <> 'reserved';
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."usage_events" v where v.ctid >= first and v.ctid < last and v.created_at < cutoff and v.state <> 'reserved' for update skip locked
      )
      delete from "public"."usage_events" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
      get diagnostics removed = row_count;
    end if;
  end if;
  if of_table = 'usageCounters' then
    bytes := greatest(pg_relation_size($name$"public"."usage_counters"$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$"public"."usage_counters"$name$::regclass) t));
    select count(*) into found_due from "public"."usage_counters" v where v.ctid >= first and v.ctid < last and v.period_end < cutoff;
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."usage_counters" v where v.ctid >= first and v.ctid < last and v.period_end < cutoff for update skip locked
      )
      delete from "public"."usage_counters" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
      get diagnostics removed = row_count;
    end if;
  end if;
  if bytes is null then
    return null;
  end if;
  return jsonb_build_object('removed', removed, 'left', found_due - removed, 'next',
    case when (from_page + pages) * current_setting('block_size')::bigint < bytes then from_page + pages end);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_overdue(of_table text, retain_days integer) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  cutoff constant timestamptz := statement_timestamp() - make_interval(days => retain_days);
begin
  if of_table = 'usageEvents' then
    return jsonb_build_object('table', $name$public.usage_events$name$,
      'rows', (select count(*) from (select from "public"."usage_events" v where v.created_at < cutoff and v.state <> 'reserved' limit 1000) x));
  end if;
  if of_table = 'usageCounters' then
    return jsonb_build_object('table', $name$public.usage_counters$name$,
      'rows', (select count(*) from (select from "public"."usage_counters" v where v.period_end < cutoff limit 1000) x));
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_limits(of_tenant text, of_plan text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_grace(of_tenant text, before jsonb, another_plan boolean) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_plan_carry() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_set_plan(of_tenant text, change jsonb) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_start_trial(of_tenant text, of_plan text, ends_at timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_held_plan(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_clean(of_table text, retain_days integer, from_page bigint, pages integer) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_overdue(of_table text, retain_days integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_limits(of_tenant text, of_plan text), tenantry.limit_grace(of_tenant text, before jsonb, another_plan boolean), tenantry.limit_plan_carry(), tenantry.limit_set_plan(of_tenant text, change jsonb), tenantry.limit_start_trial(of_tenant text, of_plan text, ends_at timestamptz), tenantry.limit_held_plan(of_tenant text), tenantry.limit_clean(of_table text, retain_days integer, from_page bigint, pages integer), tenantry.limit_overdue(of_table text, retain_days integer) from public;
--> statement-breakpoint
drop trigger if exists "tenantry_plan_grace" on "public"."businesses";
--> statement-breakpoint
drop trigger if exists "tenantry_limit_changed" on "public"."plan_features";
--> statement-breakpoint
create or replace trigger "tenantry_plan_carry" after update on "public"."businesses"
  for each row execute function tenantry.limit_plan_carry();
--> statement-breakpoint
-- plan-limits: tried
do $tenantry$
begin
  begin
    perform tenantry.limit_report_of(null::text, null, null);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
  begin
    perform tenantry.limit_changes_of(null::text, 1);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
  begin
    perform tenantry.limit_set_plan('tenantry-nobody', '{"plan": null, "source": "a test of the migration"}');
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
  begin
    perform tenantry.usage_take_of('tenantry-nobody', 'invoices', 1, 'a key', 60);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
end
$tenantry$;
