-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section placements:catalogue 0a062fd304574323
-- tenantry:section placements:lifecycle f763eac8b5238a93
-- tenantry:section placements:moves ffb01e5c30c9437c
-- tenantry:section placements:people fc2be1a8eb93b43c
-- tenantry:section placements:rows f42a821b685d716b
-- tenantry:section placements:places 196f1b188d7c677e
-- tenantry:section placements:place-migrations 50dfe37bf3d294dd
-- tenantry:section placements:schema-migrations 33dccccc544f584d
-- tenantry:section placements:schemas b0cb263cc1c91db8

set local lock_timeout = '5s';
--> statement-breakpoint
-- placements: catalogue
create table if not exists tenantry.places (
  name text primary key check (name ~ '^[a-z][a-z0-9_-]{0,62}$' and name <> 'shared'),
  mark uuid not null default gen_random_uuid(),
  schema_name text unique,
  created_at timestamptz not null default now()
);
--> statement-breakpoint
comment on column tenantry.places.mark is 'that of table here in the database';
--> statement-breakpoint
comment on column tenantry.places.schema_name is 'the schema of this database that the place is; null for a database';
--> statement-breakpoint
comment on table tenantry.places is 'where tenants may live, besides the shared tables';
--> statement-breakpoint
create table if not exists tenantry.placements (
  tenant text primary key,
  place text references tenantry.places (name),
  moving boolean not null default false,
  begun_in xid8,
  since timestamptz not null default now(),
  suspended_at timestamptz,
  suspended_for text,
  suspended_in xid8,
  erasure text check (erasure in ('begun', 'done')),
  check (place is not null or moving or suspended_at is not null)
);
--> statement-breakpoint
create index if not exists placements_place on tenantry.placements (place);
--> statement-breakpoint
comment on table tenantry.placements is 'tenants that do not live in the shared tables, are moving, or are suspended';
--> statement-breakpoint
create table if not exists tenantry.here (
  single boolean primary key default true check (single),
  place text not null,
  mark uuid not null default gen_random_uuid()
);
--> statement-breakpoint
comment on table tenantry.here is 'which of the places this database is; empty in that of the shared tables';
--> statement-breakpoint
do $tenantry$
begin
  if to_regclass($name$tenantry.route_epoch$name$) is null then
    create sequence tenantry.route_epoch;
    perform nextval($name$tenantry.route_epoch$name$);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on tenantry.places, tenantry.placements, tenantry.here from public;
--> statement-breakpoint
grant select, insert, update, delete on tenantry.placements to "system";
--> statement-breakpoint
grant select, insert on tenantry.places to "system";
--> statement-breakpoint
grant select on tenantry.here to "system";
--> statement-breakpoint
grant select on sequence tenantry.route_epoch to "app";
--> statement-breakpoint
grant select, usage on sequence tenantry.route_epoch to "system";
--> statement-breakpoint
create or replace function tenantry.epoch() returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return json_build_object(
    'epoch', pg_sequence_last_value($name$tenantry.route_epoch$name$::regclass)::text,
    'sequence', $name$tenantry.route_epoch$name$::regclass::oid::text,
    'here', (select h.place from tenantry.here h));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.routes(secret text default null) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if coalesce(current_setting('app.organization_id', true), '') <> '' then
    return null;
  end if;
  return json_build_object(
    'routes', (select coalesce(json_agg(json_build_array(r.tenant, r.place, r.moving, r.suspended_at is not null)), '[]') from tenantry.placements r),
    'schemas', (select coalesce(json_object_agg(p.name, p.schema_name), '{}') from tenantry.places p where p.schema_name is not null));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.place_of(of_tenant text, secret text default null) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if coalesce(current_setting('app.organization_id', true), '') <> '' then
    return null;
  end if;
  perform pg_advisory_xact_lock_shared(1953395833, hashtext(of_tenant));
  return (select json_build_object('place', p.name, 'schema', p.schema_name)
    from tenantry.placements r join tenantry.places p on p.name = r.place where r.tenant = of_tenant);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.commit_durably() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.epoch() owner to "system";
--> statement-breakpoint
alter function tenantry.routes(secret text) owner to "system";
--> statement-breakpoint
alter function tenantry.place_of(of_tenant text, secret text) owner to "system";
--> statement-breakpoint
alter function tenantry.commit_durably() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.epoch(), tenantry.routes(secret text), tenantry.place_of(of_tenant text, secret text), tenantry.commit_durably() from public;
--> statement-breakpoint
grant execute on function tenantry.epoch(), tenantry.routes(secret text), tenantry.place_of(of_tenant text, secret text) to "app";
--> statement-breakpoint
grant execute on function tenantry.epoch(), tenantry.routes(secret text), tenantry.place_of(of_tenant text, secret text) to "system";
--> statement-breakpoint
create or replace trigger tenantry_commit_durably after insert or update or delete on tenantry.placements
  for each statement execute function tenantry.commit_durably();
--> statement-breakpoint
-- placements: lifecycle
create table if not exists tenantry.erasures (
  number bigint primary key,
  tenant text not null,
  certificate text not null,
  hash bytea not null,
  signature bytea
);
--> statement-breakpoint
create index if not exists erasures_tenant on tenantry.erasures (tenant);
--> statement-breakpoint
comment on table tenantry.erasures is 'what was erased, when and by whom; no value of a row';
--> statement-breakpoint
revoke all on tenantry.erasures from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.erasures to "system";
--> statement-breakpoint
create table if not exists tenantry.imports (
  tenant text primary key,
  source text not null default '',
  imported_at timestamptz not null default clock_timestamp()
);
--> statement-breakpoint
comment on table tenantry.imports is 'when tenants were imported into this database';
--> statement-breakpoint
revoke all on tenantry.imports from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.imports to "system";
--> statement-breakpoint
create or replace function tenantry.suspend_tenant(of_tenant text, why text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if exists (select from tenantry.here) then
    raise exception 'PLACE_TAKEN: this database is the place %', (select h.place from tenantry.here h)
      using errcode = 'TN001', detail = '{"fix": "Suspend tenants in the database of the shared tables."}';
  end if;
  if not exists (select from "public"."organizations" t where t."id"::text = of_tenant)
    and not exists (select from tenantry.placements p where p.tenant = of_tenant) then
    raise exception 'TENANT_NOT_FOUND: no such tenant' using errcode = 'TN001', detail = '{}';
  end if;
  insert into tenantry.placements as p (tenant, suspended_at, suspended_for, suspended_in)
    values (of_tenant, now(), why, pg_current_xact_id())
    on conflict (tenant) do update set suspended_at = coalesce(p.suspended_at, excluded.suspended_at),
      suspended_for = excluded.suspended_for, suspended_in = excluded.suspended_in;
  -- a schema is in this database
  return (select p.place from tenantry.placements p join tenantry.places d on d.name = p.place
    where p.tenant = of_tenant and d.schema_name is null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.begin_erasure(of_tenant text) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  lives constant text := tenantry.suspend_tenant(of_tenant, 'erased');
begin
  update tenantry.placements p set erasure = coalesce(p.erasure, 'begun') where p.tenant = of_tenant;
  return lives;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.end_erasure(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.placements as p (tenant, suspended_at, suspended_for, suspended_in, erasure)
    values (of_tenant, now(), 'erased', pg_current_xact_id(), 'done')
    on conflict (tenant) do update set place = null, erasure = 'done',
      suspended_at = coalesce(p.suspended_at, excluded.suspended_at),
      suspended_for = 'erased', suspended_in = coalesce(p.suspended_in, excluded.suspended_in);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.fence_tenant(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if exists (select from tenantry.placements p where p.tenant = of_tenant and p.suspended_in = pg_current_xact_id()) then
    raise exception 'STATEMENT_REFUSED: a tenant is suspended in a transaction of the caller' using errcode = 'TN001',
      detail = '{"fix": "Pass the pool: other processes have to see the first of its two steps."}';
  end if;
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  perform pg_advisory_xact_lock(1953395833, hashtext(of_tenant));
  perform nextval($name$tenantry.route_epoch$name$);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.restore_tenant(of_tenant text) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  was boolean;
  erased boolean;
begin
  -- the lock comes first: an erasure may be ending now
  select p.suspended_at is not null, p.erasure = 'done' into was, erased
    from tenantry.placements p where p.tenant = of_tenant for update;
  if erased then
    raise exception 'TENANT_NOT_FOUND: it is erased' using errcode = 'TN001', detail = '{}';
  end if;
  delete from tenantry.placements p where p.tenant = of_tenant and p.place is null and not p.moving;
  update tenantry.placements p set suspended_at = null, suspended_for = null, suspended_in = null, erasure = null where p.tenant = of_tenant;
  return coalesce(was, false);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.suspend_tenant(of_tenant text, why text) owner to "system";
--> statement-breakpoint
alter function tenantry.begin_erasure(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.end_erasure(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.fence_tenant(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.restore_tenant(of_tenant text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.suspend_tenant(of_tenant text, why text), tenantry.begin_erasure(of_tenant text), tenantry.end_erasure(of_tenant text), tenantry.fence_tenant(of_tenant text), tenantry.restore_tenant(of_tenant text) from public;
--> statement-breakpoint
grant execute on function tenantry.suspend_tenant(of_tenant text, why text), tenantry.begin_erasure(of_tenant text), tenantry.end_erasure(of_tenant text), tenantry.fence_tenant(of_tenant text), tenantry.restore_tenant(of_tenant text) to "system";
--> statement-breakpoint
-- placements: moves
create table if not exists tenantry.moves (
  tenant text primary key,
  id uuid not null default gen_random_uuid(),
  source text references tenantry.places (name),
  target text references tenantry.places (name),
  phase text not null default 'begun' check (phase in ('begun', 'copying', 'moved')),
  -- whether the target has had the row of the tenant before
  keeps_tenant boolean not null default false,
  copied jsonb,
  begun_at timestamptz not null default now(),
  phase_at timestamptz not null default now(),
  check (source is distinct from target)
);
--> statement-breakpoint
comment on table tenantry.moves is 'moves of tenants that are not finished; no place stands for the shared tables';
--> statement-breakpoint
comment on column tenantry.moves.copied is 'rows and digest of each table, as they were moved';
--> statement-breakpoint
revoke all on tenantry.moves from public;
--> statement-breakpoint
grant select, insert, update, delete on tenantry.moves to "system";
--> statement-breakpoint
create or replace trigger tenantry_commit_durably after insert or update or delete on tenantry.moves
  for each statement execute function tenantry.commit_durably();
--> statement-breakpoint
create or replace function tenantry.hold_mover(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform set_config(s.name, '0', true) from pg_settings s
    where s.name in ('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout');
  if not pg_try_advisory_xact_lock(1836021349, hashtext(of_tenant)) then
    raise exception 'TENANT_MOVING: somebody moves or places it now' using errcode = 'TN001';
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.hold_move(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.hold_mover(of_tenant);
  if not pg_try_advisory_xact_lock_shared(1835624306, 0) then
    raise exception 'FLEET_LOCKED: a run of tenantry migrate' using errcode = 'TN001';
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.refuse_moving(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if not pg_try_advisory_xact_lock_shared(1836021349, hashtext(of_tenant))
    or exists (select from tenantry.moves m where m.tenant = of_tenant) then
    raise exception 'TENANT_MOVING: a move of it is not finished' using errcode = 'TN001';
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.begin_move(of_tenant text, to_place text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  move tenantry.moves;
  lives text;
  changing boolean;
begin
  if exists (select from tenantry.here) then
    raise exception 'PLACE_UNAVAILABLE: this database is a place of tenants' using errcode = 'TN001',
      detail = '{"fix": "Connect to the database of the shared tables, which has the catalogue."}';
  elsif exists (select from tenantry.placements p where p.tenant = of_tenant and p.erasure is not null) then
    raise exception 'TENANT_NOT_FOUND: it is erased' using errcode = 'TN001';
  elsif to_place is not null and not exists (select from tenantry.places p where p.name = to_place) then
    raise exception 'PLACE_UNKNOWN: %', to_place using errcode = 'TN001';
  end if;
  select m.* into move from tenantry.moves m where m.tenant = of_tenant for update;
  if found and move.target is distinct from to_place then
    raise exception 'MOVE_UNFINISHED: to %', coalesce(move.target, 'shared') using errcode = 'TN001';
  elsif found then
    return to_jsonb(move);
  end if;
  select p.place, p.moving into lives, changing from tenantry.placements p where p.tenant = of_tenant;
  if changing then
    raise exception 'TENANT_MOVING: it is being placed' using errcode = 'TN001',
      detail = '{"fix": "Call placements.place(…) again, which finishes it."}';
  elsif lives is not distinct from to_place then
    return null;
  end if;
  insert into tenantry.moves (tenant, source, target) values (of_tenant, lives, to_place) returning * into move;
  return to_jsonb(move);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.read_move(of_tenant text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select to_jsonb(m) from tenantry.moves m where m.tenant = of_tenant);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.mark_move(of_tenant text, of_move uuid, has_tenant boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  move tenantry.moves;
begin
  select m.* into move from tenantry.moves m where m.tenant = of_tenant and m.id = of_move for update;
  if not found then
    raise exception 'MOVE_LOST: somebody else has ended it' using errcode = 'TN001';
  end if;
  -- a second call has taken away what the first one has copied
  update tenantry.moves m set phase = 'copying', phase_at = now(), keeps_tenant = has_tenant where m.tenant = of_tenant;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.announce_move(of_tenant text, of_move uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  move tenantry.moves;
begin
  select m.* into move from tenantry.moves m where m.tenant = of_tenant and m.id = of_move for update;
  if not found then
    raise exception 'MOVE_LOST: somebody else has ended it' using errcode = 'TN001';
  end if;
  insert into tenantry.placements (tenant, moving, begun_in) values (of_tenant, true, pg_current_xact_id())
    on conflict (tenant) do update set moving = true, begun_in = excluded.begun_in;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.fence_move(of_tenant text, wait_ms integer) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  perform set_config('lock_timeout', wait_ms::text, true);
  perform pg_advisory_xact_lock(1953395833, hashtext(of_tenant));
  perform set_config('lock_timeout', '0', true);
  perform nextval($name$tenantry.route_epoch$name$);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.flip_move(of_tenant text, of_move uuid, of_rows jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  move tenantry.moves;
begin
  select m.* into move from tenantry.moves m where m.tenant = of_tenant and m.id = of_move for update;
  if not found then
    raise exception 'MOVE_LOST: somebody else has ended it' using errcode = 'TN001';
  end if;
  if move.phase <> 'copying' or not exists (
    select from tenantry.placements p where p.tenant = of_tenant and p.moving and p.place is not distinct from move.source
  ) then
    raise exception 'MOVE_LOST: its route was changed' using errcode = 'TN001';
  end if;
  if move.target is null then
    delete from tenantry.placements p where p.tenant = of_tenant and p.suspended_at is null;
  end if;
  -- a tenant that is suspended stays suspended
  update tenantry.placements p set place = move.target, moving = false, since = now() where p.tenant = of_tenant;
  update tenantry.moves m set phase = 'moved', phase_at = now(), copied = of_rows where m.tenant = of_tenant;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.end_move(of_tenant text, of_move uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  move tenantry.moves;
begin
  select m.* into move from tenantry.moves m where m.tenant = of_tenant and m.id = of_move for update;
  if not found then
    raise exception 'MOVE_LOST: somebody else has ended it' using errcode = 'TN001';
  end if;
  if move.phase = 'copying' then
    delete from tenantry.placements p where p.tenant = of_tenant and p.place is null and p.suspended_at is null;
    update tenantry.placements p set moving = false where p.tenant = of_tenant;
  end if;
  delete from tenantry.moves m where m.tenant = of_tenant;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.hold_mover(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.hold_move(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.refuse_moving(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.begin_move(of_tenant text, to_place text) owner to "system";
--> statement-breakpoint
alter function tenantry.read_move(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.mark_move(of_tenant text, of_move uuid, has_tenant boolean) owner to "system";
--> statement-breakpoint
alter function tenantry.announce_move(of_tenant text, of_move uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.fence_move(of_tenant text, wait_ms integer) owner to "system";
--> statement-breakpoint
alter function tenantry.flip_move(of_tenant text, of_move uuid, of_rows jsonb) owner to "system";
--> statement-breakpoint
alter function tenantry.end_move(of_tenant text, of_move uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.hold_mover(of_tenant text), tenantry.hold_move(of_tenant text), tenantry.refuse_moving(of_tenant text), tenantry.begin_move(of_tenant text, to_place text), tenantry.read_move(of_tenant text), tenantry.mark_move(of_tenant text, of_move uuid, has_tenant boolean), tenantry.announce_move(of_tenant text, of_move uuid), tenantry.fence_move(of_tenant text, wait_ms integer), tenantry.flip_move(of_tenant text, of_move uuid, of_rows jsonb), tenantry.end_move(of_tenant text, of_move uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.hold_mover(of_tenant text), tenantry.hold_move(of_tenant text), tenantry.refuse_moving(of_tenant text), tenantry.begin_move(of_tenant text, to_place text), tenantry.read_move(of_tenant text), tenantry.mark_move(of_tenant text, of_move uuid, has_tenant boolean), tenantry.announce_move(of_tenant text, of_move uuid), tenantry.fence_move(of_tenant text, wait_ms integer), tenantry.flip_move(of_tenant text, of_move uuid, of_rows jsonb), tenantry.end_move(of_tenant text, of_move uuid) to "system";
--> statement-breakpoint
-- placements: people
create or replace function tenantry.person_of(of_user text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select jsonb_object_agg(f.of_table, f.found) from (values ('public.users', (select to_jsonb(p) from "public"."users" p where p."id"::text = of_user))) f(of_table, found) where f.found is not null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.bring_person(person jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  named text;
begin
  if person ? 'public.users' then
    select string_agg(quote_ident(a.attname), ', ') into named from pg_catalog.pg_attribute a
      where a.attrelid = '"public"."users"'::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
    execute format('insert into %1$s (%2$s) overriding system value select %2$s from jsonb_populate_record(null::%1$s, $1) on conflict do nothing', '"public"."users"', named)
      using person -> 'public.users';
  end if;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.person_of(of_user text) owner to "system";
--> statement-breakpoint
alter function tenantry.bring_person(person jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.person_of(of_user text), tenantry.bring_person(person jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.person_of(of_user text), tenantry.bring_person(person jsonb) to "system";
--> statement-breakpoint
-- placements: rows
create or replace function tenantry.declared_tables() returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return '[{"schema":"public","name":"accounts","isolation":"system"},{"schema":"public","name":"built_in_role_permissions","isolation":"shared"},{"schema":"public","name":"built_in_roles","isolation":"shared"},{"schema":"public","name":"invitations","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"member_roles","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"memberships","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"organizations","isolation":"tenants","tenantColumn":"id"},{"schema":"public","name":"permissions","isolation":"shared"},{"schema":"public","name":"projects","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"role_permissions","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"roles","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"sessions","isolation":"system"},{"schema":"public","name":"tasks","isolation":"scoped","tenantColumn":"organization_id"},{"schema":"public","name":"users","isolation":"visible","link":{"column":"id","foreignTable":{"schema":"public","name":"memberships"},"foreignColumn":"user_id"}},{"schema":"public","name":"verifications","isolation":"system"}]'::jsonb;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.masked_columns() returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return '[]'::jsonb;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.declared_tables(), tenantry.masked_columns() from public;
--> statement-breakpoint
grant execute on function tenantry.declared_tables(), tenantry.masked_columns() to "system";
--> statement-breakpoint
create table if not exists tenantry.captures (
  table_name text primary key,
  definition text not null,
  since timestamptz not null default clock_timestamp()
);
--> statement-breakpoint
comment on table tenantry.captures is 'since when the audit log has changes of a table by this definition';
--> statement-breakpoint
revoke all on tenantry.captures from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.captures to "system";
--> statement-breakpoint
delete from tenantry.captures where table_name <> all (array[]::text[]);
--> statement-breakpoint
create or replace function tenantry.captured_tables() returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return '{"log":null,"tables":[],"ofPackages":[{"schema":"public","name":"built_in_role_permissions"},{"schema":"public","name":"built_in_roles"},{"schema":"public","name":"invitations"},{"schema":"public","name":"member_roles"},{"schema":"public","name":"memberships"},{"schema":"public","name":"permissions"},{"schema":"public","name":"role_permissions"},{"schema":"public","name":"roles"}]}'::jsonb;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.captured_tables() from public;
--> statement-breakpoint
grant execute on function tenantry.captured_tables() to "system";
--> statement-breakpoint
-- placements: places
create or replace function tenantry.list_places() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'schema', p.schema_name, 'tenants',
      (select count(*) from tenantry.placements r where r.place = p.name)) order by p.name), '[]')
    from tenantry.places p);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.add_place(called text, its_mark uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if exists (select from tenantry.here) then
    raise exception 'PLACE_TAKEN: this database is the place %', (select h.place from tenantry.here h)
      using errcode = 'TN001', detail = '{"fix": "Add places in the database of the shared tables."}';
  end if;
  insert into tenantry.places (name, mark) values (called, its_mark) on conflict (name) do nothing;
  if not exists (select from tenantry.places p where p.name = called and p.mark = its_mark and p.schema_name is null) then
    raise exception 'PLACE_TAKEN: % is another place', called using errcode = 'TN001',
      detail = '{"fix": "Give the new database another name."}';
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.begin_placing(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.refuse_moving(of_tenant);
  insert into tenantry.placements (tenant, moving, begun_in) values (of_tenant, true, pg_current_xact_id())
    on conflict (tenant) do update set moving = true, begun_in = excluded.begun_in;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.end_placing(of_tenant text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform pg_advisory_xact_lock(1953395833, hashtext(of_tenant));
  delete from tenantry.placements p where p.tenant = of_tenant and p.place is null and p.suspended_at is null;
  update tenantry.placements p set moving = false where p.tenant = of_tenant;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.place_tenant(of_tenant text, at_place text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  begun boolean;
  own boolean;
  held text;
  in_schema boolean;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'STATEMENT_REFUSED: a tenant is placed under READ COMMITTED, not %', current_setting('transaction_isolation')
      using errcode = 'TN001';
  end if;
  perform pg_advisory_xact_lock(1953395833, hashtext(of_tenant));
  select p.moving, p.begun_in = pg_current_xact_id(), p.place into begun, own, held
    from tenantry.placements p where p.tenant = of_tenant;
  if own then
    raise exception 'STATEMENT_REFUSED: a tenant is placed in a transaction of the caller' using errcode = 'TN001',
      detail = '{"fix": "Pass the pool: other processes have to see the first of its two steps."}';
  elsif begun is not true then
    raise exception 'STATEMENT_REFUSED: begin_placing was not called, or somebody else has ended it' using errcode = 'TN001',
      detail = '{"fix": "Call placements.place(…) again."}';
  end if;
  if not exists (select from tenantry.places p where p.name = at_place) then
    raise exception 'PLACE_UNKNOWN: %', at_place using errcode = 'TN001';
  end if;
  if held = at_place then
    update tenantry.placements set moving = false where tenant = of_tenant;
    return;
  elsif held is not null then
    raise exception 'TENANT_PLACED: it lives in %', held using errcode = 'TN001';
  end if;
  in_schema := (select p.schema_name is not null from tenantry.places p where p.name = at_place);
  


  if not in_schema and exists (select from "public"."invitations" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.invitations' using errcode = 'TN001';
  end if;
  if not in_schema and exists (select from "public"."member_roles" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.member_roles' using errcode = 'TN001';
  end if;
  if not in_schema and exists (select from "public"."memberships" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.memberships' using errcode = 'TN001';
  end if;


  if not in_schema and exists (select from "public"."projects" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.projects' using errcode = 'TN001';
  end if;
  if not in_schema and exists (select from "public"."role_permissions" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.role_permissions' using errcode = 'TN001';
  end if;
  if not in_schema and exists (select from "public"."roles" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.roles' using errcode = 'TN001';
  end if;

  if not in_schema and exists (select from "public"."tasks" t where t."organization_id"::text = of_tenant) then
    raise exception 'TENANT_HAS_ROWS: in %', 'public.tasks' using errcode = 'TN001';
  end if;


  perform nextval($name$tenantry.route_epoch$name$);
  update tenantry.placements set place = at_place, moving = false, since = now() where tenant = of_tenant;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.list_places() owner to "system";
--> statement-breakpoint
alter function tenantry.add_place(called text, its_mark uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.begin_placing(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.end_placing(of_tenant text) owner to "system";
--> statement-breakpoint
alter function tenantry.place_tenant(of_tenant text, at_place text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.list_places(), tenantry.add_place(called text, its_mark uuid), tenantry.begin_placing(of_tenant text), tenantry.end_placing(of_tenant text), tenantry.place_tenant(of_tenant text, at_place text) from public;
--> statement-breakpoint
grant execute on function tenantry.list_places(), tenantry.add_place(called text, its_mark uuid), tenantry.begin_placing(of_tenant text), tenantry.end_placing(of_tenant text), tenantry.place_tenant(of_tenant text, at_place text) to "system";
--> statement-breakpoint
-- placements: place-migrations
create table if not exists tenantry.place_migrations (
  place text primary key references tenantry.places (name) on delete cascade,
  mark uuid not null,
  folder text not null,
  seen_at timestamptz not null default now()
);
--> statement-breakpoint
comment on table tenantry.place_migrations is 'a memory of tenantry migrate: the folder of migrations that each place has run; what has run is in the ledger of the place';
--> statement-breakpoint
revoke all on tenantry.place_migrations from public;
--> statement-breakpoint
grant select on tenantry.place_migrations to "system";
--> statement-breakpoint
-- placements: schema-migrations
create table if not exists tenantry.schema_migrations (
  place text not null references tenantry.places (name) on delete cascade,
  id bigint generated always as identity,
  hash text not null,
  created_at bigint not null,
  name text,
  -- later than what was written before its locks: a rewind tells them apart
  applied_at timestamptz not null default clock_timestamp(),
  primary key (place, id)
);
--> statement-breakpoint
comment on table tenantry.schema_migrations is 'which migrations the schemas of tenants have, as drizzle.__drizzle_migrations has it of a database';
--> statement-breakpoint
revoke all on tenantry.schema_migrations from public;
--> statement-breakpoint
grant select on tenantry.schema_migrations to "system";
--> statement-breakpoint
create or replace function tenantry.hold_schema(of_place text, its_mark uuid, last_id bigint) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform from tenantry.places p where p.name = of_place and p.mark = its_mark for no key update;
  if not found then
    raise exception 'PLACE_UNKNOWN: %', of_place using errcode = 'TN001';
  elsif coalesce((select max(m.id) from tenantry.schema_migrations m where m.place = of_place), 0) <> last_id then
    raise exception 'another run has brought a migration to %', of_place using errcode = '55P03';
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.schema_fingerprint(in_schema text, tables text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (
    with t as (
      select c.oid, c.relname::text as name, c.relrowsecurity, c.relforcerowsecurity
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = in_schema and c.relname = any (tables) and c.relkind = 'r'
    ), o (kind, name, its) as (
      select 't', t.name, concat(t.relrowsecurity, t.relforcerowsecurity) from t
      union all
      select 'c', t.name, concat_ws(' ', k.attname, k.atttypid, k.atttypmod, k.attnotnull, k.atthasdef, k.attidentity, k.attgenerated)
      from t join pg_attribute k on k.attrelid = t.oid and k.attnum > 0 and not k.attisdropped
      union all
      select 'k', t.name, concat_ws(' ', k.conname, k.contype, k.convalidated, array_length(k.conkey, 1))
      from t join pg_constraint k on k.conrelid = t.oid and k.contype <> 'n'
      union all
      select 'i', t.name, concat_ws(' ', x.relname, i.indnatts, i.indisunique, i.indisvalid)
      from t join pg_index i on i.indrelid = t.oid join pg_class x on x.oid = i.indexrelid
      union all
      select 'p', t.name, concat_ws(' ', p.polname, p.polcmd, p.polpermissive) from t join pg_policy p on p.polrelid = t.oid
      union all
      select 'g', t.name, concat_ws(' ', g.tgname, g.tgtype, g.tgenabled)
      from t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
    )
    select md5(string_agg(concat_ws(' ', o.kind, o.name, o.its), ',' order by o.kind, o.name collate "C", o.its collate "C")) from o
  );
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.schema_migrated(of_place text, its_mark uuid, ran jsonb, of_folder text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.schema_migrations (place, hash, created_at, name)
    select of_place, n.r ->> 'hash', (n.r ->> 'when')::bigint, n.r ->> 'name'
    from jsonb_array_elements(ran) with ordinality n (r, i) order by n.i;
  delete from tenantry.place_migrations m where m.place = of_place;
  if of_folder is not null then
    insert into tenantry.place_migrations (place, mark, folder) values (of_place, its_mark, of_folder);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.hold_schema(of_place text, its_mark uuid, last_id bigint), tenantry.schema_fingerprint(in_schema text, tables text[]), tenantry.schema_migrated(of_place text, its_mark uuid, ran jsonb, of_folder text) from public;
--> statement-breakpoint
-- placements: schemas
create schema if not exists "tenantry_barred";
--> statement-breakpoint
revoke all on schema "tenantry_barred" from public;
--> statement-breakpoint
grant usage on schema "tenantry_barred" to "app", "system";
--> statement-breakpoint
do $tenantry$
declare
  stale record;
begin
  for stale in
    select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = 'tenantry_barred' and t.typtype = 'c' and t.typname <> all (array[]::text[])
  loop
    execute format('drop type %I.%I', 'tenantry_barred', stale.typname);
  end loop;
end
$tenantry$;
