-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section audit-log:role bd0e178765eb0075
-- tenantry:section audit-log:guards 4bf6d703d3efea2c
-- tenantry:section audit-log:state 1d8b0e618027f557
-- tenantry:section audit-log:functions fbada84e3a19bd32
-- tenantry:section audit-log:log a08edad882fe1e2c
-- tenantry:section audit-log:captures 49d730a787075464
-- tenantry:section audit-log:capture:public.documents d3ac4747339838c0
-- tenantry:section audit-log:capture:public.member_roles b41617d90f65092d
-- tenantry:section audit-log:capture:public.memberships 825afcc669a41da0
-- tenantry:section audit-log:capture:public.projects e37db1cb6754508f
-- tenantry:section audit-log:capture:public.tenants bb85b9791d3b1a55
-- tenantry:section audit-log:capture:public.workspaces c7f6c56246f945a5
-- tenantry:section audit-log:attributes e9c2bdc7b81221ea

set local lock_timeout = '5s';
--> statement-breakpoint
-- audit-log: role
do $tenantry$
begin
  if exists (select from pg_roles where rolname = 'audit_writer' and rolcanlogin) then
    if not exists (select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)) then
      raise notice 'role % adds to the audit log, and somebody can log in as it: give its password to nobody', 'audit_writer';
      return;
    end if;
    raise exception 'role % adds to the audit log, and somebody can log in as it', 'audit_writer' using errcode = '42501',
      hint = format('Run: alter role %I nologin; or name another role in defineAudit.', 'audit_writer');
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
  if not exists (select from pg_roles where rolname = 'audit_writer') then
    begin
      create role "audit_writer" nologin;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'role % is missing and the migrating login may not create it', 'audit_writer' using errcode = '42501',
          hint = format('As a login with CREATEROLE run: create role %I nologin; grant %I to %I;', 'audit_writer', 'audit_writer', current_user);
    end;
  end if;
  if (select rolsuper from pg_roles where rolname = current_user)
    or pg_has_role(current_user, 'audit_writer', is_member) and pg_has_role(current_user, 'audit_writer', 'usage') then
    return;
  end if;
  if not by_grant and not (select rolinherit from pg_roles where rolname = current_user) then
    raise exception 'the migrating login % does not inherit the rights of role %', current_user, 'audit_writer' using errcode = '42501',
      hint = format('As a login with CREATEROLE run: alter role %I inherit;', current_user);
  end if;
  begin
    execute format('grant %I to %I', 'audit_writer', current_user) || with_rights;
  exception when insufficient_privilege then
    raise exception 'the migrating login % is not a member of role %', current_user, 'audit_writer' using errcode = '42501',
      hint = format('As the login that created role %I run: grant %I to %I%s;', 'audit_writer', 'audit_writer', current_user, with_rights);
  end;
end
$tenantry$;
--> statement-breakpoint
-- audit-log: guards
create table if not exists tenantry.audit_permits (transaction_id bigint primary key);
--> statement-breakpoint
do $tenantry$
begin
  if to_regprocedure($name$tenantry.audit_xid_offset()$name$) is null then
    -- no SET clause, which would keep it from being inlined; it calls nothing
    create function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as 'select 0::bigint';
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_xid_offset() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_xid_offset() to "app", "system", "audit_writer";
--> statement-breakpoint
create or replace function tenantry.audit_refuse() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tg_level = 'ROW' and exists (
    select from tenantry.audit_permits p where p.transaction_id = pg_current_xact_id()::text::bigint
  ) then
    if tg_op = 'DELETE' then return old; end if;
    -- an erasure changes erasable columns only
    if to_jsonb(new) - array['actor_id', 'on_behalf_of', 'ip_address', 'personal', 'salt', 'erased'] = to_jsonb(old) - array['actor_id', 'on_behalf_of', 'ip_address', 'personal', 'salt', 'erased'] then return new; end if;
  end if;
  raise exception 'AUDIT_APPEND_ONLY: % on %', tg_op, tg_table_name using errcode = 'TN001', detail = '{}';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_permit(allowed boolean) returns void
language plpgsql volatile
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
revoke all on function tenantry.audit_refuse(), tenantry.audit_permit(allowed boolean) from public;
--> statement-breakpoint
-- audit-log: state
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
-- retention looks up the seals of a month
create index if not exists audit_seals_month on tenantry.audit_seals (tenant, month);
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
alter table tenantry."audit_seals" enable row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "audit_seals_of_the_tenant" on tenantry."audit_seals";
  create policy "audit_seals_of_the_tenant" on tenantry."audit_seals" as permissive for select to "app"
    using (tenant = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "audit_seals_system_access" on tenantry."audit_seals";
  create policy "audit_seals_system_access" on tenantry."audit_seals" as permissive for select to "system"
    using (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on tenantry.audit_seals from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.audit_seals to "app", "system";
--> statement-breakpoint
alter table tenantry."audit_retirements" enable row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "audit_retirements_of_the_tenant" on tenantry."audit_retirements";
  create policy "audit_retirements_of_the_tenant" on tenantry."audit_retirements" as permissive for select to "app"
    using (tenant = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "audit_retirements_system_access" on tenantry."audit_retirements";
  create policy "audit_retirements_system_access" on tenantry."audit_retirements" as permissive for select to "system"
    using (true);
end
$tenantry$;
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
-- audit-log: functions
create or replace function tenantry.audit_write(action text, resource_type text, resource_id text default null, reason text default null, metadata jsonb default '{}', personal jsonb default null) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  of_tenant constant uuid := coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid;
  context constant jsonb := tenantry.current_actor();
  actor_type text := 'user';
  actor_id text := context ->> 'user';
  on_behalf_of text;
  ip inet;
  request_id text;
  xid bigint;
  salt bytea := uuid_send(gen_random_uuid());
  behalf text;
  about_persons text;
  entry uuid;
  written timestamptz;
begin
  xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
  if actor_id is null then
    if context ? 'system' then
      actor_type := 'system';
      actor_id := context ->> 'system';
      reason := context ->> 'reason';
    elsif current_setting('app.actor', true) is null then
      actor_type := 'login';
      actor_id := session_user;
    else
      actor_type := 'anonymous';
    end if;
  end if;
  on_behalf_of := context ->> 'onBehalfOf';
  ip := (context ->> 'ip')::inet;
  request_id := context ->> 'requestId';
  -- optional fields are hashed here, because a call in the statement below costs time even when unused
  if on_behalf_of is not null or personal is not null then
    salt := salt || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
    about_persons := encode(sha256(substr(salt, 33, 16) || convert_to(personal::text, 'UTF8')), 'hex');
  end if;
  written := clock_timestamp();
  entry := gen_random_uuid();
  insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
  values (of_tenant, entry, written, 'entry', action, resource_type, resource_id, coalesce(metadata, '{}'), personal, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', of_tenant, '", "', entry, '", ', (extract(epoch from written) * 1000000)::bigint, ', "entry", ', array_to_json(array[action, resource_type, resource_id]), ', ', coalesce(metadata, '{}'), ', ', about_persons, ', ', encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']'), 'UTF8')), null);
  return entry;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_write_for(of_tenant uuid, action text, resource_type text, resource_id text default null, reason text default null, metadata jsonb default '{}', personal jsonb default null) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  context constant jsonb := tenantry.current_actor();
  actor_type text := 'user';
  actor_id text := context ->> 'user';
  on_behalf_of text;
  ip inet;
  request_id text;
  xid bigint;
  salt bytea := uuid_send(gen_random_uuid());
  behalf text;
  about_persons text;
  entry uuid;
  written timestamptz;
begin
  xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
  if actor_id is null then
    if context ? 'system' then
      actor_type := 'system';
      actor_id := context ->> 'system';
      reason := context ->> 'reason';
    elsif current_setting('app.actor', true) is null then
      actor_type := 'login';
      actor_id := session_user;
    else
      actor_type := 'anonymous';
    end if;
  end if;
  on_behalf_of := context ->> 'onBehalfOf';
  ip := (context ->> 'ip')::inet;
  request_id := context ->> 'requestId';
  -- optional fields are hashed here, because a call in the statement below costs time even when unused
  if on_behalf_of is not null or personal is not null then
    salt := salt || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
    about_persons := encode(sha256(substr(salt, 33, 16) || convert_to(personal::text, 'UTF8')), 'hex');
  end if;
  written := clock_timestamp();
  entry := gen_random_uuid();
  insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
  values (of_tenant, entry, written, 'entry', action, resource_type, resource_id, coalesce(metadata, '{}'), personal, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', of_tenant, '", "', entry, '", ', (extract(epoch from written) * 1000000)::bigint, ', "entry", ', array_to_json(array[action, resource_type, resource_id]), ', ', coalesce(metadata, '{}'), ', ', about_persons, ', ', encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']'), 'UTF8')), null);
  return entry;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_own_entry(tenant uuid, action text, metadata jsonb, why text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.audit_write_for(tenant, action, 'audit_log', null, why, metadata || jsonb_build_object('reason', why));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_protect(partition regclass) returns void
language plpgsql volatile
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
  if not exists (select from pg_policy p where p.polrelid = partition) then
    execute format($sql$create policy "tenantry_system_access" on %s as permissive for select to "system"
      using (true);$sql$, partition);
  end if;
  if partition = to_regclass($name$tenantry."audit_logs_default"$name$) then
    grant select on tenantry."audit_logs_default" to "system";
  end if;
  -- row triggers come from the parent; those of TRUNCATE do not
  execute format($sql$create or replace trigger tenantry_audit_refuse_truncate before truncate on %s for each statement execute function tenantry.audit_refuse()$sql$, partition);
  execute format('alter table %s enable always trigger tenantry_audit_refuse_truncate', partition);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_default_months() returns setof timestamptz
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if to_regclass($name$tenantry."audit_logs_default"$name$) is null then return; end if;
  return query execute $name$select distinct date_trunc('month', "created_at" at time zone 'UTC') at time zone 'UTC' from tenantry."audit_logs_default" order by 1$name$;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_create_default() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  -- when the log was renamed, its default partition has the old name
  renamed constant regclass := (select i.inhrelid from pg_inherits i join pg_class p on p.oid = i.inhrelid
    where i.inhparent = '"public"."audit_logs"'::regclass and pg_get_expr(p.relpartbound, p.oid) = 'DEFAULT');
begin
  if to_regclass($name$tenantry."audit_logs_default"$name$) is not null then return; end if;
  if renamed is not null then
    execute format('alter table %s rename to %I', renamed, 'audit_logs_default');
    return;
  end if;
  create table tenantry."audit_logs_default" (like "public"."audit_logs" including defaults including constraints including generated including storage);
  alter table "public"."audit_logs" attach partition tenantry."audit_logs_default" default;
  perform tenantry.audit_protect($name$tenantry."audit_logs_default"$name$::regclass);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_create_month(month timestamptz) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  starts timestamptz := date_trunc('month', month at time zone 'UTC') at time zone 'UTC';
  ends timestamptz := (date_trunc('month', month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
  partition text := format('%s_%s', 'audit_logs', to_char(starts at time zone 'UTC', 'YYYY_MM'));
  target text := format($name$tenantry.%I$name$, partition);
  has_rows boolean := starts in (select tenantry.audit_default_months());
begin
  if exists (select from tenantry.audit_partitions p where p.from_at < ends and p.to_at > starts) then
    return null;
  end if;
  if has_rows then
    -- a writer that was routed to the default partition before would be refused there afterwards, so
    -- writers wait for the lock of the log and are routed after the new partition exists
    lock table "public"."audit_logs" in share row exclusive mode;
  end if;
  execute format('create table %s (like "public"."audit_logs" including defaults including constraints including generated including storage)', target);
  if has_rows then
    -- the new partition cannot be attached while the default partition has rows of its month, so
    -- they are moved in the same transaction; readers and writers of the default partition wait
    lock table tenantry."audit_logs_default" in access exclusive mode;
    alter table tenantry."audit_logs_default" no force row level security;
    perform tenantry.audit_permit(true);
    execute format($sql$with moved as (delete from tenantry."audit_logs_default" where "created_at" >= %L and "created_at" < %L returning *) insert into %s select * from moved$sql$, starts, ends, target);
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
create or replace function tenantry.audit_maintain(ahead integer) returns table (created text[], busy boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
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
    union select tenantry.audit_default_months() order by 1
  loop
    made := tenantry.audit_create_month(month);
    if made is not null then created := created || made; end if;
  end loop;
  update tenantry.audit_jobs j set ran_at = clock_timestamp() where j.job = 'maintain';
  return next;
end
$tenantry$;
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
create or replace function tenantry.audit_unsealed(from_xid bigint, to_xid bigint) returns table (tenant uuid, month text, ids uuid[], hashes bytea[])
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return query
    select l."tenant_id", to_char(l."created_at" at time zone 'UTC', 'YYYY-MM'),
      array_agg(l."id" order by l."created_at", l."id"),
      array_agg(l."content_hash" order by l."created_at", l."id")
    from "public"."audit_logs" l
    where l."transaction_id" >= from_xid and l."transaction_id" < to_xid
      -- those of a tenant that has come here are sealed already
      and l."transaction_id" >= coalesce((select s.to_xid from tenantry.audit_seals s
        where s.tenant = l."tenant_id" order by s.number desc limit 1), 0)
    group by 1, 2
    order by 1, 2;
end
$tenantry$;
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
create or replace function tenantry.audit_seal(most integer) returns table (seals integer, entries bigint, busy boolean, more boolean)
language plpgsql volatile security definer
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
  -- one sealer at a time; a second one does not wait, because it would find the same entries
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
create or replace function tenantry.audit_seal_hash(tenant uuid, number bigint, month text, from_xid bigint, to_xid bigint, next_xid bigint, entries integer, root bytea, previous bytea, sealed_at timestamptz) returns bytea
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return sha256(decode('02', 'hex') || convert_to(jsonb_build_array(1, tenant::text, number, month, from_xid, to_xid, next_xid,
    entries, encode(root, 'hex'), encode(previous, 'hex'), (extract(epoch from sealed_at) * 1000000)::bigint)::text, 'UTF8'));
end
$tenantry$;
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
create or replace function tenantry.audit_restored() returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  own bigint := pg_current_xact_id()::text::bigint;
  last bigint := greatest(tenantry.audit_last_xid(), (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'), 0);
begin
  if own + tenantry.audit_xid_offset() > last then return 0; end if;
  execute format($sql$create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as %L$sql$,
    format('select %s::bigint', last + 1 - own));
  return last + 1 - own;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_unsealed_of(of_tenant uuid) returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select count(*) from "public"."audit_logs" l where l."tenant_id" = of_tenant and l."transaction_id"
    >= coalesce((select s.to_xid from tenantry.audit_seals s where s.tenant = of_tenant order by s.number desc limit 1), 0));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_above(of_tenant uuid) returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return coalesce((select max(s.next_xid) from tenantry.audit_seals s where s.tenant = of_tenant), 0);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_go_on_above(last bigint) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  own bigint := pg_current_xact_id()::text::bigint;
begin
  if own + tenantry.audit_xid_offset() > last then return 0; end if;
  lock table "public"."audit_logs" in share row exclusive mode;
  execute format($sql$create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as %L$sql$,
    format('select %s::bigint', last + 1 - own));
  return last + 1 - own;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_waiting(from_xid bigint) returns table (entries integer, oldest timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return query select count(*)::integer, min(w.at) from (
    select l."created_at" as at from "public"."audit_logs" l where l."transaction_id" >= from_xid order by l."transaction_id" limit 10000) w;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_blocking_transaction() returns table (pid integer, login text, application text, database text, since timestamptz, prepared text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return query
    select h.pid, h.login, h.application, h.database, h.since, h.prepared from (
      select a.pid, a.usename::text as login, a.application_name as application, a.datname::text as database,
        a.xact_start as since, null::text as prepared, a.backend_xid as xid
      from pg_stat_activity a where a.backend_xid is not null and a.pid <> pg_backend_pid()
      union all
      select null, p.owner::text, null, p.database::text, p.prepared, p.gid, p.transaction from pg_prepared_xacts p) h
    order by age(h.xid) desc limit 1;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_lag(from_xid bigint default null) returns table (entries integer, oldest timestamptz, seconds float8, pid integer, login text, application text,
      database text, since timestamptz, prepared text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return query
    select w.entries, w.oldest, extract(epoch from clock_timestamp() - w.oldest)::float8,
      h.pid, h.login, h.application, h.database, h.since, h.prepared
    from tenantry.audit_waiting(coalesce(from_xid, (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'))) w
    left join tenantry.audit_blocking_transaction() h on true
    where w.entries > 0;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_hold(tenant uuid, why text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.audit_holds (tenant, reason) values ($1, why);
  perform tenantry.audit_own_entry($1, 'audit.held', '{}', why);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_release(tenant uuid, why text) returns integer
language plpgsql volatile security definer
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
create or replace function tenantry.audit_set_retention(tenant uuid, months integer, why text) returns void
language plpgsql volatile security definer
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
create or replace function tenantry.audit_expired(keep_months integer, only_month text default null) returns table (month text, tenant uuid, entries bigint, expired boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  sealed bigint := (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal');
  today timestamp := clock_timestamp() at time zone 'UTC';
  starts timestamptz := to_date(only_month, 'YYYY-MM')::timestamp at time zone 'UTC';
  ends timestamptz := (to_date(only_month, 'YYYY-MM')::timestamp + interval '1 month') at time zone 'UTC';
begin
  if only_month is not null then
    return query select x.month, x.tenant, x.entries, coalesce(x.over, false)
      and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null)
    from (
      select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."tenant_id" as tenant, count(*) as entries,
        bool_and(l."transaction_id" < sealed)
        and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => coalesce(min(r.months), keep_months)) <= today as over
      from "public"."audit_logs" l left join tenantry.audit_retention r on r.tenant = l."tenant_id"
      where l."created_at" >= starts and l."created_at" < ends
      group by 1, 2
    ) x order by 1, 2;
    return;
  end if;
  if keep_months is not null then
    return query select x.month, x.tenant, x.entries, coalesce(x.over, false)
      and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null)
    from (
      select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."tenant_id" as tenant, count(*) as entries,
        bool_and(l."transaction_id" < sealed)
        and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => keep_months) <= today as over
      from "public"."audit_logs" l where l."created_at" < (date_trunc('month', today) - make_interval(months => keep_months)) at time zone 'UTC'
      and not exists (select from tenantry.audit_retention r where r.tenant = l."tenant_id")
      group by 1, 2
    ) x order by 1, 2;
  end if;
  return query select x.month, x.tenant, x.entries, coalesce(x.over, false)
    and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null)
  from (
    select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."tenant_id" as tenant, count(*) as entries,
      bool_and(l."transaction_id" < sealed)
      and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => min(r.months)) <= today as over
    from tenantry.audit_retention r join "public"."audit_logs" l on l."tenant_id" = r.tenant and l."created_at" < (date_trunc('month', today) - make_interval(months => r.months)) at time zone 'UTC'
    group by 1, 2
  ) x order by 1, 2;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_delete_month(tenants uuid[], from_at timestamptz, to_at timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  deleted bigint;
begin
  delete from "public"."audit_logs" l where l."tenant_id" = any (tenants) and l."created_at" >= from_at and l."created_at" < to_at;
  get diagnostics deleted = row_count;
  return deleted;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_retire(retired_month text, tenants uuid[], keep_months integer) returns table (entries bigint, dropped boolean, busy boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
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
  -- read again, because a hold may have been placed while the archive was written
  select array_agg(e.tenant) filter (where e.goes), array_agg(e.entries) filter (where e.goes), bool_or(not e.goes)
    into going, counts, staying
  from (select x.tenant, x.entries, x.expired and x.tenant = any (tenants) as goes
    from tenantry.audit_expired(keep_months, retired_month) x) e;
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
    execute format($sql$drop table tenantry.%I$sql$, own);
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
create or replace function tenantry.audit_erase_rows(only_tenant uuid, person text, resources text[]) returns table (tenant uuid, entries bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return query
    with erasing as (
      update "public"."audit_logs" l set
        "erased" = jsonb_strip_nulls(jsonb_build_object(
          'commitments', jsonb_build_object('actor', coalesce((l."erased" -> 'commitments' ->> 'actor'), case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and true) then encode(sha256(coalesce(decode((l."erased" -> 'salts' ->> 'actor'), 'hex'), substr(l."salt", 1, 16)) || convert_to(concat(l."ip_address", ' ', to_json(l."actor_id")), 'UTF8')), 'hex') end), 'onBehalfOf', coalesce((l."erased" -> 'commitments' ->> 'onBehalfOf'), case when (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) then encode(sha256(coalesce(decode((l."erased" -> 'salts' ->> 'onBehalfOf'), 'hex'), substr(l."salt", 17, 16)) || convert_to(l."on_behalf_of"::text, 'UTF8')), 'hex') end), 'personal', coalesce((l."erased" -> 'commitments' ->> 'personal'), case when (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null) then encode(sha256(coalesce(decode((l."erased" -> 'salts' ->> 'personal'), 'hex'), substr(l."salt", 33, 16)) || convert_to(l."personal"::text, 'UTF8')), 'hex') end)),
          'salts', jsonb_build_object('actor', case when (not coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and true and (l."erased" -> 'commitments' ->> 'actor') is null) then encode(coalesce(decode((l."erased" -> 'salts' ->> 'actor'), 'hex'), substr(l."salt", 1, 16)), 'hex') end, 'onBehalfOf', case when (not coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null and (l."erased" -> 'commitments' ->> 'onBehalfOf') is null) then encode(coalesce(decode((l."erased" -> 'salts' ->> 'onBehalfOf'), 'hex'), substr(l."salt", 17, 16)), 'hex') end, 'personal', case when (not coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null and (l."erased" -> 'commitments' ->> 'personal') is null) then encode(coalesce(decode((l."erased" -> 'salts' ->> 'personal'), 'hex'), substr(l."salt", 33, 16)), 'hex') end))),
        "salt" = null,
        "actor_id" = case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and true) then null else l."actor_id" end,
        "ip_address" = case when (coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and true) then null else l."ip_address" end,
        "on_behalf_of" = case when (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) then null else l."on_behalf_of" end,
        "personal" = case when (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null) then null else l."personal" end
      where (only_tenant is null or l."tenant_id" = only_tenant) and ((coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and true) or (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) or (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null))
      returning l."tenant_id" as t)
    select e.t, count(*) from erasing e group by 1 order by 1;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_erase(only_tenant uuid, person text, resources text[], why text) returns table (tenant uuid, entries bigint)
language plpgsql volatile security definer
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
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_write(action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb) owner to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_write_for(of_tenant uuid, action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb) owner to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_delete_month(tenants uuid[], from_at timestamptz, to_at timestamptz) owner to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_erase_rows(only_tenant uuid, person text, resources text[]) owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_own_entry(tenant uuid, action text, metadata jsonb, why text) owner to "system";
--> statement-breakpoint
alter function tenantry.audit_default_months() owner to "system";
--> statement-breakpoint
alter function tenantry.audit_unsealed(from_xid bigint, to_xid bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.audit_nth_xid(from_xid bigint, to_xid bigint, n integer) owner to "system";
--> statement-breakpoint
alter function tenantry.audit_last_xid() owner to "system";
--> statement-breakpoint
alter function tenantry.audit_unsealed_of(of_tenant uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.audit_above(of_tenant uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.audit_waiting(from_xid bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.audit_expired(keep_months integer, only_month text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_write(action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb), tenantry.audit_write_for(of_tenant uuid, action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb), tenantry.audit_own_entry(tenant uuid, action text, metadata jsonb, why text), tenantry.audit_protect(partition regclass), tenantry.audit_default_months(), tenantry.audit_create_default(), tenantry.audit_create_month(month timestamptz), tenantry.audit_maintain(ahead integer), tenantry.audit_root(hashes bytea[]), tenantry.audit_unsealed(from_xid bigint, to_xid bigint), tenantry.audit_nth_xid(from_xid bigint, to_xid bigint, n integer), tenantry.audit_seal(most integer), tenantry.audit_seal_hash(tenant uuid, number bigint, month text, from_xid bigint, to_xid bigint, next_xid bigint, entries integer, root bytea, previous bytea, sealed_at timestamptz), tenantry.audit_last_xid(), tenantry.audit_restored(), tenantry.audit_unsealed_of(of_tenant uuid), tenantry.audit_above(of_tenant uuid), tenantry.audit_go_on_above(last bigint), tenantry.audit_waiting(from_xid bigint), tenantry.audit_blocking_transaction(), tenantry.audit_lag(from_xid bigint), tenantry.audit_hold(tenant uuid, why text), tenantry.audit_release(tenant uuid, why text), tenantry.audit_set_retention(tenant uuid, months integer, why text), tenantry.audit_expired(keep_months integer, only_month text), tenantry.audit_delete_month(tenants uuid[], from_at timestamptz, to_at timestamptz), tenantry.audit_retire(retired_month text, tenants uuid[], keep_months integer), tenantry.audit_erase_rows(only_tenant uuid, person text, resources text[]), tenantry.audit_erase(only_tenant uuid, person text, resources text[], why text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_write(action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb) to "app";
--> statement-breakpoint
grant execute on function tenantry.audit_write(action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb), tenantry.audit_write_for(of_tenant uuid, action text, resource_type text, resource_id text, reason text, metadata jsonb, personal jsonb), tenantry.audit_maintain(ahead integer), tenantry.audit_seal(most integer), tenantry.audit_restored(), tenantry.audit_go_on_above(last bigint), tenantry.audit_blocking_transaction(), tenantry.audit_lag(from_xid bigint), tenantry.audit_hold(tenant uuid, why text), tenantry.audit_release(tenant uuid, why text), tenantry.audit_set_retention(tenant uuid, months integer, why text), tenantry.audit_retire(retired_month text, tenants uuid[], keep_months integer), tenantry.audit_erase(only_tenant uuid, person text, resources text[], why text) to "system";
--> statement-breakpoint
comment on function tenantry.audit_protect(partition regclass) is 'For partitions of "public"."audit_logs".';
--> statement-breakpoint
-- audit-log: log
do $tenantry$
declare
  was oid := $name$"public"."audit_logs"$name$::regclass;
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
  execute $sql$select exists (select from tenantry."audit_logs_before")$sql$ into filled;
  if filled then
    update tenantry."audit_logs_before" l set "salt" = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) where l."content_hash" is null;
            update tenantry."audit_logs_before" l set "content_hash" = sha256(convert_to(concat('[1, "', l."tenant_id", '", "', l."id", '", ', (extract(epoch from l."created_at") * 1000000)::bigint, ', ', to_json(l."source"), ', ', array_to_json(array[l."action", l."resource_type", l."resource_id"]), ', ', l."metadata", ', ', encode(sha256(substr(l."salt", 33, 16) || convert_to(l."personal"::text, 'UTF8')), 'hex'), ', ', encode(sha256(substr(l."salt", 1, 16) || convert_to(concat(l."ip_address", ' ', to_json(l."actor_id")), 'UTF8')), 'hex'), ', ', encode(sha256(substr(l."salt", 17, 16) || convert_to(l."on_behalf_of"::text, 'UTF8')), 'hex'), ', ', array_to_json(array[l."actor_type", l."request_id", l."reason"]), ', ', l."transaction_id", ']'), 'UTF8')) where l."content_hash" is null;
            until := (date_trunc('month', (select greatest(max(l."created_at"), clock_timestamp()) from tenantry."audit_logs_before" l) at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    insert into tenantry.audit_partitions values ('audit_logs_before', '-infinity', until) on conflict (partition) do update set to_at = excluded.to_at;
    execute format($sql$alter table "public"."audit_logs" attach partition tenantry."audit_logs_before" for values from (minvalue) to (%L)$sql$, until);
    for each in select polname from pg_policy where polrelid = $name$tenantry."audit_logs_before"$name$::regclass loop
      execute format($sql$drop policy %I on tenantry."audit_logs_before"$sql$, each.polname);
    end loop;
    perform tenantry.audit_protect($name$tenantry."audit_logs_before"$name$::regclass);
  else
    drop table tenantry."audit_logs_before";
  end if;
end
$tenantry$;
--> statement-breakpoint
grant usage on schema "tenantry", "public" to "audit_writer";
--> statement-breakpoint
grant select, insert, update, delete on "public"."audit_logs" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "audit_logs_audit_writer" on "public"."audit_logs";
  create policy "audit_logs_audit_writer" on "public"."audit_logs" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
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
select tenantry.audit_protect(i.inhrelid::regclass) from pg_inherits i
where i.inhparent = $name$"public"."audit_logs"$name$::regclass and not exists (select from pg_policy p where p.polrelid = i.inhrelid);
--> statement-breakpoint
drop trigger if exists tenantry_audit_link on "public"."audit_logs";
--> statement-breakpoint
select created from tenantry.audit_maintain(3);
--> statement-breakpoint
-- audit-log: captures
create table if not exists tenantry.audit_failures (
  id bigint generated always as identity primary key,
  failed_at timestamptz not null default clock_timestamp(),
  table_name text not null,
  operation text not null,
  sqlstate text not null,
  row_count bigint,
  transaction_id bigint not null default pg_current_xact_id()::text::bigint,
  login text not null default session_user
);
--> statement-breakpoint
revoke all on tenantry.audit_failures from public, "app", "system", "audit_writer";
--> statement-breakpoint
grant select on tenantry.audit_failures to "system";
--> statement-breakpoint
create or replace function tenantry.audit_value_text(value anyelement) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  printed text;
begin
  if pg_column_size(value) > 134217728 then return format('[%s bytes stored]', pg_column_size(value)); end if;
  -- format uses the output function of the type; a cast to text removes the trailing spaces of char(n)
  if value is distinct from null then printed := format('%s', value); end if;
  if octet_length(printed) > 8192 then
    return format('[%s bytes, sha256 %s]', octet_length(printed), encode(sha256(convert_to(printed, 'UTF8')), 'hex'));
  end if;
  return printed;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_value_json(value anyelement) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if pg_column_size(value) > 134217728 then return to_jsonb(tenantry.audit_value_text(value)); end if;
  if octet_length(value::text) > 8192 then return to_jsonb(format('[%s bytes]', octet_length(value::text))); end if;
  return to_jsonb(value);
exception when data_exception or program_limit_exceeded then
  return to_jsonb(tenantry.audit_value_text(value));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_distinct_value(value anyelement, other anyelement) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  own constant jsonb := tenantry.audit_value_json(value);
begin
  if coalesce(own, 'null') = coalesce(tenantry.audit_value_json(other), 'null') then
    return to_jsonb(tenantry.audit_value_text(value));
  end if;
  return own;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_is_recordable(state text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  -- a trial of the captures reports every failure
  return state !~ '^(28|40|53|57|58|TN)' and state <> '55P03' and coalesce(current_setting($name$tenantry.audit_try$name$, true), '') <> 'on';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_record_failure(failed regclass, operation text, state text, row_count bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.audit_failures (table_name, operation, sqlstate, row_count) values (failed::text, $2, state, $4);
  raise warning 'audit: the capture of % on % failed with %', $2, failed, state;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_delete_failures(days integer) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  forgotten integer;
begin
  delete from tenantry.audit_failures f where f.failed_at < clock_timestamp() - make_interval(days => days);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_actor(out actor_type text, out actor_id text, out on_behalf_of text, out ip inet, out request_id text, out reason text) returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  declare
    context constant jsonb := tenantry.current_actor();
    actor_type text := 'user';
    actor_id text := context ->> 'user';
    on_behalf_of text;
    ip inet;
    request_id text;
    xid bigint;
    salt bytea := uuid_send(gen_random_uuid());
    behalf text;
    reason text;
  begin
    xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
    if actor_id is null then
      if context ? 'system' then
        actor_type := 'system';
        actor_id := context ->> 'system';
        reason := context ->> 'reason';
      elsif current_setting('app.actor', true) is null then
        actor_type := 'login';
        actor_id := session_user;
      else
        actor_type := 'anonymous';
      end if;
    end if;
    on_behalf_of := context ->> 'onBehalfOf';
    ip := (context ->> 'ip')::inet;
    request_id := context ->> 'requestId';
    audit_actor.actor_type := actor_type;
    audit_actor.actor_id := actor_id;
    audit_actor.on_behalf_of := on_behalf_of;
    audit_actor.ip := ip;
    audit_actor.request_id := request_id;
    audit_actor.reason := reason;
  end;
exception when others then
  if not tenantry.audit_is_recordable(sqlstate) then raise; end if;
  -- the actor cannot be read: the entry is recorded as anonymous
  actor_type := 'anonymous';
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_capture_row(of_tenant uuid, action text, resource_type text, resource_id text, metadata jsonb, personal jsonb) returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  actor_type text;
  actor_id text;
  on_behalf_of text;
  ip inet;
  request_id text;
  reason text;
  xid bigint;
  salt bytea := uuid_send(gen_random_uuid());
  behalf text;
  about_persons text;
  entry uuid;
  written timestamptz;
begin
  select * into actor_type, actor_id, on_behalf_of, ip, request_id, reason from tenantry.audit_actor();
  xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
  -- optional fields are hashed here, because a call in the statement below costs time even when unused
  if on_behalf_of is not null or personal is not null then
    salt := salt || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
    about_persons := encode(sha256(substr(salt, 33, 16) || convert_to(personal::text, 'UTF8')), 'hex');
  end if;
  written := clock_timestamp();
  entry := gen_random_uuid();
  insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
  values (of_tenant, entry, written, 'capture', action, resource_type, resource_id, coalesce(metadata, '{}'), personal, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', of_tenant, '", "', entry, '", ', (extract(epoch from written) * 1000000)::bigint, ', "capture", ', array_to_json(array[action, resource_type, resource_id]), ', ', coalesce(metadata, '{}'), ', ', about_persons, ', ', encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']'), 'UTF8')), null);
  return entry;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.audit_try_captures() returns table (table_name text, operation text, sqlstate text, message text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $tenantry$
declare
  captured record;
  tried text;
  context text;
begin
  perform set_config($name$tenantry.audit_try$name$, 'on', true);
  for captured in
    select t.tgrelid::regclass::text as target, e.event, (
      select quote_ident(a.attname) from pg_attribute a where a.attrelid = t.tgrelid and a.attnum > 0 and not a.attisdropped
        and a.attidentity = '' and a.attgenerated = '' order by a.attnum limit 1) as own, t.tgfoid::regprocedure::text as capture
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid and p.pronamespace = $name$ tenantry $name$::regnamespace
      cross join unnest(array['INSERT', 'UPDATE', 'DELETE']) e (event)
    where t.tgname = 'tenantry_audit_insert' and not t.tgisinternal
    order by 1, 2
  loop
    tried := case captured.event
      when 'INSERT' then 'insert into %1$s (%2$s) select %2$s from %1$s where false'
      when 'UPDATE' then 'update %1$s set %2$s = %2$s where false'
      else 'delete from %1$s where false' end;
    begin
      execute format(tried, captured.target, captured.own);
    exception when others then
      get stacked diagnostics context = pg_exception_context;
      -- an error of another trigger is not reported here, whatever its function is called
      if strpos(context, captured.capture) > 0 and sqlstate !~ '^(TN|28)' then
        audit_try_captures.sqlstate := sqlstate;
        table_name := captured.target; operation := captured.event; message := sqlerrm;
        return next;
      end if;
    end;
  end loop;
  perform set_config($name$tenantry.audit_try$name$, '', true);
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_value_text(value anyelement), tenantry.audit_value_json(value anyelement), tenantry.audit_distinct_value(value anyelement, other anyelement), tenantry.audit_is_recordable(state text), tenantry.audit_record_failure(failed regclass, operation text, state text, row_count bigint), tenantry.audit_delete_failures(days integer), tenantry.audit_actor(out actor_type text, out actor_id text, out on_behalf_of text, out ip inet, out request_id text, out reason text), tenantry.audit_capture_row(of_tenant uuid, action text, resource_type text, resource_id text, metadata jsonb, personal jsonb), tenantry.audit_try_captures() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_value_text(value anyelement), tenantry.audit_value_json(value anyelement), tenantry.audit_distinct_value(value anyelement, other anyelement), tenantry.audit_is_recordable(state text), tenantry.audit_record_failure(failed regclass, operation text, state text, row_count bigint), tenantry.audit_actor(out actor_type text, out actor_id text, out on_behalf_of text, out ip inet, out request_id text, out reason text), tenantry.audit_capture_row(of_tenant uuid, action text, resource_type text, resource_id text, metadata jsonb, personal jsonb) to "audit_writer";
--> statement-breakpoint
grant execute on function tenantry.audit_delete_failures(days integer), tenantry.audit_try_captures() to "system";
--> statement-breakpoint
-- audit-log: capture:public.documents
create or replace function tenantry.audit_capture_public_documents() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  state text;
  failed jsonb;
  lost bigint;
begin
  for attempt in 1 .. 3 loop
    begin
      if attempt = 1 then
        declare
          context constant jsonb := tenantry.current_actor();
          actor_type text := 'user';
          actor_id text := context ->> 'user';
          on_behalf_of text;
          ip inet;
          request_id text;
          xid bigint;
          salt bytea := uuid_send(gen_random_uuid());
          behalf text;
          reason text;
          common text;
        begin
          xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
          if actor_id is null then
            if context ? 'system' then
              actor_type := 'system';
              actor_id := context ->> 'system';
              reason := context ->> 'reason';
            elsif current_setting('app.actor', true) is null then
              actor_type := 'login';
              actor_id := session_user;
            else
              actor_type := 'anonymous';
            end if;
          end if;
          on_behalf_of := context ->> 'onBehalfOf';
          ip := (context ->> 'ip')::inet;
          request_id := context ->> 'requestId';
          if on_behalf_of is not null then
            salt := salt || uuid_send(gen_random_uuid());
            behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
          end if;
          common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
          if tg_op = 'INSERT' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'documents.inserted', 'documents', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["documents.inserted","documents",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'project_id', n."project_id", 'author_id', n."author_id", 'title', case when octet_length(n."title"::text) > 8192 then format('[%s bytes]', octet_length(n."title"::text)) else n."title"::text end, 'deleted_at', n."deleted_at", 'created_at', n."created_at", 'workspace_id', n."workspace_id")) as metadata, null::jsonb as personal from new_rows n
              ) r) s;
          elsif tg_op = 'UPDATE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'documents.updated', 'documents', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["documents.updated","documents",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select d.tenant, d.rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                  case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                from (
                  select n."tenant_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."project_id" is distinct from n."project_id" then jsonb_build_object('project_id', o."project_id") else '{}'::jsonb end || case when o."author_id" is distinct from n."author_id" then jsonb_build_object('author_id', o."author_id") else '{}'::jsonb end || case when o."title"::text collate "C" is distinct from n."title"::text collate "C" then jsonb_build_object('title', case when octet_length(o."title"::text) > 8192 then tenantry.audit_value_text(o."title") else o."title"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', o."workspace_id") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."project_id" is distinct from n."project_id" then jsonb_build_object('project_id', n."project_id") else '{}'::jsonb end || case when o."author_id" is distinct from n."author_id" then jsonb_build_object('author_id', n."author_id") else '{}'::jsonb end || case when o."title"::text collate "C" is distinct from n."title"::text collate "C" then jsonb_build_object('title', case when octet_length(n."title"::text) > 8192 then tenantry.audit_value_text(n."title") else n."title"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', n."workspace_id") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal
                  from new_rows n cross join old_rows o
                  where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
                    and record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id"))
                ) d
                where (d.new_plain <> '{}' or d.new_personal <> '{}')
              ) r) s;
            if not found then
              insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
                select s.tenant, s.id, s.created_at, 'capture', s.action, 'documents', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", [', to_json(s.action), ',"documents",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
                from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                  select e.*
                  from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
                  cross join lateral (
                    select 'documents.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                      case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                    from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."project_id" is distinct from n."project_id" then jsonb_build_object('project_id', o."project_id") else '{}'::jsonb end || case when o."author_id" is distinct from n."author_id" then jsonb_build_object('author_id', o."author_id") else '{}'::jsonb end || case when o."title"::text collate "C" is distinct from n."title"::text collate "C" then jsonb_build_object('title', case when octet_length(o."title"::text) > 8192 then tenantry.audit_value_text(o."title") else o."title"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', o."workspace_id") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."project_id" is distinct from n."project_id" then jsonb_build_object('project_id', n."project_id") else '{}'::jsonb end || case when o."author_id" is distinct from n."author_id" then jsonb_build_object('author_id', n."author_id") else '{}'::jsonb end || case when o."title"::text collate "C" is distinct from n."title"::text collate "C" then jsonb_build_object('title', case when octet_length(n."title"::text) > 8192 then tenantry.audit_value_text(n."title") else n."title"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', n."workspace_id") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
                    where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
                    union all
                    select 'documents.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'project_id', o."project_id", 'author_id', o."author_id", 'title', case when octet_length(o."title"::text) > 8192 then format('[%s bytes]', octet_length(o."title"::text)) else o."title"::text end, 'deleted_at', o."deleted_at", 'created_at', o."created_at", 'workspace_id', o."workspace_id")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
                    union all
                    select 'documents.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'project_id', n."project_id", 'author_id', n."author_id", 'title', case when octet_length(n."title"::text) > 8192 then format('[%s bytes]', octet_length(n."title"::text)) else n."title"::text end, 'deleted_at', n."deleted_at", 'created_at', n."created_at", 'workspace_id', n."workspace_id")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
                  ) e
                ) r) s;
            end if;
          elsif tg_op = 'DELETE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'documents.deleted', 'documents', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["documents.deleted","documents",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'project_id', o."project_id", 'author_id', o."author_id", 'title', case when octet_length(o."title"::text) > 8192 then format('[%s bytes]', octet_length(o."title"::text)) else o."title"::text end, 'deleted_at', o."deleted_at", 'created_at', o."created_at", 'workspace_id', o."workspace_id")) as metadata, null::jsonb as personal from old_rows o
              ) r) s;
          else
            perform tenantry.audit_capture_row(r.tenant, 'documents.truncated', 'documents', r.rid, r.metadata, r.personal) from (
              select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."documents" t group by t."tenant_id"
            ) r;
          end if;
        end;
      elsif attempt = 2 then -- the values as texts
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'documents.inserted', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'project_id', tenantry.audit_value_text(n."project_id"), 'author_id', tenantry.audit_value_text(n."author_id"), 'title', tenantry.audit_value_text(n."title"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"), 'workspace_id', tenantry.audit_value_text(n."workspace_id"))) as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, r.action, 'documents', r.rid, r.metadata || failed, r.personal) from (
            select e.*
            from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
            cross join lateral (
              select 'documents.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
              from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(o."id")) else '{}'::jsonb end || case when o."project_id" is distinct from n."project_id" then jsonb_build_object('project_id', tenantry.audit_value_text(o."project_id")) else '{}'::jsonb end || case when o."author_id" is distinct from n."author_id" then jsonb_build_object('author_id', tenantry.audit_value_text(o."author_id")) else '{}'::jsonb end || case when o."title"::text collate "C" is distinct from n."title"::text collate "C" then jsonb_build_object('title', tenantry.audit_value_text(o."title")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(o."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(o."created_at")) else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', tenantry.audit_value_text(o."workspace_id")) else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(n."id")) else '{}'::jsonb end || case when o."project_id" is distinct from n."project_id" then jsonb_build_object('project_id', tenantry.audit_value_text(n."project_id")) else '{}'::jsonb end || case when o."author_id" is distinct from n."author_id" then jsonb_build_object('author_id', tenantry.audit_value_text(n."author_id")) else '{}'::jsonb end || case when o."title"::text collate "C" is distinct from n."title"::text collate "C" then jsonb_build_object('title', tenantry.audit_value_text(n."title")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(n."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(n."created_at")) else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', tenantry.audit_value_text(n."workspace_id")) else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
              where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
              union all
              select 'documents.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'project_id', tenantry.audit_value_text(o."project_id"), 'author_id', tenantry.audit_value_text(o."author_id"), 'title', tenantry.audit_value_text(o."title"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"), 'workspace_id', tenantry.audit_value_text(o."workspace_id"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
              union all
              select 'documents.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'project_id', tenantry.audit_value_text(n."project_id"), 'author_id', tenantry.audit_value_text(n."author_id"), 'title', tenantry.audit_value_text(n."title"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"), 'workspace_id', tenantry.audit_value_text(n."workspace_id"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
            ) e
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'documents.deleted', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'project_id', tenantry.audit_value_text(o."project_id"), 'author_id', tenantry.audit_value_text(o."author_id"), 'title', tenantry.audit_value_text(o."title"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"), 'workspace_id', tenantry.audit_value_text(o."workspace_id"))) as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'documents.truncated', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."documents" t group by t."tenant_id"
          ) r;
        end if;
      else -- only the ids of the rows
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'documents.inserted', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, 'documents.updated', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'documents.deleted', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, left(o."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'documents.truncated', 'documents', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."documents" t group by t."tenant_id"
          ) r;
        end if;
      end if;
      return null;
    exception when others then
      state := sqlstate;
      if not tenantry.audit_is_recordable(state) then raise; end if;
      failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
    end;
  end loop;
  execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
  perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_capture_public_documents() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_capture_public_documents() from public;
--> statement-breakpoint
grant select on "public"."documents" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "documents_audit_writer" on "public"."documents";
  create policy "documents_audit_writer" on "public"."documents" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."documents"
  referencing new table as new_rows for each statement execute function tenantry.audit_capture_public_documents();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."documents"
  referencing old table as old_rows new table as new_rows for each statement execute function tenantry.audit_capture_public_documents();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."documents"
  referencing old table as old_rows for each statement execute function tenantry.audit_capture_public_documents();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."documents"
  for each statement execute function tenantry.audit_capture_public_documents();
--> statement-breakpoint
-- audit-log: capture:public.member_roles
create or replace function tenantry.audit_capture_public_member_roles() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  state text;
  failed jsonb;
  lost bigint;
begin
  for attempt in 1 .. 3 loop
    begin
      if attempt = 1 then
        declare
          context constant jsonb := tenantry.current_actor();
          actor_type text := 'user';
          actor_id text := context ->> 'user';
          on_behalf_of text;
          ip inet;
          request_id text;
          xid bigint;
          salt bytea := uuid_send(gen_random_uuid());
          behalf text;
          reason text;
          common text;
        begin
          xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
          if actor_id is null then
            if context ? 'system' then
              actor_type := 'system';
              actor_id := context ->> 'system';
              reason := context ->> 'reason';
            elsif current_setting('app.actor', true) is null then
              actor_type := 'login';
              actor_id := session_user;
            else
              actor_type := 'anonymous';
            end if;
          end if;
          on_behalf_of := context ->> 'onBehalfOf';
          ip := (context ->> 'ip')::inet;
          request_id := context ->> 'requestId';
          if on_behalf_of is not null then
            salt := salt || uuid_send(gen_random_uuid());
            behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
          end if;
          common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
          if tg_op = 'INSERT' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'member_roles.inserted', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.inserted","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'user_id', n."user_id", 'role_id', n."role_id", 'resource_type', case when octet_length(n."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_type"::text)) else n."resource_type"::text end, 'resource_id', case when octet_length(n."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_id"::text)) else n."resource_id"::text end, 'expires_at', n."expires_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n
              ) r) s;
          elsif tg_op = 'UPDATE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'member_roles.updated', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.updated","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select d.tenant, d.rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                  case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                from (
                  select n."tenant_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', o."role_id") else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', case when octet_length(o."resource_type"::text) > 8192 then tenantry.audit_value_text(o."resource_type") else o."resource_type"::text end) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', case when octet_length(o."resource_id"::text) > 8192 then tenantry.audit_value_text(o."resource_id") else o."resource_id"::text end) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', o."expires_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', n."role_id") else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', case when octet_length(n."resource_type"::text) > 8192 then tenantry.audit_value_text(n."resource_type") else n."resource_type"::text end) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', case when octet_length(n."resource_id"::text) > 8192 then tenantry.audit_value_text(n."resource_id") else n."resource_id"::text end) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', n."expires_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal
                  from new_rows n cross join old_rows o
                  where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
                    and record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id"))
                ) d
                where (d.new_plain <> '{}' or d.new_personal <> '{}')
              ) r) s;
            if not found then
              insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
                select s.tenant, s.id, s.created_at, 'capture', s.action, 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", [', to_json(s.action), ',"member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
                from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                  select e.*
                  from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
                  cross join lateral (
                    select 'member_roles.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                      case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                    from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', o."role_id") else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', case when octet_length(o."resource_type"::text) > 8192 then tenantry.audit_value_text(o."resource_type") else o."resource_type"::text end) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', case when octet_length(o."resource_id"::text) > 8192 then tenantry.audit_value_text(o."resource_id") else o."resource_id"::text end) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', o."expires_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', n."role_id") else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', case when octet_length(n."resource_type"::text) > 8192 then tenantry.audit_value_text(n."resource_type") else n."resource_type"::text end) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', case when octet_length(n."resource_id"::text) > 8192 then tenantry.audit_value_text(n."resource_id") else n."resource_id"::text end) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', n."expires_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
                    where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
                    union all
                    select 'member_roles.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'user_id', o."user_id", 'role_id', o."role_id", 'resource_type', case when octet_length(o."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_type"::text)) else o."resource_type"::text end, 'resource_id', case when octet_length(o."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_id"::text)) else o."resource_id"::text end, 'expires_at', o."expires_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
                    union all
                    select 'member_roles.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'user_id', n."user_id", 'role_id', n."role_id", 'resource_type', case when octet_length(n."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_type"::text)) else n."resource_type"::text end, 'resource_id', case when octet_length(n."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_id"::text)) else n."resource_id"::text end, 'expires_at', n."expires_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
                  ) e
                ) r) s;
            end if;
          elsif tg_op = 'DELETE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'member_roles.deleted', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.deleted","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'user_id', o."user_id", 'role_id', o."role_id", 'resource_type', case when octet_length(o."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_type"::text)) else o."resource_type"::text end, 'resource_id', case when octet_length(o."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_id"::text)) else o."resource_id"::text end, 'expires_at', o."expires_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o
              ) r) s;
          else
            perform tenantry.audit_capture_row(r.tenant, 'member_roles.truncated', 'member_roles', r.rid, r.metadata, r.personal) from (
              select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."member_roles" t group by t."tenant_id"
            ) r;
          end if;
        end;
      elsif attempt = 2 then -- the values as texts
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.inserted', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'user_id', tenantry.audit_value_text(n."user_id"), 'role_id', tenantry.audit_value_text(n."role_id"), 'resource_type', tenantry.audit_value_text(n."resource_type"), 'resource_id', tenantry.audit_value_text(n."resource_id"), 'expires_at', tenantry.audit_value_text(n."expires_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, r.action, 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select e.*
            from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
            cross join lateral (
              select 'member_roles.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
              from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(o."id")) else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', tenantry.audit_value_text(o."user_id")) else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', tenantry.audit_value_text(o."role_id")) else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', tenantry.audit_value_text(o."resource_type")) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', tenantry.audit_value_text(o."resource_id")) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', tenantry.audit_value_text(o."expires_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(o."created_at")) else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(n."id")) else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', tenantry.audit_value_text(n."user_id")) else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', tenantry.audit_value_text(n."role_id")) else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', tenantry.audit_value_text(n."resource_type")) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', tenantry.audit_value_text(n."resource_id")) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', tenantry.audit_value_text(n."expires_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(n."created_at")) else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
              where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
              union all
              select 'member_roles.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'user_id', tenantry.audit_value_text(o."user_id"), 'role_id', tenantry.audit_value_text(o."role_id"), 'resource_type', tenantry.audit_value_text(o."resource_type"), 'resource_id', tenantry.audit_value_text(o."resource_id"), 'expires_at', tenantry.audit_value_text(o."expires_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
              union all
              select 'member_roles.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'user_id', tenantry.audit_value_text(n."user_id"), 'role_id', tenantry.audit_value_text(n."role_id"), 'resource_type', tenantry.audit_value_text(n."resource_type"), 'resource_id', tenantry.audit_value_text(n."resource_id"), 'expires_at', tenantry.audit_value_text(n."expires_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
            ) e
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.deleted', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'user_id', tenantry.audit_value_text(o."user_id"), 'role_id', tenantry.audit_value_text(o."role_id"), 'resource_type', tenantry.audit_value_text(o."resource_type"), 'resource_id', tenantry.audit_value_text(o."resource_id"), 'expires_at', tenantry.audit_value_text(o."expires_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.truncated', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."member_roles" t group by t."tenant_id"
          ) r;
        end if;
      else -- only the ids of the rows
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.inserted', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.updated', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.deleted', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, left(o."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'member_roles.truncated', 'member_roles', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."member_roles" t group by t."tenant_id"
          ) r;
        end if;
      end if;
      return null;
    exception when others then
      state := sqlstate;
      if not tenantry.audit_is_recordable(state) then raise; end if;
      failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
    end;
  end loop;
  execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
  perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_capture_public_member_roles() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_capture_public_member_roles() from public;
--> statement-breakpoint
grant select on "public"."member_roles" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "member_roles_audit_writer" on "public"."member_roles";
  create policy "member_roles_audit_writer" on "public"."member_roles" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."member_roles"
  referencing new table as new_rows for each statement execute function tenantry.audit_capture_public_member_roles();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."member_roles"
  referencing old table as old_rows new table as new_rows for each statement execute function tenantry.audit_capture_public_member_roles();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."member_roles"
  referencing old table as old_rows for each statement execute function tenantry.audit_capture_public_member_roles();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."member_roles"
  for each statement execute function tenantry.audit_capture_public_member_roles();
--> statement-breakpoint
-- audit-log: capture:public.memberships
create or replace function tenantry.audit_capture_public_memberships() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  state text;
  failed jsonb;
  lost bigint;
begin
  for attempt in 1 .. 3 loop
    begin
      if attempt = 1 then
        declare
          context constant jsonb := tenantry.current_actor();
          actor_type text := 'user';
          actor_id text := context ->> 'user';
          on_behalf_of text;
          ip inet;
          request_id text;
          xid bigint;
          salt bytea := uuid_send(gen_random_uuid());
          behalf text;
          reason text;
          common text;
        begin
          xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
          if actor_id is null then
            if context ? 'system' then
              actor_type := 'system';
              actor_id := context ->> 'system';
              reason := context ->> 'reason';
            elsif current_setting('app.actor', true) is null then
              actor_type := 'login';
              actor_id := session_user;
            else
              actor_type := 'anonymous';
            end if;
          end if;
          on_behalf_of := context ->> 'onBehalfOf';
          ip := (context ->> 'ip')::inet;
          request_id := context ->> 'requestId';
          if on_behalf_of is not null then
            salt := salt || uuid_send(gen_random_uuid());
            behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
          end if;
          common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
          if tg_op = 'INSERT' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'memberships.inserted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.inserted","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select n."tenant_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', n."user_id", 'joined_at', n."joined_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n
              ) r) s;
          elsif tg_op = 'UPDATE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'memberships.updated', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.updated","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select d.tenant, d.rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                  case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                from (
                  select n."tenant_id" as tenant, n."user_id"::text as rid, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', o."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', n."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal
                  from new_rows n cross join old_rows o
                  where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
                    and record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id"))
                ) d
                where (d.new_plain <> '{}' or d.new_personal <> '{}')
              ) r) s;
            if not found then
              insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
                select s.tenant, s.id, s.created_at, 'capture', s.action, 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", [', to_json(s.action), ',"memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
                from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                  select e.*
                  from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
                  cross join lateral (
                    select 'memberships.updated' as action, n."tenant_id" as tenant, n."user_id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                      case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                    from (select case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', o."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', n."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
                    where record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
                    union all
                    select 'memberships.deleted', o."tenant_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', o."user_id", 'joined_at', o."joined_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id")) and coalesce(o."tenantry place", 0) > 0
                    union all
                    select 'memberships.inserted', n."tenant_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', n."user_id", 'joined_at', n."joined_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id")) and coalesce(n."tenantry place", 0) > 0
                  ) e
                ) r) s;
            end if;
          elsif tg_op = 'DELETE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'memberships.deleted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.deleted","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select o."tenant_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', o."user_id", 'joined_at', o."joined_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o
              ) r) s;
          else
            perform tenantry.audit_capture_row(r.tenant, 'memberships.truncated', 'memberships', r.rid, r.metadata, r.personal) from (
              select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."memberships" t group by t."tenant_id"
            ) r;
          end if;
        end;
      elsif attempt = 2 then -- the values as texts
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'memberships.inserted', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', tenantry.audit_value_text(n."user_id"), 'joined_at', tenantry.audit_value_text(n."joined_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, r.action, 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select e.*
            from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
            cross join lateral (
              select 'memberships.updated' as action, n."tenant_id" as tenant, n."user_id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
              from (select case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', tenantry.audit_value_text(o."user_id")) else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', tenantry.audit_value_text(o."joined_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(o."created_at")) else '{}'::jsonb end as old_plain, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', tenantry.audit_value_text(n."user_id")) else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', tenantry.audit_value_text(n."joined_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(n."created_at")) else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
              where record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
              union all
              select 'memberships.deleted', o."tenant_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', tenantry.audit_value_text(o."user_id"), 'joined_at', tenantry.audit_value_text(o."joined_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id")) and coalesce(o."tenantry place", 0) > 0
              union all
              select 'memberships.inserted', n."tenant_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', tenantry.audit_value_text(n."user_id"), 'joined_at', tenantry.audit_value_text(n."joined_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."user_id"), row(n."tenant_id", n."user_id")) and coalesce(n."tenantry place", 0) > 0
            ) e
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'memberships.deleted', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', tenantry.audit_value_text(o."user_id"), 'joined_at', tenantry.audit_value_text(o."joined_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'memberships.truncated', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."memberships" t group by t."tenant_id"
          ) r;
        end if;
      else -- only the ids of the rows
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'memberships.inserted', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."user_id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, 'memberships.updated', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."user_id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'memberships.deleted', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, left(o."user_id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'memberships.truncated', 'memberships', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."memberships" t group by t."tenant_id"
          ) r;
        end if;
      end if;
      return null;
    exception when others then
      state := sqlstate;
      if not tenantry.audit_is_recordable(state) then raise; end if;
      failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
    end;
  end loop;
  execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
  perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_capture_public_memberships() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_capture_public_memberships() from public;
--> statement-breakpoint
grant select on "public"."memberships" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "memberships_audit_writer" on "public"."memberships";
  create policy "memberships_audit_writer" on "public"."memberships" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."memberships"
  referencing new table as new_rows for each statement execute function tenantry.audit_capture_public_memberships();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."memberships"
  referencing old table as old_rows new table as new_rows for each statement execute function tenantry.audit_capture_public_memberships();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."memberships"
  referencing old table as old_rows for each statement execute function tenantry.audit_capture_public_memberships();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."memberships"
  for each statement execute function tenantry.audit_capture_public_memberships();
--> statement-breakpoint
-- audit-log: capture:public.projects
create or replace function tenantry.audit_capture_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  state text;
  failed jsonb;
  lost bigint;
begin
  for attempt in 1 .. 3 loop
    begin
      if attempt = 1 then
        declare
          context constant jsonb := tenantry.current_actor();
          actor_type text := 'user';
          actor_id text := context ->> 'user';
          on_behalf_of text;
          ip inet;
          request_id text;
          xid bigint;
          salt bytea := uuid_send(gen_random_uuid());
          behalf text;
          reason text;
          common text;
        begin
          xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
          if actor_id is null then
            if context ? 'system' then
              actor_type := 'system';
              actor_id := context ->> 'system';
              reason := context ->> 'reason';
            elsif current_setting('app.actor', true) is null then
              actor_type := 'login';
              actor_id := session_user;
            else
              actor_type := 'anonymous';
            end if;
          end if;
          on_behalf_of := context ->> 'onBehalfOf';
          ip := (context ->> 'ip')::inet;
          request_id := context ->> 'requestId';
          if on_behalf_of is not null then
            salt := salt || uuid_send(gen_random_uuid());
            behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
          end if;
          common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
          if tg_op = 'INSERT' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'projects.inserted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.inserted","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'deleted_at', n."deleted_at", 'created_at', n."created_at", 'workspace_id', n."workspace_id")) as metadata, null::jsonb as personal from new_rows n
              ) r) s;
          elsif tg_op = 'UPDATE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'projects.updated', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.updated","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select d.tenant, d.rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                  case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                from (
                  select n."tenant_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_value_text(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', o."workspace_id") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_value_text(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', n."workspace_id") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal
                  from new_rows n cross join old_rows o
                  where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
                    and record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id"))
                ) d
                where (d.new_plain <> '{}' or d.new_personal <> '{}')
              ) r) s;
            if not found then
              insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
                select s.tenant, s.id, s.created_at, 'capture', s.action, 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", [', to_json(s.action), ',"projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
                from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                  select e.*
                  from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
                  cross join lateral (
                    select 'projects.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                      case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                    from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_value_text(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', o."workspace_id") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_value_text(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', n."workspace_id") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
                    where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
                    union all
                    select 'projects.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'deleted_at', o."deleted_at", 'created_at', o."created_at", 'workspace_id', o."workspace_id")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
                    union all
                    select 'projects.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'deleted_at', n."deleted_at", 'created_at', n."created_at", 'workspace_id', n."workspace_id")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
                  ) e
                ) r) s;
            end if;
          elsif tg_op = 'DELETE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'projects.deleted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.deleted","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'deleted_at', o."deleted_at", 'created_at', o."created_at", 'workspace_id', o."workspace_id")) as metadata, null::jsonb as personal from old_rows o
              ) r) s;
          else
            perform tenantry.audit_capture_row(r.tenant, 'projects.truncated', 'projects', r.rid, r.metadata, r.personal) from (
              select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."projects" t group by t."tenant_id"
            ) r;
          end if;
        end;
      elsif attempt = 2 then -- the values as texts
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'projects.inserted', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'name', tenantry.audit_value_text(n."name"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"), 'workspace_id', tenantry.audit_value_text(n."workspace_id"))) as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, r.action, 'projects', r.rid, r.metadata || failed, r.personal) from (
            select e.*
            from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
            cross join lateral (
              select 'projects.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
              from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(o."id")) else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', tenantry.audit_value_text(o."name")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(o."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(o."created_at")) else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', tenantry.audit_value_text(o."workspace_id")) else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(n."id")) else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', tenantry.audit_value_text(n."name")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(n."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(n."created_at")) else '{}'::jsonb end || case when o."workspace_id" is distinct from n."workspace_id" then jsonb_build_object('workspace_id', tenantry.audit_value_text(n."workspace_id")) else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
              where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
              union all
              select 'projects.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'name', tenantry.audit_value_text(o."name"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"), 'workspace_id', tenantry.audit_value_text(o."workspace_id"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
              union all
              select 'projects.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'name', tenantry.audit_value_text(n."name"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"), 'workspace_id', tenantry.audit_value_text(n."workspace_id"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
            ) e
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'projects.deleted', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'name', tenantry.audit_value_text(o."name"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"), 'workspace_id', tenantry.audit_value_text(o."workspace_id"))) as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'projects.truncated', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."projects" t group by t."tenant_id"
          ) r;
        end if;
      else -- only the ids of the rows
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'projects.inserted', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, 'projects.updated', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'projects.deleted', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, left(o."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'projects.truncated', 'projects', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."projects" t group by t."tenant_id"
          ) r;
        end if;
      end if;
      return null;
    exception when others then
      state := sqlstate;
      if not tenantry.audit_is_recordable(state) then raise; end if;
      failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
    end;
  end loop;
  execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
  perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_capture_public_projects() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_capture_public_projects() from public;
--> statement-breakpoint
grant select on "public"."projects" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "projects_audit_writer" on "public"."projects";
  create policy "projects_audit_writer" on "public"."projects" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."projects"
  referencing new table as new_rows for each statement execute function tenantry.audit_capture_public_projects();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."projects"
  referencing old table as old_rows new table as new_rows for each statement execute function tenantry.audit_capture_public_projects();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."projects"
  referencing old table as old_rows for each statement execute function tenantry.audit_capture_public_projects();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."projects"
  for each statement execute function tenantry.audit_capture_public_projects();
--> statement-breakpoint
-- audit-log: capture:public.tenants
create or replace function tenantry.audit_capture_public_tenants() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  state text;
  failed jsonb;
  lost bigint;
begin
  for attempt in 1 .. 3 loop
    begin
      if attempt = 1 then
        declare
          context constant jsonb := tenantry.current_actor();
          actor_type text := 'user';
          actor_id text := context ->> 'user';
          on_behalf_of text;
          ip inet;
          request_id text;
          xid bigint;
          salt bytea := uuid_send(gen_random_uuid());
          behalf text;
          reason text;
          common text;
        begin
          xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
          if actor_id is null then
            if context ? 'system' then
              actor_type := 'system';
              actor_id := context ->> 'system';
              reason := context ->> 'reason';
            elsif current_setting('app.actor', true) is null then
              actor_type := 'login';
              actor_id := session_user;
            else
              actor_type := 'anonymous';
            end if;
          end if;
          on_behalf_of := context ->> 'onBehalfOf';
          ip := (context ->> 'ip')::inet;
          request_id := context ->> 'requestId';
          if on_behalf_of is not null then
            salt := salt || uuid_send(gen_random_uuid());
            behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
          end if;
          common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
          if tg_op = 'INSERT' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'tenants.inserted', 'tenants', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["tenants.inserted","tenants",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'slug', case when octet_length(n."slug"::text) > 8192 then format('[%s bytes]', octet_length(n."slug"::text)) else n."slug"::text end, 'plan_tier', case when octet_length(n."plan_tier"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_tier"::text)) else n."plan_tier"::text end, 'plan_anchor', n."plan_anchor", 'plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_time_zone"::text)) else n."plan_time_zone"::text end, 'plan_period_end', n."plan_period_end", 'trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(n."trial_plan"::text)) else n."trial_plan"::text end, 'trial_ends_at', n."trial_ends_at", 'plan_read_only', n."plan_read_only", 'plan_source', case when octet_length(n."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_source"::text)) else n."plan_source"::text end, 'plan_version', n."plan_version", 'deleted_at', n."deleted_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n
              ) r) s;
          elsif tg_op = 'UPDATE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'tenants.updated', 'tenants', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["tenants.updated","tenants",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select d.tenant, d.rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                  case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                from (
                  select n."id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_value_text(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(o."slug"::text) > 8192 then tenantry.audit_value_text(o."slug") else o."slug"::text end) else '{}'::jsonb end || case when o."plan_tier"::text collate "C" is distinct from n."plan_tier"::text collate "C" then jsonb_build_object('plan_tier', case when octet_length(o."plan_tier"::text) > 8192 then tenantry.audit_value_text(o."plan_tier") else o."plan_tier"::text end) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', o."plan_anchor") else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then tenantry.audit_value_text(o."plan_time_zone") else o."plan_time_zone"::text end) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', o."plan_period_end") else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then tenantry.audit_value_text(o."trial_plan") else o."trial_plan"::text end) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', o."trial_ends_at") else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', o."plan_read_only") else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', case when octet_length(o."plan_source"::text) > 8192 then tenantry.audit_value_text(o."plan_source") else o."plan_source"::text end) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', o."plan_version") else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_value_text(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(n."slug"::text) > 8192 then tenantry.audit_value_text(n."slug") else n."slug"::text end) else '{}'::jsonb end || case when o."plan_tier"::text collate "C" is distinct from n."plan_tier"::text collate "C" then jsonb_build_object('plan_tier', case when octet_length(n."plan_tier"::text) > 8192 then tenantry.audit_value_text(n."plan_tier") else n."plan_tier"::text end) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', n."plan_anchor") else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then tenantry.audit_value_text(n."plan_time_zone") else n."plan_time_zone"::text end) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', n."plan_period_end") else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then tenantry.audit_value_text(n."trial_plan") else n."trial_plan"::text end) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', n."trial_ends_at") else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', n."plan_read_only") else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', case when octet_length(n."plan_source"::text) > 8192 then tenantry.audit_value_text(n."plan_source") else n."plan_source"::text end) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', n."plan_version") else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal
                  from new_rows n cross join old_rows o
                  where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
                    and record_image_eq(row(o."id", o."id"), row(n."id", n."id"))
                ) d
                where (d.new_plain <> '{}' or d.new_personal <> '{}')
              ) r) s;
            if not found then
              insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
                select s.tenant, s.id, s.created_at, 'capture', s.action, 'tenants', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", [', to_json(s.action), ',"tenants",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
                from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                  select e.*
                  from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
                  cross join lateral (
                    select 'tenants.updated' as action, n."id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                      case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                    from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_value_text(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(o."slug"::text) > 8192 then tenantry.audit_value_text(o."slug") else o."slug"::text end) else '{}'::jsonb end || case when o."plan_tier"::text collate "C" is distinct from n."plan_tier"::text collate "C" then jsonb_build_object('plan_tier', case when octet_length(o."plan_tier"::text) > 8192 then tenantry.audit_value_text(o."plan_tier") else o."plan_tier"::text end) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', o."plan_anchor") else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then tenantry.audit_value_text(o."plan_time_zone") else o."plan_time_zone"::text end) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', o."plan_period_end") else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then tenantry.audit_value_text(o."trial_plan") else o."trial_plan"::text end) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', o."trial_ends_at") else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', o."plan_read_only") else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', case when octet_length(o."plan_source"::text) > 8192 then tenantry.audit_value_text(o."plan_source") else o."plan_source"::text end) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', o."plan_version") else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_value_text(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(n."slug"::text) > 8192 then tenantry.audit_value_text(n."slug") else n."slug"::text end) else '{}'::jsonb end || case when o."plan_tier"::text collate "C" is distinct from n."plan_tier"::text collate "C" then jsonb_build_object('plan_tier', case when octet_length(n."plan_tier"::text) > 8192 then tenantry.audit_value_text(n."plan_tier") else n."plan_tier"::text end) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', n."plan_anchor") else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then tenantry.audit_value_text(n."plan_time_zone") else n."plan_time_zone"::text end) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', n."plan_period_end") else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then tenantry.audit_value_text(n."trial_plan") else n."trial_plan"::text end) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', n."trial_ends_at") else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', n."plan_read_only") else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', case when octet_length(n."plan_source"::text) > 8192 then tenantry.audit_value_text(n."plan_source") else n."plan_source"::text end) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', n."plan_version") else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
                    where record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
                    union all
                    select 'tenants.deleted', o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'slug', case when octet_length(o."slug"::text) > 8192 then format('[%s bytes]', octet_length(o."slug"::text)) else o."slug"::text end, 'plan_tier', case when octet_length(o."plan_tier"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_tier"::text)) else o."plan_tier"::text end, 'plan_anchor', o."plan_anchor", 'plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_time_zone"::text)) else o."plan_time_zone"::text end, 'plan_period_end', o."plan_period_end", 'trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(o."trial_plan"::text)) else o."trial_plan"::text end, 'trial_ends_at', o."trial_ends_at", 'plan_read_only', o."plan_read_only", 'plan_source', case when octet_length(o."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_source"::text)) else o."plan_source"::text end, 'plan_version', o."plan_version", 'deleted_at', o."deleted_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and coalesce(o."tenantry place", 0) > 0
                    union all
                    select 'tenants.inserted', n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'slug', case when octet_length(n."slug"::text) > 8192 then format('[%s bytes]', octet_length(n."slug"::text)) else n."slug"::text end, 'plan_tier', case when octet_length(n."plan_tier"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_tier"::text)) else n."plan_tier"::text end, 'plan_anchor', n."plan_anchor", 'plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_time_zone"::text)) else n."plan_time_zone"::text end, 'plan_period_end', n."plan_period_end", 'trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(n."trial_plan"::text)) else n."trial_plan"::text end, 'trial_ends_at', n."trial_ends_at", 'plan_read_only', n."plan_read_only", 'plan_source', case when octet_length(n."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_source"::text)) else n."plan_source"::text end, 'plan_version', n."plan_version", 'deleted_at', n."deleted_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and coalesce(n."tenantry place", 0) > 0
                  ) e
                ) r) s;
            end if;
          elsif tg_op = 'DELETE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'tenants.deleted', 'tenants', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["tenants.deleted","tenants",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'slug', case when octet_length(o."slug"::text) > 8192 then format('[%s bytes]', octet_length(o."slug"::text)) else o."slug"::text end, 'plan_tier', case when octet_length(o."plan_tier"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_tier"::text)) else o."plan_tier"::text end, 'plan_anchor', o."plan_anchor", 'plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_time_zone"::text)) else o."plan_time_zone"::text end, 'plan_period_end', o."plan_period_end", 'trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(o."trial_plan"::text)) else o."trial_plan"::text end, 'trial_ends_at', o."trial_ends_at", 'plan_read_only', o."plan_read_only", 'plan_source', case when octet_length(o."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_source"::text)) else o."plan_source"::text end, 'plan_version', o."plan_version", 'deleted_at', o."deleted_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o
              ) r) s;
          else
            perform tenantry.audit_capture_row(r.tenant, 'tenants.truncated', 'tenants', r.rid, r.metadata, r.personal) from (
              select t."id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."tenants" t group by t."id"
            ) r;
          end if;
        end;
      elsif attempt = 2 then -- the values as texts
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'tenants.inserted', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'name', tenantry.audit_value_text(n."name"), 'slug', tenantry.audit_value_text(n."slug"), 'plan_tier', tenantry.audit_value_text(n."plan_tier"), 'plan_anchor', tenantry.audit_value_text(n."plan_anchor"), 'plan_time_zone', tenantry.audit_value_text(n."plan_time_zone"), 'plan_period_end', tenantry.audit_value_text(n."plan_period_end"), 'trial_plan', tenantry.audit_value_text(n."trial_plan"), 'trial_ends_at', tenantry.audit_value_text(n."trial_ends_at"), 'plan_read_only', tenantry.audit_value_text(n."plan_read_only"), 'plan_source', tenantry.audit_value_text(n."plan_source"), 'plan_version', tenantry.audit_value_text(n."plan_version"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, r.action, 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select e.*
            from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
            cross join lateral (
              select 'tenants.updated' as action, n."id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
              from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(o."id")) else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', tenantry.audit_value_text(o."name")) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', tenantry.audit_value_text(o."slug")) else '{}'::jsonb end || case when o."plan_tier"::text collate "C" is distinct from n."plan_tier"::text collate "C" then jsonb_build_object('plan_tier', tenantry.audit_value_text(o."plan_tier")) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', tenantry.audit_value_text(o."plan_anchor")) else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', tenantry.audit_value_text(o."plan_time_zone")) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', tenantry.audit_value_text(o."plan_period_end")) else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', tenantry.audit_value_text(o."trial_plan")) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', tenantry.audit_value_text(o."trial_ends_at")) else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', tenantry.audit_value_text(o."plan_read_only")) else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', tenantry.audit_value_text(o."plan_source")) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', tenantry.audit_value_text(o."plan_version")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(o."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(o."created_at")) else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(n."id")) else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', tenantry.audit_value_text(n."name")) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', tenantry.audit_value_text(n."slug")) else '{}'::jsonb end || case when o."plan_tier"::text collate "C" is distinct from n."plan_tier"::text collate "C" then jsonb_build_object('plan_tier', tenantry.audit_value_text(n."plan_tier")) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', tenantry.audit_value_text(n."plan_anchor")) else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', tenantry.audit_value_text(n."plan_time_zone")) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', tenantry.audit_value_text(n."plan_period_end")) else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', tenantry.audit_value_text(n."trial_plan")) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', tenantry.audit_value_text(n."trial_ends_at")) else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', tenantry.audit_value_text(n."plan_read_only")) else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', tenantry.audit_value_text(n."plan_source")) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', tenantry.audit_value_text(n."plan_version")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(n."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(n."created_at")) else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
              where record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
              union all
              select 'tenants.deleted', o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'name', tenantry.audit_value_text(o."name"), 'slug', tenantry.audit_value_text(o."slug"), 'plan_tier', tenantry.audit_value_text(o."plan_tier"), 'plan_anchor', tenantry.audit_value_text(o."plan_anchor"), 'plan_time_zone', tenantry.audit_value_text(o."plan_time_zone"), 'plan_period_end', tenantry.audit_value_text(o."plan_period_end"), 'trial_plan', tenantry.audit_value_text(o."trial_plan"), 'trial_ends_at', tenantry.audit_value_text(o."trial_ends_at"), 'plan_read_only', tenantry.audit_value_text(o."plan_read_only"), 'plan_source', tenantry.audit_value_text(o."plan_source"), 'plan_version', tenantry.audit_value_text(o."plan_version"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and coalesce(o."tenantry place", 0) > 0
              union all
              select 'tenants.inserted', n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'name', tenantry.audit_value_text(n."name"), 'slug', tenantry.audit_value_text(n."slug"), 'plan_tier', tenantry.audit_value_text(n."plan_tier"), 'plan_anchor', tenantry.audit_value_text(n."plan_anchor"), 'plan_time_zone', tenantry.audit_value_text(n."plan_time_zone"), 'plan_period_end', tenantry.audit_value_text(n."plan_period_end"), 'trial_plan', tenantry.audit_value_text(n."trial_plan"), 'trial_ends_at', tenantry.audit_value_text(n."trial_ends_at"), 'plan_read_only', tenantry.audit_value_text(n."plan_read_only"), 'plan_source', tenantry.audit_value_text(n."plan_source"), 'plan_version', tenantry.audit_value_text(n."plan_version"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and coalesce(n."tenantry place", 0) > 0
            ) e
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'tenants.deleted', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'name', tenantry.audit_value_text(o."name"), 'slug', tenantry.audit_value_text(o."slug"), 'plan_tier', tenantry.audit_value_text(o."plan_tier"), 'plan_anchor', tenantry.audit_value_text(o."plan_anchor"), 'plan_time_zone', tenantry.audit_value_text(o."plan_time_zone"), 'plan_period_end', tenantry.audit_value_text(o."plan_period_end"), 'trial_plan', tenantry.audit_value_text(o."trial_plan"), 'trial_ends_at', tenantry.audit_value_text(o."trial_ends_at"), 'plan_read_only', tenantry.audit_value_text(o."plan_read_only"), 'plan_source', tenantry.audit_value_text(o."plan_source"), 'plan_version', tenantry.audit_value_text(o."plan_version"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'tenants.truncated', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select t."id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."tenants" t group by t."id"
          ) r;
        end if;
      else -- only the ids of the rows
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'tenants.inserted', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select n."id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, 'tenants.updated', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select n."id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'tenants.deleted', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select o."id" as tenant, left(o."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'tenants.truncated', 'tenants', r.rid, r.metadata || failed, r.personal) from (
            select t."id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."tenants" t group by t."id"
          ) r;
        end if;
      end if;
      return null;
    exception when others then
      state := sqlstate;
      if not tenantry.audit_is_recordable(state) then raise; end if;
      failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
    end;
  end loop;
  execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
  perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_capture_public_tenants() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_capture_public_tenants() from public;
--> statement-breakpoint
grant select on "public"."tenants" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "tenants_audit_writer" on "public"."tenants";
  create policy "tenants_audit_writer" on "public"."tenants" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."tenants"
  referencing new table as new_rows for each statement execute function tenantry.audit_capture_public_tenants();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."tenants"
  referencing old table as old_rows new table as new_rows for each statement execute function tenantry.audit_capture_public_tenants();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."tenants"
  referencing old table as old_rows for each statement execute function tenantry.audit_capture_public_tenants();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."tenants"
  for each statement execute function tenantry.audit_capture_public_tenants();
--> statement-breakpoint
-- audit-log: capture:public.workspaces
create or replace function tenantry.audit_capture_public_workspaces() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $tenantry$
declare
  state text;
  failed jsonb;
  lost bigint;
begin
  for attempt in 1 .. 3 loop
    begin
      if attempt = 1 then
        declare
          context constant jsonb := tenantry.current_actor();
          actor_type text := 'user';
          actor_id text := context ->> 'user';
          on_behalf_of text;
          ip inet;
          request_id text;
          xid bigint;
          salt bytea := uuid_send(gen_random_uuid());
          behalf text;
          reason text;
          common text;
        begin
          xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
          if actor_id is null then
            if context ? 'system' then
              actor_type := 'system';
              actor_id := context ->> 'system';
              reason := context ->> 'reason';
            elsif current_setting('app.actor', true) is null then
              actor_type := 'login';
              actor_id := session_user;
            else
              actor_type := 'anonymous';
            end if;
          end if;
          on_behalf_of := context ->> 'onBehalfOf';
          ip := (context ->> 'ip')::inet;
          request_id := context ->> 'requestId';
          if on_behalf_of is not null then
            salt := salt || uuid_send(gen_random_uuid());
            behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex');
          end if;
          common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
          if tg_op = 'INSERT' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'workspaces.inserted', 'workspaces', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["workspaces.inserted","workspaces",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'slug', case when octet_length(n."slug"::text) > 8192 then format('[%s bytes]', octet_length(n."slug"::text)) else n."slug"::text end, 'deleted_at', n."deleted_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n
              ) r) s;
          elsif tg_op = 'UPDATE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'workspaces.updated', 'workspaces', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["workspaces.updated","workspaces",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select d.tenant, d.rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                  case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                from (
                  select n."tenant_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_value_text(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(o."slug"::text) > 8192 then tenantry.audit_value_text(o."slug") else o."slug"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_value_text(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(n."slug"::text) > 8192 then tenantry.audit_value_text(n."slug") else n."slug"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal
                  from new_rows n cross join old_rows o
                  where not exists (select from new_rows offset 1) and not exists (select from old_rows offset 1)
                    and record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id"))
                ) d
                where (d.new_plain <> '{}' or d.new_personal <> '{}')
              ) r) s;
            if not found then
              insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
                select s.tenant, s.id, s.created_at, 'capture', s.action, 'workspaces', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", [', to_json(s.action), ',"workspaces",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
                from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                  select e.*
                  from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
                  cross join lateral (
                    select 'workspaces.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                      case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
                    from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_value_text(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(o."slug"::text) > 8192 then tenantry.audit_value_text(o."slug") else o."slug"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', o."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_value_text(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(n."slug"::text) > 8192 then tenantry.audit_value_text(n."slug") else n."slug"::text end) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', n."deleted_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
                    where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
                    union all
                    select 'workspaces.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'slug', case when octet_length(o."slug"::text) > 8192 then format('[%s bytes]', octet_length(o."slug"::text)) else o."slug"::text end, 'deleted_at', o."deleted_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
                    union all
                    select 'workspaces.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'slug', case when octet_length(n."slug"::text) > 8192 then format('[%s bytes]', octet_length(n."slug"::text)) else n."slug"::text end, 'deleted_at', n."deleted_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal
                    where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
                  ) e
                ) r) s;
            end if;
          elsif tg_op = 'DELETE' then
            insert into "public"."audit_logs" ("tenant_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
              select s.tenant, s.id, s.created_at, 'capture', 'workspaces.deleted', 'workspaces', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["workspaces.deleted","workspaces",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
              from (select r.*, gen_random_uuid() as id, clock_timestamp() as created_at from (
                select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'slug', case when octet_length(o."slug"::text) > 8192 then format('[%s bytes]', octet_length(o."slug"::text)) else o."slug"::text end, 'deleted_at', o."deleted_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o
              ) r) s;
          else
            perform tenantry.audit_capture_row(r.tenant, 'workspaces.truncated', 'workspaces', r.rid, r.metadata, r.personal) from (
              select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."workspaces" t group by t."tenant_id"
            ) r;
          end if;
        end;
      elsif attempt = 2 then -- the values as texts
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.inserted', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'name', tenantry.audit_value_text(n."name"), 'slug', tenantry.audit_value_text(n."slug"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, r.action, 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select e.*
            from (select *, row_number() over () as "tenantry place" from new_rows n) n full join (select *, row_number() over () as "tenantry place" from old_rows o) o on o."tenantry place" = n."tenantry place"
            cross join lateral (
              select 'workspaces.updated' as action, n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
                case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
              from (select case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(o."id")) else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', tenantry.audit_value_text(o."name")) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', tenantry.audit_value_text(o."slug")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(o."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(o."created_at")) else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', tenantry.audit_value_text(n."id")) else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', tenantry.audit_value_text(n."name")) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', tenantry.audit_value_text(n."slug")) else '{}'::jsonb end || case when o."deleted_at" is distinct from n."deleted_at" then jsonb_build_object('deleted_at', tenantry.audit_value_text(n."deleted_at")) else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', tenantry.audit_value_text(n."created_at")) else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal) d
              where record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and (d.new_plain <> '{}' or d.new_personal <> '{}')
              union all
              select 'workspaces.deleted', o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'name', tenantry.audit_value_text(o."name"), 'slug', tenantry.audit_value_text(o."slug"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(o."tenantry place", 0) > 0
              union all
              select 'workspaces.inserted', n."tenant_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', tenantry.audit_value_text(n."id"), 'name', tenantry.audit_value_text(n."name"), 'slug', tenantry.audit_value_text(n."slug"), 'deleted_at', tenantry.audit_value_text(n."deleted_at"), 'created_at', tenantry.audit_value_text(n."created_at"))) as metadata, null::jsonb as personal
              where not record_image_eq(row(o."tenant_id", o."id"), row(n."tenant_id", n."id")) and coalesce(n."tenantry place", 0) > 0
            ) e
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.deleted', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', tenantry.audit_value_text(o."id"), 'name', tenantry.audit_value_text(o."name"), 'slug', tenantry.audit_value_text(o."slug"), 'deleted_at', tenantry.audit_value_text(o."deleted_at"), 'created_at', tenantry.audit_value_text(o."created_at"))) as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.truncated', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."workspaces" t group by t."tenant_id"
          ) r;
        end if;
      else -- only the ids of the rows
        if tg_op = 'INSERT' then
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.inserted', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'UPDATE' then
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.updated', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select n."tenant_id" as tenant, left(n."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from new_rows n
          ) r;
        elsif tg_op = 'DELETE' then
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.deleted', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select o."tenant_id" as tenant, left(o."id"::text, 200) as rid, '{}'::jsonb as metadata, null::jsonb as personal from old_rows o
          ) r;
        else
          perform tenantry.audit_capture_row(r.tenant, 'workspaces.truncated', 'workspaces', r.rid, r.metadata || failed, r.personal) from (
            select t."tenant_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."workspaces" t group by t."tenant_id"
          ) r;
        end if;
      end if;
      return null;
    exception when others then
      state := sqlstate;
      if not tenantry.audit_is_recordable(state) then raise; end if;
      failed := jsonb_build_object('captureFailed', jsonb_build_object('sqlstate', state, 'table', tg_relid::regclass, 'operation', tg_op));
    end;
  end loop;
  execute 'select count(*) from ' || case tg_op when 'DELETE' then 'old_rows' when 'TRUNCATE' then tg_relid::regclass::text else 'new_rows' end into lost;
  perform tenantry.audit_record_failure(tg_relid::regclass, tg_op, state, lost);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_capture_public_workspaces() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_capture_public_workspaces() from public;
--> statement-breakpoint
grant select on "public"."workspaces" to "audit_writer";
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "workspaces_audit_writer" on "public"."workspaces";
  create policy "workspaces_audit_writer" on "public"."workspaces" as permissive for all to "audit_writer"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."workspaces"
  referencing new table as new_rows for each statement execute function tenantry.audit_capture_public_workspaces();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."workspaces"
  referencing old table as old_rows new table as new_rows for each statement execute function tenantry.audit_capture_public_workspaces();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."workspaces"
  referencing old table as old_rows for each statement execute function tenantry.audit_capture_public_workspaces();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."workspaces"
  for each statement execute function tenantry.audit_capture_public_workspaces();
--> statement-breakpoint
-- audit-log: attributes
do $tenantry$
declare
  own constant oid := (select oid from pg_roles where rolname = 'audit_writer' and rolbypassrls and not rolsuper);
begin
  if own is null then return; end if;
  if exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = own and d.deptype in ('a', 'o')
    and d.dbid not in (select 0 union select oid from pg_database where datname = current_database())
    and not exists (select from pg_shdepend p where p.refclassid = d.refclassid and p.refobjid = own and p.dbid = d.dbid and p.deptype = 'r')) then
    raise notice 'role % keeps BYPASSRLS until the other databases of this server have migrated', 'audit_writer';
    return;
  end if;
  alter role "audit_writer" nobypassrls;
exception when insufficient_privilege then
  raise notice 'role % has BYPASSRLS, which it does not need any more; who may, runs: alter role % nobypassrls;', 'audit_writer', quote_ident('audit_writer');
end
$tenantry$;
