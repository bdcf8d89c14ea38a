-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section entry 48e1d8738afb0988
-- tenantry:section attributes cf6dadad3736f641

set local lock_timeout = '5s';
--> statement-breakpoint
-- how requests enter: the tenant of a claim, and its members
drop function if exists tenantry.enter(text, text, text, text, text);
--> statement-breakpoint
create or replace function tenantry.enter(by text, claim text, user_id text, on_behalf_of text default null) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
#variable_conflict use_column
declare
  answer text;
begin
  if $1 = 'id' and $3 is not null then
    select '{"tenant":"' || set_config('app.tenant_id', entry.tenant::text, true) || '","facts":{"rbac":' || coalesce((case
              when d.valid_until <= statement_timestamp() or on_behalf_of is not null
              then tenantry.rbac_facts(entry.tenant, entry.member)::text
              else d.entry
            end)::text, 'null') || '}}' into answer
    from "public"."tenants" t join tenantry.member_permissions d on d.tenant_id = t."id"
      cross join lateral (select t."id" as tenant, d.user_id as member) entry
    where t."id" = (case when coalesce(current_setting('app.tenant_id', true), '') = '' then $2 end)::uuid and d.user_id = $3::uuid and t."deleted_at" is null;
  elsif $1 = 'slug' and $3 is not null then
    select '{"tenant":"' || set_config('app.tenant_id', entry.tenant::text, true) || '","facts":{"rbac":' || coalesce((case
              when d.valid_until <= statement_timestamp() or on_behalf_of is not null
              then tenantry.rbac_facts(entry.tenant, entry.member)::text
              else d.entry
            end)::text, 'null') || '}}' into answer
    from "public"."tenants" t join tenantry.member_permissions d on d.tenant_id = t."id"
      cross join lateral (select t."id" as tenant, d.user_id as member) entry
    where t."slug" = (case when coalesce(current_setting('app.tenant_id', true), '') = '' then $2 end) and d.user_id = $3::uuid and t."deleted_at" is null;
  elsif $1 = 'id' and $3 is null then
    select '{"tenant":"' || set_config('app.tenant_id', entry.tenant::text, true) || '","facts":{"rbac":null}}' into answer
    from "public"."tenants" t
      cross join lateral (select t."id" as tenant, null::uuid as member) entry
    where t."id" = (case when coalesce(current_setting('app.tenant_id', true), '') = '' then $2 end)::uuid and t."deleted_at" is null;
  elsif $1 = 'slug' and $3 is null then
    select '{"tenant":"' || set_config('app.tenant_id', entry.tenant::text, true) || '","facts":{"rbac":null}}' into answer
    from "public"."tenants" t
      cross join lateral (select t."id" as tenant, null::uuid as member) entry
    where t."slug" = (case when coalesce(current_setting('app.tenant_id', true), '') = '' then $2 end) and t."deleted_at" is null;
  end if;
  if answer is null then
    raise exception 'no such tenant for this user' using errcode = 'TN404';
  end if;
  return answer;
exception when invalid_text_representation then
  if ($1 = 'id' and $2 !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') or $3 !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    raise exception 'no such tenant for this user' using errcode = 'TN404';
  end if;
  raise;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.enter_member(tenant uuid, member uuid, on_behalf_of text) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
#variable_conflict use_column
declare
  answer text;
begin
  select '{"rbac":' || coalesce((case
            when d.valid_until <= statement_timestamp() or on_behalf_of is not null
            then tenantry.rbac_facts(entry.tenant, entry.member)::text
            else d.entry
          end)::text, 'null') || '}' into strict answer
  from "public"."tenants" t join tenantry.member_permissions d on d.tenant_id = t."id"
    cross join lateral (select t."id" as tenant, d.user_id as member) entry
  where t."id" = (case when current_setting('app.tenant_id', true) = $1::text then $1 end) and d.user_id = (case when coalesce((nullif(current_setting('app.actor', true), '')::json ->> 'user')::uuid, $2) = $2 then $2 end) and t."deleted_at" is null;
  return answer;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.enter(by text, claim text, user_id text, on_behalf_of text) owner to "system";
--> statement-breakpoint
alter function tenantry.enter_member(tenant uuid, member uuid, on_behalf_of text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.enter(by text, claim text, user_id text, on_behalf_of text), tenantry.enter_member(tenant uuid, member uuid, on_behalf_of text) from public;
--> statement-breakpoint
grant execute on function tenantry.enter(by text, claim text, user_id text, on_behalf_of text), tenantry.enter_member(tenant uuid, member uuid, on_behalf_of text) to "app";
--> statement-breakpoint
grant usage on schema "public" to "system";
--> statement-breakpoint
grant select on "public"."tenants", "public"."memberships" to "system";
--> statement-breakpoint
-- what roles do not need, because policies let them through
do $tenantry$
declare
  own constant oid := (select oid from pg_roles where rolname = 'system' and rolbypassrls and not rolsuper);
begin
  if own is null then return; end if;
  if exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = own and d.deptype in ('a', 'o')
    and d.dbid not in (select 0 union select oid from pg_database where datname = current_database())
    and not exists (select from pg_shdepend p where p.refclassid = d.refclassid and p.refobjid = own and p.dbid = d.dbid and p.deptype = 'r')) then
    raise notice 'role % keeps BYPASSRLS until the other databases of this server have migrated', 'system';
    return;
  end if;
  alter role "system" nobypassrls;
exception when insufficient_privilege then
  raise notice 'role % has BYPASSRLS, which it does not need any more; who may, runs: alter role % nobypassrls;', 'system', quote_ident('system');
end
$tenantry$;
