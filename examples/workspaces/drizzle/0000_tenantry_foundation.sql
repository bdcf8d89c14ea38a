-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section foundation eb5685bc80ba95e2

set local lock_timeout = '5s';
--> statement-breakpoint
-- roles, the schema of the tenancy, the tenant of the transaction
do $tenantry$
declare
  given constant pg_catalog.text := pg_catalog.current_setting('search_path');
  searched constant pg_catalog.name[] := pg_catalog.current_schemas(false);
  shadow pg_catalog.text;
begin
  perform pg_catalog.set_config('search_path', 'pg_catalog', true);
  with own as (
    select n.oid from unnest(searched[:array_position(searched, 'pg_catalog')]) s join pg_namespace n on n.nspname = s and s <> 'pg_catalog'
  ), named as (
    select 'pg_operator'::regclass as kind, oid, oprname as called, oprnamespace as space, 'operator ' || oid::regoperator as title from pg_operator
    union all select 'pg_proc'::regclass, oid, proname, pronamespace, 'function ' || oid::regprocedure from pg_proc
    union all select 'pg_type'::regclass, oid, typname, typnamespace, 'type ' || oid::regtype from pg_type where typrelid = 0
  )
  select title into shadow from named n where space in (select oid from own)
    and exists (select from named c where c.space = 'pg_catalog'::regnamespace and c.kind = n.kind and c.called = n.called)
    and not exists (select from pg_depend d where d.classid = n.kind and d.objid = n.oid and d.deptype = 'e')
  order by 1 limit 1;
  perform set_config('search_path', given, true);
  if shadow is not null then
    raise exception 'the search_path of the migrating login, %, finds % before pg_catalog', given, shadow using errcode = '55000',
      hint = pg_catalog.format('The policies would be made with it. Take pg_catalog out of the path, it then comes first by itself: alter role %I set search_path = public; or, where the database has it, alter database.', current_user);
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  by_grant constant boolean := current_setting('server_version_num')::int >= 160000;
  is_member constant text := case when by_grant then 'set' else 'member' end;
  with_rights constant text := case when by_grant then ' with inherit true, set true' else '' end;
begin
  if not exists (select from pg_roles where rolname = 'app') then
    begin
      create role "app" nologin;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'role % is missing and the migrating login may not create it', 'app' using errcode = '42501',
          hint = format('As a login with CREATEROLE run: create role %I nologin; grant %I to %I;', 'app', 'app', current_user);
    end;
  end if;
  if (select rolsuper or rolbypassrls from pg_roles where rolname = 'app') then
    raise exception 'role % bypasses row-level security', 'app' using errcode = '42501',
      hint = format('Run: alter role %I nosuperuser nobypassrls;', 'app');
  end if;
  if (select rolsuper from pg_roles where rolname = current_user)
    or pg_has_role(current_user, 'app', is_member) and pg_has_role(current_user, 'app', 'usage') then
    return;
  end if;
  if not by_grant and not (select rolinherit from pg_roles where rolname = current_user) then
    raise exception 'the migrating login % does not inherit the rights of role %', current_user, 'app' using errcode = '42501',
      hint = format('As a login with CREATEROLE run: alter role %I inherit;', current_user);
  end if;
  begin
    execute format('grant %I to %I', 'app', current_user) || with_rights;
  exception when insufficient_privilege then
    raise exception 'the migrating login % is not a member of role %', current_user, 'app' using errcode = '42501',
      hint = format('As the login that created role %I run: grant %I to %I%s;', 'app', 'app', current_user, with_rights);
  end;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  by_grant constant boolean := current_setting('server_version_num')::int >= 160000;
  is_member constant text := case when by_grant then 'set' else 'member' end;
  with_rights constant text := case when by_grant then ' with inherit true, set true' else '' end;
begin
  if not exists (select from pg_roles where rolname = 'system') then
    begin
      create role "system" nologin;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'role % is missing and the migrating login may not create it', 'system' using errcode = '42501',
          hint = format('As a login with CREATEROLE run: create role %I nologin; grant %I to %I;', 'system', 'system', current_user);
    end;
  end if;
  if (select rolsuper from pg_roles where rolname = current_user)
    or pg_has_role(current_user, 'system', is_member) and pg_has_role(current_user, 'system', 'usage') then
    return;
  end if;
  if not by_grant and not (select rolinherit from pg_roles where rolname = current_user) then
    raise exception 'the migrating login % does not inherit the rights of role %', current_user, 'system' using errcode = '42501',
      hint = format('As a login with CREATEROLE run: alter role %I inherit;', current_user);
  end if;
  begin
    execute format('grant %I to %I', 'system', current_user) || with_rights;
  exception when insufficient_privilege then
    raise exception 'the migrating login % is not a member of role %', current_user, 'system' using errcode = '42501',
      hint = format('As the login that created role %I run: grant %I to %I%s;', 'system', 'system', current_user, with_rights);
  end;
end
$tenantry$;
--> statement-breakpoint
create schema if not exists tenantry;
--> statement-breakpoint
do $tenantry$
declare
  wanted constant text := 'tenancy of tenant, roles app and system';
  mark constant text := obj_description($name$ tenantry $name$::regnamespace, 'pg_namespace');
  foreign_context constant boolean := exists (select from pg_proc
    where oid = to_regprocedure($name$tenantry.current_tenant()$name$) and position('''app.tenant_id''' in prosrc) = 0);
begin
  if mark <> wanted or mark is null and foreign_context then
    raise exception $text$schema tenantry belongs to another tenancy (%), not to this one (%)$text$, coalesce(mark, 'without a mark'), wanted
      using errcode = '42P06',
        hint = format($text$Name a schema for this tenancy, defineTenancy({ schema: '…' }), or give it a database of its own. If it is the same tenancy under a new name, first run: comment on schema tenantry is %L;$text$, wanted);
  end if;
end
$tenantry$;
--> statement-breakpoint
comment on schema tenantry is 'tenancy of tenant, roles app and system';
--> statement-breakpoint
create or replace function tenantry.current_tenant() returns uuid
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.current_tenant() from public;
--> statement-breakpoint
-- nothing pins a search_path here: the body is resolved now, and can be put in where it is called
create or replace function tenantry.current_actor() returns jsonb
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.actor', true), '')::pg_catalog.jsonb;
--> statement-breakpoint
create or replace function tenantry.refuse_column_change() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  is_free constant boolean := not pg_has_role(current_user, 'app', 'usage')
    or pg_has_role(current_user, 'system', 'usage')
    or pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage');
  is_changed boolean;
begin
  for i in 0 .. tg_nargs - 1 by 2 loop
    continue when is_free and tg_argv[i] not in ('tenant', 'unset tenant');
    execute format('select record_image_ne(row(($1).%1$I), row(($2).%1$I))', tg_argv[i + 1])
      into is_changed using old, new;
    -- a row that is nobody's yet gets its tenant once
    if is_changed and is_free and tg_argv[i] = 'unset tenant' then
      execute format('select ($1).%I is not null', tg_argv[i + 1]) into is_changed using old;
    end if;
    if is_changed then
      raise exception 'permission denied to change column "%" of table "%"', tg_argv[i + 1], tg_table_name
        using errcode = '42501', schema = tg_table_schema, table = tg_table_name, column = tg_argv[i + 1],
          hint = case replace(tg_argv[i], 'unset ', '')
            when 'tenant' then 'A row keeps its tenant. Insert a new row for the other tenant.'
            when 'key' then 'What identifies a row never changes. Insert a new row, or leave the column as it is.'
            else 'Only the system role changes it. Leave the column out, or repeat exactly what is stored.'
          end;
    end if;
  end loop;
  return new;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.refuse_column_change() from public;
--> statement-breakpoint
revoke all on schema tenantry from public;
--> statement-breakpoint
grant usage on schema tenantry to "app", "system";
--> statement-breakpoint
grant execute on function tenantry.current_tenant() to "app", "system";
--> statement-breakpoint
grant execute on function tenantry.current_actor() to public;
--> statement-breakpoint
do $tenantry$
begin
  begin
    revoke create on schema public from public;
    execute format('revoke temporary on database %I from public', current_database());
  exception when insufficient_privilege or invalid_schema_name then
    raise notice 'tenantry: the owner of the database should revoke CREATE on schema public and TEMPORARY from PUBLIC';
  end;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.reference_columns(of_table oid, numbers smallint[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select string_agg(format('"%s"', replace(attname, '"', '""')), ', ' order by i)
    from unnest(numbers) with ordinality k (number, i)
    join pg_attribute on attrelid = of_table and attnum = number);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.reference_definition(reference oid) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (
    select format('foreign key (%s) references "%s"."%s" (%s) on delete %s',
      tenantry.reference_columns(conrelid, conkey), replace(nspname, '"', '""'), replace(relname, '"', '""'),
      tenantry.reference_columns(confrelid, confkey),
      case confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
        when 'n' then format('set null (%s)', tenantry.reference_columns(conrelid, confdelsetcols)) end)
    from pg_constraint c join pg_class t on t.oid = confrelid join pg_namespace n on n.oid = relnamespace
    where c.oid = reference and contype = 'f' and confupdtype = 'a' and confmatchtype = 's' and not condeferrable
  );
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.keep_reference(of_table regclass, own_name text, definition text, mark text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  standing oid := (select oid from pg_constraint where conrelid = of_table and conname = own_name);
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced regclass[];
  each regclass;
begin
  if obj_description(standing, 'pg_constraint') is distinct from mark then
    if tenantry.reference_definition(standing) is distinct from definition then
      if standing is not null then execute format('alter table %s drop constraint %I', of_table, own_name); end if;
      -- NOT VALID checks new rows at once and takes its lock only for a moment
      execute format('alter table %s add constraint %I %s not valid', of_table, own_name, definition);
    end if;
    execute format('comment on constraint %I on %s is %L', own_name, of_table, mark);
  end if;
  if (select convalidated from pg_constraint where conrelid = of_table and conname = own_name) then return; end if;
  -- the rows that were there are checked while others read and write; an owner whom the forced
  -- policies bind would see none of them, so for that moment they do not
  forced := array(select t.oid from pg_class t join pg_constraint c on t.oid in (c.conrelid, c.confrelid)
    where bound and t.relforcerowsecurity and c.conrelid = of_table and c.conname = own_name);
  foreach each in array forced loop execute format('alter table %s no force row level security', each); end loop;
  execute format('alter table %s validate constraint %I', of_table, own_name);
  foreach each in array forced loop execute format('alter table %s force row level security', each); end loop;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.reference_columns(of_table oid, numbers smallint[]), tenantry.reference_definition(reference oid), tenantry.keep_reference(of_table regclass, own_name text, definition text, mark text) from public;
--> statement-breakpoint
do $tenantry$
begin
  if to_regprocedure($name$tenantry.can(text)$name$) is null then
    create function tenantry.can(text) returns boolean language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $stub$ begin raise exception 'the functions of rbac are not there yet' using errcode = '42883'; end $stub$;
    revoke all on function tenantry.can(text) from public;
    grant execute on function tenantry.can(text) to "app", "system";
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if to_regprocedure($name$tenantry.allowed_ids(text, text)$name$) is null then
    create function tenantry.allowed_ids(text, text) returns text[] language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $stub$ begin raise exception 'the functions of rbac are not there yet' using errcode = '42883'; end $stub$;
    revoke all on function tenantry.allowed_ids(text, text) from public;
    grant execute on function tenantry.allowed_ids(text, text) to "app", "system";
  end if;
end
$tenantry$;
