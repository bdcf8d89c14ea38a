-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas ad044a9312570cd4
-- tenantry:section table:public.organizations e9fd021919dbb2c9
-- tenantry:section table:public.invitations f3c3173471458cc2
-- tenantry:section table:public.memberships 52438ad0797d0c74
-- tenantry:section table:public.users 8e178b4c2ba3357b
-- tenantry:section table:public.built_in_role_permissions 80e66625e74ce754
-- tenantry:section table:public.built_in_roles 947fc00f958bd915
-- tenantry:section table:public.member_roles fcab82f34fb6f066
-- tenantry:section table:public.permissions 404739e690714093
-- tenantry:section table:public.role_permissions 70307cc156bf9e75
-- tenantry:section table:public.roles ba775e7fa8f25f7b
-- tenantry:section table:public.accounts 29b80c7c7259ca70
-- tenantry:section table:public.sessions 0c708efa9999bdd2
-- tenantry:section table:public.verifications dc3c0295b7b88503
-- tenantry:section table:public.projects 2bb708f9079d4fef
-- tenantry:section table:public.tasks 2955e317576b3dc6
-- tenantry:section references:public.projects 7a6c3a9c334aee4d
-- tenantry:section references:public.tasks 88e48499ad16ea02

set local lock_timeout = '5s';
--> statement-breakpoint
-- rights on schemas and sequences
grant usage on schema "public" to "app", "system";
--> statement-breakpoint
-- table organizations: row security, policies, rights, trigger
alter table "public"."organizations" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "organizations_tenant_isolation" on "public"."organizations";
  create policy "organizations_tenant_isolation" on "public"."organizations" as permissive for all to "app"
    using ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "organizations_tenant_floor" on "public"."organizations";
  create policy "organizations_tenant_floor" on "public"."organizations" as restrictive for all to "app", current_user
    using ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "organizations_system_access" on "public"."organizations";
  create policy "organizations_system_access" on "public"."organizations" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "organizations_may_insert" on "public"."organizations";
  create policy "organizations_may_insert" on "public"."organizations" as restrictive for insert to "app"
    with check ((select tenantry.can('organization:update')));
  drop policy if exists "organizations_may_update" on "public"."organizations";
  create policy "organizations_may_update" on "public"."organizations" as restrictive for update to "app"
    using ((select tenantry.can('organization:update')))
    with check ((select tenantry.can('organization:update')));
  drop policy if exists "organizations_may_delete" on "public"."organizations";
  create policy "organizations_may_delete" on "public"."organizations" as restrictive for delete to "app"
    using ((select tenantry.can('organization:update')));
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."organizations" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id", "slug", "domain", "plan" on "public"."organizations"
  for each row when (pg_catalog.record_image_ne(row(old."id", old."slug", old."domain", old."plan"), row(new."id", new."slug", new."domain", new."plan")))
  execute function tenantry.refuse_column_change('tenant', 'id', 'read only', 'slug', 'read only', 'domain', 'read only', 'plan');
--> statement-breakpoint
grant select, update ("id", "name", "slug", "domain", "plan", "settings", "created_at", "updated_at") on table "public"."organizations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."organizations" to "system";
--> statement-breakpoint
-- table invitations: row security, policies, rights, trigger
alter table "public"."invitations" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "invitations_tenant_isolation" on "public"."invitations";
  create policy "invitations_tenant_isolation" on "public"."invitations" as permissive for all to "app"
    using ("invitations"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("invitations"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "invitations_tenant_floor" on "public"."invitations";
  create policy "invitations_tenant_floor" on "public"."invitations" as restrictive for all to "app", current_user
    using ("invitations"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("invitations"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "invitations_system_access" on "public"."invitations";
  create policy "invitations_system_access" on "public"."invitations" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "invitations_may_select" on "public"."invitations";
  create policy "invitations_may_select" on "public"."invitations" as restrictive for select to "app"
    using ((select tenantry.can('members:invite')));
  drop policy if exists "invitations_may_insert" on "public"."invitations";
  create policy "invitations_may_insert" on "public"."invitations" as restrictive for insert to "app"
    with check ((select tenantry.can('members:invite')));
  drop policy if exists "invitations_may_update" on "public"."invitations";
  create policy "invitations_may_update" on "public"."invitations" as restrictive for update to "app"
    using ((select tenantry.can('members:invite')))
    with check ((select tenantry.can('members:invite')));
  drop policy if exists "invitations_may_delete" on "public"."invitations";
  create policy "invitations_may_delete" on "public"."invitations" as restrictive for delete to "app"
    using ((select tenantry.can('members:invite')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."invitations" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."invitations" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "id" on "public"."invitations"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."id"), row(new."organization_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "id", "email", "role_id", "token_hash", "invited_by", "expires_at", "accepted_at", "accepted_by", "revoked_at", "created_at") on table "public"."invitations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."invitations" to "system";
--> statement-breakpoint
-- table memberships: row security, policies, rights, trigger
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "memberships_tenant_isolation" on "public"."memberships";
  create policy "memberships_tenant_isolation" on "public"."memberships" as permissive for all to "app"
    using ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "memberships_tenant_floor" on "public"."memberships";
  create policy "memberships_tenant_floor" on "public"."memberships" as restrictive for all to "app", current_user
    using ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "memberships_system_access" on "public"."memberships";
  create policy "memberships_system_access" on "public"."memberships" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "memberships_may_insert" on "public"."memberships";
  create policy "memberships_may_insert" on "public"."memberships" as restrictive for insert to "app"
    with check (false);
  drop policy if exists "memberships_may_update" on "public"."memberships";
  create policy "memberships_may_update" on "public"."memberships" as restrictive for update to "app"
    using (false)
    with check (false);
  drop policy if exists "memberships_may_delete" on "public"."memberships";
  create policy "memberships_may_delete" on "public"."memberships" as restrictive for delete to "app"
    using ((select tenantry.can('members:remove')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."memberships" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."memberships" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "user_id" on "public"."memberships"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."user_id"), row(new."organization_id", new."user_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'user_id');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "user_id", "joined_at", "created_at", "updated_at") on table "public"."memberships" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."memberships" to "system";
--> statement-breakpoint
-- table users: row security, policies, rights, trigger
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "users_tenant_isolation" on "public"."users";
  create policy "users_tenant_isolation" on "public"."users" as permissive for select to "app"
    using (exists (select from "memberships" where "memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and "memberships"."user_id" = "users"."id"));
  drop policy if exists "users_tenant_floor" on "public"."users";
  create policy "users_tenant_floor" on "public"."users" as restrictive for all to "app", current_user
    using (exists (select from "memberships" where "memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and "memberships"."user_id" = "users"."id"))
    with check (exists (select from "memberships" where "memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and "memberships"."user_id" = "users"."id"));
  drop policy if exists "users_system_access" on "public"."users";
  create policy "users_system_access" on "public"."users" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."users" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."users" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."users" to "system";
--> statement-breakpoint
-- table built_in_role_permissions: row security, policies, rights, trigger
alter table "public"."built_in_role_permissions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "built_in_role_permissions_shared_read" on "public"."built_in_role_permissions";
  create policy "built_in_role_permissions_shared_read" on "public"."built_in_role_permissions" as permissive for select to "app"
    using (true);
  drop policy if exists "built_in_role_permissions_system_access" on "public"."built_in_role_permissions";
  create policy "built_in_role_permissions_system_access" on "public"."built_in_role_permissions" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."built_in_role_permissions" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."built_in_role_permissions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."built_in_role_permissions" to "system";
--> statement-breakpoint
-- table built_in_roles: row security, policies, rights, trigger
alter table "public"."built_in_roles" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "built_in_roles_shared_read" on "public"."built_in_roles";
  create policy "built_in_roles_shared_read" on "public"."built_in_roles" as permissive for select to "app"
    using (true);
  drop policy if exists "built_in_roles_system_access" on "public"."built_in_roles";
  create policy "built_in_roles_system_access" on "public"."built_in_roles" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."built_in_roles" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."built_in_roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."built_in_roles" to "system";
--> statement-breakpoint
-- table member_roles: row security, policies, rights, trigger
alter table "public"."member_roles" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "member_roles_tenant_isolation" on "public"."member_roles";
  create policy "member_roles_tenant_isolation" on "public"."member_roles" as permissive for all to "app"
    using ("member_roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("member_roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "member_roles_tenant_floor" on "public"."member_roles";
  create policy "member_roles_tenant_floor" on "public"."member_roles" as restrictive for all to "app", current_user
    using ("member_roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("member_roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "member_roles_system_access" on "public"."member_roles";
  create policy "member_roles_system_access" on "public"."member_roles" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "member_roles_may_insert" on "public"."member_roles";
  create policy "member_roles_may_insert" on "public"."member_roles" as restrictive for insert to "app"
    with check ((select tenantry.can('members:assign')));
  drop policy if exists "member_roles_may_update" on "public"."member_roles";
  create policy "member_roles_may_update" on "public"."member_roles" as restrictive for update to "app"
    using ((select tenantry.can('members:assign')))
    with check ((select tenantry.can('members:assign')));
  drop policy if exists "member_roles_may_delete" on "public"."member_roles";
  create policy "member_roles_may_delete" on "public"."member_roles" as restrictive for delete to "app"
    using ((select tenantry.can('members:assign')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."member_roles" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."member_roles" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "id" on "public"."member_roles"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."id"), row(new."organization_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "id", "user_id", "role_id", "resource_type", "resource_id", "expires_at", "created_at") on table "public"."member_roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."member_roles" to "system";
--> statement-breakpoint
-- table permissions: row security, policies, rights, trigger
alter table "public"."permissions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "permissions_shared_read" on "public"."permissions";
  create policy "permissions_shared_read" on "public"."permissions" as permissive for select to "app"
    using (true);
  drop policy if exists "permissions_system_access" on "public"."permissions";
  create policy "permissions_system_access" on "public"."permissions" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."permissions" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."permissions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."permissions" to "system";
--> statement-breakpoint
-- table role_permissions: row security, policies, rights, trigger
alter table "public"."role_permissions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "role_permissions_tenant_isolation" on "public"."role_permissions";
  create policy "role_permissions_tenant_isolation" on "public"."role_permissions" as permissive for all to "app"
    using ("role_permissions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("role_permissions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "role_permissions_tenant_floor" on "public"."role_permissions";
  create policy "role_permissions_tenant_floor" on "public"."role_permissions" as restrictive for all to "app", current_user
    using ("role_permissions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("role_permissions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "role_permissions_system_access" on "public"."role_permissions";
  create policy "role_permissions_system_access" on "public"."role_permissions" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "role_permissions_may_insert" on "public"."role_permissions";
  create policy "role_permissions_may_insert" on "public"."role_permissions" as restrictive for insert to "app"
    with check ((select tenantry.can('roles:manage')));
  drop policy if exists "role_permissions_may_update" on "public"."role_permissions";
  create policy "role_permissions_may_update" on "public"."role_permissions" as restrictive for update to "app"
    using ((select tenantry.can('roles:manage')))
    with check ((select tenantry.can('roles:manage')));
  drop policy if exists "role_permissions_may_delete" on "public"."role_permissions";
  create policy "role_permissions_may_delete" on "public"."role_permissions" as restrictive for delete to "app"
    using ((select tenantry.can('roles:manage')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."role_permissions" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."role_permissions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "role_id", "permission" on "public"."role_permissions"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."role_id", old."permission"), row(new."organization_id", new."role_id", new."permission")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'role_id', 'key', 'permission');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "role_id", "permission") on table "public"."role_permissions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."role_permissions" to "system";
--> statement-breakpoint
-- table roles: row security, policies, rights, trigger
alter table "public"."roles" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "roles_tenant_isolation" on "public"."roles";
  create policy "roles_tenant_isolation" on "public"."roles" as permissive for all to "app"
    using ("roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "roles_tenant_floor" on "public"."roles";
  create policy "roles_tenant_floor" on "public"."roles" as restrictive for all to "app", current_user
    using ("roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("roles"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "roles_system_access" on "public"."roles";
  create policy "roles_system_access" on "public"."roles" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "roles_may_insert" on "public"."roles";
  create policy "roles_may_insert" on "public"."roles" as restrictive for insert to "app"
    with check ((select tenantry.can('roles:manage')));
  drop policy if exists "roles_may_update" on "public"."roles";
  create policy "roles_may_update" on "public"."roles" as restrictive for update to "app"
    using ((select tenantry.can('roles:manage')))
    with check ((select tenantry.can('roles:manage')));
  drop policy if exists "roles_may_delete" on "public"."roles";
  create policy "roles_may_delete" on "public"."roles" as restrictive for delete to "app"
    using ((select tenantry.can('roles:manage')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."roles" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."roles" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "id" on "public"."roles"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."id"), row(new."organization_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "id", "key", "name", "parent_id", "built_in_parent_id", "is_default", "created_at", "updated_at") on table "public"."roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."roles" to "system";
--> statement-breakpoint
-- table accounts: row security, policies, rights, trigger
alter table "public"."accounts" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "accounts_system_access" on "public"."accounts";
  create policy "accounts_system_access" on "public"."accounts" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."accounts" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."accounts" to "system";
--> statement-breakpoint
-- table sessions: row security, policies, rights, trigger
alter table "public"."sessions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "sessions_system_access" on "public"."sessions";
  create policy "sessions_system_access" on "public"."sessions" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."sessions" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."sessions" to "system";
--> statement-breakpoint
-- table verifications: row security, policies, rights, trigger
alter table "public"."verifications" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "verifications_system_access" on "public"."verifications";
  create policy "verifications_system_access" on "public"."verifications" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."verifications" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."verifications" to "system";
--> statement-breakpoint
-- table projects: row security, policies, rights, trigger
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "projects_tenant_isolation" on "public"."projects";
  create policy "projects_tenant_isolation" on "public"."projects" as permissive for all to "app"
    using ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "projects_tenant_floor" on "public"."projects";
  create policy "projects_tenant_floor" on "public"."projects" as restrictive for all to "app", current_user
    using ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "projects_system_access" on "public"."projects";
  create policy "projects_system_access" on "public"."projects" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "projects_may_select" on "public"."projects";
  create policy "projects_may_select" on "public"."projects" as restrictive for select to "app"
    using ((select tenantry.can('projects:read')) or "projects"."id" = any ((select tenantry.allowed_ids('projects:read', 'projects'))::uuid[]));
  drop policy if exists "projects_may_insert" on "public"."projects";
  create policy "projects_may_insert" on "public"."projects" as restrictive for insert to "app"
    with check ((select tenantry.can('projects:create')));
  drop policy if exists "projects_may_update" on "public"."projects";
  create policy "projects_may_update" on "public"."projects" as restrictive for update to "app"
    using ((select tenantry.can('projects:update')) or "projects"."id" = any ((select tenantry.allowed_ids('projects:update', 'projects'))::uuid[]))
    with check ((select tenantry.can('projects:update')) or "projects"."id" = any ((select tenantry.allowed_ids('projects:update', 'projects'))::uuid[]));
  drop policy if exists "projects_may_delete" on "public"."projects";
  create policy "projects_may_delete" on "public"."projects" as restrictive for delete to "app"
    using ((select tenantry.can('projects:delete')) or "projects"."id" = any ((select tenantry.allowed_ids('projects:delete', 'projects'))::uuid[]));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."projects" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."projects" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "id" on "public"."projects"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."id"), row(new."organization_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "id", "name", "description", "created_by", "created_at", "updated_at") on table "public"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."projects" to "system";
--> statement-breakpoint
-- table tasks: row security, policies, rights, trigger
alter table "public"."tasks" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "tasks_tenant_isolation" on "public"."tasks";
  create policy "tasks_tenant_isolation" on "public"."tasks" as permissive for all to "app"
    using ("tasks"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("tasks"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "tasks_tenant_floor" on "public"."tasks";
  create policy "tasks_tenant_floor" on "public"."tasks" as restrictive for all to "app", current_user
    using ("tasks"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("tasks"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "tasks_system_access" on "public"."tasks";
  create policy "tasks_system_access" on "public"."tasks" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "tasks_may_select" on "public"."tasks";
  create policy "tasks_may_select" on "public"."tasks" as restrictive for select to "app"
    using ((select tenantry.can('tasks:read')));
  drop policy if exists "tasks_may_insert" on "public"."tasks";
  create policy "tasks_may_insert" on "public"."tasks" as restrictive for insert to "app"
    with check ((select tenantry.can('tasks:create')));
  drop policy if exists "tasks_may_update" on "public"."tasks";
  create policy "tasks_may_update" on "public"."tasks" as restrictive for update to "app"
    using ((select tenantry.can('tasks:update')))
    with check ((select tenantry.can('tasks:update')));
  drop policy if exists "tasks_may_delete" on "public"."tasks";
  create policy "tasks_may_delete" on "public"."tasks" as restrictive for delete to "app"
    using ((select tenantry.can('tasks:delete')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."tasks" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."tasks" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "id" on "public"."tasks"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."id"), row(new."organization_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "id", "project_id", "title", "status", "assignee_id", "due_on", "created_at", "updated_at") on table "public"."tasks" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."tasks" to "system";
--> statement-breakpoint
-- references of projects: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."projects"', 'projects_organization_id_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry 3af3df8f55e232c9');
--> statement-breakpoint
select tenantry.keep_reference('"public"."projects"', 'projects_created_by_fk',
  'foreign key ("organization_id", "created_by") references "public"."memberships" ("organization_id", "user_id") on delete set null ("created_by")', 'tenantry 19b400b6147f9664');
--> statement-breakpoint
-- references of tasks: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."tasks"', 'tasks_project_id_fk',
  'foreign key ("organization_id", "project_id") references "public"."projects" ("organization_id", "id") on delete cascade', 'tenantry ec9f45dbfdd35756');
--> statement-breakpoint
select tenantry.keep_reference('"public"."tasks"', 'tasks_assignee_id_fk',
  'foreign key ("organization_id", "assignee_id") references "public"."memberships" ("organization_id", "user_id") on delete set null ("assignee_id")', 'tenantry 68219269da59c924');
