-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section plan-limits:references bb736d16fd26f00b
-- tenantry:section plan-limits:history 0d082b95df32bd59
-- tenantry:section plan-limits:plans 5476e38de036d4d4
-- tenantry:section plan-limits:limits a9f2644a54b92446
-- tenantry:section plan-limits:usage eb09c867354a935f
-- tenantry:section plan-limits:counts 2c41e34167fe03e9
-- tenantry:section plan-limits:report cdac79afde089234
-- tenantry:section plan-limits:changes bd4c82402559393e
-- tenantry:section plan-limits:tried 295c0c85b81b0f2c

set local lock_timeout = '5s';
--> statement-breakpoint
-- plan-limits: references
select tenantry.keep_reference('"public"."feature_overrides"', 'feature_overrides_organization_id_limits_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:limits 05aff86d0dfffc59');
--> statement-breakpoint
select tenantry.keep_reference('"public"."add_ons"', 'add_ons_organization_id_limits_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:limits 4043fa574c34e048');
--> statement-breakpoint
select tenantry.keep_reference('"public"."usage_counters"', 'usage_counters_organization_id_limits_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:limits 89131bb6adcd8c3f');
--> statement-breakpoint
select tenantry.keep_reference('"public"."usage_events"', 'usage_events_organization_id_limits_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:limits 96725ff38cc0e59b');
--> statement-breakpoint
select tenantry.keep_reference('"public"."limit_states"', 'limit_states_organization_id_limits_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:limits 35094dbe1318a49a');
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
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
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
  insert into "public"."entitlement_history" ("organization_id", subject, key, state)
  select r."id", 'plan', '', jsonb_build_object('id', r."id", 'plan', r."plan", 'plan_anchor', r."plan_anchor", 'plan_time_zone', r."plan_time_zone", 'trial_plan', r."trial_plan", 'trial_ends_at', r."trial_ends_at", 'plan_read_only', r."plan_read_only", 'plan_source', r."plan_source") from "public"."organizations" r
  where not exists (select from "public"."entitlement_history" h where h."organization_id" = r."id" and h.subject = 'plan' and h.key = '');
  insert into "public"."entitlement_history" ("organization_id", subject, key, state)
  select r."organization_id", 'override', r.id::text, to_jsonb(r) from "public"."feature_overrides" r
  where not exists (select from "public"."entitlement_history" h where h."organization_id" = r."organization_id" and h.subject = 'override' and h.key = r.id::text);
  insert into "public"."entitlement_history" ("organization_id", subject, key, state)
  select r."organization_id", 'add_on', r.add_on::text, to_jsonb(r) from "public"."add_ons" r
  where not exists (select from "public"."entitlement_history" h where h."organization_id" = r."organization_id" and h.subject = 'add_on' and h.key = r.add_on::text);
  insert into "public"."plan_history" (subject, key, state)
  select 'plan_feature', r.plan::text || '/' || r.feature::text, to_jsonb(r) from "public"."plan_features" r
  where not exists (select from "public"."plan_history" h where h.subject = 'plan_feature' and h.key = r.plan::text || '/' || r.feature::text);
  insert into "public"."plan_history" (subject, key, state)
  select 'add_on_feature', r.add_on::text || '/' || r.feature::text, to_jsonb(r) from "public"."add_on_features" r
  where not exists (select from "public"."plan_history" h where h.subject = 'add_on_feature' and h.key = r.add_on::text || '/' || r.feature::text);
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
  for f in select * from (values ('apiCalls', 'counter', 'month'), ('projects', 'count', null), ('seats', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
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
        select coalesce(case when st."trial_ends_at" > of_time then st."trial_plan" end, st."plan", 'free') as plan,
          st."plan_read_only" is true as read_only,
          st."plan_anchor" as anchor,
          coalesce(st."plan_time_zone", 'UTC') as zone
        from (select 1) one left join (select (jsonb_populate_record(null::"public"."organizations", l.state)).* from (
                select distinct on (h.key) h.state from "public"."entitlement_history" h
                where h.subject = 'plan' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) st on st."id" = of_tenant
      ) own
      left join (select (jsonb_populate_record(null::"public"."plan_features", l.state)).* from (
              select distinct on (h.key) h.state from "public"."plan_history" h
              where h.subject = 'plan_feature' and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) pf on pf.plan = own.plan and pf.feature = f.feature and pf.enabled
      left join lateral (
              select ov.mode, ov.value from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
                      select distinct on (h.key) h.state from "public"."entitlement_history" h
                      where h.subject = 'override' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= of_time and (ov.ends_at is null or ov.ends_at > of_time) and ov.mode = 'set'
              order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
            ) ovr on true
            left join lateral (select sum(ov.value) as units from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
                    select distinct on (h.key) h.state from "public"."entitlement_history" h
                    where h.subject = 'override' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= of_time and (ov.ends_at is null or ov.ends_at > of_time) and ov.mode = 'add') inc on true
            left join lateral (
                    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                    from (select (jsonb_populate_record(null::"public"."add_ons", l.state)).* from (
                            select distinct on (h.key) h.state from "public"."entitlement_history" h
                            where h.subject = 'add_on' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) had join (select (jsonb_populate_record(null::"public"."add_on_features", l.state)).* from (
                            select distinct on (h.key) h.state from "public"."plan_history" h
                            where h.subject = 'add_on_feature' and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) unit on unit.add_on = had.add_on and unit.feature = f.feature
                    where had."organization_id" = of_tenant
                  ) more on true
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
                            where h.subject = 'override' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) v
                    where v."organization_id" = of_tenant and v.feature = f.feature and (v.ends_at is null or v.ends_at > of_time)), '[]'), 'addOns', coalesce((select jsonb_agg(jsonb_build_object('addOn', h.add_on, 'quantity', h.quantity, 'units', u.units) order by h.add_on)
                    from (select (jsonb_populate_record(null::"public"."add_ons", l.state)).* from (
                            select distinct on (h.key) h.state from "public"."entitlement_history" h
                            where h.subject = 'add_on' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) h join (select (jsonb_populate_record(null::"public"."add_on_features", l.state)).* from (
                            select distinct on (h.key) h.state from "public"."plan_history" h
                            where h.subject = 'add_on_feature' and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) u on u.add_on = h.add_on
                    where h."organization_id" = of_tenant and u.feature = f.feature), '[]'));
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
  return tenantry.limit_report_at_of(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2);
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
        where h."organization_id" = of_tenant order by h.at desc, h.id desc limit most)
      union all
      (select false, h.id, h.subject, h.key, h.state, h.actor, h.at from "public"."plan_history" h
        where case h.subject when 'plan_feature' then split_part(h.key, '/', 1) = (select coalesce(case when (o.state->>'trial_ends_at')::timestamptz > h.at then o.state->>'trial_plan' end, o.state->>'plan', 'free') from "public"."entitlement_history" o where o."organization_id" = of_tenant and o.subject = 'plan' and o.key = ''
          and o.at <= h.at order by o.id desc limit 1)
          else (select o.state is not null from "public"."entitlement_history" o where o."organization_id" = of_tenant and o.subject = 'add_on' and o.key = split_part(h.key, '/', 1)
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
  return tenantry.limit_changes_of(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1);
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
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."organizations"
  for each row execute function tenantry.limit_record('plan', 'id', '', 'id', 'plan', 'plan_anchor', 'plan_time_zone', 'trial_plan', 'trial_ends_at', 'plan_read_only', 'plan_source');
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."feature_overrides"
  for each row execute function tenantry.limit_record('override', 'organization_id', 'id');
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."add_ons"
  for each row execute function tenantry.limit_record('add_on', 'organization_id', 'add_on');
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."plan_features"
  for each row execute function tenantry.limit_record_plan('plan_feature', '', 'plan,feature');
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."add_on_features"
  for each row execute function tenantry.limit_record_plan('add_on_feature', '', 'add_on,feature');
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
  insert into "public"."add_on_features" as f (add_on, feature, units, seeded)
  select w."addOn", w.feature, w.units, jsonb_build_object('units', w.units)
  from jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text, units bigint)
  on conflict (add_on, feature) do update set units = excluded.units, seeded = excluded.seeded
  where f.seeded is distinct from excluded.seeded and (overwrite or jsonb_build_object('units', f.units) in (f.seeded, excluded.seeded))
    or overwrite and jsonb_build_object('units', f.units) <> f.seeded;
  delete from "public"."add_on_features" f
  where not exists (select from jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text) where w."addOn" = f.add_on and w.feature = f.feature)
    and f.seeded is not null and (overwrite or jsonb_build_object('units', f.units) = f.seeded);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_rows() returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return jsonb_build_object('plans', coalesce((select jsonb_agg(jsonb_build_object('plan', f.plan, 'feature', f.feature) || jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days)
    || jsonb_build_object('ofCode', f.seeded is not null)) from "public"."plan_features" f), '[]'), 'addOns', coalesce((select jsonb_agg(jsonb_build_object('addOn', f.add_on, 'feature', f.feature, 'units', f.units)) from "public"."add_on_features" f), '[]'));
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
select tenantry.limit_seed('{"plans":[{"plan":"free","feature":"apiCalls","limit":1000,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"projects","limit":3,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"seats","limit":2,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"apiCalls","limit":50000,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"projects","limit":50,"enabled":true,"enforcement":"hard","graceDays":14},{"plan":"pro","feature":"seats","limit":10,"enabled":true,"enforcement":"hard","graceDays":14},{"plan":"enterprise","feature":"apiCalls","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"enterprise","feature":"projects","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"enterprise","feature":"seats","limit":null,"enabled":true,"enforcement":"hard","graceDays":0}],"addOns":[{"addOn":"extra-seats","feature":"seats","units":5}]}', false);
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
      select coalesce(of_plan, case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
    left join lateral (
            select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
            order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
          ) ovr on true
          left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
          left join lateral (
                  select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                  from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = of_feature
                  where had."organization_id" = of_tenant
                ) more on true
    left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = of_feature and grc.grace_until > statement_timestamp()
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
-- plan-limits: usage
create or replace function tenantry.usage_give_back(of_tenant uuid, feature text, of_period timestamptz, amount bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  update "public"."usage_counters" c set used = greatest(c.used - $4, 0)
    where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = of_period and $4 > 0;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_expire(of_tenant uuid, of_feature text, batch integer) returns bigint
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
        select v."organization_id" as tenant, v.feature, v.key from "public"."usage_events" v
        where v.state = 'reserved' and v.expires_at <= clock_timestamp()
        order by 1, 2, 3 limit batch for update skip locked
      ), gone as (
        update "public"."usage_events" v set state = 'expired', expires_at = null from due d where v."organization_id" = d.tenant and v.feature = d.feature and v.key = d.key
        returning v."organization_id" as tenant, v.feature, v.period_start, v.amount
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
        select v."organization_id" as tenant, v.feature, v.key from "public"."usage_events" v
        where v.state = 'reserved' and v.expires_at <= clock_timestamp() and v."organization_id" = of_tenant and v.feature = of_feature
        order by 1, 2, 3 limit batch for update skip locked
      ), gone as (
        update "public"."usage_events" v set state = 'expired', expires_at = null from due d where v."organization_id" = d.tenant and v.feature = d.feature and v.key = d.key
        returning v."organization_id" as tenant, v.feature, v.period_start, v.amount
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
create or replace function tenantry.usage_settle_of(of_tenant uuid, feature text, key text, action text, amount bigint) returns jsonb
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
    where v."organization_id" = of_tenant and v.feature = $2 and v.key = $3 for update;
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
    where v."organization_id" = of_tenant and v.feature = $2 and v.key = $3;
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
  return tenantry.usage_settle_of(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2, $3, $4);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.usage_add(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) returns record
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
#variable_conflict use_column -- ON CONFLICT names columns
declare
  r record;
  p record;
  total bigint;
  in_grace boolean := false;
  per text := case feature when 'apiCalls' then 'month' end;
begin
  if per is null then
    raise exception 'FEATURE_UNKNOWN: % is no counter', feature using errcode = 'TN001';
  end if;
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
      select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = $2 and pf.enabled
    left join lateral (
            select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = $2 and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
            order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
          ) ovr on true
          left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = $2 and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
          left join lateral (
                  select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                  from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = $2
                  where had."organization_id" = of_tenant
                ) more on true
    left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = $2 and grc.grace_until > statement_timestamp()
  ) res
  into r;
  select * into p from tenantry.limit_period(per, r.anchor, r.zone, statement_timestamp());
  period_start := p.period_start;
  for attempt in 1..3 loop
    insert into "public"."usage_counters" as c ("organization_id", feature, period_start, period_end, used)
    select of_tenant, $2, p.period_start, p.period_end, amount
    where not r.read_only and (r.soft or amount <= coalesce((case when r.grace_until is not null and exists (select from "public"."usage_counters" c where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start and c.used > r.own_lim) then r.lim else r.own_lim end), 9007199254740991))
    on conflict ("organization_id", feature, period_start) do update set used = c.used + amount
      where not r.read_only and c.used + amount <= case when r.soft then 9007199254740991 else coalesce((case when c.used > r.own_lim then r.lim else r.own_lim end), 9007199254740991) end
    returning c.used into total;
    granted := found;
    exit when granted or in_grace or r.read_only;
    -- reservations that have expired make room; it is enough to look when there is none
    continue when attempt = 1 and tenantry.usage_expire(of_tenant, $2, 1000) > 0;
    in_grace := tenantry.limit_lapse(of_tenant, $2, (select c.used from "public"."usage_counters" c where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start));
    exit when not in_grace;
    r := tenantry.limit_of(of_tenant, $2, null);
  end loop;
  if not granted then
    if refuse then
      select c.used into total from "public"."usage_counters" c
        where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start;
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
create or replace function tenantry.usage_take_of(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) returns jsonb
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
      where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4;
    given_back := found and e.free;
    if given_back then
      -- what was given back can be taken again, by one at a time
      select v.state, v.answer, v.amount, v.period_start, (v.state in ('refunded', 'released', 'expired') or (v.state = 'reserved' and v.expires_at <= clock_timestamp())) as free into e from "public"."usage_events" v
        where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4 for update;
      continue when not found;
      given_back := e.free;
      if e.free and e.state = 'reserved' then
        -- said before anything is taken, or whoever looks for room gives it back again
        update "public"."usage_events" v set state = 'expired', expires_at = null
          where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4;
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
        where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4;
      return taken.answer;
    end if;
    insert into "public"."usage_events" as v ("organization_id", feature, key, amount, state, period_start, answer, expires_at)
    values (of_tenant, feature, key, amount, case when reserved then 'reserved' else 'used' end, taken.period_start, taken.answer,
      statement_timestamp() + make_interval(secs => ttl_seconds))
    on conflict ("organization_id", feature, key) do nothing;
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
  return tenantry.usage_take_of(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2, $3, $4);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.usage_give_back(of_tenant uuid, feature text, of_period timestamptz, amount bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_expire(of_tenant uuid, of_feature text, batch integer) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_due() owner to "system";
--> statement-breakpoint
alter function tenantry.usage_settle_of(of_tenant uuid, feature text, key text, action text, amount bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_settle(feature text, key text, action text, amount bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_add(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_take_of(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) owner to "system";
--> statement-breakpoint
alter function tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.usage_give_back(of_tenant uuid, feature text, of_period timestamptz, amount bigint), tenantry.usage_expire(of_tenant uuid, of_feature text, batch integer), tenantry.usage_due(), tenantry.usage_settle_of(of_tenant uuid, feature text, key text, action text, amount bigint), tenantry.usage_settle(feature text, key text, action text, amount bigint), tenantry.usage_add(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb), tenantry.usage_take_of(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer), tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) from public;
--> statement-breakpoint
grant execute on function tenantry.usage_settle(feature text, key text, action text, amount bigint), tenantry.usage_take(feature text, amount bigint, key text, ttl_seconds integer) to "app";
--> statement-breakpoint
-- plan-limits: counts
create or replace function tenantry.limit_count(of_tenant uuid, of_feature text) returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if of_feature = 'projects' then
    return (select count(*) from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c);
  end if;
  if of_feature = 'seats' then
    return (select count(*) from (select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) union all select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true) c);
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
      select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
        st."plan_read_only" is true as read_only,
        st."plan_anchor" as anchor,
        coalesce(st."plan_time_zone", 'UTC') as zone
      from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
    ) own
    left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
    left join lateral (
            select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
            order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
          ) ovr on true
          left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
          left join lateral (
                  select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                  from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = of_feature
                  where had."organization_id" = of_tenant
                ) more on true
    left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = of_feature and grc.grace_until > statement_timestamp()
  ) res
  into r;
  if r.own_lim is null and not r.read_only then
    if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
      delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = of_feature;
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
        delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = of_feature;
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
    delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = of_feature;
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
      where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1
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
    where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1
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
create or replace function tenantry.limit_insert_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
  <<feature>>
  begin
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
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."organizations" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
          left join lateral (
                  select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
                  order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
                ) ovr on true
                left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
                left join lateral (
                        select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                        from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
                        where had."organization_id" = likely
                      ) more on true
          left join "public"."limit_states" grc on grc."organization_id" = likely and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."projects" c where c."organization_id" = likely and true offset l.lim limit 1)))
        and not exists (select from inserted o where o."organization_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'projects', g.added, false) from (select c."organization_id" as tenant, count(*) as added from "inserted" c where true group by 1 order by 1) g;
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
  perform tenantry.limit_check_row(new."organization_id", 'projects', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."organization_id") then
    if true then
      perform tenantry.limit_check_row(new."organization_id", 'projects', concat_ws(' ', new.xmin, new.cmin));
    end if;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_insert_public_invitations() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
  <<feature>>
  begin
    exit feature when not exists (select from inserted c where (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null));
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'seats' || ':' || likely::text, 0)) then
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
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."organizations" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
          left join lateral (
                  select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
                  order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
                ) ovr on true
                left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
                left join lateral (
                        select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                        from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
                        where had."organization_id" = likely
                      ) more on true
          left join "public"."limit_states" grc on grc."organization_id" = likely and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."invitations" c where c."organization_id" = likely and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) union all select 1 from "public"."memberships" c where c."organization_id" = likely and true offset l.lim limit 1)))
        and not exists (select from inserted o where o."organization_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'seats', g.added, false) from (select c."organization_id" as tenant, count(*) as added from "inserted" c where (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) group by 1 order by 1) g;
  end feature;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_update_public_invitations__seats() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.limit_check_row(new."organization_id", 'seats', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_invitations() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."organization_id") then
    if (new."accepted_at" is null and new."expires_at" > statement_timestamp() and new."revoked_at" is null) then
      perform tenantry.limit_check_row(new."organization_id", 'seats', concat_ws(' ', new.xmin, new.cmin));
    end if;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_insert_public_memberships() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  likely constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
begin
  <<feature>>
  begin
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:' || 'seats' || ':' || likely::text, 0)) then
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
            select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
              st."plan_read_only" is true as read_only,
              st."plan_anchor" as anchor,
              coalesce(st."plan_time_zone", 'UTC') as zone
            from "public"."organizations" st where st."id" = likely
          ) own
          join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
          left join lateral (
                  select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
                  order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
                ) ovr on true
                left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
                left join lateral (
                        select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                        from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
                        where had."organization_id" = likely
                      ) more on true
          left join "public"."limit_states" grc on grc."organization_id" = likely and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
        ) res
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and not exists (select 1 from "public"."invitations" c where c."organization_id" = likely and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) union all select 1 from "public"."memberships" c where c."organization_id" = likely and true offset l.lim limit 1)))
        and not exists (select from inserted o where o."organization_id" is distinct from likely);
      exit feature when found;
    end if;
    perform tenantry.limit_check(g.tenant, 'seats', g.added, false) from (select c."organization_id" as tenant, count(*) as added from "inserted" c where true group by 1 order by 1) g;
  end feature;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_update_public_memberships__seats() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.limit_check_row(new."organization_id", 'seats', concat_ws(' ', new.xmin, new.cmin));
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_row_insert_public_memberships() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tenantry.limit_row_by_itself(tg_relid, 'insert', new."organization_id") then
    if true then
      perform tenantry.limit_check_row(new."organization_id", 'seats', concat_ws(' ', new.xmin, new.cmin));
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
alter function tenantry.limit_insert_public_projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_projects__projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_projects() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_invitations() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_invitations__seats() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_invitations() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_insert_public_memberships() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_update_public_memberships__seats() owner to "system";
--> statement-breakpoint
alter function tenantry.limit_row_insert_public_memberships() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.limit_count(of_tenant uuid, of_feature text), tenantry.limit_check(of_tenant uuid, of_feature text, added bigint, one_by_one boolean), tenantry.limit_check_row(of_tenant uuid, of_feature text, written text), tenantry.limit_root(), tenantry.limit_row_by_itself(relation oid, event text, of_tenant uuid), tenantry.limit_settle_before(), tenantry.limit_settle_now(), tenantry.limit_insert_public_projects(), tenantry.limit_update_public_projects__projects(), tenantry.limit_row_insert_public_projects(), tenantry.limit_insert_public_invitations(), tenantry.limit_update_public_invitations__seats(), tenantry.limit_row_insert_public_invitations(), tenantry.limit_insert_public_memberships(), tenantry.limit_update_public_memberships__seats(), tenantry.limit_row_insert_public_memberships() from public;
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
      and format('"%s"."%s" %s', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'), t.tgname) <> all (array['"public"."projects" tenantry_limit_insert', '"public"."projects" tenantry_limit_update_projects', '"public"."projects" tenantry_limit_root', '"public"."projects" tenantry_limit_root_end', '"public"."projects" tenantry_limit_row_insert', '"public"."projects" tenantry_limit_settle_before', '"public"."projects" tenantry_limit_settle_now', '"public"."invitations" tenantry_limit_insert', '"public"."invitations" tenantry_limit_update_seats', '"public"."invitations" tenantry_limit_root', '"public"."invitations" tenantry_limit_root_end', '"public"."invitations" tenantry_limit_row_insert', '"public"."invitations" tenantry_limit_settle_before', '"public"."invitations" tenantry_limit_settle_now', '"public"."memberships" tenantry_limit_insert', '"public"."memberships" tenantry_limit_update_seats', '"public"."memberships" tenantry_limit_root', '"public"."memberships" tenantry_limit_root_end', '"public"."memberships" tenantry_limit_row_insert', '"public"."memberships" tenantry_limit_settle_before', '"public"."memberships" tenantry_limit_settle_now']::text[])
  loop
    execute format('drop trigger %I on %I.%I', stale.tgname, stale.nspname, stale.relname);
  end loop;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."projects" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_projects();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_projects" after update on "public"."projects"
      for each row when (old."organization_id" is distinct from new."organization_id") execute function tenantry.limit_update_public_projects__projects();
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
create or replace trigger "tenantry_limit_insert" after insert on "public"."invitations" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_invitations();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_seats" after update on "public"."invitations"
      for each row when ((new."accepted_at" is null and new."expires_at" > statement_timestamp() and new."revoked_at" is null) and ((old."accepted_at" is null and old."expires_at" > statement_timestamp() and old."revoked_at" is null) is not true or old."organization_id" is distinct from new."organization_id")) execute function tenantry.limit_update_public_invitations__seats();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_class c where c.oid = '"public"."invitations"'::regclass and c.relkind = 'p') then
    create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."invitations" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."invitations" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_row_insert" after insert on "public"."invitations" for each row execute function tenantry.limit_row_insert_public_invitations();
    create or replace trigger "tenantry_limit_settle_before" after update on "public"."invitations" for each statement execute function tenantry.limit_settle_before('seats');
    create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."invitations" for each statement execute function tenantry.limit_settle_now('seats');
  else
    drop trigger if exists "tenantry_limit_root" on "public"."invitations";
    drop trigger if exists "tenantry_limit_root_end" on "public"."invitations";
    drop trigger if exists "tenantry_limit_row_insert" on "public"."invitations";
    drop trigger if exists "tenantry_limit_settle_before" on "public"."invitations";
    drop trigger if exists "tenantry_limit_settle_now" on "public"."invitations";
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."memberships" referencing new table as inserted for each statement execute function tenantry.limit_insert_public_memberships();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_seats" after update on "public"."memberships"
      for each row when (old."organization_id" is distinct from new."organization_id") execute function tenantry.limit_update_public_memberships__seats();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_class c where c.oid = '"public"."memberships"'::regclass and c.relkind = 'p') then
    create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."memberships" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."memberships" for each statement execute function tenantry.limit_root();
    create or replace trigger "tenantry_limit_row_insert" after insert on "public"."memberships" for each row execute function tenantry.limit_row_insert_public_memberships();
    create or replace trigger "tenantry_limit_settle_before" after update on "public"."memberships" for each statement execute function tenantry.limit_settle_before('seats');
    create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."memberships" for each statement execute function tenantry.limit_settle_now('seats');
  else
    drop trigger if exists "tenantry_limit_root" on "public"."memberships";
    drop trigger if exists "tenantry_limit_root_end" on "public"."memberships";
    drop trigger if exists "tenantry_limit_row_insert" on "public"."memberships";
    drop trigger if exists "tenantry_limit_settle_before" on "public"."memberships";
    drop trigger if exists "tenantry_limit_settle_now" on "public"."memberships";
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
  if of_feature in ('projects', 'seats') then
    return tenantry.limit_count(of_tenant, of_feature);
  end if;
  if of_period is not null then
    return greatest(0, coalesce((select c.used from "public"."usage_counters" c
        where c."organization_id" = of_tenant and c.feature = of_feature and c.period_start = of_period), 0)
      - coalesce((select sum(v.amount) from "public"."usage_events" v
        where v."organization_id" = of_tenant and v.feature = of_feature and v.period_start = of_period
          and v.state = 'reserved' and v.expires_at <= statement_timestamp()), 0));
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
  if of_plan is not null and not (of_plan = any (array['enterprise', 'free', 'pro']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
    raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
  end if;
  for f in select * from (values ('apiCalls', 'counter', 'month'), ('projects', 'count', null), ('seats', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
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
                    where v."organization_id" = of_tenant and v.feature = f.feature and (v.ends_at is null or v.ends_at > statement_timestamp())), '[]'), 'addOns', coalesce((select jsonb_agg(jsonb_build_object('addOn', h.add_on, 'quantity', h.quantity, 'units', u.units) order by h.add_on)
                    from "public"."add_ons" h join "public"."add_on_features" u on u.add_on = h.add_on
                    where h."organization_id" = of_tenant and u.feature = f.feature), '[]'));
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
  return tenantry.limit_report_of(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2);
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
  return (select jsonb_object_agg(f.feature, l.own_lim) from unnest(array['apiCalls', 'projects', 'seats']::text[]) f (feature)
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
    select * into p from tenantry.limit_period(case f.feature when 'apiCalls' then 'month' else 'lifetime' end, r.anchor, r.zone, statement_timestamp());
    used := tenantry.limit_used(of_tenant, f.feature, p.period_start);
    if r.own_lim is null or used <= r.own_lim or (another_plan and (f.lim is null or used <= f.lim)) then
      delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = f.feature;
    end if;
    if lowered and used > r.own_lim and r.grace_days > 0 then
      -- a second change during the grace does not make it longer
      insert into "public"."limit_states" as g ("organization_id", feature, keeps, grace_until)
      values (of_tenant, f.feature, f.lim, statement_timestamp() + make_interval(days => r.grace_days))
      on conflict ("organization_id", feature) do update
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
  if coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan", 'free') <> coalesce(case when new."trial_ends_at" > statement_timestamp() then new."trial_plan" end, new."plan", 'free') and coalesce(current_setting($name$tenantry.limit_plan_set$name$, true), '') <> new."id"::text then
    perform tenantry.limit_grace(new."id", tenantry.limit_limits(new."id", coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan", 'free')), true);
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
    select distinct t.at from (select c.at from tenantry.limit_changed c where c.tenant = of_tenant or c.tenant is null union all select o.ends_at from "public"."feature_overrides" o where o."organization_id" = of_tenant and o.feature = of_feature union all select s."trial_ends_at" from "public"."organizations" s where s."id" = of_tenant) t (at)
    where t.at > statement_timestamp() - make_interval(days => r.grace_days) and t.at <= clock_timestamp()
      -- what happens during a grace does not make it longer
      and t.at >= coalesce((select g.grace_until from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = of_feature), '-infinity')
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
        select coalesce(case when st."trial_ends_at" > w.at - interval '1 microsecond' then st."trial_plan" end, st."plan", 'free') as plan,
          st."plan_read_only" is true as read_only,
          st."plan_anchor" as anchor,
          coalesce(st."plan_time_zone", 'UTC') as zone
        from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
      ) own
      left join (select x.* from "public"."plan_features" x where not exists (select from tenantry.limit_changed c where c.tenant is null and c.part = 'planFeatures' and c.at >= w.at and c.key = x.plan::text || '/' || x.feature::text)
                union all
                select (jsonb_populate_record(null::"public"."plan_features", f.before)).* from (
                  select distinct on (c.key) c.before from tenantry.limit_changed c
                  where c.tenant is null and c.part = 'planFeatures' and c.at >= w.at order by c.key, c.at, c.id) f
                where f.before is not null) pf on pf.plan = own.plan and pf.feature = of_feature and pf.enabled
      left join lateral (
              select ov.mode, ov.value from (select x.* from "public"."feature_overrides" x where x."organization_id" = of_tenant and not exists (select from tenantry.limit_changed c where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at and c.key = x.id::text)
                        union all
                        select (jsonb_populate_record(null::"public"."feature_overrides", f.before)).* from (
                          select distinct on (c.key) c.before from tenantry.limit_changed c
                          where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at order by c.key, c.at, c.id) f
                        where f.before is not null) ov where ov."organization_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= w.at - interval '1 microsecond' and (ov.ends_at is null or ov.ends_at > w.at - interval '1 microsecond') and ov.mode = 'set'
              order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
            ) ovr on true
            left join lateral (select sum(ov.value) as units from (select x.* from "public"."feature_overrides" x where x."organization_id" = of_tenant and not exists (select from tenantry.limit_changed c where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at and c.key = x.id::text)
                      union all
                      select (jsonb_populate_record(null::"public"."feature_overrides", f.before)).* from (
                        select distinct on (c.key) c.before from tenantry.limit_changed c
                        where c.tenant = of_tenant and c.part = 'featureOverrides' and c.at >= w.at order by c.key, c.at, c.id) f
                      where f.before is not null) ov where ov."organization_id" = of_tenant and ov.feature = of_feature and ov.starts_at <= w.at - interval '1 microsecond' and (ov.ends_at is null or ov.ends_at > w.at - interval '1 microsecond') and ov.mode = 'add') inc on true
            left join lateral (
                    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
                    from (select x.* from "public"."add_ons" x where x."organization_id" = of_tenant and not exists (select from tenantry.limit_changed c where c.tenant = of_tenant and c.part = 'addOns' and c.at >= w.at and c.key = x.add_on::text)
                              union all
                              select (jsonb_populate_record(null::"public"."add_ons", f.before)).* from (
                                select distinct on (c.key) c.before from tenantry.limit_changed c
                                where c.tenant = of_tenant and c.part = 'addOns' and c.at >= w.at order by c.key, c.at, c.id) f
                              where f.before is not null) had join (select x.* from "public"."add_on_features" x where not exists (select from tenantry.limit_changed c where c.tenant is null and c.part = 'addOnFeatures' and c.at >= w.at and c.key = x.add_on::text || '/' || x.feature::text)
                              union all
                              select (jsonb_populate_record(null::"public"."add_on_features", f.before)).* from (
                                select distinct on (c.key) c.before from tenantry.limit_changed c
                                where c.tenant is null and c.part = 'addOnFeatures' and c.at >= w.at order by c.key, c.at, c.id) f
                              where f.before is not null) unit on unit.add_on = had.add_on and unit.feature = of_feature
                    where had."organization_id" = of_tenant
                  ) more on true
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
  insert into "public"."limit_states" as g ("organization_id", feature, keeps, grace_until)
  values (of_tenant, of_feature, l.keeps, l.grace_until)
  on conflict ("organization_id", feature) do update
    set keeps = excluded.keeps, exceeded_at = now(), grace_until = excluded.grace_until
    where g.grace_until <= statement_timestamp();
  return true;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_plan_carry() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  of_tenant uuid := case when tg_op = 'DELETE' then old."id" else new."id" end;
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
  for f in select * from (values ('apiCalls', 'month')) v (feature, per) loop
    select * into a from tenantry.limit_period(f.per, old."plan_anchor", coalesce(old."plan_time_zone", 'UTC'), statement_timestamp());
    select * into b from tenantry.limit_period(f.per, new."plan_anchor", coalesce(new."plan_time_zone", 'UTC'), statement_timestamp());
    continue when a.period_start = b.period_start or b.period_start > a.period_end - (a.period_end - a.period_start) / 30;
    with moved as (
      delete from "public"."usage_counters" c where c."organization_id" = of_tenant and c.feature = f.feature and c.period_start = a.period_start returning c.used
    )
    insert into "public"."usage_counters" as c ("organization_id", feature, period_start, period_end, used)
    select of_tenant, f.feature, b.period_start, b.period_end, m.used from moved m
    on conflict ("organization_id", feature, period_start) do update set used = least(c.used + excluded.used, 9007199254740991);
    update "public"."usage_events" c set period_start = b.period_start where c."organization_id" = of_tenant and c.feature = f.feature and c.period_start = a.period_start and c.state in ('used', 'reserved');
  end loop;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_set_plan(of_tenant uuid, change jsonb) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."organizations";
  changed "public"."organizations";
  before jsonb;
begin
  if (change->>'plan') is not null and not ((change->>'plan') = any (array['enterprise', 'free', 'pro']::text[]) or exists (select from "public"."plan_features" k where k.plan = (change->>'plan'))) then
    raise exception 'PLAN_UNKNOWN: %', (change->>'plan') using errcode = 'TN001', detail = jsonb_build_object('plan', (change->>'plan'))::text;
  end if;
  select t.* into s from "public"."organizations" t where t."id" = of_tenant for no key update;
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
  update "public"."organizations" t set "plan" = coalesce(change->>'plan', 'free'), "plan_anchor" = case when change ? 'periodStart' then (change->>'periodStart')::timestamptz else t."plan_anchor" end, "plan_period_end" = case when change ? 'periodEnd' then (change->>'periodEnd')::timestamptz else t."plan_period_end" end, "trial_plan" = case when (change->>'plan') is null then t."trial_plan" end, "trial_ends_at" = case when change ? 'trialEndsAt' and (change->>'plan') is not null then (change->>'trialEndsAt')::timestamptz
              when (change->>'plan') is not null then null else t."trial_ends_at" end, "plan_read_only" = coalesce((change->>'readOnly')::boolean, t."plan_read_only"), "plan_source" = case when change ? 'source' then (change->>'source')::text else t."plan_source" end, "plan_version" = case when change ? 'version' then (change->>'version')::bigint else t."plan_version" end where t."id" = of_tenant returning t.* into changed;
  perform set_config($name$tenantry.limit_plan_set$name$, '', true);
  if change ? 'addons' then
    if exists (select from jsonb_each_text(change->'addons') a where a.key <> all (array['extra-seats']::text[])
      and not exists (select from "public"."add_on_features" k where k.add_on = a.key)) then
      raise exception 'ADD_ON_UNKNOWN: one of %', (select string_agg(a.key, ', ') from jsonb_each_text(change->'addons') a) using errcode = 'TN001';
    end if;
    delete from "public"."add_ons" h where h."organization_id" = of_tenant
      and not coalesce((change->'addons'->>h.add_on)::integer > 0, false);
    insert into "public"."add_ons" as h ("organization_id", add_on, quantity)
    select of_tenant, a.key, a.value::integer from jsonb_each_text(change->'addons') a where a.value::integer > 0
    on conflict ("organization_id", add_on) do update set quantity = excluded.quantity where h.quantity <> excluded.quantity;
  end if;
  perform tenantry.limit_grace(of_tenant, before, coalesce(case when s."trial_ends_at" > statement_timestamp() then s."trial_plan" end, s."plan", 'free') <> coalesce(case when changed."trial_ends_at" > statement_timestamp() then changed."trial_plan" end, changed."plan", 'free'));
  return true;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_start_trial(of_tenant uuid, of_plan text, ends_at timestamptz) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."organizations";
begin
  if of_plan is not null and not (of_plan = any (array['enterprise', 'free', 'pro']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
    raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
  end if;
  select t.* into s from "public"."organizations" t where t."id" = of_tenant for no key update;
  if not found then
    raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
  end if;
  update "public"."organizations" t set "trial_plan" = of_plan, "trial_ends_at" = ends_at
    where t."id" = of_tenant;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.limit_held_plan(of_tenant uuid) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  s "public"."organizations";
begin
  select t.* into s from "public"."organizations" t where t."id" = of_tenant for no key update;
  if not found then
    return null;
  end if;
  return jsonb_build_object('plan', s."plan", 'source', s."plan_source", 'readOnly', coalesce(s."plan_read_only", false), 'isDefault', coalesce(s."plan" = 'free', true), 'addons', (select coalesce(jsonb_object_agg(h.add_on, h.quantity), '{}') from "public"."add_ons" h where h."organization_id" = of_tenant));
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
  if of_feature <> all (array['apiCalls', 'projects', 'seats']::text[]) then
    raise exception 'FEATURE_UNKNOWN: %', of_feature using errcode = 'TN001';
  end if;
  insert into "public"."feature_overrides" as v ("organization_id", feature, mode, value, starts_at, ends_at, reason, actor)
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
    where v."organization_id" = of_tenant and v.id::text = of_id and (v.ends_at is null or v.ends_at > statement_timestamp());
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
    select count(*) into found_due from "public"."entitlement_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and (exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id < v.id));
    if found_due > 0 then
      with old as materialized (
        select v.tableoid as leaf, v.ctid as place from "public"."entitlement_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and (exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id < v.id)) for update skip locked
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
  if of_table = 'usageEvents' then
    return jsonb_build_object('table', $name$public.usage_events$name$,
      'rows', (select count(*) from (select from "public"."usage_events" v where v.created_at < cutoff and v.state <> 'reserved' limit 1000) x));
  end if;
  if of_table = 'usageCounters' then
    return jsonb_build_object('table', $name$public.usage_counters$name$,
      'rows', (select count(*) from (select from "public"."usage_counters" v where v.period_end < cutoff limit 1000) x));
  end if;
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
      'rows', (select count(*) from (select from "public"."entitlement_history" v where v.at < cutoff and (exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff) or v.state is null and not exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id < v.id)) limit 1000) x));
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
alter function tenantry.limit_plan_carry() owner to "system";
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
revoke all on function tenantry.limit_limits(of_tenant uuid, of_plan text), tenantry.limit_grace(of_tenant uuid, before jsonb, another_plan boolean), tenantry.limit_plan_updated(), tenantry.limit_changed_row(), tenantry.limit_lapsed(of_tenant uuid, of_feature text, used bigint, out keeps bigint, out grace_until timestamptz), tenantry.limit_lapse(of_tenant uuid, of_feature text, used bigint), tenantry.limit_plan_carry(), tenantry.limit_set_plan(of_tenant uuid, change jsonb), tenantry.limit_start_trial(of_tenant uuid, of_plan text, ends_at timestamptz), tenantry.limit_held_plan(of_tenant uuid), tenantry.limit_add_override(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text), tenantry.limit_end_override(of_tenant uuid, of_id text), tenantry.limit_clean(of_table text, retain_days integer, from_page bigint, pages integer), tenantry.limit_overdue(of_table text, retain_days integer) from public;
--> statement-breakpoint
create or replace trigger "tenantry_plan_grace" after update on "public"."organizations"
  for each row when (old."plan" is distinct from new."plan" or old."trial_plan" is distinct from new."trial_plan" or old."trial_ends_at" is distinct from new."trial_ends_at") execute function tenantry.limit_plan_updated();
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
create or replace trigger "tenantry_limit_changed" after insert or update or delete on "public"."add_on_features"
  for each row execute function tenantry.limit_changed_row('addOnFeatures', '', 'add_on,feature');
--> statement-breakpoint
create or replace trigger "tenantry_limit_changed" after insert or update or delete on "public"."add_ons"
  for each row execute function tenantry.limit_changed_row('addOns', 'organization_id', 'add_on');
--> statement-breakpoint
create or replace trigger "tenantry_limit_changed" after update or delete on "public"."feature_overrides"
  for each row execute function tenantry.limit_changed_row('featureOverrides', 'organization_id', 'id');
--> statement-breakpoint
create or replace trigger "tenantry_plan_carry" after update on "public"."organizations"
  for each row execute function tenantry.limit_plan_carry();
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
  begin
    perform tenantry.usage_take_of('00000000-0000-0000-0000-000000000000'::uuid, 'apiCalls', 1, 'a key', 60);
    raise exception 'taken back' using errcode = 'TN001';
  exception when sqlstate 'TN001' or foreign_key_violation or not_null_violation then
    null; -- there is no such tenant
  end;
end
$tenantry$;
