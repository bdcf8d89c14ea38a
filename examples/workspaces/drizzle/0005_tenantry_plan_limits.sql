-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section plan-limits:references 56a6deda7fdb7054
-- tenantry:section plan-limits:history de7679ec1fa8610c
-- tenantry:section plan-limits:plans 0959abc8765e9d4b
-- tenantry:section plan-limits:limits ac67986e2e28afc5
-- tenantry:section plan-limits:counts 4c7b64995f3c8186
-- tenantry:section plan-limits:report 295c50b1ff7d33d4
-- tenantry:section plan-limits:changes 9bd949a484601e44
-- tenantry:section plan-limits:tried 813ad59e69ea3f43

set local lock_timeout = '5s';
--> statement-breakpoint
-- plan-limits: references
select tenantry.keep_reference('"public"."feature_overrides"', 'feature_overrides_tenant_id_limits_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry:limits 9965fe4a211df041');
--> statement-breakpoint
select tenantry.keep_reference('"public"."limit_states"', 'limit_states_tenant_id_limits_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry:limits 8ddc772c6e1c47bd');
--> statement-breakpoint
-- plan-limits: history
create or replace function tenantry.limit_record() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  changed constant jsonb := coalesce(after, before);
begin
  if tg_nargs > 3 then
    before := (select jsonb_object_agg(c, before->c) from unnest(tg_argv[3:]) c where before is not null);
    after := (select jsonb_object_agg(c, after->c) from unnest(tg_argv[3:]) c where after is not null);
  end if;
  if before is distinct from after then
    insert into "public"."entitlement_history" ("tenant_id", subject, key, state, actor)
    values ((changed->>tg_argv[1])::uuid, tg_argv[0], coalesce((select string_agg(changed->>u.k, '/' order by u.n) from unnest(string_to_array(tg_argv[2], ',')) with ordinality u (k, n)), ''), after, tenantry.current_actor());
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_record_plan() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  changed constant jsonb := coalesce(after, before);
begin
  if tg_nargs > 3 then
    before := (select jsonb_object_agg(c, before->c) from unnest(tg_argv[3:]) c where before is not null);
    after := (select jsonb_object_agg(c, after->c) from unnest(tg_argv[3:]) c where after is not null);
  end if;
  if before is distinct from after then
    insert into "public"."plan_history" (subject, key, state, actor)
    values (tg_argv[0], coalesce((select string_agg(changed->>u.k, '/' order by u.n) from unnest(string_to_array(tg_argv[2], ',')) with ordinality u (k, n)), ''), after, tenantry.current_actor());
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_history_baseline() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into "public"."entitlement_history" ("tenant_id", subject, key, state)
  select r."id", 'plan', '', jsonb_build_object('id', r."id", 'plan_tier', r."plan_tier", 'plan_anchor', r."plan_anchor", 'plan_time_zone', r."plan_time_zone", 'trial_plan', r."trial_plan", 'trial_ends_at', r."trial_ends_at", 'plan_read_only', r."plan_read_only", 'plan_source', r."plan_source") from "public"."tenants" r
  where not exists (select from "public"."entitlement_history" h where h."tenant_id" = r."id" and h.subject = 'plan' and h.key = '');
  insert into "public"."entitlement_history" ("tenant_id", subject, key, state)
  select r."tenant_id", 'override', r.id::text, to_jsonb(r) from "public"."feature_overrides" r
  where not exists (select from "public"."entitlement_history" h where h."tenant_id" = r."tenant_id" and h.subject = 'override' and h.key = r.id::text);
  insert into "public"."plan_history" (subject, key, state)
  select 'plan_feature', r.plan::text || '/' || r.feature::text, to_jsonb(r) from "public"."plan_features" r
  where not exists (select from "public"."plan_history" h where h.subject = 'plan_feature' and h.key = r.plan::text || '/' || r.feature::text);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_report_at_of(of_tenant uuid, of_time timestamptz, of_feature text) returns jsonb
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
  for f in select * from (values ('documents', 'count', null), ('projects', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
    select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, res.own_lim as lim
    from (
      select own.plan, own.read_only, own.anchor, own.zone,
        coalesce(pf.enforcement = 'soft', false) as soft,
        case when pf.plan is null then 0 else pf.limit_value end as base,
        coalesce(pf.grace_days, 0) as grace_days,
        pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
                case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
                coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
                case when coalesce(more.unbounded, false) then null
                  when ovr.mode is not null and ovr.value is null then null
                  when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
                  else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
                    + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
        null::timestamptz as grace_until, null::bigint as keeps
      from (
        select coalesce(case when st."trial_ends_at" > of_time then st."trial_plan" end, st."plan_tier", 'lite') as plan,
          st."plan_read_only" is true as read_only,
          st."plan_anchor" as anchor,
          coalesce(st."plan_time_zone", 'UTC') as zone
        from (select 1) one left join (select (jsonb_populate_record(null::"public"."tenants", l.state)).* from (
                select distinct on (h.key) h.state from "public"."entitlement_history" h
                where h.subject = 'plan' and h."tenant_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) st on st."id" = of_tenant
      ) own
      left join (select (jsonb_populate_record(null::"public"."plan_features", l.state)).* from (
              select distinct on (h.key) h.state from "public"."plan_history" h
              where h.subject = 'plan_feature' and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) pf on pf.plan = own.plan and pf.feature = f.feature and pf.enabled
      left join lateral (
              select ov.mode, ov.value from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
                      select distinct on (h.key) h.state from "public"."entitlement_history" h
                      where h.subject = 'override' and h."tenant_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) ov where ov."tenant_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= of_time and (ov.ends_at is null or ov.ends_at > of_time) and ov.mode = 'set'
              order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
            ) ovr on true
            left join lateral (select sum(ov.value) as units from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
                    select distinct on (h.key) h.state from "public"."entitlement_history" h
                    where h.subject = 'override' and h."tenant_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) ov where ov."tenant_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= of_time and (ov.ends_at is null or ov.ends_at > of_time) and ov.mode = 'add') inc on true
            cross join (select 0::numeric as units, false as unbounded, false as present) more
    ) res
    into r;
    select null::timestamptz as period_start, null::timestamptz as period_end into p;
    if f.per is not null then
      select * into p from tenantry.limit_period(f.per, r.anchor, r.zone, of_time);
    end if;
    result := result || jsonb_build_object('feature', f.feature, 'kind', f.kind, 'plan', r.plan, 'granted', r.granted,
      'readOnly', r.read_only, 'enforcement', case when r.soft then 'soft' else 'hard' end,
      'limit', case when f.kind = 'flag' then r.lim else (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end) end, 'planLimit', r.own_lim, 'used', total,
      'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
      'graceUntil', case when total > r.own_lim then case when isfinite(r.grace_until) then to_char(r.grace_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end end,
      'base', r.base, 'changedTo', r.changed_to, 'added', r.added,
      'overrides', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'mode', v.mode, 'value', v.value, 'startsAt', case when isfinite(v.starts_at) then to_char(v.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
                    'endsAt', case when isfinite(v.ends_at) then to_char(v.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'reason', v.reason, 'actor', v.actor) order by v.starts_at, v.id)
                    from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
                            select distinct on (h.key) h.state from "public"."entitlement_history" h
                            where h.subject = 'override' and h."tenant_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) v
                    where v."tenant_id" = of_tenant and v.feature = f.feature and (v.ends_at is null or v.ends_at > of_time)), '[]'), 'addOns', '[]'::jsonb);
  end loop;
  return result;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_report_at(of_time timestamptz, of_feature text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return tenantry.limit_report_at_of(coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_changes_of(of_tenant uuid, most integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return coalesce((select jsonb_agg(jsonb_build_object('at', case when isfinite(c.at) then to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
    'subject', c.subject, 'key', c.key, 'state', c.state, 'actor', c.actor) order by c.at desc, c.own desc, c.id desc) from (
      (select true as own, h.id, h.subject, h.key, h.state, h.actor, h.at from "public"."entitlement_history" h
        where h."tenant_id" = of_tenant order by h.at desc, h.id desc limit most)
      union all
      (select false, h.id, h.subject, h.key, h.state, h.actor, h.at from "public"."plan_history" h
        where case h.subject when 'plan_feature' then split_part(h.key, '/', 1) = (select coalesce(case when (o.state->>'trial_ends_at')::timestamptz > h.at then o.state->>'trial_plan' end, o.state->>'plan_tier', 'lite') from "public"."entitlement_history" o where o."tenant_id" = of_tenant and o.subject = 'plan' and o.key = ''
          and o.at <= h.at order by o.id desc limit 1)
          else (select o.state is not null from "public"."entitlement_history" o where o."tenant_id" = of_tenant and o.subject = 'add_on' and o.key = split_part(h.key, '/', 1)
            and o.at <= h.at order by o.id desc limit 1) end order by h.at desc, h.id desc limit most)
      order by 7 desc, 1 desc, 2 desc limit most) c), '[]');
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_changes(most integer) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return tenantry.limit_changes_of(coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid, $1);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_record() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_record_plan() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_history_baseline() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_report_at_of(of_tenant uuid, of_time timestamptz, of_feature text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_report_at(of_time timestamptz, of_feature text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_changes_of(of_tenant uuid, most integer) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_changes(most integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_record(), tenantry.limit_record_plan(), tenantry.limit_history_baseline(), tenantry.limit_report_at_of(of_tenant uuid, of_time timestamptz, of_feature text), tenantry.limit_report_at(of_time timestamptz, of_feature text), tenantry.limit_changes_of(of_tenant uuid, most integer), tenantry.limit_changes(most integer) from public;
--> statement-breakpoint
grant execute on function tenantry.limit_report_at(of_time timestamptz, of_feature text), tenantry.limit_changes(most integer) to "app";
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."tenants"
  for each row execute function tenantry.limit_record('plan', 'id', '', 'id', 'plan_tier', 'plan_anchor', 'plan_time_zone', 'trial_plan', 'trial_ends_at', 'plan_read_only', 'plan_source');
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."feature_overrides"
  for each row execute function tenantry.limit_record('override', 'tenant_id', 'id');
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."plan_features"
  for each row execute function tenantry.limit_record_plan('plan_feature', '', 'plan,feature');
--> statement-breakpoint
select tenantry.limit_history_baseline();
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
select tenantry.limit_seed('{"plans":[{"plan":"lite","feature":"documents","limit":100,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"lite","feature":"projects","limit":5,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"team","feature":"documents","limit":10000,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"team","feature":"projects","limit":200,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"enterprise","feature":"documents","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"enterprise","feature":"projects","limit":null,"enabled":true,"enforcement":"hard","graceDays":0}],"addOns":[]}', false);
--> statement-breakpoint
-- plan-limits: limits
create or replace function tenantry.limit_of(of_tenant uuid, of_feature text, of_plan text, out plan text, out read_only boolean, out anchor timestamptz, out zone text, out granted boolean, out soft boolean, out base bigint, out changed_to jsonb, out added numeric, out own_lim bigint, out grace_days integer, out grace_until timestamptz, out keeps bigint, out lim bigint) returns record
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
begin
  select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
          else greatest(res.own_lim, res.keeps) end as lim
  from (
    select own.plan, own.read_only, own.anchor, own.zone,
      coalesce(pf.enforcement = 'soft', false) as soft,
      case when pf.plan is null then 0 else pf.limit_value end as base,
      coalesce(pf.grace_days, 0) as grace_days,
      pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
              case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
              coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
              case when coalesce(more.unbounded, false) then null
                when ovr.mode is not null and ovr.value is null then null
                when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
                else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
                  + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
      grc.grace_until, grc.keeps
    from (
      select coalesce(of_plan, case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan_tier", 'lite') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."tenants" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
    left join lateral (
            select ov.mode, ov.value from "public"."feature_overrides" ov where ov."tenant_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
            order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
          ) ovr on true
          left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."tenant_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
          cross join (select 0::numeric as units, false as unbounded, false as present) more
    left join "public"."limit_states" grc on grc."tenant_id" = of_tenant and grc.feature = of_feature and grc.grace_until > statement_timestamp()
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
alter function tenantry.limit_of(of_tenant uuid, of_feature text, of_plan text, out plan text, out read_only boolean, out anchor timestamptz, out zone text, out granted boolean, out soft boolean, out base bigint, out changed_to jsonb, out added numeric, out own_lim bigint, out grace_days integer, out grace_until timestamptz, out keeps bigint, out lim bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_period(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_refuse(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_of(of_tenant uuid, of_feature text, of_plan text, out plan text, out read_only boolean, out anchor timestamptz, out zone text, out granted boolean, out soft boolean, out base bigint, out changed_to jsonb, out added numeric, out own_lim bigint, out grace_days integer, out grace_until timestamptz, out keeps bigint, out lim bigint), tenantry.limit_period(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz), tenantry.limit_refuse(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) from public;
--> statement-breakpoint
-- plan-limits: counts
create or replace function tenantry.limit_count(of_tenant uuid, of_feature text) returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if of_feature = 'documents' then
    return (select count(*) from (select 1 from "public"."documents" c where c."tenant_id" = of_tenant and (c."deleted_at" is null)) c);
  end if;
  if of_feature = 'projects' then
    return (select count(*) from (select 1 from "public"."projects" c where c."tenant_id" = of_tenant and (c."deleted_at" is null)) c);
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_check(of_tenant uuid, of_feature text, added bigint, one_by_one boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  r record;
  used bigint;
  lock_key constant bigint := hashtextextended('tenantry:limit:' || of_feature || ':' || of_tenant::text, 0);
begin
  select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
          else greatest(res.own_lim, res.keeps) end as lim
  from (
    select own.plan, own.read_only, own.anchor, own.zone,
      coalesce(pf.enforcement = 'soft', false) as soft,
      case when pf.plan is null then 0 else pf.limit_value end as base,
      coalesce(pf.grace_days, 0) as grace_days,
      pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
              case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
              coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
              case when coalesce(more.unbounded, false) then null
                when ovr.mode is not null and ovr.value is null then null
                when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
                else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
                  + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
      grc.grace_until, grc.keeps
    from (
      select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan_tier", 'lite') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."tenants" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
    left join lateral (
            select ov.mode, ov.value from "public"."feature_overrides" ov where ov."tenant_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
            order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
          ) ovr on true
          left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."tenant_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
          cross join (select 0::numeric as units, false as unbounded, false as present) more
    left join "public"."limit_states" grc on grc."tenant_id" = of_tenant and grc.feature = of_feature and grc.grace_until > statement_timestamp()
  ) res
  into r;
  if r.own_lim is null and not r.read_only then
    if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
      delete from "public"."limit_states" g where g."tenant_id" = of_tenant and g.feature = of_feature;
    end if;
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
      if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
        delete from "public"."limit_states" g where g."tenant_id" = of_tenant and g.feature = of_feature;
      end if;
      return;
    end if;
  end if;
  used := tenantry.limit_count(of_tenant, of_feature);
  -- grace is for tenants that are over, not for those who are back within the limit; during one the
  -- limit may be none
  if used - added <= r.own_lim then
    r.lim := r.own_lim;
  end if;
  if used > r.lim and not r.soft and not r.read_only and r.grace_until is null then
    if tenantry.limit_lapse(of_tenant, of_feature, used - added) then
      r := tenantry.limit_of(of_tenant, of_feature, null);
    end if;
  end if;
  if r.read_only or (used > r.lim and not r.soft) then
    perform tenantry.limit_refuse(of_feature, r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
  end if;
  if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
    delete from "public"."limit_states" g where g."tenant_id" = of_tenant and g.feature = of_feature;
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_check_row(of_tenant uuid, of_feature text, written text) returns void
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
create or replace function tenantry.limit_row_by_itself(relation oid, event text, of_tenant uuid) returns boolean
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
      select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting($name$tenantry.limit_noted$name$, true), ''), ','), ',')) t
      where t::uuid = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, t::uuid) order by 1
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
    select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting($name$tenantry.limit_noted$name$, true), ''), ','), ',')) t
    where t::uuid = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, t::uuid) order by 1
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
create or replace function tenantry.limit_insert_public_documents() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
begin
  <<feature>>
  begin
    exit feature when not exists (select from inserted c where (c."deleted_at" is null));
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'documents' || ':' || likely::text, 0)) then
      perform from (
        select res.read_only, res.soft, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
                else greatest(res.own_lim, res.keeps) end as lim
        from (
          select own.plan, own.read_only, own.anchor, own.zone,
            coalesce(pf.enforcement = 'soft', false) as soft,
            case when pf.plan is null then 0 else pf.limit_value end as base,
            coalesce(pf.grace_days, 0) as grace_days,
            pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
                    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
                    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
                    case when coalesce(more.unbounded, false) then null
                      when ovr.mode is not null and ovr.value is null then null
                      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
                      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
                        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
            grc.grace_until, grc.keeps
          from (
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan_tier", 'lite') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."tenants" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'documents' and pf.enabled
          left join lateral (
                  select ov.mode, ov.value from "public"."feature_overrides" ov where ov."tenant_id" = likely and ov.feature = 'documents' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
                  order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
                ) ovr on true
                left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."tenant_id" = likely and ov.feature = 'documents' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
                cross join (select 0::numeric as units, false as unbounded, false as present) more
          left join "public"."limit_states" grc on grc."tenant_id" = likely and grc.feature = 'documents' and grc.grace_until > statement_timestamp()
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."documents" c where c."tenant_id" = likely and (c."deleted_at" is null) offset l.lim limit 1)))
        and not exists (select from inserted o where o."tenant_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'documents', g.added, false) from (select c."tenant_id" as tenant, count(*) as added from "inserted" c where (c."deleted_at" is null) group by 1 order by 1) g;
  end feature;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_update_public_documents__documents() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.limit_check_row(new."tenant_id", 'documents', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_documents() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."tenant_id") then
    if (new."deleted_at" is null) then
      perform tenantry.limit_check_row(new."tenant_id", 'documents', concat_ws(' ', new.xmin, new.cmin));
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
  likely constant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
begin
  <<feature>>
  begin
    exit feature when not exists (select from inserted c where (c."deleted_at" is null));
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'projects' || ':' || likely::text, 0)) then
      perform from (
        select res.read_only, res.soft, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
                else greatest(res.own_lim, res.keeps) end as lim
        from (
          select own.plan, own.read_only, own.anchor, own.zone,
            coalesce(pf.enforcement = 'soft', false) as soft,
            case when pf.plan is null then 0 else pf.limit_value end as base,
            coalesce(pf.grace_days, 0) as grace_days,
            pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
                    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
                    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
                    case when coalesce(more.unbounded, false) then null
                      when ovr.mode is not null and ovr.value is null then null
                      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
                      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
                        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
            grc.grace_until, grc.keeps
          from (
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan_tier", 'lite') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."tenants" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
          left join lateral (
                  select ov.mode, ov.value from "public"."feature_overrides" ov where ov."tenant_id" = likely and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
                  order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
                ) ovr on true
                left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."tenant_id" = likely and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
                cross join (select 0::numeric as units, false as unbounded, false as present) more
          left join "public"."limit_states" grc on grc."tenant_id" = likely and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."projects" c where c."tenant_id" = likely and (c."deleted_at" is null) offset l.lim limit 1)))
        and not exists (select from inserted o where o."tenant_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'projects', g.added, false) from (select c."tenant_id" as tenant, count(*) as added from "inserted" c where (c."deleted_at" is null) group by 1 order by 1) g;
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
  perform tenantry.limit_check_row(new."tenant_id", 'projects', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."tenant_id") then
    if (new."deleted_at" is null) then
      perform tenantry.limit_check_row(new."tenant_id", 'projects', concat_ws(' ', new.xmin, new.cmin));
    end if;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_count(of_tenant uuid, of_feature text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_check(of_tenant uuid, of_feature text, added bigint, one_by_one boolean) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_check_row(of_tenant uuid, of_feature text, written text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_root() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_by_itself(relation oid, event text, of_tenant uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_settle_before() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_settle_now() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_documents() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_documents__documents() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_documents() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_projects__projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_projects() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_count(of_tenant uuid, of_feature text), tenantry.limit_check(of_tenant uuid, of_feature text, added bigint, one_by_one boolean), tenantry.limit_check_row(of_tenant uuid, of_feature text, written text), tenantry.limit_root(), tenantry.limit_row_by_itself(relation oid, event text, of_tenant uuid), tenantry.limit_settle_before(), tenantry.limit_settle_now(), tenantry.limit_insert_public_documents(), tenantry.limit_update_public_documents__documents(), tenantry.limit_row_insert_public_documents(), tenantry.limit_insert_public_projects(), tenantry.limit_update_public_projects__projects(), tenantry.limit_row_insert_public_projects() from public;
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
      and format('"%s"."%s" %s', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'), t.tgname) <> all (array['"public"."documents" tenantry_limit_insert', '"public"."documents" tenantry_limit_update_documents', '"public"."documents" tenantry_limit_root', '"public"."documents" tenantry_limit_root_end', '"public"."documents" tenantry_limit_row_insert', '"public"."documents" tenantry_limit_settle_before', '"public"."documents" tenantry_limit_settle_now', '"public"."projects" tenantry_limit_insert', '"public"."projects" tenantry_limit_update_projects', '"public"."projects" tenantry_limit_root', '"public"."projects" tenantry_limit_root_end', '"public"."projects" tenantry_limit_row_insert', '"public"."projects" tenantry_limit_settle_before', '"public"."projects" tenantry_limit_settle_now']::text[])
  loop
    execute format('drop trigger %I on %I.%I', stale.tgname, stale.nspname, stale.relname);
  end loop;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."documents" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_documents();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_documents" after update on "public"."documents"
      for each row when ((new."deleted_at" is null) and ((old."deleted_at" is null) is not true or old."tenant_id" is distinct from new."tenant_id")) execute function tenantry.limit_update_public_documents__documents();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_class c where c.oid = '"public"."documents"'::regclass and c.relkind = 'p') then
    create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."documents" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."documents" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_row_insert" after insert on "public"."documents" for each row execute function tenantry.limit_row_insert_public_documents();
    create or replace trigger "tenantry_limit_settle_before" after update on "public"."documents" for each statement execute function tenantry.limit_settle_before('documents');
    create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."documents" for each statement execute function tenantry.limit_settle_now('documents');
  else
    drop trigger if exists "tenantry_limit_root" on "public"."documents";
    drop trigger if exists "tenantry_limit_root_end" on "public"."documents";
    drop trigger if exists "tenantry_limit_row_insert" on "public"."documents";
    drop trigger if exists "tenantry_limit_settle_before" on "public"."documents";
    drop trigger if exists "tenantry_limit_settle_now" on "public"."documents";
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."projects" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_projects();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_projects" after update on "public"."projects"
      for each row when ((new."deleted_at" is null) and ((old."deleted_at" is null) is not true or old."tenant_id" is distinct from new."tenant_id")) execute function tenantry.limit_update_public_projects__projects();
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
-- plan-limits: report
create or replace function tenantry.limit_used(of_tenant uuid, of_feature text, of_period timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if of_feature in ('documents', 'projects') then
    return tenantry.limit_count(of_tenant, of_feature);
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_report_of(of_tenant uuid, of_feature text, of_plan text) returns jsonb
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
  if of_plan is not null and not (of_plan = any (array['enterprise', 'lite', 'team']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
    raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
  end if;
  for f in select * from (values ('documents', 'count', null), ('projects', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
    r := tenantry.limit_of(of_tenant, f.feature, of_plan);
    select null::timestamptz as period_start, null::timestamptz as period_end into p;
    if f.per is not null then
      select * into p from tenantry.limit_period(f.per, r.anchor, r.zone, statement_timestamp());
    end if;
    total := tenantry.limit_used(of_tenant, f.feature, p.period_start);
    if total > r.own_lim and r.grace_until is null and of_plan is null then
      select * into lapsed from tenantry.limit_lapsed(of_tenant, f.feature, total);
      if lapsed.grace_until is not null then
        r.grace_until := lapsed.grace_until;
        r.lim := lapsed.keeps;
      end if;
    end if;
    result := result || jsonb_build_object('feature', f.feature, 'kind', f.kind, 'plan', r.plan, 'granted', r.granted,
      'readOnly', r.read_only, 'enforcement', case when r.soft then 'soft' else 'hard' end,
      'limit', case when f.kind = 'flag' then r.lim else (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end) end, 'planLimit', r.own_lim, 'used', total,
      'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
      'graceUntil', case when total > r.own_lim then case when isfinite(r.grace_until) then to_char(r.grace_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end end,
      'base', r.base, 'changedTo', r.changed_to, 'added', r.added,
      'overrides', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'mode', v.mode, 'value', v.value, 'startsAt', case when isfinite(v.starts_at) then to_char(v.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
                    'endsAt', case when isfinite(v.ends_at) then to_char(v.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'reason', v.reason, 'actor', v.actor) order by v.starts_at, v.id)
                    from "public"."feature_overrides" v
                    where v."tenant_id" = of_tenant and v.feature = f.feature and (v.ends_at is null or v.ends_at > statement_timestamp())), '[]'), 'addOns', '[]'::jsonb);
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
  return tenantry.limit_report_of(coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_used(of_tenant uuid, of_feature text, of_period timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_report_of(of_tenant uuid, of_feature text, of_plan text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_report(of_feature text, of_plan text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_used(of_tenant uuid, of_feature text, of_period timestamptz), tenantry.limit_report_of(of_tenant uuid, of_feature text, of_plan text), tenantry.limit_report(of_feature text, of_plan text) from public;
--> statement-breakpoint
grant execute on function tenantry.limit_report(of_feature text, of_plan text) to "app";
--> statement-breakpoint
-- plan-limits: changes
create or replace function tenantry.limit_limits(of_tenant uuid, of_plan text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select jsonb_object_agg(f.feature, l.own_lim) from unnest(array['documents', 'projects']::text[]) f (feature)
    cross join lateral tenantry.limit_of(of_tenant, f.feature, of_plan) l);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_grace(of_tenant uuid, before jsonb, another_plan boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  f record;
  r record;
  p record;
  used bigint;
  lowered boolean;
begin
  for f in select j.key as feature, j.value::bigint as lim from jsonb_each_text(before) j order by 1 loop
    r := tenantry.limit_of(of_tenant, f.feature, null);
    lowered := r.own_lim is not null and (f.lim is null or f.lim > r.own_lim);
    -- most tenants have no grace that could end
    continue when not lowered and (not another_plan or r.grace_until is null);
    select * into p from tenantry.limit_period('lifetime', r.anchor, r.zone, statement_timestamp());
    used := tenantry.limit_used(of_tenant, f.feature, p.period_start);
    if r.own_lim is null or used <= r.own_lim or (another_plan and (f.lim is null or used <= f.lim)) then
      delete from "public"."limit_states" g where g."tenant_id" = of_tenant and g.feature = f.feature;
    end if;
    if lowered and used > r.own_lim and r.grace_days > 0 then
      -- a second change during the grace does not make it longer
      insert into "public"."limit_states" as g ("tenant_id", feature, keeps, grace_until)
      values (of_tenant, f.feature, f.lim, statement_timestamp() + make_interval(days => r.grace_days))
      on conflict ("tenant_id", feature) do update
        set keeps = excluded.keeps, exceeded_at = now(), grace_until = excluded.grace_until
        where g.grace_until <= statement_timestamp();
    end if;
  end loop;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_plan_updated() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  -- setPlan begins the grace itself, when the add-ons are changed too
  if coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan_tier", 'lite') <> coalesce(case when new."trial_ends_at" > statement_timestamp() then new."trial_plan" end, new."plan_tier", 'lite') and coalesce(current_setting($name$tenantry.limit_plan_set$name$, true), '') <> new."id"::text then
    perform tenantry.limit_grace(new."id", tenantry.limit_limits(new."id", coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan_tier", 'lite')), true);
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_changed_row() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  changed constant jsonb := coalesce(before, to_jsonb(new));
begin
  if tg_op = 'UPDATE' and old.* is not distinct from new.* then
    return null;
  end if;
  insert into tenantry.limit_changed (tenant, part, key, before)
  values ((changed->>tg_argv[1])::uuid, tg_argv[0], coalesce((select string_agg(changed->>u.k, '/' order by u.n) from unnest(string_to_array(tg_argv[2], ',')) with ordinality u (k, n)), ''), before);
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_lapsed(of_tenant uuid, of_feature text, used bigint, out keeps bigint, out grace_until timestamptz) returns record
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  r record;
  b record;
  w record;
begin
  r := tenantry.limit_of(of_tenant, of_feature, null);
  -- only who was over already is helped: within the limit nobody needs the one from before
  if not coalesce(used > r.own_lim, false) or r.grace_until is not null or r.grace_days = 0 then
    return;
  end if;
  for w in
    select distinct t.at from (select c.at from tenantry.limit_changed c where c.tenant = of_tenant or c.tenant is null union all select o.ends_at from "public"."feature_overrides" o where o."tenant_id" = of_tenant and o.feature = of_feature union all select s."trial_ends_at" from "public"."tenants" s where s."id" = of_tenant) t (at)
    where t.at > statement_timestamp() - make_interval(days => r.grace_days) and t.at <= clock_timestamp()
      -- what happens during a grace does not make it longer
      and t.at >= coalesce((select g.grace_until from "public"."limit_states" g where g."tenant_id" = of_tenant and g.feature = of_feature), '-infinity')
    order by t.at
  loop
    select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, res.own_lim as lim
    from (
      select own.plan, own.read_only, own.anchor, own.zone,
        coalesce(pf.enforcement = 'soft', false) as soft,
        case when pf.plan is null then 0 else pf.limit_value end as base,
        coalesce(pf.grace_days, 0) as grace_days,
        pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
                case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
                coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
                case when coalesce(more.unbounded, false) then null
                  when ovr.mode is not null and ovr.value is null then null
                  when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
                  else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
                    + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
        null::timestamptz as grace_until, null::bigint as keeps
      from (
        select coalesce(case when st."trial_ends_at" > w.at - interval '1 microsecond' then st."trial_plan" end, st."plan_tier", 'lite') as plan,
          st."plan_read_only" is true as read_only,
          st."plan_anchor" as anchor,
          coalesce(st."plan_time_zone", 'UTC') as zone
        from (select 1) one left join "public"."tenants" st on st."id" = of_tenant
      ) own
      left join (select x.* from "public"."plan_features" x where not exists (select from tenantry.limit_changed c where c.tenant is null and c.part = 'planFeatures' and c.at >= w.at and c.key = x.plan::text || '/' || x.feature::text)
                union all
                select (jsonb_populate_record(null::"public"."plan_features", f.before)).* from (
                  select distinct on (c.key) c.before from tenantry.limit_changed c
                  where c.tenant is null and c.part = 'planFeatures' and c.at >= w.at order by c.key, c.at, c.id) f
                where f.before is not null) pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
      left join lateral (
              select ov.mode, ov.value from (select x.* from "public"."feature_overrides" x where x."tenant_id" = of_tenant and not exists (select from tenantry.limit_changed c where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at and c.key = x.id::text)
                        union all
                        select (jsonb_populate_record(null::"public"."feature_overrides", f.before)).* from (
                          select distinct on (c.key) c.before from tenantry.limit_changed c
                          where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at order by c.key, c.at, c.id) f
                        where f.before is not null) ov where ov."tenant_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= w.at - interval '1 microsecond' and (ov.ends_at is null or ov.ends_at > w.at - interval '1 microsecond') and ov.mode = 'set'
              order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
            ) ovr on true
            left join lateral (select sum(ov.value) as units from (select x.* from "public"."feature_overrides" x where x."tenant_id" = of_tenant and not exists (select from tenantry.limit_changed c where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at and c.key = x.id::text)
                      union all
                      select (jsonb_populate_record(null::"public"."feature_overrides", f.before)).* from (
                        select distinct on (c.key) c.before from tenantry.limit_changed c
                        where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at order by c.key, c.at, c.id) f
                      where f.before is not null) ov where ov."tenant_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= w.at - interval '1 microsecond' and (ov.ends_at is null or ov.ends_at > w.at - interval '1 microsecond') and ov.mode = 'add') inc on true
            cross join (select 0::numeric as units, false as unbounded, false as present) more
    ) res
    into b;
    if b.own_lim is null or b.own_lim > r.own_lim then
      keeps := b.own_lim;
      grace_until := w.at + make_interval(days => r.grace_days);
      return;
    end if;
  end loop;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_lapse(of_tenant uuid, of_feature text, used bigint) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  l record;
begin
  select * into l from tenantry.limit_lapsed(of_tenant, of_feature, used);
  if l.grace_until is null then
    return false;
  end if;
  insert into "public"."limit_states" as g ("tenant_id", feature, keeps, grace_until)
  values (of_tenant, of_feature, l.keeps, l.grace_until)
  on conflict ("tenant_id", feature) do update
    set keeps = excluded.keeps, exceeded_at = now(), grace_until = excluded.grace_until
    where g.grace_until <= statement_timestamp();
  return true;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_set_plan(of_tenant uuid, change jsonb) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."tenants";
  changed "public"."tenants";
  before jsonb;
begin
  if (change->>'plan') is not null and not ((change->>'plan') = any (array['enterprise', 'lite', 'team']::text[]) or exists (select from "public"."plan_features" k where k.plan = (change->>'plan'))) then
    raise exception 'PLAN_UNKNOWN: %', (change->>'plan') using errcode = 'TN001', detail = jsonb_build_object('plan', (change->>'plan'))::text;
  end if;
  select t.* into s from "public"."tenants" t where t."id" = of_tenant for no key update;
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
  update "public"."tenants" t set "plan_tier" = coalesce(change->>'plan', 'lite'), "plan_anchor" = case when change ? 'periodStart' then (change->>'periodStart')::timestamptz else t."plan_anchor" end, "plan_period_end" = case when change ? 'periodEnd' then (change->>'periodEnd')::timestamptz else t."plan_period_end" end, "trial_plan" = case when (change->>'plan') is null then t."trial_plan" end, "trial_ends_at" = case when change ? 'trialEndsAt' and (change->>'plan') is not null then (change->>'trialEndsAt')::timestamptz
              when (change->>'plan') is not null then null else t."trial_ends_at" end, "plan_read_only" = coalesce((change->>'readOnly')::boolean, t."plan_read_only"), "plan_source" = case when change ? 'source' then (change->>'source')::text else t."plan_source" end, "plan_version" = case when change ? 'version' then (change->>'version')::bigint else t."plan_version" end where t."id" = of_tenant returning t.* into changed;
  perform set_config($name$tenantry.limit_plan_set$name$, '', true);
  if coalesce(change->'addons', '{}') <> '{}' then
    raise exception 'ADD_ON_UNKNOWN: the schema has no tables of add-ons' using errcode = 'TN001';
  end if;
  perform tenantry.limit_grace(of_tenant, before, coalesce(case when s."trial_ends_at" > statement_timestamp() then s."trial_plan" end, s."plan_tier", 'lite') <> coalesce(case when changed."trial_ends_at" > statement_timestamp() then changed."trial_plan" end, changed."plan_tier", 'lite'));
  return true;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_start_trial(of_tenant uuid, of_plan text, ends_at timestamptz) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."tenants";
begin
  if of_plan is not null and not (of_plan = any (array['enterprise', 'lite', 'team']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
    raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
  end if;
  select t.* into s from "public"."tenants" t where t."id" = of_tenant for no key update;
  if not found then
    raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
  end if;
  update "public"."tenants" t set "trial_plan" = of_plan, "trial_ends_at" = ends_at
    where t."id" = of_tenant;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_held_plan(of_tenant uuid) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."tenants";
begin
  select t.* into s from "public"."tenants" t where t."id" = of_tenant for no key update;
  if not found then
    return null;
  end if;
  return jsonb_build_object('plan', s."plan_tier", 'source', s."plan_source", 'readOnly', coalesce(s."plan_read_only", false), 'isDefault', coalesce(s."plan_tier" = 'lite', true), 'addons', '{}'::jsonb);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_add_override(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  made text;
begin
  if of_feature <> all (array['documents', 'projects']::text[]) then
    raise exception 'FEATURE_UNKNOWN: %', of_feature using errcode = 'TN001';
  end if;
  insert into "public"."feature_overrides" as v ("tenant_id", feature, mode, value, starts_at, ends_at, reason, actor)
  values (of_tenant, of_feature, $3, $4, coalesce($5, statement_timestamp()), $6, $7, $8)
  returning v.id::text into made;
  return made;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_end_override(of_tenant uuid, of_id text) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  update "public"."feature_overrides" v set ends_at = statement_timestamp()
    where v."tenant_id" = of_tenant and v.id::text = of_id and (v.ends_at is null or v.ends_at > statement_timestamp());
  return found;
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
  if of_table = 'limitStates' then
    bytes := greatest(pg_relation_size($name$"public"."limit_states"$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$"public"."limit_states"$name$::regclass) t));
    select count(*) into found_due from "public"."limit_states" v where v.ctid >= first and v.ctid < last and v.grace_until < cutoff;
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."limit_states" v where v.ctid >= first and v.ctid < last and v.grace_until < cutoff for update skip locked
      )
      delete from "public"."limit_states" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
      get diagnostics removed = row_count;
    end if;
  end if;
  if of_table = 'featureOverrides' then
    bytes := greatest(pg_relation_size($name$"public"."feature_overrides"$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$"public"."feature_overrides"$name$::regclass) t));
    select count(*) into found_due from "public"."feature_overrides" v where v.ctid >= first and v.ctid < last and v.ends_at < cutoff;
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."feature_overrides" v where v.ctid >= first and v.ctid < last and v.ends_at < cutoff for update skip locked
      )
      delete from "public"."feature_overrides" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
      get diagnostics removed = row_count;
    end if;
  end if;
  if of_table = 'entitlementHistory' then
    bytes := greatest(pg_relation_size($name$"public"."entitlement_history"$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$"public"."entitlement_history"$name$::regclass) t));
    select count(*) into found_due from "public"."entitlement_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and (exists (select from "public"."entitlement_history" h where h."tenant_id" = v."tenant_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."entitlement_history" h where h."tenant_id" = v."tenant_id" and h.subject = v.subject and h.key = v.key and h.id < v.id));
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."entitlement_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and (exists (select from "public"."entitlement_history" h where h."tenant_id" = v."tenant_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."entitlement_history" h where h."tenant_id" = v."tenant_id" and h.subject = v.subject and h.key = v.key and h.id < v.id)) for update skip locked
      )
      delete from "public"."entitlement_history" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
      get diagnostics removed = row_count;
    end if;
  end if;
  if of_table = 'planHistory' then
    bytes := greatest(pg_relation_size($name$"public"."plan_history"$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$"public"."plan_history"$name$::regclass) t));
    select count(*) into found_due from "public"."plan_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and (exists (select from "public"."plan_history" h where h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."plan_history" h where h.subject = v.subject and h.key = v.key and h.id < v.id));
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."plan_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and (exists (select from "public"."plan_history" h where h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."plan_history" h where h.subject = v.subject and h.key = v.key and h.id < v.id)) for update skip locked
      )
      delete from "public"."plan_history" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
      get diagnostics removed = row_count;
    end if;
  end if;
  if of_table = 'limitChanges' then
    bytes := greatest(pg_relation_size($name$tenantry.limit_changed$name$::regclass),
      (select max(pg_relation_size(t.relid)) from pg_partition_tree($name$tenantry.limit_changed$name$::regclass) t));
    select count(*) into found_due from tenantry.limit_changed v where v.ctid >= first and v.ctid < last and v.at < cutoff and v.at < statement_timestamp() - make_interval(days => coalesce((select max(p.grace_days) from "public"."plan_features" p), 0));
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from tenantry.limit_changed v where v.ctid >= first and v.ctid < last and v.at < cutoff and v.at < statement_timestamp() - make_interval(days => coalesce((select max(p.grace_days) from "public"."plan_features" p), 0)) for update skip locked
      )
      delete from tenantry.limit_changed v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
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
  if of_table = 'limitStates' then
    return jsonb_build_object('table', $name$public.limit_states$name$,
      'rows', (select count(*) from (select from "public"."limit_states" v where v.grace_until < cutoff limit 1000) x));
  end if;
  if of_table = 'featureOverrides' then
    return jsonb_build_object('table', $name$public.feature_overrides$name$,
      'rows', (select count(*) from (select from "public"."feature_overrides" v where v.ends_at < cutoff limit 1000) x));
  end if;
  if of_table = 'entitlementHistory' then
    return jsonb_build_object('table', $name$public.entitlement_history$name$,
      'rows', (select count(*) from (select from "public"."entitlement_history" v where v.at < cutoff and (exists (select from "public"."entitlement_history" h where h."tenant_id" = v."tenant_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."entitlement_history" h where h."tenant_id" = v."tenant_id" and h.subject = v.subject and h.key = v.key and h.id < v.id)) limit 1000) x));
  end if;
  if of_table = 'planHistory' then
    return jsonb_build_object('table', $name$public.plan_history$name$,
      'rows', (select count(*) from (select from "public"."plan_history" v where v.at < cutoff and (exists (select from "public"."plan_history" h where h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."plan_history" h where h.subject = v.subject and h.key = v.key and h.id < v.id)) limit 1000) x));
  end if;
  if of_table = 'limitChanges' then
    return jsonb_build_object('table', $name$tenantry.limit_changed$name$,
      'rows', (select count(*) from (select from tenantry.limit_changed v where v.at < cutoff and v.at < statement_timestamp() - make_interval(days => coalesce((select max(p.grace_days) from "public"."plan_features" p), 0)) limit 1000) x));
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.limit_limits(of_tenant uuid, of_plan text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_grace(of_tenant uuid, before jsonb, another_plan boolean) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_plan_updated() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_changed_row() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_lapsed(of_tenant uuid, of_feature text, used bigint, out keeps bigint, out grace_until timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_lapse(of_tenant uuid, of_feature text, used bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_set_plan(of_tenant uuid, change jsonb) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_start_trial(of_tenant uuid, of_plan text, ends_at timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_held_plan(of_tenant uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_add_override(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_end_override(of_tenant uuid, of_id text) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_clean(of_table text, retain_days integer, from_page bigint, pages integer) owner to "system";
--> statement-breakpoint
alter function tenantry.limit_overdue(of_table text, retain_days integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_limits(of_tenant uuid, of_plan text), tenantry.limit_grace(of_tenant uuid, before jsonb, another_plan boolean), tenantry.limit_plan_updated(), tenantry.limit_changed_row(), tenantry.limit_lapsed(of_tenant uuid, of_feature text, used bigint, out keeps bigint, out grace_until timestamptz), tenantry.limit_lapse(of_tenant uuid, of_feature text, used bigint), tenantry.limit_set_plan(of_tenant uuid, change jsonb), tenantry.limit_start_trial(of_tenant uuid, of_plan text, ends_at timestamptz), tenantry.limit_held_plan(of_tenant uuid), tenantry.limit_add_override(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text), tenantry.limit_end_override(of_tenant uuid, of_id text), tenantry.limit_clean(of_table text, retain_days integer, from_page bigint, pages integer), tenantry.limit_overdue(of_table text, retain_days integer) from public;
--> statement-breakpoint
create or replace trigger "tenantry_plan_grace" after update on "public"."tenants"
  for each row when (old."plan_tier" is distinct from new."plan_tier" or old."trial_plan" is distinct from new."trial_plan" or old."trial_ends_at" is distinct from new."trial_ends_at") execute function tenantry.limit_plan_updated();
--> statement-breakpoint
create table if not exists tenantry.limit_changed (
  id bigint generated always as identity primary key, tenant uuid, part text not null,
  key text not null, before jsonb, at timestamptz not null default clock_timestamp()
);
--> statement-breakpoint
create index if not exists limit_changed_at_idx on tenantry.limit_changed (tenant, at);
--> statement-breakpoint
revoke all on tenantry.limit_changed from public;
--> statement-breakpoint
grant select, insert, update, delete on tenantry.limit_changed to "system";
--> statement-breakpoint
create or replace trigger "tenantry_limit_changed" after insert or update or delete on "public"."plan_features"
  for each row execute function tenantry.limit_changed_row('planFeatures', '', 'plan,feature');
--> statement-breakpoint
create or replace trigger "tenantry_limit_changed" after update or delete on "public"."feature_overrides"
  for each row execute function tenantry.limit_changed_row('featureOverrides', 'tenant_id', 'id');
--> statement-breakpoint
drop trigger if exists "tenantry_plan_carry" on "public"."tenants";
--> statement-breakpoint
-- plan-limits: tried
do $tenantry$
begin
  begin
    perform tenantry.limit_report_of(null::uuid, null, null);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
  begin
    perform tenantry.limit_report_at_of(null::uuid, now(), null);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
  begin
    perform tenantry.limit_changes_of(null::uuid, 1);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
  begin
    perform tenantry.limit_set_plan('00000000-0000-0000-0000-000000000000'::uuid, '{"plan": null, "source": "a test of the migration"}');
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
end
$tenantry$;
