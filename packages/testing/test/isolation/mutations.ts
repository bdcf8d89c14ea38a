/** A way to break a schema that isolates. */
export interface Mutation {
  readonly name: string;
  /** Run by a superuser. `app` and `system` stand for the roles, `database` for the database. */
  readonly sql: string;
  /** Takes back what outlives the database: roles belong to the whole server. */
  readonly undo?: string;
  /** The rule of doctor that notices it. */
  readonly rule: string;
  /** Whether `expectIsolated` reaches rows through it, and by which attack. */
  readonly attack?: string;
  /** The code with which the pool refuses to start, before any attack. */
  readonly refusal?: string;
  /** The first major version that knows the SQL. */
  readonly from?: number;
}

const bound =
  "organization_id = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid)";
const noFloor = 'drop policy projects_tenant_floor on projects';
const openFloor = (condition: string) =>
  `alter policy projects_tenant_floor on projects using (${condition}) with check (${condition}); alter policy projects_tenant_isolation on projects using (${condition}) with check (${condition})`;

/** Runs what the expression gives for the function that searches projects. */
const onSearch = (expression: string) =>
  `do $m$ begin execute (select ${expression} from pg_proc where proname like 'search_projects%'); end $m$`;
const changedSearch = (from: string, to: string) =>
  onSearch(`replace(pg_get_functiondef(oid), '${from}', '${to}')`);

/** A role of a platform, as `anon` of Supabase is. */
const anon =
  'do $m$ begin create role anon nologin; exception when duplicate_object then null; end $m$';

export const mutations: readonly Mutation[] = [
  // roles
  {
    name: 'the app role bypasses row-level security',
    sql: 'alter role app bypassrls',
    undo: 'alter role app nobypassrls',
    rule: 'role-bypasses-rls',
    refusal: 'ROLE_BYPASSES_RLS',
  },
  {
    name: 'the app role is a superuser',
    sql: 'alter role app superuser',
    undo: 'alter role app nosuperuser',
    rule: 'role-bypasses-rls',
    refusal: 'ROLE_BYPASSES_RLS',
  },
  {
    name: 'the app role may become the system role',
    sql: 'grant system to app',
    undo: 'revoke system from app',
    rule: 'role-can-become-another',
    refusal: 'ROLE_BYPASSES_RLS',
  },
  {
    name: 'the system role has an attribute that it does not need',
    sql: 'alter role system bypassrls',
    undo: 'alter role system nobypassrls',
    rule: 'other-role-bypasses',
  },
  {
    name: 'a login has the rights of the system role without taking it on',
    sql: 'create role app_owner login; grant system to app_owner',
    undo: 'drop role app_owner',
    rule: 'other-role-bypasses',
  },
  {
    name: 'the app role may become the owner',
    sql: 'create role app_owner; alter table projects owner to app_owner; grant app_owner to app',
    undo: 'revoke app_owner from app; reassign owned by app_owner to current_user; drop role app_owner',
    rule: 'role-can-become-another',
  },
  {
    name: 'the app role may make itself a member of others',
    sql: 'alter role app createrole',
    undo: 'alter role app nocreaterole',
    rule: 'role-can-become-another',
  },
  {
    name: 'the app role owns a table',
    sql: 'alter table projects owner to app',
    rule: 'role-owns-tables',
  },
  {
    name: 'the app role may replicate',
    sql: 'alter role app replication',
    undo: 'alter role app noreplication',
    rule: 'role-can-replicate',
  },
  {
    name: 'the app role reads the files of the server',
    sql: 'grant pg_read_server_files to app',
    undo: 'revoke pg_read_server_files from app',
    rule: 'dangerous-membership',
  },
  {
    name: 'the app role reads all data',
    sql: 'grant pg_read_all_data to app',
    undo: 'revoke pg_read_all_data from app',
    rule: 'dangerous-membership',
  },
  {
    name: 'a tenant by default',
    sql: "alter role app set app.organization_id = '00000000-0000-4000-8000-000000000001'",
    undo: 'alter role app reset app.organization_id',
    rule: 'context-has-default',
  },
  {
    name: 'a tenant by default of the database',
    sql: "alter database database set app.organization_id = '00000000-0000-4000-8000-000000000001'",
    rule: 'context-has-default',
  },
  // tables
  {
    name: 'no FORCE',
    sql: 'alter table projects no force row level security',
    rule: 'rls-not-forced',
  },
  {
    name: 'row-level security is off',
    sql: 'alter table projects disable row level security',
    rule: 'policies-dormant',
    attack: 'read',
  },
  {
    name: 'row-level security is off and the policies are gone',
    sql: `alter table projects disable row level security; drop policy projects_tenant_isolation on projects; drop policy projects_system_access on projects; ${noFloor}`,
    rule: 'rls-disabled',
    attack: 'read',
  },
  {
    name: 'the table looks empty',
    sql: 'drop policy projects_tenant_isolation on projects',
    rule: 'rls-without-policy',
  },
  {
    name: 'rows may have no tenant',
    sql: 'alter table invoices alter column organization_id drop not null',
    rule: 'tenant-column-nullable',
  },
  {
    name: 'a table whose tenants are of another type',
    sql: `create table imports (organization_id text not null, id serial, primary key (organization_id, id)); alter table imports enable row level security, force row level security`,
    rule: 'tenant-column-type',
  },
  {
    name: 'the index of the tenant is gone',
    sql: 'drop index invoices_organization_id_id_key',
    rule: 'no-tenant-index',
  },
  {
    name: 'a partition without row-level security',
    sql: "create table logs (organization_id uuid not null, at date not null) partition by range (at); create table logs_2030 partition of logs for values from ('2030-01-01') to ('2031-01-01'); grant select on logs_2030 to app",
    rule: 'child-reachable',
  },
  {
    name: 'an unlogged child without row-level security',
    sql: 'create unlogged table projects_archive () inherits (projects); grant select on projects_archive to app',
    rule: 'child-reachable',
  },
  {
    name: 'a new table that nobody isolated',
    sql: 'create table exports (organization_id uuid not null, body text); grant select, insert on exports to app',
    rule: 'rls-disabled',
  },
  {
    name: 'a new table without a tenant',
    sql: 'create table settings (key text primary key, value text); grant select, insert on settings to app',
    rule: 'table-not-isolated',
  },
  {
    name: 'state of Tenantry that the app writes',
    sql: 'create table tenantry.state (a int); grant select, insert on tenantry.state to app',
    rule: 'table-not-isolated',
  },
  {
    name: 'rows may move',
    sql: 'drop trigger "0_tenantry_refuse_column_change" on projects',
    rule: 'tenant-change-allowed',
  },
  {
    name: 'the trigger is switched off',
    sql: 'alter table projects disable trigger "0_tenantry_refuse_column_change"',
    rule: 'tenant-change-allowed',
  },
  {
    name: 'columns of tomorrow may be updated',
    sql: 'grant update on projects to app',
    rule: 'generated-opened',
  },
  { name: 'a table of the schema is gone', sql: 'drop table notes', rule: 'schema-drift' },
  {
    name: 'a reference of the schema is gone',
    sql: 'alter table tasks drop constraint tasks_project_id_fk',
    rule: 'schema-drift',
  },
  {
    name: 'a column of the schema is gone',
    sql: 'alter table projects drop column labels',
    rule: 'schema-drift',
  },
  // policies
  {
    name: 'a careless permissive policy',
    sql: 'create policy careless on projects using (true) with check (true)',
    rule: 'policy-not-tenant-bound',
  },
  {
    name: 'a careless permissive policy and no floor',
    sql: `create policy careless on projects using (true) with check (true); ${noFloor}`,
    rule: 'policy-not-tenant-bound',
    attack: 'read',
  },
  { name: 'the floor is gone', sql: noFloor, rule: 'policy-no-floor' },
  {
    name: 'the floor does not bind the owner',
    sql: 'alter policy projects_tenant_floor on projects to app',
    rule: 'generated-changed',
  },
  {
    name: 'the floor does not bind an owner whom a policy shows all tenants',
    sql: 'create role app_owner; grant system to app_owner; alter table projects owner to app_owner',
    undo: 'reassign owned by app_owner to current_user; drop role app_owner',
    rule: 'policy-no-floor',
  },
  {
    name: 'the floor binds the owner only',
    sql: 'alter policy projects_tenant_floor on projects to current_user',
    rule: 'policy-no-floor',
  },
  {
    name: 'the floor binds the system role',
    sql: 'alter policy projects_tenant_floor on projects to public',
    rule: 'generated-changed',
  },
  {
    name: 'no policy lets the system role through',
    sql: 'drop policy projects_system_access on projects',
    rule: 'generated-missing',
  },
  {
    name: 'the policy of the system role lets the app role through',
    sql: `alter policy projects_system_access on projects to app; ${noFloor}`,
    rule: 'policy-not-tenant-bound',
  },
  {
    name: 'the policy of the system role lets another role through',
    sql: `${anon}; grant select on projects to anon; alter policy projects_system_access on projects to anon`,
    rule: 'other-role-reaches',
  },
  {
    name: 'a role with the rights of another is let through',
    sql: `${anon}; grant select on projects to anon; create role app_owner login; grant anon to app_owner; create policy careless on projects to app_owner using (true)`,
    undo: 'reassign owned by app_owner to current_user; drop owned by app_owner; drop role app_owner',
    rule: 'other-role-reaches',
  },
  {
    name: 'the floor is permissive',
    sql: `${noFloor}; create policy projects_tenant_floor on projects using (${bound})`,
    rule: 'policy-no-floor',
  },
  {
    name: 'the floor is for reading only',
    sql: `${noFloor}; create policy projects_tenant_floor on projects as restrictive for select using (${bound})`,
    rule: 'policy-no-floor',
  },
  {
    name: 'WITH CHECK (true)',
    sql: `${noFloor}; alter policy projects_tenant_isolation on projects with check (true)`,
    rule: 'policy-not-tenant-bound',
    attack: 'insert for the other',
  },
  {
    name: 'a loose policy for updates',
    sql: `${noFloor}; create policy loose on projects for update using (true) with check (true)`,
    rule: 'policy-not-tenant-bound',
    attack: 'update',
  },
  {
    name: 'a loose policy for deletes',
    sql: `${noFloor}; create policy loose on projects for delete using (true)`,
    rule: 'policy-not-tenant-bound',
    attack: 'delete',
  },
  {
    name: 'rows without a tenant are everybody’s',
    sql: openFloor(`organization_id is null or ${bound}`),
    rule: 'policy-fails-open',
  },
  {
    name: 'no setting opens all',
    sql: openFloor(
      "nullif(current_setting('app.organization_id', true), '') is null or organization_id = nullif(current_setting('app.organization_id', true), '')::uuid",
    ),
    rule: 'policy-fails-open',
    attack: 'lost context',
  },
  {
    name: 'a setting that opens all',
    sql: openFloor(`current_setting('app.bypass_rls', true) = 'on' or ${bound}`),
    rule: 'policy-fails-open',
  },
  {
    name: 'the row is compared with itself',
    sql: openFloor(
      "organization_id = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, organization_id)",
    ),
    rule: 'policy-fails-open',
    attack: 'lost context',
  },
  {
    name: 'LIKE',
    sql: openFloor(
      "organization_id::text like left(current_setting('app.organization_id', true), 0) || '%'",
    ),
    rule: 'policy-pattern',
    attack: 'read',
  },
  {
    name: 'starts_with',
    sql: openFloor(
      "starts_with(organization_id::text, left(current_setting('app.organization_id', true), 0))",
    ),
    rule: 'policy-pattern',
    attack: 'read',
  },
  {
    name: 'another setting',
    sql: openFloor(
      "organization_id = (select nullif(current_setting('app.tenant', true), '')::uuid)",
    ),
    rule: 'policy-foreign-context',
  },
  {
    name: 'two policies of two minds',
    sql: "alter policy projects_tenant_isolation on projects using (organization_id = (select nullif(current_setting('app.tenant', true), '')::uuid))",
    rule: 'policy-contexts-differ',
  },
  {
    name: 'an immutable context function',
    sql: `create function frozen() returns uuid immutable language sql set search_path = pg_catalog, pg_temp as $$ select current_setting('app.organization_id')::uuid $$; ${openFloor('organization_id = public.frozen()')}`,
    rule: 'context-immutable',
    attack: 'prepared statement',
  },
  {
    name: 'a helper whose search_path is free',
    sql: `create function whoami() returns uuid stable language sql as $$ select current_setting('app.organization_id')::uuid $$; ${openFloor('organization_id = (select public.whoami())')}`,
    rule: 'policy-helper-search-path',
  },
  {
    name: 'a helper whose tables can be shadowed',
    sql: `create function whoami() returns uuid stable language sql set search_path = public as $$ select current_setting('app.organization_id')::uuid $$; ${openFloor('organization_id = (select public.whoami())')}`,
    rule: 'policy-helper-search-path',
  },
  {
    name: 'a lookup table that the app writes',
    sql: `create table seats (user_id text, org_id uuid); grant select, insert on seats to app; ${openFloor("organization_id in (select org_id from seats where user_id = current_setting('app.user', true))")}`,
    rule: 'policy-lookup-writable',
  },
  {
    name: 'the empty setting is not expected',
    sql: openFloor("organization_id = (select current_setting('app.organization_id', true)::uuid)"),
    rule: 'policy-empty-context',
  },
  {
    name: 'the tenant is asked for each row',
    sql: openFloor(
      "organization_id = nullif(current_setting('app.organization_id', true), '')::uuid",
    ),
    rule: 'policy-not-initplan',
  },
  {
    name: 'a function is given the row',
    sql: `create function mine(uuid) returns boolean stable language sql set search_path = pg_catalog, pg_temp as $$ select $1 = current_setting('app.organization_id')::uuid $$; ${openFloor('public.mine(organization_id)')}`,
    rule: 'policy-function-of-row',
  },
  {
    name: 'the column is cast',
    sql: openFloor(
      "organization_id::text = (select nullif(current_setting('app.organization_id', true), ''))",
    ),
    rule: 'policy-casts-column',
  },
  {
    name: 'a child that anybody’s parent opens',
    sql: 'alter policy notes_tenant_floor on notes using (exists (select from projects p where p.id = notes.project_id)); alter policy notes_tenant_isolation on notes using (true)',
    rule: 'policy-not-tenant-bound',
  },
  // constraints
  {
    name: 'a unique key across tenants',
    sql: 'alter table projects add constraint one_name unique (name)',
    rule: 'unique-without-tenant',
  },
  {
    name: 'a unique index across tenants',
    sql: 'create unique index on projects (lower(name))',
    rule: 'unique-without-tenant',
  },
  {
    name: 'a primary key without the tenant',
    sql: 'alter table usage drop constraint usage_pkey, add primary key (id)',
    rule: 'primary-key-without-tenant',
  },
  {
    name: 'a reference without the tenant',
    sql: 'alter table tasks drop constraint tasks_related_project_id_fk; create unique index on projects (id); alter table tasks add constraint loose foreign key (related_project_id) references projects (id)',
    rule: 'reference-without-tenant',
    attack: 'foreign reference',
  },
  {
    name: 'a cascade without the tenant',
    sql: 'alter table tasks drop constraint tasks_project_id_fk; create unique index on projects (id); alter table tasks add constraint loose foreign key (project_id) references projects (id) on delete cascade',
    rule: 'cascade-across-tenants',
    attack: 'cascade',
  },
  {
    name: 'a cascade from a table of nobody',
    sql: 'create table tags (id uuid primary key); grant delete on tags to app; alter table projects add tag uuid references tags on delete cascade',
    rule: 'cascade-across-tenants',
  },
  {
    name: 'SET NULL takes the tenant',
    sql: 'alter table tasks drop constraint tasks_related_project_id_fk, add constraint greedy foreign key (organization_id, related_project_id) references projects on delete set null',
    rule: 'reference-clears-tenant',
  },
  {
    name: 'a reference that was never checked',
    sql: 'alter table tasks drop constraint tasks_project_id_fk, add constraint unchecked foreign key (organization_id, project_id) references projects not valid',
    rule: 'constraint-not-enforced',
  },
  {
    name: 'a reference that is not enforced',
    sql: 'alter table tasks drop constraint tasks_project_id_fk, add constraint unenforced foreign key (organization_id, project_id) references projects not enforced',
    rule: 'constraint-not-enforced',
    attack: 'foreign reference',
    from: 18,
  },
  {
    name: 'a sequence that tells',
    sql: 'grant select on sequence invoices_id_seq to app',
    rule: 'sequence-readable',
  },
  {
    name: 'a sequence that can be set',
    sql: 'grant update on sequence invoices_id_seq to app',
    rule: 'sequence-readable',
  },
  // privileges
  {
    name: 'TRUNCATE',
    sql: 'grant truncate on projects, tasks, notes to app',
    rule: 'dangerous-privilege',
    attack: 'truncate',
  },
  { name: 'REFERENCES', sql: 'grant references on projects to app', rule: 'dangerous-privilege' },
  { name: 'TRIGGER', sql: 'grant trigger on projects to app', rule: 'dangerous-privilege' },
  {
    name: 'MAINTAIN',
    sql: 'grant maintain on projects to app',
    rule: 'dangerous-privilege',
    from: 17,
  },
  {
    name: 'rights of everybody',
    sql: 'grant select on projects to public',
    rule: 'public-privilege',
  },
  {
    name: 'rights of everybody on a column',
    sql: 'grant select (name) on projects to public',
    rule: 'public-privilege',
  },
  {
    name: 'temporary tables',
    sql: 'grant temporary on database database to app',
    rule: 'temporary-allowed',
  },
  {
    name: 'CREATE in schema public',
    sql: 'grant create on schema public to public',
    rule: 'create-allowed',
  },
  {
    name: 'CREATE in schema tenantry',
    sql: 'grant create on schema tenantry to app',
    rule: 'create-allowed',
  },
  { name: 'new schemas', sql: 'grant create on database database to app', rule: 'create-allowed' },
  {
    name: 'new tables are open',
    sql: 'alter default privileges in schema public grant select on tables to app',
    rule: 'default-privileges',
  },
  // objects
  {
    name: 'a leakproof function',
    sql: 'create function peek(text) returns boolean leakproof language sql as $$ select true $$',
    rule: 'leakproof-function',
  },
  {
    name: 'a view with the rights of its owner',
    sql: 'create view everything as select * from projects; grant select on everything to app',
    rule: 'view-reads-as-owner',
    attack: 'view',
  },
  {
    name: 'a view on a view',
    sql: 'create view inner_view as select * from projects; create view outer_view as select * from inner_view; grant select on outer_view to app',
    rule: 'view-reads-as-owner',
    attack: 'view',
  },
  {
    name: 'a view that stops asking',
    sql: 'alter view project_names set (security_invoker = false)',
    rule: 'view-reads-as-owner',
    attack: 'view',
  },
  {
    name: 'a materialised view',
    sql: 'create materialized view totals as select organization_id, count(*) from projects group by 1; grant select on totals to app',
    rule: 'materialized-view',
  },
  {
    name: 'a function with the rights of its owner',
    sql: 'create function all_projects() returns setof projects security definer language sql set search_path = pg_catalog, pg_temp as $$ select * from public.projects $$',
    rule: 'definer-function',
    attack: 'function',
  },
  {
    name: 'a comment that mentions the tenant is no check',
    sql: 'create function all_projects() returns setof projects security definer language sql set search_path = pg_catalog, pg_temp as $$ /* current_tenant() */ select * from public.projects $$',
    rule: 'definer-function',
    attack: 'function',
  },
  {
    name: 'a definer function whose search_path is free',
    sql: 'create function own_projects() returns bigint security definer language sql as $$ select count(*) from public.projects where organization_id = tenantry.current_tenant() $$',
    rule: 'definer-search-path',
  },
  {
    name: 'a definer trigger whose search_path is free',
    sql: 'create function stamp() returns trigger security definer language plpgsql as $$ begin return new; end $$; create trigger stamp before insert on projects for each row execute function stamp()',
    rule: 'definer-search-path',
  },
  {
    name: 'a table of another server',
    sql: 'create foreign data wrapper nowhere; create server elsewhere foreign data wrapper nowhere; create foreign table remote (organization_id uuid not null) server elsewhere; grant select on remote to app',
    rule: 'foreign-table',
  },
  {
    name: 'everything is published',
    sql: 'create publication everything for all tables',
    rule: 'publication-unfiltered',
  },
  {
    name: 'a table is published without a filter',
    sql: 'create publication one for table projects',
    rule: 'publication-unfiltered',
  },
  {
    name: 'a key in a function',
    sql: "create function sign(text) returns text language plpgsql as $$ declare secret constant text := 'a3f1c9d27be84f60'; begin return md5($1 || secret); end $$",
    rule: 'secret-in-function',
  },
  // searches
  {
    name: 'a search finds rows of every tenant',
    sql: changedSearch('= tenantry_tenant', 'is not null'),
    rule: 'definer-function',
  },
  {
    name: 'a search finds every row',
    sql: changedSearch('@> tenantry_query', '@> tenantry_query or true'),
    rule: 'definer-function',
  },
  {
    name: 'a search takes the tenant from another setting',
    sql: changedSearch('app.organization_id', 'app.searched_organization'),
    rule: 'definer-function',
  },
  {
    name: 'a search belongs to a login',
    sql: onSearch("format('alter function %s owner to current_user', oid::regprocedure)"),
    rule: 'definer-function',
  },
  {
    name: 'a search without a search_path of its own',
    sql: onSearch("format('alter function %s reset search_path', oid::regprocedure)"),
    rule: 'definer-search-path',
  },
  {
    name: 'an index that no search function serves',
    sql: onSearch("format('drop function %s', oid::regprocedure)"),
    rule: 'search-not-leakproof',
  },
  {
    name: 'an index for searching that somebody added',
    sql: 'create index on projects using gin (labels)',
    rule: 'search-not-leakproof',
  },
  // roles of a platform
  {
    name: 'another role may empty a table',
    sql: `${anon}; grant truncate on projects to anon`,
    rule: 'dangerous-privilege',
  },
  {
    name: 'another role has every right, as a platform grants them',
    sql: `${anon}; grant all on all tables in schema public to anon`,
    rule: 'dangerous-privilege',
  },
  {
    name: 'another role has every right on new tables',
    sql: `${anon}; alter default privileges in schema public grant all on tables to anon`,
    rule: 'default-privileges',
  },
  {
    name: 'another role reads a partition',
    sql: `${anon}; create table logs (organization_id uuid not null, at date not null) partition by range (at); create table logs_2031 partition of logs for values from ('2031-01-01') to ('2032-01-01'); grant select on logs_2031 to anon`,
    rule: 'other-role-reaches',
  },
  {
    name: 'another role may call a function with the rights of its owner',
    sql: `${anon}; create function all_projects() returns bigint security definer language sql set search_path = pg_catalog, pg_temp as 'select count(*) from public.projects'; revoke execute on function all_projects() from public; grant execute on function all_projects() to anon`,
    rule: 'definer-function',
  },
  // policies that mislead
  {
    name: 'a floor that holds nothing',
    sql: 'create policy floor on projects as restrictive using (true)',
    rule: 'policy-restricts-nothing',
  },
  {
    name: 'a policy that lets nothing through',
    sql: 'create policy nobody on projects for delete using (false)',
    rule: 'policy-never-true',
  },
  {
    name: 'a policy that throws dice',
    sql: 'create policy dice on projects as restrictive using (random() < 2)',
    rule: 'policy-volatile',
  },
  {
    name: 'a policy that believes the user',
    sql: "create policy claim on projects as restrictive using (coalesce(current_setting('request.jwt.claims', true)::json -> 'user_metadata' ->> 'org', 'x') <> '')",
    rule: 'policy-user-claim',
  },
  {
    name: 'the same policy twice',
    sql: 'create policy one on projects as restrictive using (name is not null); create policy two on projects as restrictive using (name is not null)',
    rule: 'policy-duplicate',
  },
  {
    name: 'a view shows a table that the app may not read',
    sql: 'create table staff (email text); create view people as select * from staff; grant select on people to app',
    rule: 'view-reaches-further',
  },
  {
    name: 'a trigger works past the policies',
    sql: 'create function stale() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin delete from public.notes; return null; end $$; create trigger stale after insert on tasks for each statement execute function stale()',
    rule: 'definer-trigger',
  },
  // what generate made; every object of it is broken in every way where all features are
  {
    name: 'the context asks nothing any more',
    sql: "create or replace function tenantry.current_tenant() returns uuid language sql stable as 'select gen_random_uuid()'",
    rule: 'generated-changed',
  },
  {
    name: 'the trigger that keeps a row with its tenant does nothing',
    sql: "create or replace function tenantry.refuse_column_change() returns trigger language plpgsql as 'begin return new; end'",
    rule: 'generated-changed',
  },
  {
    name: 'the next number counts the rows of all tenants',
    sql: "do $m$ begin execute (select replace(pg_get_functiondef(oid), 't.\"organization_id\" = new.\"organization_id\"', 'true') from pg_proc where proname = 'number_public_tasks__number'); end $m$",
    rule: 'generated-changed',
  },
  {
    name: 'rows are not numbered any more',
    sql: 'alter table tasks disable trigger zz_tenantry_number_number',
    rule: 'generated-changed',
  },
  {
    name: 'tenants may number their rows by hand',
    sql: 'drop trigger "0_tenantry_refuse_number" on tasks',
    rule: 'generated-missing',
  },
  {
    name: "the numbers of deleted rows are everybody's",
    sql: 'grant all on tenantry.number_marks to app',
    rule: 'generated-opened',
  },
  {
    name: 'entering belongs to whoever restored it',
    sql: 'alter function tenantry.enter(text, text, text, text) owner to current_user',
    rule: 'generated-opened',
  },
  {
    name: 'everybody may enter',
    sql: 'grant execute on function tenantry.enter(text, text, text, text) to public',
    rule: 'generated-opened',
  },
  {
    name: 'a stranger in schema tenantry',
    sql: "create function tenantry.peek() returns bigint language sql security definer as 'select count(*) from public.projects'",
    rule: 'generated-by-nobody',
  },
  {
    name: 'entering is gone',
    sql: 'drop function tenantry.enter(text, text, text, text)',
    rule: 'generated-missing',
  },
];
