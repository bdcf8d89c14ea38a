-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section audit-log:functions 59b5636f7daf3949

set local lock_timeout = '5s';
--> statement-breakpoint
-- audit-log: functions
create or replace function tenantry.audit_write(action text, resource_type text, resource_id text default null, reason text default null, metadata jsonb default '{}', personal jsonb default null) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  of_tenant constant uuid := coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid;
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
      raise exception 'AUDIT_ACTOR_MISSING: % without a user', action using errcode = 'TN001', detail = '{}';
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
  insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
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
      raise exception 'AUDIT_ACTOR_MISSING: % without a user', action using errcode = 'TN001', detail = '{}';
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
  insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
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
    select l."organization_id", to_char(l."created_at" at time zone 'UTC', 'YYYY-MM'),
      array_agg(l."id" order by l."created_at", l."id"),
      array_agg(l."content_hash" order by l."created_at", l."id")
    from "public"."audit_logs" l
    where l."transaction_id" >= from_xid and l."transaction_id" < to_xid
      -- those of a tenant that has come here are sealed already
      and l."transaction_id" >= coalesce((select s.to_xid from tenantry.audit_seals s
        where s.tenant = l."organization_id" order by s.number desc limit 1), 0)
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
  return (select count(*) from "public"."audit_logs" l where l."organization_id" = of_tenant and l."transaction_id"
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
      select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."organization_id" as tenant, count(*) as entries,
        bool_and(l."transaction_id" < sealed)
        and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => coalesce(min(r.months), keep_months)) <= today as over
      from "public"."audit_logs" l left join tenantry.audit_retention r on r.tenant = l."organization_id"
      where l."created_at" >= starts and l."created_at" < ends
      group by 1, 2
    ) x order by 1, 2;
    return;
  end if;
  if keep_months is not null then
    return query select x.month, x.tenant, x.entries, coalesce(x.over, false)
      and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null)
    from (
      select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."organization_id" as tenant, count(*) as entries,
        bool_and(l."transaction_id" < sealed)
        and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => keep_months) <= today as over
      from "public"."audit_logs" l where l."created_at" < (date_trunc('month', today) - make_interval(months => keep_months)) at time zone 'UTC'
      and not exists (select from tenantry.audit_retention r where r.tenant = l."organization_id")
      group by 1, 2
    ) x order by 1, 2;
  end if;
  return query select x.month, x.tenant, x.entries, coalesce(x.over, false)
    and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null)
  from (
    select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."organization_id" as tenant, count(*) as entries,
      bool_and(l."transaction_id" < sealed)
      and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => min(r.months)) <= today as over
    from tenantry.audit_retention r join "public"."audit_logs" l on l."organization_id" = r.tenant and l."created_at" < (date_trunc('month', today) - make_interval(months => r.months)) at time zone 'UTC'
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
  delete from "public"."audit_logs" l where l."organization_id" = any (tenants) and l."created_at" >= from_at and l."created_at" < to_at;
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
      where (only_tenant is null or l."organization_id" = only_tenant) and ((coalesce((l."actor_type" = 'user' and l."actor_id" = person), false) and true) or (coalesce((l."on_behalf_of" = person), false) and l."on_behalf_of" is not null) or (coalesce(((l."actor_type" = 'user' and l."actor_id" = person) or (l."on_behalf_of" = person) or (l."resource_type" = any (resources) and l."resource_id" = person)), false) and l."personal" is not null))
      returning l."organization_id" as t)
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
