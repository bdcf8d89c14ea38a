-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas ad044a9312570cd4
-- tenantry:section table:public.memberships 52a67edb3a42c96c
-- tenantry:section table:public.organizations cbc0c0343c043b49
-- tenantry:section table:public.projects 2894357a80949756
-- tenantry:section table:public.users a8aa37c22ec38362
-- tenantry:section references:public.memberships 40ed9279946349a5
-- tenantry:section references:public.projects 72496a32096206c7
-- tenantry:section entry 75bac66a58bea4be

set local lock_timeout = '5s';
--> statement-breakpoint
grant usage on schema "public" to "app", "system";
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
