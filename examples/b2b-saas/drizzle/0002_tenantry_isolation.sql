-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas ad044a9312570cd4
-- tenantry:section table:public.audit_logs 7ff3e1c0dddac21e
-- tenantry:section table:public.memberships 52a67edb3a42c96c
-- tenantry:section table:public.organizations cbc0c0343c043b49
-- tenantry:section table:public.projects 2894357a80949756
-- tenantry:section table:public.users a8aa37c22ec38362
-- tenantry:section references:public.memberships 40ed9279946349a5
-- tenantry:section references:public.projects 72496a32096206c7
-- tenantry:section audit-log:guards 84d0a2a0425cc8a3
-- tenantry:section audit-log:state 378273b5d8066a48
-- tenantry:section audit-log:functions 8ecffd421138d806
-- tenantry:section audit-log:lifetime ca2d5c3b56f67709
-- tenantry:section audit-log:log ef22fefce9de10fb
-- tenantry:section audit-log:capture:public.memberships 34eb3a74367774be
-- tenantry:section audit-log:capture:public.organizations 882eed9edae2fed7
-- tenantry:section audit-log:capture:public.projects fd5c182679acc852
-- tenantry:section entry 75bac66a58bea4be

set local lock_timeout = '5s';
--> statement-breakpoint
grant usage on schema "public" to "app", "system";
--> statement-breakpoint
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "audit_logs_owner" on "public"."audit_logs";
--> statement-breakpoint
revoke all on table "public"."audit_logs" from public, "app", "system";
--> statement-breakpoint
grant select, insert on table "public"."audit_logs" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."audit_logs" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."audit_logs"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "memberships_owner" on "public"."memberships";
--> statement-breakpoint
revoke all on table "public"."memberships" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("role", "invited_by", "joined_at", "created_at", "updated_at") on table "public"."memberships" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."memberships" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."memberships"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."organizations" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "organizations_owner" on "public"."organizations";
--> statement-breakpoint
revoke all on table "public"."organizations" from public, "app", "system";
--> statement-breakpoint
grant select, update ("name", "slug", "created_at", "updated_at") on table "public"."organizations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."organizations" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "id" on "public"."organizations"
  for each row when (old."id" is distinct from new."id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "projects_owner" on "public"."projects";
--> statement-breakpoint
revoke all on table "public"."projects" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("name", "description", "status", "created_by", "created_at", "updated_at") on table "public"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."projects" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."projects"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "users_owner" on "public"."users";
--> statement-breakpoint
revoke all on table "public"."users" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."users" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."users" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."users";
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."memberships"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry c1be2316ba587853', 'tenantry 02bacf10bda9c223', 'tenantry a53f65e636e3c75a']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."memberships"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_organization_id_fk') then
    alter table "public"."memberships" add constraint "memberships_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "memberships_organization_id_fk" on "public"."memberships" is 'tenantry c1be2316ba587853';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."memberships"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."memberships" validate constraint "memberships_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_user_id_fk') then
    alter table "public"."memberships" add constraint "memberships_user_id_fk" foreign key ("user_id") references "public"."users" ("id") on delete cascade not valid;
    comment on constraint "memberships_user_id_fk" on "public"."memberships" is 'tenantry 02bacf10bda9c223';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."memberships"'::regclass, '"public"."users"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_user_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."memberships" validate constraint "memberships_user_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_invited_by_fk') then
    alter table "public"."memberships" add constraint "memberships_invited_by_fk" foreign key ("organization_id", "invited_by") references "public"."memberships" ("organization_id", "user_id") on delete set null ("invited_by") not valid;
    comment on constraint "memberships_invited_by_fk" on "public"."memberships" is 'tenantry a53f65e636e3c75a';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."memberships"'::regclass, '"public"."memberships"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_invited_by_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."memberships" validate constraint "memberships_invited_by_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."projects"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 3af3df8f55e232c9', 'tenantry 19b400b6147f9664']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."projects"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_organization_id_fk') then
    alter table "public"."projects" add constraint "projects_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "projects_organization_id_fk" on "public"."projects" is 'tenantry 3af3df8f55e232c9';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."projects"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."projects" validate constraint "projects_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_created_by_fk') then
    alter table "public"."projects" add constraint "projects_created_by_fk" foreign key ("organization_id", "created_by") references "public"."memberships" ("organization_id", "user_id") on delete set null ("created_by") not valid;
    comment on constraint "projects_created_by_fk" on "public"."projects" is 'tenantry 19b400b6147f9664';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."projects"'::regclass, '"public"."memberships"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_created_by_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."projects" validate constraint "projects_created_by_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
create table if not exists tenantry.audit_permits (transaction_id bigint primary key);
--> statement-breakpoint
do $tenantry$
begin
  if to_regprocedure('tenantry.audit_xid_offset()') is null then
    -- no SET clause, which would keep it from being inlined; it calls nothing
    create function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as 'select 0::bigint';
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_xid_offset() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_xid_offset() to "app", "system";
--> statement-breakpoint
create or replace function tenantry.audit_refuse() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tg_level = 'ROW' and exists (
    select from tenantry.audit_permits p where p.transaction_id = pg_current_xact_id()::text::bigint
  ) then
    if tg_op = 'DELETE' then return old; end if;
    -- an erasure takes values away and leaves what was hashed
    if to_jsonb(new) - array['actor_id', 'on_behalf_of', 'ip_address', 'personal', 'salt', 'erased'] = to_jsonb(old) - array['actor_id', 'on_behalf_of', 'ip_address', 'personal', 'salt', 'erased'] then return new; end if;
  end if;
  raise exception 'AUDIT_APPEND_ONLY: % on %', tg_op, tg_table_name using errcode = 'TN001', detail = '{}';
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_refuse() from public;
--> statement-breakpoint
create or replace function tenantry.audit_permit(allowed boolean) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if allowed then
    insert into tenantry.audit_permits values (pg_current_xact_id()::text::bigint) on conflict do nothing;
  else
    delete from tenantry.audit_permits where transaction_id = pg_current_xact_id()::text::bigint;
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_permit(boolean) from public;
--> statement-breakpoint
create or replace function tenantry.audit_stamp() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  setting text := current_setting('app.actor', true);
  said jsonb;
  actor_type text;
  actor_id text;
  on_behalf_of text;
  ip inet;
  request_id text;
  reason text;
  xid bigint;
  clock timestamptz;
begin
  xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
  if setting is null then
    actor_type := 'login';
    actor_id := session_user;
  elsif setting = '' then
    raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
  else
    said := setting::jsonb;
    if said ? 'system' then
      actor_type := 'system';
      actor_id := said ->> 'system';
      reason := said ->> 'reason';
    elsif said ? 'user' then
      actor_type := 'user';
      actor_id := said ->> 'user';
    else
      raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
    end if;
    on_behalf_of := said ->> 'onBehalfOf';
    ip := (said ->> 'ip')::inet;
    request_id := said ->> 'requestId';
  end if;
  clock := clock_timestamp();
  -- the default has just read the clock, and chosen the partition by it; anything else is a claim
  if new."created_at" > clock or new."created_at" < clock - interval '10 seconds' then
    new."created_at" := clock;
  end if;
  new."source" := 'entry';
  new."actor_type" := actor_type;
  new."actor_id" := actor_id;
  new."on_behalf_of" := on_behalf_of;
  new."ip_address" := ip;
  new."request_id" := request_id;
  if actor_type = 'system' then
    new."reason" := reason;
  end if;
  new."transaction_id" := xid;
  new."salt" := uuid_send(gen_random_uuid());
  if new."personal" is not null then
    new."salt" := new."salt" || uuid_send(gen_random_uuid());
  end if;
  new."erased" := null;
  new."content_hash" := sha256(convert_to(concat('[1, ', to_json(new."organization_id"), ', ', to_json(new."id"), ', ', (extract(epoch from new."created_at") * 1000000)::bigint, ', ', to_json(new."source"), ', ', to_json(new."action"), ', ', to_json(new."resource_type"), ', ', to_json(new."resource_id"), ', ', new."metadata", ', ', concat(to_json(new."actor_type"), ', ', encode(sha256(sha256(substr(new."salt", 1, 16) || decode('01', 'hex')) || convert_to(new."actor_id", 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(new."salt", 1, 16) || decode('02', 'hex')) || convert_to(new."on_behalf_of", 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(new."salt", 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(new."ip_address") = case family(new."ip_address") when 4 then 32 else 128 end then host(new."ip_address") else new."ip_address"::text end), 'UTF8')), 'hex')), ', ', encode(sha256(sha256(substr(new."salt", 17) || decode('04', 'hex')) || convert_to(new."personal"::text, 'UTF8')), 'hex'), ', ', concat(to_json(new."request_id"), ', ', to_json(new."reason"), ', ', new."transaction_id", ']')), 'UTF8'));
  return new;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_stamp() from public;
--> statement-breakpoint
create table if not exists tenantry.audit_seals (
  tenant uuid not null,
  number bigint not null,
  month text not null,
  from_xid bigint not null,
  to_xid bigint not null,
  next_xid bigint not null,
  entries integer not null,
  root bytea not null,
  previous bytea,
  hash bytea not null,
  sealed_at timestamptz not null,
  ids uuid[] not null,
  hashes bytea not null,
  primary key (tenant, number)
);
--> statement-breakpoint
create table if not exists tenantry.audit_retirements (
  tenant uuid not null,
  number bigint not null,
  retired_at timestamptz not null default clock_timestamp(),
  reason text not null,
  primary key (tenant, number)
);
--> statement-breakpoint
create table if not exists tenantry.audit_jobs (
  job text primary key,
  next_xid bigint not null default 0,
  ran_at timestamptz
);
--> statement-breakpoint
insert into tenantry.audit_jobs (job) values ('seal'), ('maintain') on conflict do nothing;
--> statement-breakpoint
create table if not exists tenantry.audit_partitions (
  partition text primary key,
  from_at timestamptz not null,
  to_at timestamptz not null
);
--> statement-breakpoint
create table if not exists tenantry.audit_holds (
  tenant uuid not null,
  placed_at timestamptz not null default clock_timestamp(),
  reason text not null,
  released_at timestamptz,
  primary key (tenant, placed_at)
);
--> statement-breakpoint
create table if not exists tenantry.audit_retention (
  tenant uuid primary key,
  months integer not null check (months between 1 and 1200)
);
--> statement-breakpoint
create table if not exists tenantry.audit_deliveries (
  sink text primary key,
  transaction_id bigint not null default -1,
  created_at timestamptz not null default '-infinity',
  id uuid not null default '00000000-0000-0000-0000-000000000000',
  delivered bigint not null default 0,
  lease uuid,
  leased_until timestamptz,
  failures integer not null default 0,
  last_error text
);
--> statement-breakpoint
revoke all on tenantry.audit_permits, tenantry.audit_jobs, tenantry.audit_partitions,
  tenantry.audit_holds, tenantry.audit_retention, tenantry.audit_deliveries from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.audit_jobs, tenantry.audit_partitions, tenantry.audit_holds, tenantry.audit_retention to "system";
--> statement-breakpoint
grant select on tenantry.audit_jobs to "app";
--> statement-breakpoint
grant select, insert, update on tenantry.audit_deliveries to "system";
--> statement-breakpoint
alter table tenantry.audit_seals enable row level security;
--> statement-breakpoint
drop policy if exists audit_of_the_tenant on tenantry.audit_seals;
--> statement-breakpoint
create policy audit_of_the_tenant on tenantry.audit_seals for select to "app"
  using (tenant = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));
--> statement-breakpoint
revoke all on tenantry.audit_seals from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.audit_seals to "app", "system";
--> statement-breakpoint
alter table tenantry.audit_retirements enable row level security;
--> statement-breakpoint
drop policy if exists audit_of_the_tenant on tenantry.audit_retirements;
--> statement-breakpoint
create policy audit_of_the_tenant on tenantry.audit_retirements for select to "app"
  using (tenant = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));
--> statement-breakpoint
revoke all on tenantry.audit_retirements from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.audit_retirements to "app", "system";
--> statement-breakpoint
create or replace trigger tenantry_audit_refuse before update or delete on tenantry.audit_seals
  for each row execute function tenantry.audit_refuse();
--> statement-breakpoint
alter table tenantry.audit_seals enable always trigger tenantry_audit_refuse;
--> statement-breakpoint
create or replace trigger tenantry_audit_refuse_truncate before truncate on tenantry.audit_seals
  for each statement execute function tenantry.audit_refuse();
--> statement-breakpoint
alter table tenantry.audit_seals enable always trigger tenantry_audit_refuse_truncate;
--> statement-breakpoint
create or replace trigger tenantry_audit_refuse before update or delete on tenantry.audit_retirements
  for each row execute function tenantry.audit_refuse();
--> statement-breakpoint
alter table tenantry.audit_retirements enable always trigger tenantry_audit_refuse;
--> statement-breakpoint
create or replace trigger tenantry_audit_refuse_truncate before truncate on tenantry.audit_retirements
  for each statement execute function tenantry.audit_refuse();
--> statement-breakpoint
alter table tenantry.audit_retirements enable always trigger tenantry_audit_refuse_truncate;
--> statement-breakpoint
create or replace function tenantry.audit_own_entry(tenant uuid, action text, metadata jsonb, why text)
    returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into "public"."audit_logs" ("organization_id", "action", "resource_type", "metadata", "reason")
      values (tenant, action, 'audit_log', metadata || jsonb_build_object('reason', why), why);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_own_entry(uuid, text, jsonb, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_own_entry(uuid, text, jsonb, text) from public;
--> statement-breakpoint
create or replace function tenantry.audit_protect(partition regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  given record;
begin
  for given in
    select distinct acl.grantee from pg_class c, aclexplode(c.relacl) acl
    where c.oid = partition and acl.grantee <> c.relowner
  loop
    execute format('revoke all on table %s from %s', partition,
      case when given.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(given.grantee)) end);
  end loop;
  execute format('alter table %s enable row level security, force row level security', partition);
  -- row triggers come from the parent; those of TRUNCATE do not
  execute format('create or replace trigger tenantry_audit_refuse_truncate before truncate on %s for each statement execute function tenantry.audit_refuse()', partition);
  execute format('alter table %s enable always trigger tenantry_audit_refuse_truncate', partition);
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_protect(regclass) from public;
--> statement-breakpoint
comment on function tenantry.audit_protect(regclass) is 'For partitions of "public"."audit_logs".';
--> statement-breakpoint
create or replace function tenantry.audit_stray_months() returns setof timestamptz
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if to_regclass('tenantry."audit_logs_default"') is null then return; end if;
      return query execute 'select distinct date_trunc(''month'', "created_at" at time zone ''UTC'') at time zone ''UTC'' from tenantry."audit_logs_default" order by 1';
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_stray_months() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_stray_months() from public;
--> statement-breakpoint
create or replace function tenantry.audit_create_default() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if to_regclass('tenantry."audit_logs_default"') is not null then return; end if;
  create table tenantry."audit_logs_default" (like "public"."audit_logs" including defaults including constraints including generated including storage);
  alter table "public"."audit_logs" attach partition tenantry."audit_logs_default" default;
  perform tenantry.audit_protect('tenantry."audit_logs_default"'::regclass);
  grant select on tenantry."audit_logs_default" to "system";
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_create_default() from public;
--> statement-breakpoint
create or replace function tenantry.audit_create_month(month timestamptz) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  starts timestamptz := date_trunc('month', month at time zone 'UTC') at time zone 'UTC';
  ends timestamptz := (date_trunc('month', month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
  partition text := format('%s_%s', 'audit_logs', to_char(starts at time zone 'UTC', 'YYYY_MM'));
  target text := format('tenantry.%I', partition);
  strays boolean := starts in (select tenantry.audit_stray_months());
begin
  if exists (select from tenantry.audit_partitions p where p.from_at < ends and p.to_at > starts) then
    return null;
  end if;
  if strays then
    -- a writer that has chosen the default partition would find itself refused there: writers wait
    -- in front of the log, and choose when the new partition stands
    lock table "public"."audit_logs" in share row exclusive mode;
  end if;
  execute format('create table %s (like "public"."audit_logs" including defaults including constraints including generated including storage)', target);
  if strays then
    -- rows of this month in the default partition would refuse the new one: they move, in one
    -- transaction with it. Readers and writers of the default partition wait for that.
    lock table tenantry."audit_logs_default" in access exclusive mode;
    alter table tenantry."audit_logs_default" no force row level security;
    perform tenantry.audit_permit(true);
    execute format('with moved as (delete from tenantry."audit_logs_default" where "created_at" >= %L and "created_at" < %L returning *) insert into %s select * from moved', starts, ends, target);
    perform tenantry.audit_permit(false);
    alter table tenantry."audit_logs_default" force row level security;
  end if;
  -- SHARE UPDATE EXCLUSIVE on the log: writers go on; ACCESS EXCLUSIVE on the default partition
  execute format('alter table "public"."audit_logs" attach partition %s for values from (%L) to (%L)', target, starts, ends);
  perform tenantry.audit_protect(target::regclass);
  insert into tenantry.audit_partitions values (partition, starts, ends);
  return partition;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_create_month(timestamptz) from public;
--> statement-breakpoint
create or replace function tenantry.audit_maintain(ahead integer)
    returns table (created text[], busy boolean)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s' -- a reader of the default partition makes this try fail, not the writers behind it wait
    as $tenantry$
    declare
      month timestamptz;
      made text;
    begin
      created := '{}';
      busy := false;
      perform from tenantry.audit_jobs j where j.job = 'maintain' for update skip locked;
      if not found then
        busy := true;
        return next;
        return;
      end if;
      perform tenantry.audit_create_default();
      for month in
        select date_trunc('month', clock_timestamp() at time zone 'UTC') at time zone 'UTC' + make_interval(months => i) from generate_series(0, ahead) i
        union select tenantry.audit_stray_months() order by 1
      loop
        made := tenantry.audit_create_month(month);
        if made is not null then created := created || made; end if;
      end loop;
      update tenantry.audit_jobs j set ran_at = clock_timestamp() where j.job = 'maintain';
      return next;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_maintain(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_maintain(integer) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_root(hashes bytea[]) returns bytea
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  nodes bytea[] := (
    select array_agg(sha256(decode('00', 'hex') || hash) order by place)
    from unnest(hashes) with ordinality leaf (hash, place));
begin
  while cardinality(nodes) > 1 loop
    nodes := (
      select array_agg(case when second is null then first else sha256(decode('01', 'hex') || first || second) end order by place)
      from (
        select place, node as first, lead(node) over (order by place) as second
        from unnest(nodes) with ordinality level (node, place)) pairs
      where place % 2 = 1);
  end loop;
  return nodes[1];
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_root(bytea[]) from public;
--> statement-breakpoint
create or replace function tenantry.audit_unsealed(from_xid bigint, to_xid bigint)
    returns table (tenant uuid, month text, ids uuid[], hashes bytea[])
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return query
        select l."organization_id", to_char(l."created_at" at time zone 'UTC', 'YYYY-MM'),
          array_agg(l."id" order by l."created_at", l."id"),
          array_agg(l."content_hash" order by l."created_at", l."id")
        from "public"."audit_logs" l
        where l."transaction_id" >= from_xid and l."transaction_id" < to_xid
        group by 1, 2
        order by 1, 2;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_unsealed(bigint, bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_unsealed(bigint, bigint) from public;
--> statement-breakpoint
create or replace function tenantry.audit_nth_xid(from_xid bigint, to_xid bigint, n integer) returns bigint
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return (select l."transaction_id" from "public"."audit_logs" l
        where l."transaction_id" >= from_xid and l."transaction_id" < to_xid order by 1 offset n limit 1);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_nth_xid(bigint, bigint, integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_nth_xid(bigint, bigint, integer) from public;
--> statement-breakpoint
create or replace function tenantry.audit_seal(most integer)
    returns table (seals integer, entries bigint, busy boolean, more boolean)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      lower_xid bigint;
      upper_xid bigint;
      ceiling_xid bigint;
      stop_xid bigint;
      part record;
      before record;
      root bytea;
      hash bytea;
      clock timestamptz;
    begin
      seals := 0; entries := 0; busy := false; more := false;
      -- one sealer at a time; another does not wait, it would find the same entries
      select j.next_xid into lower_xid from tenantry.audit_jobs j where j.job = 'seal' for update skip locked;
      if not found then
        busy := true;
        return next;
        return;
      end if;
      upper_xid := pg_snapshot_xmin(pg_current_snapshot())::text::bigint + tenantry.audit_xid_offset();
      ceiling_xid := pg_snapshot_xmax(pg_current_snapshot())::text::bigint + tenantry.audit_xid_offset();
      if ceiling_xid < lower_xid then
        raise exception 'AUDIT_CLUSTER_CHANGED: transaction % where % is sealed', ceiling_xid, lower_xid using errcode = 'TN001', detail = '{}';
      end if;
      if upper_xid <= lower_xid then
        return next;
        return;
      end if;
      -- a backlog is sealed piece by piece; what one transaction wrote stays together
      stop_xid := tenantry.audit_nth_xid(lower_xid, upper_xid, most);
      if stop_xid is not null then
        upper_xid := greatest(stop_xid, lower_xid + 1);
        more := true;
      end if;
      for part in select * from tenantry.audit_unsealed(lower_xid, upper_xid) loop
        select s.number, s.to_xid, s.from_xid, s.hash into before
        from tenantry.audit_seals s where s.tenant = part.tenant order by s.number desc limit 1;
        -- the months of one run share its transactions; a run begins where the tenant's last one ended
        root := tenantry.audit_root(part.hashes);
        clock := clock_timestamp();
        hash := tenantry.audit_seal_hash(part.tenant, coalesce(before.number, 0) + 1, part.month,
          case when before.to_xid = upper_xid then before.from_xid else coalesce(before.to_xid, 0) end,
          upper_xid, ceiling_xid, cardinality(part.ids), root, before.hash, clock);
        insert into tenantry.audit_seals values (part.tenant, coalesce(before.number, 0) + 1, part.month,
          case when before.to_xid = upper_xid then before.from_xid else coalesce(before.to_xid, 0) end,
          upper_xid, ceiling_xid, cardinality(part.ids), root, before.hash, hash, clock,
          part.ids, (select string_agg(h, ''::bytea order by place) from unnest(part.hashes) with ordinality u (h, place)));
        seals := seals + 1;
        entries := entries + cardinality(part.ids);
      end loop;
      update tenantry.audit_jobs j set next_xid = upper_xid, ran_at = clock_timestamp() where j.job = 'seal';
      return next;
    end
    $tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_seal_hash(tenant uuid, number bigint, month text, from_xid bigint,
      to_xid bigint, next_xid bigint, entries integer, root bytea, previous bytea, sealed_at timestamptz)
    returns bytea
    language plpgsql immutable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return sha256(decode('02', 'hex') || convert_to(jsonb_build_array(1, tenant::text, number, month, from_xid, to_xid, next_xid,
        entries, encode(root, 'hex'), encode(previous, 'hex'), (extract(epoch from sealed_at) * 1000000)::bigint)::text, 'UTF8'));
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_seal_hash(uuid, bigint, text, bigint, bigint, bigint, integer, bytea, bytea, timestamptz) from public;
--> statement-breakpoint
revoke all on function tenantry.audit_seal(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_seal(integer) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_last_xid() returns bigint
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return (select max(l."transaction_id") from "public"."audit_logs" l);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_last_xid() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_last_xid() from public;
--> statement-breakpoint
create or replace function tenantry.audit_restored() returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      own bigint := pg_current_xact_id()::text::bigint;
      last bigint := greatest(tenantry.audit_last_xid(), (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'), 0);
    begin
      if own + tenantry.audit_xid_offset() > last then return 0; end if;
      execute format('create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as %L',
        format('select %s::bigint', last + 1 - own));
      return last + 1 - own;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_restored() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_restored() to "system";
--> statement-breakpoint
create or replace function tenantry.audit_hold(tenant uuid, why text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into tenantry.audit_holds (tenant, reason) values ($1, why);
      perform tenantry.audit_own_entry($1, 'audit.held', '{}', why);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_hold(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_hold(uuid, text) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_release(tenant uuid, why text) returns integer
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      released integer;
    begin
      update tenantry.audit_holds h set released_at = clock_timestamp() where h.tenant = $1 and h.released_at is null;
      get diagnostics released = row_count;
      if released > 0 then
        perform tenantry.audit_own_entry($1, 'audit.released', '{}', why);
      end if;
      return released;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_release(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_release(uuid, text) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_set_retention(tenant uuid, months integer, why text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if months is null then
        delete from tenantry.audit_retention r where r.tenant = $1;
      else
        insert into tenantry.audit_retention values ($1, $2) on conflict on constraint audit_retention_pkey do update set months = excluded.months;
      end if;
      perform tenantry.audit_own_entry($1, 'audit.retention_set', jsonb_build_object('months', $2), why);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_set_retention(uuid, integer, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_set_retention(uuid, integer, text) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_expired(keep_months integer)
    returns table (month text, tenant uuid, entries bigint, expired boolean)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      shortest integer := (select min(m) from (select keep_months union all select r.months from tenantry.audit_retention r) s (m));
      sealed bigint := (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal');
    begin
      if shortest is null then return; end if;
      return query
        select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM'), l."organization_id", count(*),
          coalesce(date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month'
            + make_interval(months => coalesce(max(r.months), keep_months)) <= clock_timestamp() at time zone 'UTC'
          and bool_and(l."transaction_id" < sealed)
          and not exists (select from tenantry.audit_holds h where h.tenant = l."organization_id" and h.released_at is null), false)
        from "public"."audit_logs" l
        left join tenantry.audit_retention r on r.tenant = l."organization_id"
        where l."created_at" < (date_trunc('month', clock_timestamp() at time zone 'UTC') - make_interval(months => shortest)) at time zone 'UTC'
        group by 1, 2
        order by 1, 2;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_expired(integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_expired(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_expired(integer) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_delete_month(tenants uuid[], from_at timestamptz, to_at timestamptz)
    returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      deleted bigint;
    begin
      delete from "public"."audit_logs" l where l."organization_id" = any (tenants) and l."created_at" >= from_at and l."created_at" < to_at;
      get diagnostics deleted = row_count;
      return deleted;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_delete_month(uuid[], timestamptz, timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_delete_month(uuid[], timestamptz, timestamptz) from public;
--> statement-breakpoint
create or replace function tenantry.audit_retire(retired_month text, tenants uuid[], keep_months integer)
    returns table (entries bigint, dropped boolean, busy boolean)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s' -- dropping a partition takes ACCESS EXCLUSIVE on the log: now, or another time
    as $tenantry$
    declare
      starts timestamptz := to_date(retired_month, 'YYYY-MM')::timestamp at time zone 'UTC';
      ends timestamptz := (to_date(retired_month, 'YYYY-MM')::timestamp + interval '1 month') at time zone 'UTC';
      going uuid[];
      counts bigint[];
      staying boolean;
      own text;
    begin
      entries := 0; dropped := false; busy := false;
      perform from tenantry.audit_jobs j where j.job = 'maintain' for update skip locked;
      if not found then
        busy := true;
        return next;
        return;
      end if;
      -- asked again here: a hold may have been placed while the archive was written
      select array_agg(e.tenant) filter (where e.goes), array_agg(e.entries) filter (where e.goes), bool_or(not e.goes)
        into going, counts, staying
      from (select x.tenant, x.entries, x.expired and x.tenant = any (tenants) as goes
        from tenantry.audit_expired(keep_months) x where x.month = retired_month) e;
      if going is null then
        return next;
        return;
      end if;
      insert into tenantry.audit_retirements (tenant, number, reason)
        select s.tenant, s.number, 'retention' from tenantry.audit_seals s
        where s.tenant = any (going) and s.month = retired_month on conflict do nothing;
      select p.partition into own from tenantry.audit_partitions p where p.from_at = starts and p.to_at = ends;
      entries := (select sum(n) from unnest(counts) n);
      if own is not null and not staying then
        execute format('drop table tenantry.%I', own);
        delete from tenantry.audit_partitions p where p.partition = own;
        dropped := true;
      else
        perform tenantry.audit_permit(true);
        entries := tenantry.audit_delete_month(going, starts, ends);
        perform tenantry.audit_permit(false);
      end if;
      for i in 1 .. cardinality(going) loop
        perform tenantry.audit_own_entry(going[i], 'audit.retired', jsonb_build_object('month', retired_month, 'entries', counts[i]), 'retention');
      end loop;
      return next;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_retire(text, uuid[], integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_retire(text, uuid[], integer) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_erase_rows(only_tenant uuid, person text, resources text[])
    returns table (tenant uuid, entries bigint)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return query
        with erasing as (
          update "public"."audit_logs" l set
            "erased" = jsonb_strip_nulls(jsonb_build_object(
              'commitments', jsonb_build_object('actor', coalesce(l."erased" -> 'commitments' ->> 'actor', case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."actor_id" is not null) then coalesce(encode(sha256(decode(l."erased" -> 'salts' ->> 'actor', 'hex') || convert_to(l."actor_id"::text, 'UTF8')), 'hex'), encode(sha256(sha256(substr(l."salt", 1, 16) || decode('01', 'hex')) || convert_to(l."actor_id", 'UTF8')), 'hex')) end), 'onBehalfOf', coalesce(l."erased" -> 'commitments' ->> 'onBehalfOf', case when (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) then coalesce(encode(sha256(decode(l."erased" -> 'salts' ->> 'onBehalfOf', 'hex') || convert_to(l."on_behalf_of"::text, 'UTF8')), 'hex'), encode(sha256(sha256(substr(l."salt", 1, 16) || decode('02', 'hex')) || convert_to(l."on_behalf_of", 'UTF8')), 'hex')) end), 'ip', coalesce(l."erased" -> 'commitments' ->> 'ip', case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."ip_address" is not null) then coalesce(encode(sha256(decode(l."erased" -> 'salts' ->> 'ip', 'hex') || convert_to(host(l."ip_address"), 'UTF8')), 'hex'), encode(sha256(sha256(substr(l."salt", 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(l."ip_address") = case family(l."ip_address") when 4 then 32 else 128 end then host(l."ip_address") else l."ip_address"::text end), 'UTF8')), 'hex')) end), 'personal', coalesce(l."erased" -> 'commitments' ->> 'personal', case when (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null) then coalesce(encode(sha256(decode(l."erased" -> 'salts' ->> 'personal', 'hex') || convert_to(l."personal"::text, 'UTF8')), 'hex'), encode(sha256(sha256(substr(l."salt", 17) || decode('04', 'hex')) || convert_to(l."personal"::text, 'UTF8')), 'hex')) end)),
              'salts', jsonb_build_object('actor', case when (not coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."actor_id" is not null) then coalesce(l."erased" -> 'salts' ->> 'actor', encode(sha256(substr(l."salt", 1, 16) || decode('01', 'hex')), 'hex')) end, 'onBehalfOf', case when (not coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) then coalesce(l."erased" -> 'salts' ->> 'onBehalfOf', encode(sha256(substr(l."salt", 1, 16) || decode('02', 'hex')), 'hex')) end, 'ip', case when (not coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."ip_address" is not null) then coalesce(l."erased" -> 'salts' ->> 'ip', encode(sha256(substr(l."salt", 1, 16) || decode('03', 'hex')), 'hex')) end, 'personal', case when (not coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null) then coalesce(l."erased" -> 'salts' ->> 'personal', encode(sha256(substr(l."salt", 17) || decode('04', 'hex')), 'hex')) end))),
            "salt" = null,
            "actor_id" = case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."actor_id" is not null) then null else l."actor_id" end,
            "on_behalf_of" = case when (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) then null else l."on_behalf_of" end,
            "ip_address" = case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."ip_address" is not null) then null else l."ip_address" end,
            "personal" = case when (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null) then null else l."personal" end
          where (only_tenant is null or l."organization_id" = only_tenant) and ((coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."actor_id" is not null) or (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) or (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and l."ip_address" is not null) or (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null))
          returning l."organization_id" as t)
        select e.t, count(*) from erasing e group by 1 order by 1;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_erase_rows(uuid, text, text[]) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_erase_rows(uuid, text, text[]) from public;
--> statement-breakpoint
create or replace function tenantry.audit_erase(only_tenant uuid, person text, resources text[], why text)
    returns table (tenant uuid, entries bigint)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      held text;
    begin
      perform tenantry.audit_permit(true);
      for tenant, entries in select * from tenantry.audit_erase_rows(only_tenant, person, resources) loop
        select h.reason into held from tenantry.audit_holds h where h.tenant = audit_erase.tenant and h.released_at is null;
        if held is not null then
          raise exception 'AUDIT_ON_HOLD: a hold, for: %', held using errcode = 'TN001', detail = '{}';
        end if;
        -- the entry of the erasure does not name the person
        perform tenantry.audit_own_entry(tenant, 'audit.erased', jsonb_build_object('entries', entries), why);
        return next;
      end loop;
      perform tenantry.audit_permit(false);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_erase(uuid, text, text[], text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_erase(uuid, text, text[], text) to "system";
--> statement-breakpoint
do $tenantry$
declare
  was oid := '"public"."audit_logs"'::regclass;
  statements text[] := '{}';
  each record;
  filled boolean;
  until timestamptz;
begin
  if exists (select from pg_constraint where conrelid = was and contype = 'f' and confdeltype in ('c', 'n', 'd')) then
    raise exception '% has a foreign key that deletes or changes entries with other rows', 'audit_logs' using errcode = '55000',
      hint = 'Drop the key: retention decides how long entries live.';
  end if;
  if (select relkind from pg_class where oid = was) = 'p' then return; end if;
  for each in select distinct r.ev_class::regclass as view from pg_depend d join pg_rewrite r on r.oid = d.objid
    where d.refobjid = was and d.classid = 'pg_rewrite'::regclass and d.deptype = 'n'
  loop
    raise exception 'view % reads %, which is about to be partitioned', each.view, 'audit_logs' using errcode = '55000',
      hint = 'Drop the view, migrate, and create it again.';
  end loop;

  -- ACCESS EXCLUSIVE until the end of the migration; lock_timeout bounds the wait for it
  lock table "public"."audit_logs" in access exclusive mode;
  for each in select conname, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = was and contype in ('p', 'u', 'f') order by contype desc, conname
  loop
    statements := statements || format('alter table "public"."audit_logs" add constraint %I %s', each.conname, each.definition);
  end loop;
  for each in select pg_get_indexdef(i.indexrelid) as definition from pg_index i
    where i.indrelid = was and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
  loop
    statements := statements || each.definition;
  end loop;
  for each in select * from pg_policies where (schemaname, tablename) = (select relnamespace::regnamespace::text, relname from pg_class where oid = was) loop
    statements := statements || format('create policy %I on "public"."audit_logs" as %s for %s to %s%s%s', each.policyname, each.permissive, each.cmd,
      (select string_agg(case when r = 'public' then r else quote_ident(r) end, ', ') from unnest(each.roles) r),
      ' using (' || each.qual || ')', ' with check (' || each.with_check || ')');
  end loop;
  for each in select acl.grantee, acl.privilege_type, acl.is_grantable from pg_class c, aclexplode(c.relacl) acl
    where c.oid = was and acl.grantee <> c.relowner
  loop
    statements := statements || format('grant %s on "public"."audit_logs" to %s%s', each.privilege_type,
      case when each.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(each.grantee)) end,
      case when each.is_grantable then ' with grant option' end);
  end loop;
  for each in select pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = was and not tgisinternal loop
    statements := statements || each.definition;
  end loop;
  if (select relrowsecurity from pg_class where oid = was) then
    statements := statements || 'alter table "public"."audit_logs" enable row level security'::text;
  end if;
  if (select relforcerowsecurity from pg_class where oid = was) then
    statements := statements || 'alter table "public"."audit_logs" force row level security'::text;
  end if;
  for each in select tgname from pg_trigger where tgrelid = was and not tgisinternal loop
    execute format('drop trigger %I on "public"."audit_logs"', each.tgname);
  end loop;
  alter table "public"."audit_logs" set schema tenantry;
  alter table tenantry."audit_logs" rename to "audit_logs_before";
  create table "public"."audit_logs" (like tenantry."audit_logs_before" including defaults including constraints including generated including identity including storage including comments)
    partition by range ("created_at");
  for i in 1 .. cardinality(statements) loop
    execute statements[i];
  end loop;

  alter table tenantry."audit_logs_before" no force row level security;
  execute 'select exists (select from tenantry."audit_logs_before")' into filled;
  if filled then
    update tenantry."audit_logs_before" l set "salt" = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) where l."content_hash" is null;
    update tenantry."audit_logs_before" l set "content_hash" = sha256(convert_to(concat('[1, ', to_json(l."organization_id"), ', ', to_json(l."id"), ', ', (extract(epoch from l."created_at") * 1000000)::bigint, ', ', to_json(l."source"), ', ', to_json(l."action"), ', ', to_json(l."resource_type"), ', ', to_json(l."resource_id"), ', ', l."metadata", ', ', concat(to_json(l."actor_type"), ', ', encode(sha256(sha256(substr(l."salt", 1, 16) || decode('01', 'hex')) || convert_to(l."actor_id", 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(l."salt", 1, 16) || decode('02', 'hex')) || convert_to(l."on_behalf_of", 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(l."salt", 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(l."ip_address") = case family(l."ip_address") when 4 then 32 else 128 end then host(l."ip_address") else l."ip_address"::text end), 'UTF8')), 'hex')), ', ', encode(sha256(sha256(substr(l."salt", 17) || decode('04', 'hex')) || convert_to(l."personal"::text, 'UTF8')), 'hex'), ', ', concat(to_json(l."request_id"), ', ', to_json(l."reason"), ', ', l."transaction_id", ']')), 'UTF8')) where l."content_hash" is null;
    until := (date_trunc('month', (select greatest(max(l."created_at"), clock_timestamp()) from tenantry."audit_logs_before" l) at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    insert into tenantry.audit_partitions values ('audit_logs_before', '-infinity', until) on conflict (partition) do update set to_at = excluded.to_at;
    execute format('alter table "public"."audit_logs" attach partition tenantry."audit_logs_before" for values from (minvalue) to (%L)', until);
    perform tenantry.audit_protect('tenantry."audit_logs_before"'::regclass);
    for each in select polname from pg_policy where polrelid = 'tenantry."audit_logs_before"'::regclass loop
      execute format('drop policy %I on tenantry."audit_logs_before"', each.polname);
    end loop;
  else
    drop table tenantry."audit_logs_before";
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_stamp before insert on "public"."audit_logs"
      for each row when (pg_trigger_depth() = 0 or new."content_hash" is null)
      execute function tenantry.audit_stamp();
--> statement-breakpoint
alter table "public"."audit_logs" enable always trigger tenantry_audit_stamp;
--> statement-breakpoint
create or replace trigger tenantry_audit_refuse before update or delete on "public"."audit_logs"
  for each row execute function tenantry.audit_refuse();
--> statement-breakpoint
alter table "public"."audit_logs" enable always trigger tenantry_audit_refuse;
--> statement-breakpoint
create or replace trigger tenantry_audit_refuse_truncate before truncate on "public"."audit_logs"
  for each statement execute function tenantry.audit_refuse();
--> statement-breakpoint
alter table "public"."audit_logs" enable always trigger tenantry_audit_refuse_truncate;
--> statement-breakpoint
drop trigger if exists tenantry_audit_link on "public"."audit_logs";
--> statement-breakpoint
select created from tenantry.audit_maintain(3);
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from new_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.inserted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"memberships.inserted"', ', ', '"memberships"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', n."user_id", 'role', case when octet_length(n."role"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."role"::text))) else to_jsonb(n."role") end, 'invited_by', n."invited_by", 'joined_at', n."joined_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_memberships_insert"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_memberships_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from new_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.updated', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"memberships.updated"', ', ', '"memberships"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."organization_id" as tenant, n."user_id"::text as rid, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."role" is distinct from n."role" then jsonb_build_object('role', case when octet_length(o."role"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."role"::text))) else to_jsonb(o."role") end) else '{}'::jsonb end || case when o."invited_by" is distinct from n."invited_by" then jsonb_build_object('invited_by', o."invited_by") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', o."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."role" is distinct from n."role" then jsonb_build_object('role', case when octet_length(n."role"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."role"::text))) else to_jsonb(n."role") end) else '{}'::jsonb end || case when o."invited_by" is distinct from n."invited_by" then jsonb_build_object('invited_by', n."invited_by") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', n."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from new_rows n join old_rows o on o."organization_id" = n."organization_id" and o."user_id" = n."user_id") d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from new_rows n where not exists (select from old_rows o where o."organization_id" = n."organization_id" and o."user_id" = n."user_id")) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.deleted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"memberships.deleted"', ', ', '"memberships"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', o."user_id", 'role', case when octet_length(o."role"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."role"::text))) else to_jsonb(o."role") end, 'invited_by', o."invited_by", 'joined_at', o."joined_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o where not exists (select from new_rows n where o."organization_id" = n."organization_id" and o."user_id" = n."user_id")) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.inserted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"memberships.inserted"', ', ', '"memberships"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', n."user_id", 'role', case when octet_length(n."role"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."role"::text))) else to_jsonb(n."role") end, 'invited_by', n."invited_by", 'joined_at', n."joined_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n where not exists (select from old_rows o where o."organization_id" = n."organization_id" and o."user_id" = n."user_id")) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_memberships_update"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_memberships_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from old_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.deleted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"memberships.deleted"', ', ', '"memberships"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', o."user_id", 'role', case when octet_length(o."role"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."role"::text))) else to_jsonb(o."role") end, 'invited_by', o."invited_by", 'joined_at', o."joined_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_memberships_delete"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_memberships_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from "public"."memberships") then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.truncated', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"memberships.truncated"', ', ', '"memberships"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."organization_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."memberships" t group by t."organization_id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_memberships_truncate"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_memberships_truncate"() from public;
--> statement-breakpoint
grant select on "public"."memberships" to "system";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."memberships"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_memberships_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."memberships"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_memberships_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."memberships"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_memberships_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."memberships"
  for each statement execute function "tenantry"."audit_capture_public_memberships_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from new_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.inserted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"organizations.inserted"', ', ', '"organizations"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name") > 8192 then format('[%s bytes]', octet_length(n."name")) else n."name" end, 'slug', case when octet_length(n."slug") > 8192 then format('[%s bytes]', octet_length(n."slug")) else n."slug" end, 'plan', case when octet_length(n."plan") > 8192 then format('[%s bytes]', octet_length(n."plan")) else n."plan" end, 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_organizations_insert"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_organizations_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from new_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.updated', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"organizations.updated"', ', ', '"organizations"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name" is distinct from n."name" then jsonb_build_object('name', case when octet_length(o."name") > 8192 then format('[%s bytes]', octet_length(o."name")) else o."name" end) else '{}'::jsonb end || case when o."slug" is distinct from n."slug" then jsonb_build_object('slug', case when octet_length(o."slug") > 8192 then format('[%s bytes]', octet_length(o."slug")) else o."slug" end) else '{}'::jsonb end || case when o."plan" is distinct from n."plan" then jsonb_build_object('plan', case when octet_length(o."plan") > 8192 then format('[%s bytes]', octet_length(o."plan")) else o."plan" end) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name" is distinct from n."name" then jsonb_build_object('name', case when octet_length(n."name") > 8192 then format('[%s bytes]', octet_length(n."name")) else n."name" end) else '{}'::jsonb end || case when o."slug" is distinct from n."slug" then jsonb_build_object('slug', case when octet_length(n."slug") > 8192 then format('[%s bytes]', octet_length(n."slug")) else n."slug" end) else '{}'::jsonb end || case when o."plan" is distinct from n."plan" then jsonb_build_object('plan', case when octet_length(n."plan") > 8192 then format('[%s bytes]', octet_length(n."plan")) else n."plan" end) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from new_rows n join old_rows o on o."id" = n."id" and o."id" = n."id") d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from new_rows n where not exists (select from old_rows o where o."id" = n."id" and o."id" = n."id")) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.deleted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"organizations.deleted"', ', ', '"organizations"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name") > 8192 then format('[%s bytes]', octet_length(o."name")) else o."name" end, 'slug', case when octet_length(o."slug") > 8192 then format('[%s bytes]', octet_length(o."slug")) else o."slug" end, 'plan', case when octet_length(o."plan") > 8192 then format('[%s bytes]', octet_length(o."plan")) else o."plan" end, 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o where not exists (select from new_rows n where o."id" = n."id" and o."id" = n."id")) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.inserted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"organizations.inserted"', ', ', '"organizations"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name") > 8192 then format('[%s bytes]', octet_length(n."name")) else n."name" end, 'slug', case when octet_length(n."slug") > 8192 then format('[%s bytes]', octet_length(n."slug")) else n."slug" end, 'plan', case when octet_length(n."plan") > 8192 then format('[%s bytes]', octet_length(n."plan")) else n."plan" end, 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n where not exists (select from old_rows o where o."id" = n."id" and o."id" = n."id")) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_organizations_update"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_organizations_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from old_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.deleted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"organizations.deleted"', ', ', '"organizations"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name") > 8192 then format('[%s bytes]', octet_length(o."name")) else o."name" end, 'slug', case when octet_length(o."slug") > 8192 then format('[%s bytes]', octet_length(o."slug")) else o."slug" end, 'plan', case when octet_length(o."plan") > 8192 then format('[%s bytes]', octet_length(o."plan")) else o."plan" end, 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_organizations_delete"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_organizations_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from "public"."organizations") then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.truncated', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"organizations.truncated"', ', ', '"organizations"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."organizations" t group by t."id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_organizations_truncate"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_organizations_truncate"() from public;
--> statement-breakpoint
grant select on "public"."organizations" to "system";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."organizations"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_organizations_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."organizations"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_organizations_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."organizations"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_organizations_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."organizations"
  for each statement execute function "tenantry"."audit_capture_public_organizations_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from new_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.inserted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"projects.inserted"', ', ', '"projects"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name") > 8192 then format('[%s bytes]', octet_length(n."name")) else n."name" end, 'description', case when octet_length(n."description") > 8192 then format('[%s bytes]', octet_length(n."description")) else n."description" end, 'status', case when octet_length(n."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."status"::text))) else to_jsonb(n."status") end, 'created_by', n."created_by", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_projects_insert"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_projects_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from new_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.updated', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"projects.updated"', ', ', '"projects"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."organization_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name" is distinct from n."name" then jsonb_build_object('name', case when octet_length(o."name") > 8192 then format('[%s bytes]', octet_length(o."name")) else o."name" end) else '{}'::jsonb end || case when o."description" is distinct from n."description" then jsonb_build_object('description', case when octet_length(o."description") > 8192 then format('[%s bytes]', octet_length(o."description")) else o."description" end) else '{}'::jsonb end || case when o."status" is distinct from n."status" then jsonb_build_object('status', case when octet_length(o."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."status"::text))) else to_jsonb(o."status") end) else '{}'::jsonb end || case when o."created_by" is distinct from n."created_by" then jsonb_build_object('created_by', o."created_by") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name" is distinct from n."name" then jsonb_build_object('name', case when octet_length(n."name") > 8192 then format('[%s bytes]', octet_length(n."name")) else n."name" end) else '{}'::jsonb end || case when o."description" is distinct from n."description" then jsonb_build_object('description', case when octet_length(n."description") > 8192 then format('[%s bytes]', octet_length(n."description")) else n."description" end) else '{}'::jsonb end || case when o."status" is distinct from n."status" then jsonb_build_object('status', case when octet_length(n."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."status"::text))) else to_jsonb(n."status") end) else '{}'::jsonb end || case when o."created_by" is distinct from n."created_by" then jsonb_build_object('created_by', n."created_by") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from new_rows n join old_rows o on o."organization_id" = n."organization_id" and o."id" = n."id") d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from new_rows n where not exists (select from old_rows o where o."organization_id" = n."organization_id" and o."id" = n."id")) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.deleted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"projects.deleted"', ', ', '"projects"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name") > 8192 then format('[%s bytes]', octet_length(o."name")) else o."name" end, 'description', case when octet_length(o."description") > 8192 then format('[%s bytes]', octet_length(o."description")) else o."description" end, 'status', case when octet_length(o."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."status"::text))) else to_jsonb(o."status") end, 'created_by', o."created_by", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o where not exists (select from new_rows n where o."organization_id" = n."organization_id" and o."id" = n."id")) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.inserted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"projects.inserted"', ', ', '"projects"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name") > 8192 then format('[%s bytes]', octet_length(n."name")) else n."name" end, 'description', case when octet_length(n."description") > 8192 then format('[%s bytes]', octet_length(n."description")) else n."description" end, 'status', case when octet_length(n."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."status"::text))) else to_jsonb(n."status") end, 'created_by', n."created_by", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n where not exists (select from old_rows o where o."organization_id" = n."organization_id" and o."id" = n."id")) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_projects_update"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_projects_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from old_rows) then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.deleted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"projects.deleted"', ', ', '"projects"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name") > 8192 then format('[%s bytes]', octet_length(o."name")) else o."name" end, 'description', case when octet_length(o."description") > 8192 then format('[%s bytes]', octet_length(o."description")) else o."description" end, 'status', case when octet_length(o."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."status"::text))) else to_jsonb(o."status") end, 'created_by', o."created_by", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_projects_delete"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_projects_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      setting text := current_setting('app.actor', true);
      said jsonb;
      actor_type text;
      actor_id text;
      on_behalf_of text;
      ip inet;
      request_id text;
      reason text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      actor_content text;
      context_content text;
    begin
      if not exists (select from "public"."projects") then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if setting is null then
        actor_type := 'login';
        actor_id := session_user;
      elsif setting = '' then
        raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
      else
        said := setting::jsonb;
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif said ? 'user' then
          actor_type := 'user';
          actor_id := said ->> 'user';
        else
          raise exception 'AUDIT_ACTOR_MISSING: a write without a user in table %', tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
        on_behalf_of := said ->> 'onBehalfOf';
        ip := (said ->> 'ip')::inet;
        request_id := said ->> 'requestId';
      end if;
      actor_content := concat(to_json(actor_type), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('01', 'hex')) || convert_to(actor_id, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('02', 'hex')) || convert_to(on_behalf_of, 'UTF8')), 'hex'), ', ', encode(sha256(sha256(substr(salt, 1, 16) || decode('03', 'hex')) || convert_to((case when masklen(ip) = case family(ip) when 4 then 32 else 128 end then host(ip) else ip::text end), 'UTF8')), 'hex'));
      context_content := concat(to_json(request_id), ', ', to_json(reason), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.truncated', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, ', to_json(s.tenant), ', ', to_json(s.id), ', ', (extract(epoch from s.created_at) * 1000000)::bigint, ', ', '"capture"', ', ', '"projects.truncated"', ', ', '"projects"', ', ', to_json(s.rid), ', ', s.metadata, ', ', actor_content, ', ', encode(sha256(sha256(substr(salt, 17) || decode('04', 'hex')) || convert_to(null::jsonb::text, 'UTF8')), 'hex'), ', ', context_content), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."organization_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."projects" t group by t."organization_id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry."audit_capture_public_projects_truncate"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry."audit_capture_public_projects_truncate"() from public;
--> statement-breakpoint
grant select on "public"."projects" to "system";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."projects"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_projects_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."projects"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_projects_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."projects"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_projects_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."projects"
  for each statement execute function "tenantry"."audit_capture_public_projects_truncate"();
--> statement-breakpoint
create or replace function tenantry.enter(by text, claim text, user_id text)
returns table (tenant_id text, facts jsonb)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  tenant "public"."organizations"."id"%type;
begin
  if $1 = 'id' then
    select t."id" into tenant from "public"."organizations" t where t."id" = $2::uuid;
  elsif $1 = 'slug' then
    select t."id" into tenant from "public"."organizations" t where t."slug" = $2;
  end if;
  if $3 !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then tenant := null; end if;
  if tenant is null or ($3 is not null and not exists (
    select from "public"."memberships" m
    where m."organization_id" = tenant
      and m."user_id" = $3::uuid
  )) then
    raise exception 'no such tenant for this user' using errcode = 'TN404';
  end if;
  return query select tenant::text, null::jsonb;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.enter(text, text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.enter(text, text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.enter(text, text, text) to "app";
--> statement-breakpoint
grant usage on schema "public" to "system";
--> statement-breakpoint
grant select on "public"."organizations", "public"."memberships" to "system";
