-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section rbac:references 5a13a302052a6084
-- tenantry:section rbac:state e586414ce419126f
-- tenantry:section rbac:checks e80c7ae1d32bf8a0
-- tenantry:section rbac:invariants 55be49c339377ad6
-- tenantry:section rbac:members 7db3f2b4d08d8c3d
-- tenantry:section rbac:invitations 84b791094bc148d8
-- tenantry:section rbac:explain 341e09e525ef888c
-- tenantry:section rbac:definition 42f567a984c42dd5

set local lock_timeout = '5s';
--> statement-breakpoint
-- rbac: references
select tenantry.keep_reference('"public"."memberships"', 'memberships_organization_id_rbac_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:rbac 6ab311cbe7b2c4e1');
--> statement-breakpoint
select tenantry.keep_reference('"public"."memberships"', 'memberships_user_id_rbac_fk',
  'foreign key ("user_id") references "public"."users" ("id") on delete cascade', 'tenantry:rbac 43b814c57b4e70cc');
--> statement-breakpoint
select tenantry.keep_reference('"public"."roles"', 'roles_organization_id_rbac_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:rbac 5aca6ab221e783c6');
--> statement-breakpoint
select tenantry.keep_reference('"public"."roles"', 'roles_organization_id_parent_id_rbac_fk',
  'foreign key ("organization_id", "parent_id") references "public"."roles" ("organization_id", "id") on delete set null ("parent_id")', 'tenantry:rbac 1342a7bafb4f71a5');
--> statement-breakpoint
select tenantry.keep_reference('"public"."roles"', 'roles_built_in_parent_id_rbac_fk',
  'foreign key ("built_in_parent_id") references "public"."built_in_roles" ("id") on delete no action', 'tenantry:rbac f318618125d195ab');
--> statement-breakpoint
select tenantry.keep_reference('"public"."built_in_roles"', 'built_in_roles_parent_id_rbac_fk',
  'foreign key ("parent_id") references "public"."built_in_roles" ("id") on delete no action', 'tenantry:rbac 65d68cbafd2f3027');
--> statement-breakpoint
select tenantry.keep_reference('"public"."built_in_role_permissions"', 'built_in_role_permissions_role_id_rbac_fk',
  'foreign key ("role_id") references "public"."built_in_roles" ("id") on delete cascade', 'tenantry:rbac 9496bfb105bb2cbd');
--> statement-breakpoint
select tenantry.keep_reference('"public"."role_permissions"', 'role_permissions_organization_id_role_id_rbac_fk',
  'foreign key ("organization_id", "role_id") references "public"."roles" ("organization_id", "id") on delete cascade', 'tenantry:rbac 73c8021bbbdbfc42');
--> statement-breakpoint
select tenantry.keep_reference('"public"."member_roles"', 'member_roles_organization_id_user_id_rbac_fk',
  'foreign key ("organization_id", "user_id") references "public"."memberships" ("organization_id", "user_id") on delete cascade', 'tenantry:rbac 54e953706a6b3b4a');
--> statement-breakpoint
select tenantry.keep_reference('"public"."member_roles"', 'member_roles_organization_id_own_role_id_rbac_fk',
  'foreign key ("organization_id", "own_role_id") references "public"."roles" ("organization_id", "id") on delete cascade', 'tenantry:rbac a7babf6e114ef118');
--> statement-breakpoint
select tenantry.keep_reference('"public"."member_roles"', 'member_roles_built_in_role_id_rbac_fk',
  'foreign key ("built_in_role_id") references "public"."built_in_roles" ("id") on delete cascade', 'tenantry:rbac 1cd91d45cdd29a11');
--> statement-breakpoint
select tenantry.keep_reference('"public"."invitations"', 'invitations_organization_id_rbac_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry:rbac 6ffaadee95d6f6d6');
--> statement-breakpoint
select tenantry.keep_reference('"public"."invitations"', 'invitations_organization_id_own_role_id_rbac_fk',
  'foreign key ("organization_id", "own_role_id") references "public"."roles" ("organization_id", "id") on delete cascade', 'tenantry:rbac 14044dade58339cc');
--> statement-breakpoint
select tenantry.keep_reference('"public"."invitations"', 'invitations_built_in_role_id_rbac_fk',
  'foreign key ("built_in_role_id") references "public"."built_in_roles" ("id") on delete cascade', 'tenantry:rbac b7b05a17fcc202ef');
--> statement-breakpoint
-- rbac: state
create table if not exists tenantry.rbac_versions (
  tenant_id uuid primary key,
  version bigint not null default 1
);
--> statement-breakpoint
create table if not exists tenantry.member_permissions (
  tenant_id uuid not null,
  user_id uuid not null,
  permissions text[] not null,
  facts jsonb not null,
  -- as an entry sends it: jsonb would be written out each time
  entry text not null generated always as (facts::text) stored,
  valid_until timestamptz,
  primary key (tenant_id, user_id)
);
--> statement-breakpoint
create index if not exists member_permissions_marked_idx on tenantry.member_permissions (tenant_id, user_id)
  where valid_until = '-infinity';
--> statement-breakpoint
create table if not exists tenantry.rbac_definitions (
  one boolean primary key default true check (one),
  version bigint not null default 1
);
--> statement-breakpoint
insert into tenantry.rbac_definitions default values on conflict do nothing;
--> statement-breakpoint
create table if not exists tenantry.rbac_departures (
  tenant_id uuid not null,
  user_id uuid not null,
  left_at timestamptz not null,
  primary key (tenant_id, user_id)
);
--> statement-breakpoint
comment on table tenantry.rbac_departures is 'When members left whom an older invitation must not bring back.';
--> statement-breakpoint
comment on table tenantry.member_permissions is 'What each member may do: wildcards and parents expanded, written by triggers; valid until -infinity: to be worked out anew.';
--> statement-breakpoint
revoke all on tenantry.rbac_versions, tenantry.member_permissions, tenantry.rbac_departures, tenantry.rbac_definitions from public, "app";
--> statement-breakpoint
grant select, insert, update, delete on tenantry.rbac_versions, tenantry.member_permissions, tenantry.rbac_departures, tenantry.rbac_definitions to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_effective(tenant uuid, members uuid[]) returns table (tenant_id uuid, user_id uuid, permissions text[], facts jsonb, valid_until timestamptz)
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  chosen uuid[] := $2;
begin
  if chosen is null then
    chosen := array(select m."user_id" from "public"."memberships" m where m."organization_id" = $1);
  end if;
  return query
  with recursive held as (
    -- union, not union all: a circle of parents ends here
    select mr."user_id" as member, mr."resource_type" as type, mr."resource_id" as id,
      mr."role_id" as assigned, mr."role_id" as role, mr."expires_at" as expires
    from "public"."member_roles" mr
    where mr."organization_id" = $1 and mr."user_id" = any (chosen)
      and (mr."expires_at" is null or mr."expires_at" > statement_timestamp())
    union
    select h.member, h.type, h.id, h.assigned, r.parent, h.expires
    from held h join (
      select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
      from "public"."built_in_roles" b
      union all
      select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
      from "public"."roles" r where r."organization_id" = $1) r on r.id = h.role
    where r.parent is not null
  ),
  granted as (
    select distinct h.member, h.type, h.id, p."key" as key
    from held h
    join (
      select bp."role_id" as role, bp."permission" as permission from "public"."built_in_role_permissions" bp
      union all
      select rp."role_id", rp."permission" from "public"."role_permissions" rp where rp."organization_id" = $1) rp on rp.role = h.role
    join "public"."permissions" p on rp.permission in (p."key", p."resource" || ':*', '*')
  ),
  wide as (
    select g.member, array_agg(g.key order by g.key) as keys from granted g where g.type is null group by 1
  ),
  narrow as (
    select t.member, jsonb_object_agg(t.type, t.ids) as resources
    from (
      select i.member, i.type, jsonb_object_agg(i.id, i.keys) as ids
      from (
        select g.member, g.type, g.id, jsonb_agg(g.key order by g.key) as keys
        from granted g where g.type is not null group by 1, 2, 3
      ) i group by 1, 2
    ) t group by 1
  ),
  named as (
    select h.member, jsonb_agg(distinct r.key) as keys
    from held h join (
      select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
      from "public"."built_in_roles" b
      union all
      select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
      from "public"."roles" r where r."organization_id" = $1) r on r.id = h.assigned where h.type is null group by 1
  ),
  ends as (select h.member, min(h.expires) as at from held h group by 1)
  select m."organization_id", m."user_id", coalesce(w.keys, '{}'),
    jsonb_build_object('permissions', to_jsonb(coalesce(w.keys, '{}')),
      'roles', coalesce(n.keys, '[]'), 'resources', coalesce(i.resources, '{}'), 'until', extract(epoch from e.at)),
    e.at
  from "public"."memberships" m
  left join wide w on w.member = m."user_id"
  left join narrow i on i.member = m."user_id"
  left join named n on n.member = m."user_id"
  left join ends e on e.member = m."user_id"
  where m."organization_id" = $1 and m."user_id" = any (chosen);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_changed(tenant uuid, members uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  now_at bigint;
begin
  if not exists (select from "public"."organizations" t where t."id" = $1) then
    delete from tenantry.member_permissions d where d.tenant_id = $1;
    delete from tenantry.rbac_versions v where v.tenant_id = $1;
    return;
  end if;
  now_at := tenantry.rbac_next_version($1);
  perform tenantry.rbac_derive($1, $2, now_at);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_next_version(tenant uuid) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  now_at bigint;
begin
  -- shared among tenants, exclusive for a change of the definition: it must not miss a new member
  perform pg_advisory_xact_lock_shared(1952803950, hashtext($name$ tenantry $name$));
  -- a lock does not stop an older snapshot from deriving what was; a row that has changed does
  if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
    perform from tenantry.rbac_definitions for share;
  end if;
  insert into tenantry.rbac_versions as v (tenant_id) values ($1)
  on conflict (tenant_id) do update set version = v.version + 1
  returning v.version into now_at;
  perform pg_notify('tenantry_rbac', jsonb_build_object('tenant', $1::text, 'version', now_at)::text);
  return now_at;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_definition_changes() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform pg_advisory_xact_lock(1952803950, hashtext($name$ tenantry $name$));
  update tenantry.rbac_definitions set version = version + 1;
  -- this one may be the older snapshot, and must not miss what it does not see
  if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then update tenantry.rbac_versions set version = version + 1; end if;
  perform pg_notify('tenantry_rbac', '{}');
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_hold_tenant(tenant uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.rbac_versions as v (tenant_id) values ($1)
  on conflict (tenant_id) do update set version = v.version;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_hold() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.rbac_hold_tenant((coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_derive(tenant uuid, members uuid[], version bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  chosen constant uuid[] := coalesce($2, array(select m."user_id" from "public"."memberships" m where m."organization_id" = $1));
  part uuid[];
begin
  -- by the hundred: the plan of rbac_effective, which knows no numbers, is quadratic in members
  for i in 0 .. (cardinality(chosen) - 1) / 100 loop
    part := chosen[i * 100 + 1 : i * 100 + 100];
    -- with the version that made them so: a member whose permissions stay keeps the version too
    insert into tenantry.member_permissions as d (tenant_id, user_id, permissions, facts, valid_until)
    select e.tenant_id, e.user_id, e.permissions, e.facts || jsonb_build_object('version', $3), e.valid_until
    from tenantry.rbac_effective($1, part) e
    on conflict (tenant_id, user_id) do update
      set permissions = excluded.permissions, valid_until = excluded.valid_until,
        facts = case when d.facts - 'version' = excluded.facts - 'version' then d.facts else excluded.facts end
      where d.facts - 'version' <> excluded.facts - 'version' or d.valid_until is distinct from excluded.valid_until;
  end loop;
  delete from tenantry.member_permissions d
  where d.tenant_id = $1 and ($2 is null or d.user_id = any ($2))
    and not exists (select from "public"."memberships" m where m."organization_id" = $1 and m."user_id" = d.user_id);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_mark(changed uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  -- level by level, as arrays: of a recursive query the planner expects so many that it reads tables whole
  below uuid[] := $1;
  next uuid[] := $1;
begin
  loop
    next := array(
      select b."id" from "public"."built_in_roles" b where b."parent_id" = any (next) and b."id" <> all (below)
      union
      select r."id" from "public"."roles" r
      where (r."parent_id" = any (next) or r."built_in_parent_id" = any (next)) and r."id" <> all (below));
    exit when next = '{}';
    below := below || next;
  end loop;
  with marked as (
    update tenantry.member_permissions d set valid_until = '-infinity'::timestamptz
    from (
      select distinct mr."organization_id" as tenant, mr."user_id" as member
      from "public"."member_roles" mr where mr."own_role_id" = any (below) or mr."built_in_role_id" = any (below)
    ) c
    where d.tenant_id = c.tenant and d.user_id = c.member and d.valid_until is distinct from '-infinity'::timestamptz
    returning d.tenant_id
  )
  update tenantry.rbac_versions v set version = v.version + 1
  where v.tenant_id in (select marked.tenant_id from marked);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_roles_changed(tenant uuid, changed uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  -- before looking for members: who gets the role meanwhile is seen, or waits and sees the change
  if $1 is null then
    perform tenantry.rbac_definition_changes();
  elsif exists (select from "public"."organizations" t where t."id" = $1) then
    perform tenantry.rbac_next_version($1);
  end if;
  perform tenantry.rbac_mark($2);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_keys_changed(keys text[], resources text[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.rbac_definition_changes();
  perform tenantry.rbac_mark(array(
    select bp."role_id" from "public"."built_in_role_permissions" bp where (bp."permission" = '*' or bp."permission" = any ($1) or bp."permission" in (select each || ':*' from unnest($2) each))
    union
    select rp."role_id" from "public"."role_permissions" rp where (rp."permission" = '*' or rp."permission" = any ($1) or rp."permission" in (select each || ':*' from unnest($2) each))));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_refresh(tenant uuid, most int) returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
  done int := 0;
begin
  for each in
    select d.tenant_id as tenant, array_agg(d.user_id) as members from (
      select d.tenant_id, d.user_id from tenantry.member_permissions d
      where d.valid_until = '-infinity'::timestamptz and ($1 is null or d.tenant_id = $1)
      order by 1, 2 limit $2
    ) d group by 1 order by 1 -- in one order, or two of them could wait for each other
  loop
    perform tenantry.rbac_changed(each.tenant, each.members);
    done := done + cardinality(each.members);
  end loop;
  return done;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_refresh_tenant() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  -- the first of the rows of a transaction does it, the others find nothing to do
  perform tenantry.rbac_refresh(case when tg_op = 'DELETE' then old."organization_id" else new."organization_id" end, null);
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_backfill() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.rbac_definitions default values on conflict do nothing;
  insert into tenantry.rbac_versions (tenant_id) select t."id" from "public"."organizations" t
  on conflict do nothing;
  insert into tenantry.member_permissions (tenant_id, user_id, permissions, facts, valid_until)
  select m."organization_id", m."user_id", '{}',
    '{"permissions": [], "roles": [], "resources": {}, "until": null, "version": 0}', '-infinity'::timestamptz
  from "public"."memberships" m on conflict do nothing;
  perform tenantry.rbac_refresh(null, 1000);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_changed(tenant uuid, members uuid[]) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_next_version(tenant uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_definition_changes() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_hold_tenant(tenant uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_hold() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_derive(tenant uuid, members uuid[], version bigint) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_mark(changed uuid[]) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_roles_changed(tenant uuid, changed uuid[]) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_keys_changed(keys text[], resources text[]) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_refresh(tenant uuid, most int) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_refresh_tenant() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_backfill() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_effective(tenant uuid, members uuid[]), tenantry.rbac_changed(tenant uuid, members uuid[]), tenantry.rbac_next_version(tenant uuid), tenantry.rbac_definition_changes(), tenantry.rbac_hold_tenant(tenant uuid), tenantry.rbac_hold(), tenantry.rbac_derive(tenant uuid, members uuid[], version bigint), tenantry.rbac_mark(changed uuid[]), tenantry.rbac_roles_changed(tenant uuid, changed uuid[]), tenantry.rbac_keys_changed(keys text[], resources text[]), tenantry.rbac_refresh(tenant uuid, most int), tenantry.rbac_refresh_tenant(), tenantry.rbac_backfill() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_effective(tenant uuid, members uuid[]), tenantry.rbac_refresh(tenant uuid, most int), tenantry.rbac_backfill() to "system";
--> statement-breakpoint
grant execute on function tenantry.rbac_hold() to "app";
--> statement-breakpoint
comment on function tenantry.rbac_hold_tenant(tenant uuid) is 'Lets one transaction at a time change the roles of a tenant.';
--> statement-breakpoint
comment on function tenantry.rbac_mark(changed uuid[]) is 'Marks the members who hold one of these roles, or one below.';
--> statement-breakpoint
comment on function tenantry.rbac_keys_changed(keys text[], resources text[]) is 'Marks the members of roles that grant one of these permissions of table permissions.';
--> statement-breakpoint
comment on function tenantry.rbac_refresh(tenant uuid, most int) is 'Works out members that are marked: of one tenant, or of any, at most so many; returns how many.';
--> statement-breakpoint
comment on function tenantry.rbac_backfill() is 'Lets members in who were there before.';
--> statement-breakpoint
-- rbac: checks
create or replace function tenantry.rbac_facts_of(tenant uuid, member uuid) returns jsonb
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  found_facts jsonb;
  ends timestamptz;
begin
  select d.facts, d.valid_until into found_facts, ends
  from tenantry.member_permissions d where d.tenant_id = $1 and d.user_id = $2;
  if ends <= statement_timestamp() then
    select e.facts || jsonb_build_object('version', case when ends = '-infinity'::timestamptz
        then coalesce(to_jsonb((select v.version from tenantry.rbac_versions v where v.tenant_id = $1)), found_facts -> 'version')
        else found_facts -> 'version' end) into found_facts
    from tenantry.rbac_effective($1, array[$2]) e;
  end if;
  return found_facts;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_facts(tenant uuid, member uuid) returns jsonb
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  acting constant jsonb := tenantry.current_actor();
  own jsonb := tenantry.rbac_facts_of($1, $2);
  other jsonb;
begin
  if own is null or not coalesce(acting ? 'onBehalfOf', false) then
    return own;
  end if;
  other := coalesce(tenantry.rbac_facts_of($1, (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end)),
    '{"permissions": [], "roles": [], "resources": {}}');
  return jsonb_build_object('version', own -> 'version',
    'permissions', coalesce((select jsonb_agg(k order by k) from jsonb_array_elements_text(own -> 'permissions') k
      where other -> 'permissions' ? k), '[]'),
    'roles', coalesce((select jsonb_agg(k order by k) from jsonb_array_elements_text(own -> 'roles') k
      where other -> 'roles' ? k), '[]'),
    'resources', coalesce((
      with each as (
        select distinct t.key as type, i.key as id, k as permission
        from (values (own), (other)) f (facts), jsonb_each(f.facts -> 'resources') t, jsonb_each(t.value) i,
          jsonb_array_elements_text(i.value) k
      ),
      both_have as (
        select e.* from each e
        where (own -> 'permissions' ? e.permission or coalesce(own #> array['resources', e.type, e.id] ? e.permission, false))
          and (other -> 'permissions' ? e.permission or coalesce(other #> array['resources', e.type, e.id] ? e.permission, false))
      )
      select jsonb_object_agg(t.type, t.ids) from (
        select i.type, jsonb_object_agg(i.id, i.keys) as ids from (
          select b.type, b.id, jsonb_agg(b.permission order by b.permission) as keys from both_have b group by 1, 2
        ) i group by 1
      ) t
    ), '{}'));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.my_permissions() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
begin
  return tenantry.rbac_facts(at_home, (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_has(tenant uuid, member uuid, permission text) returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  has boolean;
  ends timestamptz;
begin
  select $3 = any (d.permissions), d.valid_until into has, ends
  from tenantry.member_permissions d where d.tenant_id = $1 and d.user_id = $2;
  -- a grant that has ended while nobody wrote, or a row that waits to be worked out
  if ends <= statement_timestamp() and (has or ends = '-infinity'::timestamptz) then
    select $3 = any (e.permissions) into has from tenantry.rbac_effective($1, array[$2]) e;
  end if;
  return coalesce(has, false);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.can(text) returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  acting constant jsonb := tenantry.current_actor();
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
begin
  if acting ->> 'user' is null then
    raise exception using errcode = 'TN001', message = 'ACTOR_MISSING: ' || $1, detail = (jsonb_build_object('permission', $1))::text;
  end if;
  if tenantry.rbac_has(at_home, (case when (acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'user')::uuid end), $1)
    and (not acting ? 'onBehalfOf' or tenantry.rbac_has(at_home, (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end), $1)) then
    return true;
  end if;
  if not exists (select from "public"."permissions" p where p."key" = $1) then
    raise exception using errcode = 'TN001', message = 'PERMISSION_UNKNOWN: ' || $1, detail = (jsonb_build_object('permission', $1))::text;
  end if;
  return false;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.allowed_ids(text, text) returns text[]
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  facts jsonb;
  acting constant jsonb := tenantry.current_actor();
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
begin
  if acting ->> 'user' is null then
    raise exception using errcode = 'TN001', message = 'ACTOR_MISSING: ' || $1, detail = (jsonb_build_object('permission', $1))::text;
  end if;
  facts := tenantry.rbac_facts(at_home, (case when (acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'user')::uuid end));
  return array(select r.key from jsonb_each(facts -> 'resources' -> $2) r where r.value ? $1);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_built_in_role_id(key text) returns uuid
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin return (select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-8' || substr(h, 14, 3) || '-a' || substr(h, 18, 3)
  || '-' || substr(h, 21, 12))::uuid
  from (select encode(sha256(convert_to('tenantry:rbac:role:' || $1, 'UTF8')), 'hex') as h) hashed); end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_role_id(tenant uuid, role text) returns uuid
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  found_id uuid;
begin
  select b."id" into found_id from "public"."built_in_roles" b where b."key" = $2;
  if found_id is null then
    select r."id" into found_id from "public"."roles" r where r."organization_id" = $1 and r."key" = $2;
  end if;
  if found_id is null then
    raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || coalesce($2, 'null'), detail = (jsonb_build_object('role', $2))::text;
  end if;
  return found_id;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.my_version() returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select v.version from tenantry.rbac_versions v where v.tenant_id = (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_version(tenant uuid) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."member_roles"') and not pg_has_role('system', 'usage') then return tenantry.my_version(); end if;
  return (select v.version from tenantry.rbac_versions v where v.tenant_id = $1);
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_facts_of(tenant uuid, member uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_facts(tenant uuid, member uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.my_permissions() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_has(tenant uuid, member uuid, permission text) owner to "system";
--> statement-breakpoint
alter function tenantry.can(text) owner to "system";
--> statement-breakpoint
alter function tenantry.allowed_ids(text, text) owner to "system";
--> statement-breakpoint
alter function tenantry.my_version() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_facts_of(tenant uuid, member uuid), tenantry.rbac_facts(tenant uuid, member uuid), tenantry.my_permissions(), tenantry.rbac_has(tenant uuid, member uuid, permission text), tenantry.can(text), tenantry.allowed_ids(text, text), tenantry.rbac_built_in_role_id(key text), tenantry.rbac_role_id(tenant uuid, role text), tenantry.my_version(), tenantry.rbac_version(tenant uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.my_permissions(), tenantry.can(text), tenantry.allowed_ids(text, text), tenantry.rbac_built_in_role_id(key text), tenantry.rbac_role_id(tenant uuid, role text), tenantry.my_version(), tenantry.rbac_version(tenant uuid) to "app";
--> statement-breakpoint
grant execute on function tenantry.can(text), tenantry.allowed_ids(text, text), tenantry.rbac_built_in_role_id(key text), tenantry.rbac_role_id(tenant uuid, role text), tenantry.rbac_version(tenant uuid) to "system";
--> statement-breakpoint
-- rbac: invariants
create or replace function tenantry.rbac_members_left(tenant uuid, members uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if not exists (select from "public"."organizations" t where t."id" = $1) then return; end if;
  update "public"."invitations" i set "revoked_at" = now()
  where i."organization_id" = $1 and i."accepted_at" is null and i."revoked_at" is null and (i."invited_by" = any ($2) or i."email" in (select u."email" from "public"."users" u where u."id" = any ($2)));
  -- what no invitation is older than any more
  delete from tenantry.rbac_departures d where d.tenant_id = $1 and d.left_at < now() - interval '1 day'
    and not exists (select from "public"."invitations" i where i."organization_id" = $1 and i."accepted_at" is null and i."revoked_at" is null and i."created_at" <= d.left_at);
  insert into tenantry.rbac_departures as d (tenant_id, user_id, left_at)
  select $1, each, clock_timestamp() from unnest($2) each
  on conflict (tenant_id, user_id) do update set left_at = excluded.left_at;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_memberships_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
begin
  if tg_op = 'INSERT' then
    for each in
      select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from come x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
    end loop;
  elsif tg_op = 'DELETE' then
    for each in
      select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from gone x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
      perform tenantry.rbac_members_left(each.tenant, each.members);
    end loop;
  else
    for each in
      select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from (table gone union all table come) x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
    end loop;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_member_roles_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
begin
  if tg_op = 'INSERT' then
    for each in
      select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from come x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
    end loop;
  elsif tg_op = 'DELETE' then
    for each in
      select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from gone x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
    end loop;
  else
    for each in
      select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from (table gone union all table come) x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
    end loop;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_role_rows_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
begin
  if tg_op = 'INSERT' then
    for each in select x."organization_id" as tenant, array_agg(distinct x."id") as roles from come x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  elsif tg_op = 'DELETE' then
    for each in select x."organization_id" as tenant, array_agg(distinct x."id") as roles from gone x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  else
    for each in select x."organization_id" as tenant, array_agg(distinct x."id") as roles from come x join gone g on g."id" = x."id" and g."organization_id" = x."organization_id" where (x."key", x."parent_id", x."built_in_parent_id") is distinct from (g."key", g."parent_id", g."built_in_parent_id") group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_role_permissions_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
begin
  if tg_op = 'INSERT' then
    for each in select x."organization_id" as tenant, array_agg(distinct x."role_id") as roles from come x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  elsif tg_op = 'DELETE' then
    for each in select x."organization_id" as tenant, array_agg(distinct x."role_id") as roles from gone x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  else
    for each in select x."organization_id" as tenant, array_agg(distinct x."role_id") as roles from (table gone union all table come) x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_built_in_roles_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
begin
  if tg_op = 'INSERT' then
    for each in select null::uuid as tenant, array_agg(distinct x."id") as roles from come x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  elsif tg_op = 'DELETE' then
    for each in select null::uuid as tenant, array_agg(distinct x."id") as roles from gone x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  else
    for each in select null::uuid as tenant, array_agg(distinct x."id") as roles from come x join gone g on g."id" = x."id"  where (x."key", x."parent_id") is distinct from (g."key", g."parent_id") group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_built_in_grants_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  each record;
begin
  if tg_op = 'INSERT' then
    for each in select null::uuid as tenant, array_agg(distinct x."role_id") as roles from come x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  elsif tg_op = 'DELETE' then
    for each in select null::uuid as tenant, array_agg(distinct x."role_id") as roles from gone x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  else
    for each in select null::uuid as tenant, array_agg(distinct x."role_id") as roles from (table gone union all table come) x group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_permissions_changed() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  keys text[];
  resources text[];
begin
  if tg_op = 'INSERT' then select array_agg(x."key"), array_agg(x."resource") into keys, resources from come x;
  elsif tg_op = 'DELETE' then select array_agg(x."key"), array_agg(x."resource") into keys, resources from gone x;
  else -- not for another description
    select array_agg(x."key"), array_agg(x."resource") into keys, resources from (select a."key", a."resource" from come a where (a."key", a."resource") not in (select b."key", b."resource" from gone b) union all select a."key", a."resource" from gone a where (a."key", a."resource") not in (select b."key", b."resource" from come b)) x;
  end if;
  if keys is not null then perform tenantry.rbac_keys_changed(keys, resources); end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_tenant_gone() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  delete from tenantry.rbac_versions v where v.tenant_id = old."id";
  delete from tenantry.rbac_departures d where d.tenant_id = old."id";
  -- newer than every version that somebody is reading
  perform pg_notify('tenantry_rbac',
    jsonb_build_object('tenant', old."id"::text, 'version', 9007199254740991)::text);
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_assigned_role() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if not exists (select from "public"."built_in_roles" b where b."id" = new."role_id")
    and not exists (select from "public"."roles" r
      where r."organization_id" = new."organization_id" and r."id" = new."role_id") then
    raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a role that is not one of this tenant';
  end if;
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_assigned_resource() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  there boolean;
begin
  if new."resource_type" = 'projects' then
    there := false;
    if not there and (case when new."resource_id" ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then new."resource_id"::uuid end) is not null then
      new."resource_id" := lower(new."resource_id"); -- as the column writes it: one resource has one spelling
      perform from "public"."projects" t where t."organization_id" = new."organization_id"
        and t."id" = new."resource_id"::uuid for key share;
      there := found;
    end if;
    if not there then raise exception using errcode = 'TN001', message = 'RESOURCE_UNKNOWN: ' || new."resource_type"; end if;
  end if;
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_role_permission() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if not exists (select from "public"."roles" r
    where r."organization_id" = new."organization_id" and r."id" = new."role_id") then
    raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a role that is not one of this tenant';
  end if;
  if new."permission" <> '*' and not exists (select from "public"."permissions" p
    where new."permission" in (p."key", p."resource" || ':*')) then
    raise exception using errcode = 'TN001', message = 'PERMISSION_UNKNOWN: ' || new."permission", detail = (jsonb_build_object('permission', new."permission"))::text;
  end if;
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_built_in_role_permission() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if new."permission" <> '*' and not exists (select from "public"."permissions" p
    where new."permission" in (p."key", p."resource" || ':*')) then
    raise exception using errcode = 'TN001', message = 'PERMISSION_UNKNOWN: ' || new."permission", detail = (jsonb_build_object('permission', new."permission"))::text;
  end if;
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_role() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if exists (select from "public"."built_in_roles" b where b."key" = new."key") then
    raise exception using errcode = 'TN001', message = 'ROLE_INVALID: ' || format('the key %s belongs to a built-in role', new."key");
  end if;
  if new."built_in_parent_id" is not null
    and not exists (select from "public"."built_in_roles" b where b."id" = new."built_in_parent_id") then
    raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a parent that is not a role of this tenant';
  end if;
  -- a built-in role has no parent of a tenant, so that only own parents can close a circle
  if new."parent_id" is null then return new; end if;
  if not exists (select from "public"."roles" r
    where r."organization_id" = new."organization_id" and r."id" = new."parent_id") then
    raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a parent that is not a role of this tenant';
  end if;
  if tg_op = 'UPDATE' and new."parent_id" is distinct from old."parent_id" then
    perform tenantry.rbac_hold_tenant(new."organization_id");
  end if;
  if exists (
    with recursive above as (
      select new."parent_id" as id
      union
      select r."parent_id" from above a join "public"."roles" r on r."organization_id" = new."organization_id" and r."id" = a.id
    )
    select from above a where a.id = new."id"
  ) then
    raise exception using errcode = 'TN001', message = 'ROLE_INVALID: ' || format('role %s would be its own ancestor', new."key");
  end if;
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_built_in_role() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tg_op = 'INSERT' then new."id" := tenantry.rbac_built_in_role_id(new."key"); end if;
  if new."parent_id" is null then return new; end if;
  if tg_op = 'UPDATE' and new."parent_id" is distinct from old."parent_id" then
    perform tenantry.rbac_definition_changes();
  end if;
  if exists (
    with recursive above as (
      select new."parent_id" as id
      union
      select r."parent_id" from above a join "public"."built_in_roles" r on  r."id" = a.id
    )
    select from above a where a.id = new."id"
  ) then
    raise exception using errcode = 'TN001', message = 'ROLE_INVALID: ' || format('role %s would be its own ancestor', new."key");
  end if;
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_role_patterns(tenant uuid, role uuid) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
with recursive above as (
  select $2 as id
  union
  select r.parent from above a join (
    select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
    from "public"."built_in_roles" b
    union all
    select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
    from "public"."roles" r where r."organization_id" = $1) r on r.id = a.id where r.parent is not null
)
select coalesce(array_agg(distinct rp.permission), '{}')
from above a join (
  select bp."role_id" as role, bp."permission" as permission from "public"."built_in_role_permissions" bp
  union all
  select rp."role_id", rp."permission" from "public"."role_permissions" rp where rp."organization_id" = $1) rp on rp.role = a.id
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_lacking(tenant uuid, who uuid, patterns text[], type text, id text, until timestamptz) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (
    select wanted from unnest($3) wanted
    where not exists (
      select from "public"."member_roles" mr, unnest(tenantry.rbac_role_patterns($1, mr."role_id")) held
      where mr."organization_id" = $1 and mr."user_id" = $2
        and (mr."resource_type" is null or (mr."resource_type", mr."resource_id") = ($4, $5))
        and (mr."expires_at" is null
          or (mr."expires_at" > statement_timestamp() and mr."expires_at" >= $6))
        and held in ('*', wanted, split_part(wanted, ':', 1) || ':*')
    ) limit 1
  );
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_require_patterns(patterns text[], type text, id text, until timestamptz) returns void
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  acting constant jsonb := tenantry.current_actor();
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
  who uuid;
  lacking text;
begin
  if acting ->> 'user' is null then
    raise exception using errcode = 'TN001', message = 'ACTOR_MISSING: ' || 'nobody who could give or take a role';
  end if;
  -- who acts on behalf of another gives what both of them have
  foreach who in array array_remove(array[(case when (acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'user')::uuid end), (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end)], null) loop
    lacking := tenantry.rbac_lacking(at_home, who, $1, $2, $3, $4);
    if lacking is not null then
      raise exception using errcode = 'TN001', message = 'GRANT_ABOVE_OWN: ' || lacking || ' is not yours to give or take', detail = (jsonb_build_object('permission', lacking))::text;
    end if;
  end loop;
  if (case when (acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'user')::uuid end) is null or (acting ? 'onBehalfOf' and (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end) is null) then
    raise exception using errcode = 'TN001', message = 'GRANT_ABOVE_OWN: ' || 'a user that is no member';
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_require_role(role uuid, type text, id text, until timestamptz) returns void
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.rbac_require_patterns(tenantry.rbac_role_patterns((coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid), $1), $2, $3, $4);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_require_member(member uuid) returns void
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  perform tenantry.rbac_require_role(mr."role_id", mr."resource_type", mr."resource_id", mr."expires_at")
  from "public"."member_roles" mr
  where mr."organization_id" = (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and mr."user_id" = $1
    and (mr."expires_at" is null or mr."expires_at" > statement_timestamp());
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_sender() returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  sender constant uuid := (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end);
begin
  -- held until the end of the transaction: who is being removed sends nothing beside it
  perform from "public"."memberships" m where m."organization_id" = (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and m."user_id" = sender for key share;
  if not found then
    raise exception using errcode = 'TN001', message = 'GRANT_ABOVE_OWN: ' || 'a user that is no member';
  end if;
  return sender;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_member_roles() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active(tg_relid) and not pg_has_role('system', 'usage') then
    if tg_op <> 'DELETE' then perform tenantry.rbac_require_role(new."role_id", new."resource_type", new."resource_id", new."expires_at"); end if;
    if tg_op <> 'INSERT' then perform tenantry.rbac_require_role(old."role_id", old."resource_type", old."resource_id", old."expires_at"); end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_memberships() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active(tg_relid) and not pg_has_role('system', 'usage') then
    -- a membership shows the row of its user, who has to agree: by an invitation
    if tg_op = 'INSERT' then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'a tenant adds no member by itself', detail = (jsonb_build_object('fix', 'Invite the user: who accepts becomes a member. The system role adds members.'))::text;
    end if;
    perform tenantry.rbac_require_member(old."user_id");
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_role_permissions() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active(tg_relid) and not pg_has_role('system', 'usage') then
    if tg_op <> 'DELETE' then perform tenantry.rbac_require_patterns(array[new."permission"], null, null, null); end if;
    if tg_op <> 'INSERT' then perform tenantry.rbac_require_patterns(array[old."permission"], null, null, null); end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_roles() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active(tg_relid) and not pg_has_role('system', 'usage') then
    if tg_op = 'INSERT' then
      -- no tenant chooses an id: that of a role of another tenant would mark the members there
      new."id" := gen_random_uuid();
    elsif tg_op = 'DELETE' or (new."key", new."name", new."parent_id", new."built_in_parent_id")
      is distinct from (old."key", old."name", old."parent_id", old."built_in_parent_id") then
      -- under another name it would be given by somebody who takes it for another role
      perform tenantry.rbac_require_role(old."id", null, null, null);
    end if;
    if tg_op <> 'DELETE' and new."parent_id" is not null
      and (tg_op = 'INSERT' or new."parent_id" is distinct from old."parent_id") then
      perform tenantry.rbac_require_role(new."parent_id", null, null, null);
    end if;
    if tg_op <> 'DELETE' and new."built_in_parent_id" is not null
      and (tg_op = 'INSERT' or new."built_in_parent_id" is distinct from old."built_in_parent_id") then
      perform tenantry.rbac_require_role(new."built_in_parent_id", null, null, null);
    end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_invitations() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active(tg_relid) and not pg_has_role('system', 'usage') then
    if tg_op = 'INSERT' then
      if (new."accepted_at", new."accepted_by", new."revoked_at") is distinct from (null, null, null) then
        raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'an invitation begins open';
      end if;
      perform tenantry.rbac_require_role(new."role_id", null, null, null);
      if coalesce(new."invited_by", tenantry.rbac_sender()) <> tenantry.rbac_sender() then
        raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'an invitation in the name of somebody else';
      end if;
      new."invited_by" := tenantry.rbac_sender();
      new."created_at" := clock_timestamp();
    elsif tg_op = 'DELETE' then
      if old."accepted_at" is null and old."revoked_at" is null and old."expires_at" > statement_timestamp() then
        perform tenantry.rbac_require_role(old."role_id", null, null, null);
      end if;
    elsif (new."email", new."role_id", new."token_hash", new."invited_by", new."expires_at", new."accepted_at", new."accepted_by", new."revoked_at", new."created_at") is distinct from (old."email", old."role_id", old."token_hash", old."invited_by", old."expires_at", old."accepted_at", old."accepted_by", old."revoked_at", old."created_at") then
      if old."accepted_at" is not null or old."revoked_at" is not null then
        raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'an invitation that was accepted or revoked stays so';
      end if;
      if (new."accepted_at", new."accepted_by", new."created_at") is distinct from (old."accepted_at", old."accepted_by", old."created_at") then
        raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'only who is invited accepts';
      end if;
      -- to close one that has expired takes nothing from anybody
      if (new."email", new."role_id", new."token_hash", new."invited_by", new."expires_at", new."accepted_at", new."accepted_by", new."created_at") is distinct from (old."email", old."role_id", old."token_hash", old."invited_by", old."expires_at", old."accepted_at", old."accepted_by", old."created_at") or old."expires_at" > statement_timestamp() then
        perform tenantry.rbac_require_role(old."role_id", null, null, null);
        if new."role_id" <> old."role_id" then perform tenantry.rbac_require_role(new."role_id", null, null, null); end if;
      end if;
      -- whoever sends it again, or to another address, is who vouches for it
      if (new."email", new."role_id", new."token_hash", new."invited_by", new."expires_at", new."accepted_at", new."accepted_by", new."created_at") is distinct from (old."email", old."role_id", old."token_hash", old."invited_by", old."expires_at", old."accepted_at", old."accepted_by", old."created_at") then new."invited_by" := tenantry.rbac_sender(); end if;
    end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_owner_remains() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  -- of two transactions that each leave the other's owner, the second waits here and counts again;
  -- NO KEY UPDATE lets rows that only refer to the tenant pass
  perform from "public"."organizations" t where t."id" = old."organization_id" for no key update;
  if not found then return null; end if; -- the tenant is deleted, with everything in it
  if not exists (
    select from "public"."member_roles" mr
    where mr."organization_id" = old."organization_id" and mr."role_id" = '4188fcb2-9b4e-8812-a273-dc47b11f3b24'
      and mr."resource_type" is null and mr."expires_at" is null
  ) then
    raise exception using errcode = 'TN001', message = 'LAST_OWNER: ' || 'the change leaves nobody who owns it';
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_owner_begins() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  -- of two transactions that each leave the other's owner, the second waits here and counts again;
  -- NO KEY UPDATE lets rows that only refer to the tenant pass
  perform from "public"."organizations" t where t."id" = new."id" for no key update;
  if not found then return null; end if; -- the tenant is deleted, with everything in it
  if not exists (
    select from "public"."member_roles" mr
    where mr."organization_id" = new."id" and mr."role_id" = '4188fcb2-9b4e-8812-a273-dc47b11f3b24'
      and mr."resource_type" is null and mr."expires_at" is null
  ) then
    raise exception using errcode = 'TN001', message = 'LAST_OWNER: ' || 'the change leaves nobody who owns it';
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_gone_public_projects() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tg_op = 'DELETE' then
    -- a row that moved to another partition is deleted there and is still here
    delete from "public"."member_roles" mr using gone g
    where mr."organization_id" = g."organization_id" and mr."resource_type" in ('projects') and mr."resource_id" = g."id"::text
      and not exists (select from "public"."projects" t where t."organization_id" = g."organization_id" and t."id" = g."id");
  elsif tg_op = 'UPDATE' then
    delete from "public"."member_roles" mr
    where mr."organization_id" = old."organization_id" and mr."resource_type" in ('projects') and mr."resource_id" = old."id"::text;
  else
    delete from "public"."member_roles" mr where mr."resource_type" in ('projects');
  end if;
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_members_left(tenant uuid, members uuid[]) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_memberships_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_member_roles_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_role_rows_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_role_permissions_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_built_in_roles_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_built_in_grants_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_permissions_changed() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_tenant_gone() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_assigned_role() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_assigned_resource() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_role_permission() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_built_in_role_permission() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_role() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_built_in_role() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_lacking(tenant uuid, who uuid, patterns text[], type text, id text, until timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_require_patterns(patterns text[], type text, id text, until timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_require_role(role uuid, type text, id text, until timestamptz) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_require_member(member uuid) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_sender() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_owner_remains() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_owner_begins() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_gone_public_projects() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_members_left(tenant uuid, members uuid[]), tenantry.rbac_memberships_changed(), tenantry.rbac_member_roles_changed(), tenantry.rbac_role_rows_changed(), tenantry.rbac_role_permissions_changed(), tenantry.rbac_built_in_roles_changed(), tenantry.rbac_built_in_grants_changed(), tenantry.rbac_permissions_changed(), tenantry.rbac_tenant_gone(), tenantry.rbac_assigned_role(), tenantry.rbac_assigned_resource(), tenantry.rbac_role_permission(), tenantry.rbac_built_in_role_permission(), tenantry.rbac_role(), tenantry.rbac_built_in_role(), tenantry.rbac_role_patterns(tenant uuid, role uuid), tenantry.rbac_lacking(tenant uuid, who uuid, patterns text[], type text, id text, until timestamptz), tenantry.rbac_require_patterns(patterns text[], type text, id text, until timestamptz), tenantry.rbac_require_role(role uuid, type text, id text, until timestamptz), tenantry.rbac_require_member(member uuid), tenantry.rbac_sender(), tenantry.rbac_ceiling_member_roles(), tenantry.rbac_ceiling_memberships(), tenantry.rbac_ceiling_role_permissions(), tenantry.rbac_ceiling_roles(), tenantry.rbac_ceiling_invitations(), tenantry.rbac_owner_remains(), tenantry.rbac_owner_begins(), tenantry.rbac_gone_public_projects() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_role_patterns(tenant uuid, role uuid) to "system";
--> statement-breakpoint
grant execute on function tenantry.rbac_require_patterns(patterns text[], type text, id text, until timestamptz), tenantry.rbac_require_role(role uuid, type text, id text, until timestamptz), tenantry.rbac_require_member(member uuid), tenantry.rbac_sender() to "app";
--> statement-breakpoint
comment on function tenantry.rbac_lacking(tenant uuid, who uuid, patterns text[], type text, id text, until timestamptz) is 'One of the patterns that a member does not hold, for that resource and until then; null when all are held.';
--> statement-breakpoint
comment on function tenantry.rbac_require_member(member uuid) is 'Refuses who lacks something that the member holds; a grant that has ended is not held.';
--> statement-breakpoint
comment on function tenantry.rbac_sender() is 'Whoever acts, as the one who vouches for an invitation.';
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_member_roles() is 'Nobody gives or takes what they lack: member_roles.';
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_memberships() is 'Nobody gives or takes what they lack: memberships.';
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_role_permissions() is 'Nobody gives or takes what they lack: role_permissions.';
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_roles() is 'Nobody gives or takes what they lack: roles.';
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_invitations() is 'Nobody gives or takes what they lack: invitations.';
--> statement-breakpoint
comment on function tenantry.rbac_gone_public_projects() is 'A role that is given for a resource ends with it.';
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_insert" after insert on "public"."memberships"
  referencing new table as come for each statement execute function tenantry."rbac_memberships_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."memberships"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_memberships_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_delete" after delete on "public"."memberships"
  referencing old table as gone for each statement execute function tenantry."rbac_memberships_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_insert" after insert on "public"."member_roles"
  referencing new table as come for each statement execute function tenantry."rbac_member_roles_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."member_roles"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_member_roles_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_delete" after delete on "public"."member_roles"
  referencing old table as gone for each statement execute function tenantry."rbac_member_roles_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."roles"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_role_rows_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_insert" after insert on "public"."role_permissions"
  referencing new table as come for each statement execute function tenantry."rbac_role_permissions_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."role_permissions"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_role_permissions_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_delete" after delete on "public"."role_permissions"
  referencing old table as gone for each statement execute function tenantry."rbac_role_permissions_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."built_in_roles"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_built_in_roles_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_insert" after insert on "public"."built_in_role_permissions"
  referencing new table as come for each statement execute function tenantry."rbac_built_in_grants_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."built_in_role_permissions"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_built_in_grants_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_delete" after delete on "public"."built_in_role_permissions"
  referencing old table as gone for each statement execute function tenantry."rbac_built_in_grants_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_insert" after insert on "public"."permissions"
  referencing new table as come for each statement execute function tenantry."rbac_permissions_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_update" after update on "public"."permissions"
  referencing old table as gone new table as come for each statement execute function tenantry."rbac_permissions_changed"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_delete" after delete on "public"."permissions"
  referencing old table as gone for each statement execute function tenantry."rbac_permissions_changed"();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_refresh_tenant" on "public"."roles";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_refresh_tenant" after update on "public"."roles"
  deferrable initially deferred for each row  execute function tenantry."rbac_refresh_tenant"();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_refresh_tenant" on "public"."role_permissions";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_refresh_tenant" after insert or update or delete on "public"."role_permissions"
  deferrable initially deferred for each row  execute function tenantry."rbac_refresh_tenant"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_tenant_gone" after delete on "public"."organizations"
  for each row execute function tenantry."rbac_tenant_gone"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_assigned_role" before insert or update on "public"."member_roles"
  for each row execute function tenantry."rbac_assigned_role"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_assigned_role" before insert or update on "public"."invitations"
  for each row execute function tenantry."rbac_assigned_role"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_assigned_resource" before insert or update on "public"."member_roles"
  for each row execute function tenantry."rbac_assigned_resource"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_role_permission" before insert or update on "public"."role_permissions"
  for each row execute function tenantry."rbac_role_permission"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_built_in_role_permission" before insert or update on "public"."built_in_role_permissions"
  for each row execute function tenantry."rbac_built_in_role_permission"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_role" before insert or update on "public"."roles"
  for each row execute function tenantry."rbac_role"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_built_in_role" before insert or update on "public"."built_in_roles"
  for each row execute function tenantry."rbac_built_in_role"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_member_roles" before insert or update or delete on "public"."member_roles"
  for each row execute function tenantry."rbac_ceiling_member_roles"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_memberships" before insert or delete on "public"."memberships"
  for each row execute function tenantry."rbac_ceiling_memberships"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_role_permissions" before insert or update or delete on "public"."role_permissions"
  for each row execute function tenantry."rbac_ceiling_role_permissions"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_roles" before insert or update or delete on "public"."roles"
  for each row execute function tenantry."rbac_ceiling_roles"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_invitations" before insert or update or delete on "public"."invitations"
  for each row execute function tenantry."rbac_ceiling_invitations"();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_owner_remains" on "public"."member_roles";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_owner_remains" after delete or update on "public"."member_roles"
  deferrable initially deferred for each row  execute function tenantry."rbac_owner_remains"();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_owner_remains" on "public"."memberships";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_owner_remains" after delete on "public"."memberships"
  deferrable initially deferred for each row  execute function tenantry."rbac_owner_remains"();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_owner_begins" on "public"."organizations";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_owner_begins" after insert on "public"."organizations"
  deferrable initially deferred for each row  execute function tenantry."rbac_owner_begins"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_resource_deleted" after delete on "public"."projects" referencing old table as gone for each statement
  execute function tenantry."rbac_gone_public_projects"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_resource_renamed" after update of "id" on "public"."projects" for each row when (old."id" is distinct from new."id")
  execute function tenantry."rbac_gone_public_projects"();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_resource_emptied" after truncate on "public"."projects" for each statement
  execute function tenantry."rbac_gone_public_projects"();
--> statement-breakpoint
-- rbac: members
create or replace function tenantry.rbac_add_member(tenant uuid, member text, role text) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."memberships"') and not pg_has_role('system', 'usage') then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'insert on memberships is left to the system role';
  end if;
  insert into "public"."memberships" ("organization_id", "user_id") values ($1, (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end)) on conflict do nothing;
  if not found then raise exception using errcode = 'TN001', message = 'MEMBER_EXISTS: ' || 'a member'; end if;
  if $3 is null then return tenantry.rbac_version($1); end if;
  return tenantry.rbac_assign($1, $2, $3, null, null, null);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_remove_member(tenant uuid, member text) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."memberships"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('members:remove') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:remove is missing', detail = (jsonb_build_object('permission', 'members:remove'))::text;
    end if;
  end if;
  delete from "public"."memberships" m where m."organization_id" = $1 and m."user_id" = (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end);
  if not found then raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'a user that is not a member'; end if;
  return tenantry.rbac_version($1);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_assign(tenant uuid, member text, role text, type text, id text, expires timestamptz) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."member_roles"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('members:assign') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:assign is missing', detail = (jsonb_build_object('permission', 'members:assign'))::text;
    end if;
  end if;
  if not exists (select from "public"."memberships" m where m."organization_id" = $1 and m."user_id" = (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end)) then
    raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'a user that is not a member';
  end if;
  insert into "public"."member_roles" as mr ("organization_id", "user_id", "role_id",
    "resource_type", "resource_id", "expires_at")
  values ($1, (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end), tenantry.rbac_role_id($1, $3), $4, $5, $6)
  on conflict ("organization_id", "user_id", "role_id", "resource_type", "resource_id")
  do update set "expires_at" = excluded."expires_at"
    where mr."expires_at" is distinct from excluded."expires_at";
  return tenantry.rbac_version($1);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_unassign(tenant uuid, member text, role text, type text, id text) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."member_roles"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('members:assign') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:assign is missing', detail = (jsonb_build_object('permission', 'members:assign'))::text;
    end if;
  end if;
  delete from "public"."member_roles" mr where mr."organization_id" = $1 and mr."user_id" = (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end)
          and mr."resource_type" is not distinct from $4 and mr."resource_id" is not distinct from $5 and mr."role_id" = tenantry.rbac_role_id($1, $3);
  if not found then raise exception using errcode = 'TN001', message = 'ROLE_NOT_HELD: ' || coalesce($3, 'null'), detail = (jsonb_build_object('role', $3))::text; end if;
  return tenantry.rbac_version($1);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_leave() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  leaving constant uuid := (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end);
begin
  if (tenantry.current_actor()) ? 'onBehalfOf' then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'nobody leaves on behalf of another';
  end if;
  delete from "public"."memberships" m where m."organization_id" = (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and m."user_id" = leaving;
  if not found then raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'a user that is not a member'; end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_transfer_ownership(member text, keep text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
  acting constant text := tenantry.current_actor() ->> 'user';
  giver constant uuid := (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end);
begin
  if (tenantry.current_actor()) ? 'onBehalfOf' or not exists (select from "public"."member_roles" mr where mr."organization_id" = at_home and mr."user_id" = giver
          and mr."role_id" = '4188fcb2-9b4e-8812-a273-dc47b11f3b24' and mr."resource_type" is null and mr."expires_at" is null) then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'only an owner gives the ownership away';
  end if;
  if giver = (case when $1 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end) then return tenantry.rbac_version(at_home); end if;
  -- this function is free of the ceiling; what the giver keeps is not
  if $2 is not null then
    perform tenantry.rbac_require_role(tenantry.rbac_role_id(at_home, $2), null, null, null);
  end if;
  -- its row lock lets one of two transfers through: the other finds nothing to give
  delete from "public"."member_roles" mr where mr."organization_id" = at_home and mr."user_id" = giver
          and mr."role_id" = '4188fcb2-9b4e-8812-a273-dc47b11f3b24' and mr."resource_type" is null and mr."expires_at" is null;
  if not found then raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'only an owner gives the ownership away'; end if;
  perform tenantry.rbac_assign(at_home, $1, 'owner', null, null, null);
  if $2 is not null then perform tenantry.rbac_assign(at_home, acting, $2, null, null, null); end if;
  return tenantry.rbac_version(at_home);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_save_role(tenant uuid, role text, label text, parent text, patterns text[]) returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  saved uuid;
  above uuid;
begin
  if row_security_active('"public"."roles"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('roles:manage') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'roles:manage is missing', detail = (jsonb_build_object('permission', 'roles:manage'))::text;
    end if;
  end if;
  if row_security_active('"public"."role_permissions"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('roles:manage') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'roles:manage is missing', detail = (jsonb_build_object('permission', 'roles:manage'))::text;
    end if;
  end if;
  -- before any row of it, so that of two changes the second waits here and not half-way
  if row_security_active('"public"."roles"') and not pg_has_role('system', 'usage') then perform tenantry.rbac_hold();
  else perform tenantry.rbac_hold_tenant($1);
  end if;
  if $4 is not null then above := tenantry.rbac_role_id($1, $4); end if;
  insert into "public"."roles" as r ("organization_id", "key", "name", "parent_id", "built_in_parent_id")
  values ($1, $2, $3, case when not substr(above::text, 15, 1) = '8' then above end, case when substr(above::text, 15, 1) = '8' then above end)
  on conflict ("organization_id", "key") do update
    set "name" = excluded."name", "parent_id" = excluded."parent_id",
      "built_in_parent_id" = excluded."built_in_parent_id"
  returning r."id" into saved;
  delete from "public"."role_permissions" rp where rp."organization_id" = $1 and rp."role_id" = saved and rp."permission" <> all ($5);
  insert into "public"."role_permissions" ("organization_id", "role_id", "permission")
  select distinct $1, saved, pattern from unnest($5) pattern
  where not exists (select from "public"."role_permissions" rp
    where rp."organization_id" = $1 and rp."role_id" = saved and rp."permission" = pattern);
  return saved;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_remove_role(tenant uuid, role text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."roles"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('roles:manage') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'roles:manage is missing', detail = (jsonb_build_object('permission', 'roles:manage'))::text;
    end if;
  end if;
  delete from "public"."roles" r where r."organization_id" = $1 and r."key" = $2;
  if not found then
    raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || $2, detail = (jsonb_build_object('role', $2))::text;
  end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_roles(tenant uuid) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return coalesce((select jsonb_agg(jsonb_build_object(
      'id', r.id, 'key', r.key, 'name', r.name, 'builtIn', r.built_in,
      'parent', coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = r.parent),
          (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = $1 and of_own."id" = r.parent)),
      'permissions', coalesce((select jsonb_agg(rp.permission order by rp.permission)
        from (
          select bp."role_id" as role, bp."permission" as permission from "public"."built_in_role_permissions" bp
          union all
          select rp."role_id", rp."permission" from "public"."role_permissions" rp where rp."organization_id" = $1) rp where rp.role = r.id), '[]'),
      'members', coalesce(h.members, 0)
    ) order by not r.built_in, r.key)
    from (
      select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
      from "public"."built_in_roles" b
      union all
      select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
      from "public"."roles" r where r."organization_id" = $1) r
    -- all roles at once: the rows of the tenant are read one time
    left join (select mr."role_id" as role, count(distinct mr."user_id") as members
      from "public"."member_roles" mr where mr."organization_id" = $1 group by 1) h on h.role = r.id), '[]');
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_leave() owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_transfer_ownership(member text, keep text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_add_member(tenant uuid, member text, role text), tenantry.rbac_remove_member(tenant uuid, member text), tenantry.rbac_assign(tenant uuid, member text, role text, type text, id text, expires timestamptz), tenantry.rbac_unassign(tenant uuid, member text, role text, type text, id text), tenantry.rbac_leave(), tenantry.rbac_transfer_ownership(member text, keep text), tenantry.rbac_save_role(tenant uuid, role text, label text, parent text, patterns text[]), tenantry.rbac_remove_role(tenant uuid, role text), tenantry.rbac_roles(tenant uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_add_member(tenant uuid, member text, role text), tenantry.rbac_remove_member(tenant uuid, member text), tenantry.rbac_assign(tenant uuid, member text, role text, type text, id text, expires timestamptz), tenantry.rbac_unassign(tenant uuid, member text, role text, type text, id text), tenantry.rbac_leave(), tenantry.rbac_transfer_ownership(member text, keep text), tenantry.rbac_save_role(tenant uuid, role text, label text, parent text, patterns text[]), tenantry.rbac_remove_role(tenant uuid, role text), tenantry.rbac_roles(tenant uuid) to "app";
--> statement-breakpoint
grant execute on function tenantry.rbac_add_member(tenant uuid, member text, role text), tenantry.rbac_remove_member(tenant uuid, member text), tenantry.rbac_assign(tenant uuid, member text, role text, type text, id text, expires timestamptz), tenantry.rbac_unassign(tenant uuid, member text, role text, type text, id text), tenantry.rbac_save_role(tenant uuid, role text, label text, parent text, patterns text[]), tenantry.rbac_remove_role(tenant uuid, role text), tenantry.rbac_roles(tenant uuid) to "system";
--> statement-breakpoint
-- rbac: invitations
create or replace function tenantry.rbac_invite(uuid, text, text, text, interval) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  made jsonb;
begin
  if row_security_active('"public"."invitations"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('members:invite') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:invite is missing', detail = (jsonb_build_object('permission', 'members:invite'))::text;
    end if;
  end if;
  if exists (select from "public"."users" u join "public"."memberships" m on m."user_id" = u."id"
    where m."organization_id" = $1 and u."email" = $2) then
    raise exception using errcode = 'TN001', message = 'MEMBER_EXISTS: ' || $2;
  end if;
  -- one that has expired makes room; one that is open does not
  update "public"."invitations" i set "revoked_at" = now()
  where i."organization_id" = $1 and i."email" = $2 and i."accepted_at" is null and i."revoked_at" is null and i."expires_at" <= now();
  insert into "public"."invitations" as i ("organization_id", "email", "role_id", "token_hash", "invited_by", "expires_at")
  values ($1, $2, tenantry.rbac_role_id($1, $3), $4, (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end), now() + $5)
  on conflict ("organization_id", "email") where "accepted_at" is null and "revoked_at" is null do nothing
  returning jsonb_build_object('id', i."id", 'email', i."email",
          'role', coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = i."role_id"),
              (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = i."organization_id" and of_own."id" = i."role_id")),
          'invitedBy', i."invited_by", 'expiresAt', case when isfinite(i."expires_at") then to_char(i."expires_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end) into made;
  if made is null then
    raise exception using errcode = 'TN001', message = 'INVITATION_PENDING: ' || $2;
  end if;
  return made;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_resend_invitation(uuid, uuid, text, interval) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  sent jsonb;
begin
  if row_security_active('"public"."invitations"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('members:invite') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:invite is missing', detail = (jsonb_build_object('permission', 'members:invite'))::text;
    end if;
  end if;
  -- another token: the link that was sent before is dead
  update "public"."invitations" i set "token_hash" = $3, "expires_at" = now() + $4, "invited_by" = (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end)
  where i."organization_id" = $1 and i."id" = $2 and i."accepted_at" is null and i."revoked_at" is null
  returning jsonb_build_object('id', i."id", 'email', i."email",
          'role', coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = i."role_id"),
              (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = i."organization_id" and of_own."id" = i."role_id")),
          'invitedBy', i."invited_by", 'expiresAt', case when isfinite(i."expires_at") then to_char(i."expires_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end) into sent;
  if sent is null then raise exception using errcode = 'TN001', message = 'INVITATION_UNKNOWN: ' || 'no open invitation with this id'; end if;
  return sent;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_revoke_invitation(uuid, uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if row_security_active('"public"."invitations"') and not pg_has_role('system', 'usage') then
    if not tenantry.can('members:invite') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:invite is missing', detail = (jsonb_build_object('permission', 'members:invite'))::text;
    end if;
  end if;
  update "public"."invitations" i set "revoked_at" = now()
  where i."organization_id" = $1 and i."id" = $2 and i."accepted_at" is null and i."revoked_at" is null;
  if not found then raise exception using errcode = 'TN001', message = 'INVITATION_UNKNOWN: ' || 'no open invitation with this id'; end if;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_invitations(uuid, timestamptz, uuid, int) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('id', i."id", 'email', i."email",
            'role', coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = i."role_id"),
                (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = i."organization_id" and of_own."id" = i."role_id")),
            'invitedBy', i."invited_by", 'expiresAt', case when isfinite(i."expires_at") then to_char(i."expires_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end) || jsonb_build_object('state', case
            when i."accepted_at" is not null then 'accepted' when i."revoked_at" is not null then 'revoked'
            when i."expires_at" <= now() then 'expired' else 'open' end, 'createdAt', case when isfinite(i."created_at") then to_char(i."created_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'madeAt', extract(epoch from i."created_at"))
      order by i."created_at", i."id")
    from (
      select * from "public"."invitations" i
      where i."organization_id" = $1 and i."revoked_at" is null
        and (i."created_at", i."id") > (coalesce($2, '-infinity'), coalesce($3, '00000000-0000-0000-0000-000000000000'))
      order by i."created_at", i."id" limit $4
    ) i), '[]');
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_find_invitation(text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (select jsonb_build_object('id', i."id", 'email', i."email",
          'role', coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = i."role_id"),
              (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = i."organization_id" and of_own."id" = i."role_id")),
          'invitedBy', i."invited_by", 'expiresAt', case when isfinite(i."expires_at") then to_char(i."expires_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end) || jsonb_build_object('tenant', i."organization_id"::text, 'state', case
          when i."accepted_at" is not null then 'accepted' when i."revoked_at" is not null then 'revoked'
          when i."expires_at" <= now() then 'expired' else 'open' end)
    from "public"."invitations" i where i."token_hash" = $1 limit 1);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_accept_invitation(text, text, text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  taken "public"."invitations"%rowtype;
begin
  -- the row lock of this one statement lets one of many through; the rest find it accepted
  update "public"."invitations" i set "accepted_at" = now(), "accepted_by" = (case when $3 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $3::uuid end)
  where i."token_hash" = $1 and i."accepted_at" is null and i."revoked_at" is null and i."expires_at" > now()
    and i."email" = $2 and (case when $3 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $3::uuid end) is not null
  returning i.* into taken;
  if not found then
    select i.* into taken from "public"."invitations" i where i."token_hash" = $1 limit 1;
    if not found then raise exception using errcode = 'TN001', message = 'INVITATION_UNKNOWN: ' || 'no invitation for this token';
    elsif taken."email" <> $2 then raise exception using errcode = 'TN001', message = 'INVITATION_EMAIL_MISMATCH: ' || 'another address';
    elsif taken."accepted_at" is not null then raise exception using errcode = 'TN001', message = 'INVITATION_USED: ' || 'a token that was used';
    elsif taken."revoked_at" is not null then raise exception using errcode = 'TN001', message = 'INVITATION_REVOKED: ' || 'a token that was revoked';
    elsif taken."expires_at" <= now() then raise exception using errcode = 'TN001', message = 'INVITATION_EXPIRED: ' || 'a token that has expired';
    else raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'no user with this id';
    end if;
  end if;
  -- its triggers count seats; what they refuse rolls the acceptance back
  insert into "public"."memberships" ("organization_id", "user_id") values (taken."organization_id", (case when $3 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $3::uuid end)) on conflict do nothing;
  if not found then
    raise exception using errcode = 'TN001', message = 'MEMBER_EXISTS: ' || 'a member';
  end if;
  if exists (select from tenantry.rbac_departures d
    where d.tenant_id = taken."organization_id" and d.user_id = taken."accepted_by" and d.left_at >= taken."created_at") then
    raise exception using errcode = 'TN001', message = 'INVITATION_REVOKED: ' || 'an invitation from before the user was removed';
  end if;
  if taken."invited_by" is not null and tenantry.rbac_lacking(taken."organization_id", taken."invited_by"::uuid,
    tenantry.rbac_role_patterns(taken."organization_id", taken."role_id"), null, null, null) is not null then
    raise exception using errcode = 'TN001', message = 'INVITATION_REVOKED: ' || 'an invitation whose sender may not give this role any more';
  end if;
  insert into "public"."member_roles" ("organization_id", "user_id", "role_id")
  values (taken."organization_id", (case when $3 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $3::uuid end), taken."role_id");
  return jsonb_build_object('tenant', taken."organization_id"::text, 'version',
    (select v.version from tenantry.rbac_versions v where v.tenant_id = taken."organization_id"));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_forget_invitations(integer, integer) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  forgotten integer;
begin
  delete from "public"."invitations" i where i.ctid = any (array(
    select o.ctid from "public"."invitations" o
    where coalesce(o."accepted_at", o."revoked_at", o."expires_at") < now() - make_interval(days => $1)
    limit $2
  ));
  get diagnostics forgotten = row_count;
  return forgotten;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_overdue(integer) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return jsonb_build_array(jsonb_build_object('table', 'public.invitations', 'rows', (
    select count(*) from (select from "public"."invitations" o where coalesce(o."accepted_at", o."revoked_at", o."expires_at") < now() - make_interval(days => $1) limit 1000) x)));
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_find_invitation(text) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_accept_invitation(text, text, text) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_overdue(integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_invite(uuid, text, text, text, interval), tenantry.rbac_resend_invitation(uuid, uuid, text, interval), tenantry.rbac_revoke_invitation(uuid, uuid), tenantry.rbac_invitations(uuid, timestamptz, uuid, int), tenantry.rbac_find_invitation(text), tenantry.rbac_accept_invitation(text, text, text), tenantry.rbac_forget_invitations(integer, integer), tenantry.rbac_overdue(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_invite(uuid, text, text, text, interval), tenantry.rbac_resend_invitation(uuid, uuid, text, interval), tenantry.rbac_revoke_invitation(uuid, uuid), tenantry.rbac_invitations(uuid, timestamptz, uuid, int) to "app";
--> statement-breakpoint
grant execute on function tenantry.rbac_invite(uuid, text, text, text, interval), tenantry.rbac_resend_invitation(uuid, uuid, text, interval), tenantry.rbac_revoke_invitation(uuid, uuid), tenantry.rbac_invitations(uuid, timestamptz, uuid, int), tenantry.rbac_find_invitation(text), tenantry.rbac_accept_invitation(text, text, text), tenantry.rbac_forget_invitations(integer, integer), tenantry.rbac_overdue(integer) to "system";
--> statement-breakpoint
-- rbac: explain
create or replace function tenantry.rbac_explain_one(tenant uuid, member uuid, permission text, type text, id text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  grants jsonb;
  is_member constant boolean := exists (select from "public"."memberships" m
    where m."organization_id" = $1 and m."user_id" = $2);
begin
  with recursive held as (
    select mr."id" as assignment, mr."expires_at" as expires, mr."resource_type" as type,
      mr."resource_id" as id, mr."role_id" as role, array[]::uuid[] as passed, array[]::text[] as path
    from "public"."member_roles" mr where mr."organization_id" = $1 and mr."user_id" = $2
      and (mr."resource_type" is null or (mr."resource_type", mr."resource_id") = ($4, $5))
    union all
    select h.assignment, h.expires, h.type, h.id, r.parent, h.passed || h.role, h.path || r.key
    from held h join (
      select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
      from "public"."built_in_roles" b
      union all
      select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
      from "public"."roles" r where r."organization_id" = $1) r on r.id = h.role
    where r.parent is not null and r.parent <> all (h.passed || h.role)
  )
  select coalesce(jsonb_agg(jsonb_build_object('assignment', h.assignment, 'role', (h.path || r.key)[1],
      'through', to_jsonb(h.path || r.key), 'pattern', rp.permission,
      'expiresAt', case when isfinite(h.expires) then to_char(h.expires at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'expired', coalesce(h.expires <= statement_timestamp(), false),
      'resource', case when h.type is not null then jsonb_build_object('type', h.type, 'id', h.id) end)
      order by cardinality(h.path), rp.permission), '[]')
  into grants
  from held h
  join (
    select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
    from "public"."built_in_roles" b
    union all
    select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
    from "public"."roles" r where r."organization_id" = $1) r on r.id = h.role
  join (
    select bp."role_id" as role, bp."permission" as permission from "public"."built_in_role_permissions" bp
    union all
    select rp."role_id", rp."permission" from "public"."role_permissions" rp where rp."organization_id" = $1) rp on rp.role = h.role and rp.permission in ($3, split_part($3, ':', 1) || ':*', '*');
  return jsonb_build_object('permission', $3, 'user', $2, 'member', is_member,
    'allowed', is_member and exists (select from jsonb_array_elements(grants) g where not (g ->> 'expired')::boolean),
    'grants', grants, 'fix', tenantry.rbac_smallest_role($1, $3));
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_smallest_role(tenant uuid, permission text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return (
    select jsonb_build_object('role', c.key, 'permissions', to_jsonb(c.keys))
    from (
      select r.key, r.built_in, array(
        select distinct p."key" from "public"."permissions" p, unnest(tenantry.rbac_role_patterns($1, r.id)) held
        where held in (p."key", p."resource" || ':*', '*') order by 1) as keys
      from (
        select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
        from "public"."built_in_roles" b
        union all
        select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
        from "public"."roles" r where r."organization_id" = $1) r
    ) c
    where $2 = any (c.keys)
    order by cardinality(c.keys), not c.built_in, c.key limit 1
  );
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_explain(permission text, member text, type text, id text) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
  acting constant jsonb := tenantry.current_actor();
  own jsonb;
  other jsonb;
begin
  if not exists (select from "public"."permissions" p where p."key" = $1) then
    raise exception using errcode = 'TN001', message = 'PERMISSION_UNKNOWN: ' || $1, detail = (jsonb_build_object('permission', $1))::text;
  end if;
  if $2 is null and acting ->> 'user' is null then
    raise exception using errcode = 'TN001', message = 'ACTOR_MISSING: ' || $1;
  end if;
  if $2 is distinct from acting ->> 'user' and $2 is not null then
    null;
  end if;
  own := tenantry.rbac_explain_one(at_home, (case when coalesce($2, acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then coalesce($2, acting ->> 'user')::uuid end), $1, $3, $4);
  if $2 is not null or not acting ? 'onBehalfOf' then return own; end if;
  other := tenantry.rbac_explain_one(at_home, (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end), $1, $3, $4);
  return own || jsonb_build_object('onBehalfOf', other,
    'allowed', (own ->> 'allowed')::boolean and (other ->> 'allowed')::boolean);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_preview(change jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
  target uuid;
  above uuid;
  concerned uuid[];
  outcome jsonb;
  was jsonb;
begin
  if $1 ? 'user' then
    if not tenantry.can('members:assign') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:assign is missing', detail = (jsonb_build_object('permission', 'members:assign'))::text;
    end if;
  else
    if not tenantry.can('roles:manage') then
      raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'roles:manage is missing', detail = (jsonb_build_object('permission', 'roles:manage'))::text;
    end if;
    select r."id" into target from "public"."roles" r
    where r."organization_id" = at_home and r."key" = $1 ->> 'role';
    if target is null then
      raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || coalesce($1 ->> 'role', 'null');
    end if;
  end if;
  if $1 ? 'user' then
    concerned := array[(case when ($1 ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ($1 ->> 'user')::uuid end)];
  else
    with recursive below as (
      select target as id
      union
      select r."id" from below b join "public"."roles" r on r."organization_id" = at_home and r."parent_id" = b.id
    )
    select coalesce(array_agg(distinct mr."user_id"), '{}') into concerned
    from below b join "public"."member_roles" mr on mr."role_id" = b.id and mr."organization_id" = at_home;
  end if;
  select coalesce(jsonb_object_agg(e.user_id, e.permissions), '{}') into was
  from tenantry.rbac_effective(at_home, concerned) e;
  begin
    if $1 ? 'user' then
      delete from "public"."member_roles" mr where mr."organization_id" = at_home and mr."user_id" = (case when ($1 ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ($1 ->> 'user')::uuid end)
        and mr."resource_type" is null;
      insert into "public"."member_roles" ("organization_id", "user_id", "role_id")
      select distinct at_home, (case when ($1 ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ($1 ->> 'user')::uuid end), tenantry.rbac_role_id(at_home, k) from jsonb_array_elements_text($1 -> 'roles') k;
    elsif $1 -> 'remove' = 'true' then
      delete from "public"."roles" r where r."organization_id" = at_home and r."id" = target;
    else
      if $1 ? 'parent' then
        above := case when $1 ->> 'parent' is not null then tenantry.rbac_role_id(at_home, $1 ->> 'parent') end;
        update "public"."roles" r set "parent_id" = case when not substr(above::text, 15, 1) = '8' then above end, "built_in_parent_id" = case when substr(above::text, 15, 1) = '8' then above end
        where r."organization_id" = at_home and r."id" = target;
      end if;
      if $1 ? 'permissions' then
        delete from "public"."role_permissions" rp where rp."organization_id" = at_home and rp."role_id" = target;
        insert into "public"."role_permissions" ("organization_id", "role_id", "permission")
        select distinct at_home, target, k from jsonb_array_elements_text($1 -> 'permissions') k;
      end if;
    end if;
    outcome := (select coalesce(jsonb_agg(to_jsonb(x) order by x.user), '[]') from (
      select d.user_id as user,
        array(select unnest(d.permissions) except select jsonb_array_elements_text(was -> d.user_id::text) order by 1) as gains,
        array(select jsonb_array_elements_text(was -> d.user_id::text) except select unnest(d.permissions) order by 1) as loses
      from tenantry.rbac_effective(at_home, concerned) d
    ) x where cardinality(x.gains) + cardinality(x.loses) > 0);
    raise exception using errcode = 'TN000';
  exception when sqlstate 'TN000' then
    null; -- everything in this block is taken back, the outcome is not
  end;
  return outcome;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_describe(tenant uuid, most int) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  held jsonb := '[]';
begin
  if row_security_active('"public"."member_roles"') and not pg_has_role('system', 'usage') then
    held := coalesce(tenantry.my_permissions() -> 'permissions', '[]');
  end if;
  return jsonb_build_object('held', held,
    'roles', coalesce((select jsonb_agg(to_jsonb(x)) from (select r.key, r.name, r.built_in as "builtIn", coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = r.parent),
        (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = $1 and of_own."id" = r.parent)) as parent,
      coalesce((select string_agg(rp.permission, ', ' order by rp.permission)
        from (
          select bp."role_id" as role, bp."permission" as permission from "public"."built_in_role_permissions" bp
          union all
          select rp."role_id", rp."permission" from "public"."role_permissions" rp where rp."organization_id" = $1) rp where rp.role = r.id), '') as permissions
    from (
      select b."id" as id, b."key" as key, b."name" as name, b."parent_id" as parent, true as built_in
      from "public"."built_in_roles" b
      union all
      select r."id", r."key", r."name", coalesce(r."parent_id", r."built_in_parent_id"), false
      from "public"."roles" r where r."organization_id" = $1) r order by not r.built_in, r.key limit $2) x), '[]'),
    'members', coalesce((select jsonb_agg(to_jsonb(x)) from (select m."user_id" as user, (select u."email" from "public"."users" u where u."id" = m."user_id") as email, case when isfinite(m."joined_at") then to_char(m."joined_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "joinedAt",
      coalesce((select string_agg(given.role, ', ' order by given.role) from (
        select coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = mr."role_id"),
            (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = $1 and of_own."id" = mr."role_id")) || case when mr."resource_type" is null then ''
          else format(' (%s %s)', mr."resource_type", mr."resource_id") end as role
        from "public"."member_roles" mr where mr."organization_id" = $1 and mr."user_id" = m."user_id"
          and (mr."expires_at" is null or mr."expires_at" > now())) given), '') as roles
    from "public"."memberships" m where m."organization_id" = $1 order by m."user_id" limit $2) x), '[]'),
    'invitations', coalesce((select jsonb_agg(to_jsonb(x)) from (select i."email" as email, coalesce((select of_all."key" from "public"."built_in_roles" of_all where of_all."id" = i."role_id"),
        (select of_own."key" from "public"."roles" of_own where of_own."organization_id" = $1 and of_own."id" = i."role_id")) as role,
      i."invited_by" as "invitedBy", case when isfinite(i."expires_at") then to_char(i."expires_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as "expiresAt"
    from "public"."invitations" i
    where i."organization_id" = $1 and i."accepted_at" is null and i."revoked_at" is null
      and i."expires_at" > now()
    order by i."email" limit $2) x), '[]'));
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_explain_one(tenant uuid, member uuid, permission text, type text, id text) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_smallest_role(tenant uuid, permission text) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_explain(permission text, member text, type text, id text) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_preview(change jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_explain_one(tenant uuid, member uuid, permission text, type text, id text), tenantry.rbac_smallest_role(tenant uuid, permission text), tenantry.rbac_explain(permission text, member text, type text, id text), tenantry.rbac_preview(change jsonb), tenantry.rbac_describe(tenant uuid, most int) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_explain(permission text, member text, type text, id text), tenantry.rbac_preview(change jsonb), tenantry.rbac_describe(tenant uuid, most int) to "app";
--> statement-breakpoint
grant execute on function tenantry.rbac_describe(tenant uuid, most int) to "system";
--> statement-breakpoint
-- rbac: definition
create or replace function tenantry.rbac_sync(definition jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into "public"."permissions" as p ("key", "resource", "action", "description")
  select w.key, w.resource, w.action, w.description
  from jsonb_to_recordset($1 -> 'permissions') w (key text, resource text, action text, description text)
  on conflict ("key") do update set "description" = excluded."description"
    where p."description" <> excluded."description";
  delete from "public"."permissions" p where not exists (
    select from jsonb_array_elements($1 -> 'permissions') w where w ->> 'key' = p."key");

  insert into "public"."built_in_roles" as b ("id", "key", "name")
  select tenantry.rbac_built_in_role_id(w.key), w.key, w.name from jsonb_to_recordset($1 -> 'roles') w (key text, name text)
  on conflict ("key") do update set "name" = excluded."name"
    where b."name" <> excluded."name";

  delete from "public"."built_in_role_permissions" bp using "public"."built_in_roles" b
  where b."id" = bp."role_id" and not exists (
    select from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
    where w.key = b."key" and w.permissions ? bp."permission");
  insert into "public"."built_in_role_permissions" ("role_id", "permission")
  select b."id", pattern
  from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
  join "public"."built_in_roles" b on b."key" = w.key,
  jsonb_array_elements_text(w.permissions) pattern
  where not exists (select from "public"."built_in_role_permissions" bp
    where bp."role_id" = b."id" and bp."permission" = pattern);

  -- parents that change places pass through a state without one, so that no circle is seen
  update "public"."built_in_roles" b set "parent_id" = null
  where b."parent_id" is not null and not exists (
    select from jsonb_to_recordset($1 -> 'roles') w (key text, parent text)
    join "public"."built_in_roles" above on above."key" = w.parent
    where w.key = b."key" and above."id" = b."parent_id");
  update "public"."built_in_roles" b set "parent_id" = above."id"
  from jsonb_to_recordset($1 -> 'roles') w (key text, parent text), "public"."built_in_roles" above
  where b."key" = w.key and above."key" = w.parent
    and b."parent_id" is distinct from above."id";

  delete from "public"."built_in_roles" b
  where not exists (select from jsonb_array_elements($1 -> 'roles') w where w ->> 'key' = b."key")
    and not exists (select from "public"."member_roles" mr where mr."built_in_role_id" = b."id")
    and not exists (select from "public"."built_in_roles" below where below."parent_id" = b."id")
    and not exists (select from "public"."roles" below where below."built_in_parent_id" = b."id");
  -- few are worked out at once; of many the rest is left to rbac_refresh, a transaction each
  perform tenantry.rbac_refresh(null, 1000);
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.rbac_definition() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  return jsonb_build_object(
    'permissions', coalesce((select jsonb_agg(jsonb_build_object('key', p."key", 'resource', p."resource",
      'action', p."action", 'description', p."description") order by p."key") from "public"."permissions" p), '[]'),
    'roles', coalesce((select jsonb_agg(jsonb_build_object('key', b."key", 'name', b."name",
      'parent', (select above."key" from "public"."built_in_roles" above where above."id" = b."parent_id"),
      'permissions', coalesce((select jsonb_agg(bp."permission" order by bp."permission")
        from "public"."built_in_role_permissions" bp where bp."role_id" = b."id"), '[]')) order by b."key")
      from "public"."built_in_roles" b), '[]'),
    'marked', (select count(*) from tenantry.member_permissions d where d.valid_until = '-infinity'::timestamptz),
    'dangling', coalesce((select jsonb_agg(distinct held.permission)
      from (select bp."permission" as permission from "public"."built_in_role_permissions" bp
        union select rp."permission" from "public"."role_permissions" rp) held
      where held.permission <> '*' and not exists (select from "public"."permissions" p
        where held.permission in (p."key", p."resource" || ':*'))), '[]'));
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_sync(definition jsonb) owner to "system";
--> statement-breakpoint
alter function tenantry.rbac_definition() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_sync(definition jsonb), tenantry.rbac_definition() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_sync(definition jsonb), tenantry.rbac_definition() to "system";
--> statement-breakpoint
select tenantry.rbac_sync('{"permissions":[{"key":"projects:read","resource":"projects","action":"read","description":""},{"key":"projects:create","resource":"projects","action":"create","description":""},{"key":"projects:update","resource":"projects","action":"update","description":""},{"key":"projects:delete","resource":"projects","action":"delete","description":""},{"key":"tasks:read","resource":"tasks","action":"read","description":""},{"key":"tasks:create","resource":"tasks","action":"create","description":""},{"key":"tasks:update","resource":"tasks","action":"update","description":""},{"key":"tasks:delete","resource":"tasks","action":"delete","description":""},{"key":"organization:update","resource":"organization","action":"update","description":""},{"key":"members:invite","resource":"members","action":"invite","description":""},{"key":"members:assign","resource":"members","action":"assign","description":""},{"key":"members:remove","resource":"members","action":"remove","description":""},{"key":"roles:manage","resource":"roles","action":"manage","description":""}],"roles":[{"key":"member","name":"Member","parent":null,"permissions":["projects:read","tasks:create","tasks:read","tasks:update"]},{"key":"owner","name":"Owner","parent":null,"permissions":["*"]}]}');
--> statement-breakpoint
select tenantry.rbac_backfill();
