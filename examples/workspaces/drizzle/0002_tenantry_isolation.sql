-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas 64d107e8ac2e4eea
-- tenantry:section table:public.documents fe4be60a78d00ddf
-- tenantry:section table:public.projects 539f428a6b6cfa40
-- tenantry:section table:public.workspaces 5b7eab9fceab8b67
-- tenantry:section table:diagram.documents 775c530d15005e0b
-- tenantry:section table:diagram.invoices ecc00d8816949517
-- tenantry:section table:diagram.memberships 2240b7b37c3011a0
-- tenantry:section table:diagram.projects d271eb6ffcc4dbb5
-- tenantry:section table:diagram.subscriptions 0f5590191db112e6
-- tenantry:section table:diagram.workspaces de7317bd2911e446
-- tenantry:section table:public.audit_logs 2cf0e3ebb172e679
-- tenantry:section table:public.checkout_intents 3bbd010fa3b95217
-- tenantry:section table:public.entitlement_history dc2d198b24082ca4
-- tenantry:section table:public.feature_overrides 97c448d574b00c8f
-- tenantry:section table:public.invoices a1eb947a4158c45a
-- tenantry:section table:public.limit_states b6a80f441b75c095
-- tenantry:section table:public.plan_features 25dd658c3b554b28
-- tenantry:section table:public.plan_history dfbd536c8145a729
-- tenantry:section table:public.prices 5feb57875686a2ce
-- tenantry:section table:public.products 094c997e23e42808
-- tenantry:section table:public.subscription_items 818fe12438ae1403
-- tenantry:section table:public.subscriptions c78b335f52f924ad
-- tenantry:section table:public.tenant_billing e0073a993664e64a
-- tenantry:section table:public.webhook_events 17ce7e8498e121ae
-- tenantry:section table:public.built_in_role_permissions 80e66625e74ce754
-- tenantry:section table:public.built_in_roles 947fc00f958bd915
-- tenantry:section table:public.member_roles 10bd7b9c4fffc45b
-- tenantry:section table:public.memberships e104bd548c53dbeb
-- tenantry:section table:public.permissions 404739e690714093
-- tenantry:section table:public.role_permissions f88ec4d709ee0d52
-- tenantry:section table:public.roles a43c010cb9518344
-- tenantry:section table:public.tenants 4d8575354bf75404
-- tenantry:section table:public.users 56271b37f8e5323f
-- tenantry:section references:public.documents 278806439c578561
-- tenantry:section references:public.projects ee25a11707a3ca66
-- tenantry:section references:public.workspaces de19694aa5052377
-- tenantry:section references:public.checkout_intents b970a7ecae2ae9b2
-- tenantry:section references:public.invoices 2f5fab5c84c2a38f
-- tenantry:section references:public.subscription_items 2be43d85a988e693
-- tenantry:section references:public.subscriptions 3fb527e6fc0c7930
-- tenantry:section references:public.tenant_billing e0969b813754fc62
-- tenantry:section references:public.memberships a4d0c9576d02f090
-- tenantry:section references:public.users f20341154d7a2f77

set local lock_timeout = '5s';
--> statement-breakpoint
-- rights on schemas and sequences
grant usage on schema "diagram" to "app", "system";
--> statement-breakpoint
grant usage on schema "public" to "app", "system";
--> statement-breakpoint
-- table documents: row security, policies, rights, trigger
alter table "public"."documents" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "documents_tenant_isolation" on "public"."documents";
  create policy "documents_tenant_isolation" on "public"."documents" as permissive for all to "app"
    using ("documents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("documents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "documents_tenant_floor" on "public"."documents";
  create policy "documents_tenant_floor" on "public"."documents" as restrictive for all to "app", current_user
    using ("documents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("documents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "documents_system_access" on "public"."documents";
  create policy "documents_system_access" on "public"."documents" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "documents_may_select" on "public"."documents";
  create policy "documents_may_select" on "public"."documents" as restrictive for select to "app"
    using (((select tenantry.can('documents:read')) or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:read', 'workspaces'))::uuid[])) and ("documents"."deleted_at" is null or "documents"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])));
  drop policy if exists "documents_may_insert" on "public"."documents";
  create policy "documents_may_insert" on "public"."documents" as restrictive for insert to "app"
    with check ((select tenantry.can('documents:create')) or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:create', 'workspaces'))::uuid[]));
  drop policy if exists "documents_may_update" on "public"."documents";
  create policy "documents_may_update" on "public"."documents" as restrictive for update to "app"
    using (((select tenantry.can('documents:update')) or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:update', 'workspaces'))::uuid[])) and ("documents"."deleted_at" is null or "documents"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])))
    with check (((select tenantry.can('documents:update')) or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:update', 'workspaces'))::uuid[])) and ("documents"."deleted_at" is null or "documents"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])));
  drop policy if exists "documents_may_delete" on "public"."documents";
  create policy "documents_may_delete" on "public"."documents" as restrictive for delete to "app"
    using ((select tenantry.can('documents:delete')) or "documents"."workspace_id" = any ((select tenantry.allowed_ids('documents:delete', 'workspaces'))::uuid[]));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."documents" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."documents" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id", "id" on "public"."documents"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id", old."id"), row(new."tenant_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("tenant_id", "id", "project_id", "author_id", "title", "content", "deleted_at", "created_at", "updated_at", "workspace_id") on table "public"."documents" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."documents" to "system";
--> statement-breakpoint
-- table projects: row security, policies, rights, trigger
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "projects_tenant_isolation" on "public"."projects";
  create policy "projects_tenant_isolation" on "public"."projects" as permissive for all to "app"
    using ("projects"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("projects"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "projects_tenant_floor" on "public"."projects";
  create policy "projects_tenant_floor" on "public"."projects" as restrictive for all to "app", current_user
    using ("projects"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("projects"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "projects_system_access" on "public"."projects";
  create policy "projects_system_access" on "public"."projects" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "projects_may_select" on "public"."projects";
  create policy "projects_may_select" on "public"."projects" as restrictive for select to "app"
    using (((select tenantry.can('projects:read')) or "projects"."workspace_id" = any ((select tenantry.allowed_ids('projects:read', 'workspaces'))::uuid[])) and ("projects"."deleted_at" is null or "projects"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "projects"."workspace_id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])));
  drop policy if exists "projects_may_insert" on "public"."projects";
  create policy "projects_may_insert" on "public"."projects" as restrictive for insert to "app"
    with check ((select tenantry.can('projects:create')) or "projects"."workspace_id" = any ((select tenantry.allowed_ids('projects:create', 'workspaces'))::uuid[]));
  drop policy if exists "projects_may_update" on "public"."projects";
  create policy "projects_may_update" on "public"."projects" as restrictive for update to "app"
    using (((select tenantry.can('projects:update')) or "projects"."workspace_id" = any ((select tenantry.allowed_ids('projects:update', 'workspaces'))::uuid[])) and ("projects"."deleted_at" is null or "projects"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "projects"."workspace_id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])))
    with check (((select tenantry.can('projects:update')) or "projects"."workspace_id" = any ((select tenantry.allowed_ids('projects:update', 'workspaces'))::uuid[])) and ("projects"."deleted_at" is null or "projects"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "projects"."workspace_id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])));
  drop policy if exists "projects_may_delete" on "public"."projects";
  create policy "projects_may_delete" on "public"."projects" as restrictive for delete to "app"
    using ((select tenantry.can('projects:delete')) or "projects"."workspace_id" = any ((select tenantry.allowed_ids('projects:delete', 'workspaces'))::uuid[]));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."projects" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."projects" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id", "id" on "public"."projects"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id", old."id"), row(new."tenant_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("tenant_id", "id", "name", "deleted_at", "created_at", "updated_at", "workspace_id") on table "public"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."projects" to "system";
--> statement-breakpoint
-- table workspaces: row security, policies, rights, trigger
alter table "public"."workspaces" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "workspaces_tenant_isolation" on "public"."workspaces";
  create policy "workspaces_tenant_isolation" on "public"."workspaces" as permissive for all to "app"
    using ("workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "workspaces_tenant_floor" on "public"."workspaces";
  create policy "workspaces_tenant_floor" on "public"."workspaces" as restrictive for all to "app", current_user
    using ("workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "workspaces_system_access" on "public"."workspaces";
  create policy "workspaces_system_access" on "public"."workspaces" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "workspaces_may_select" on "public"."workspaces";
  create policy "workspaces_may_select" on "public"."workspaces" as restrictive for select to "app"
    using (((select tenantry.can('workspaces:read')) or "workspaces"."id" = any ((select tenantry.allowed_ids('workspaces:read', 'workspaces'))::uuid[])) and ("workspaces"."deleted_at" is null or "workspaces"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "workspaces"."id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])));
  drop policy if exists "workspaces_may_insert" on "public"."workspaces";
  create policy "workspaces_may_insert" on "public"."workspaces" as restrictive for insert to "app"
    with check ((select tenantry.can('workspaces:create')));
  drop policy if exists "workspaces_may_update" on "public"."workspaces";
  create policy "workspaces_may_update" on "public"."workspaces" as restrictive for update to "app"
    using (((select tenantry.can('workspaces:update')) or "workspaces"."id" = any ((select tenantry.allowed_ids('workspaces:update', 'workspaces'))::uuid[])) and ("workspaces"."deleted_at" is null or "workspaces"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "workspaces"."id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])))
    with check (((select tenantry.can('workspaces:update')) or "workspaces"."id" = any ((select tenantry.allowed_ids('workspaces:update', 'workspaces'))::uuid[])) and ("workspaces"."deleted_at" is null or "workspaces"."deleted_at" = now()
      or (select tenantry.can('documents:restore'))
      or "workspaces"."id" = any ((select tenantry.allowed_ids('documents:restore', 'workspaces'))::uuid[])));
  drop policy if exists "workspaces_may_delete" on "public"."workspaces";
  create policy "workspaces_may_delete" on "public"."workspaces" as restrictive for delete to "app"
    using ((select tenantry.can('workspaces:delete')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."workspaces" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."workspaces" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id", "id" on "public"."workspaces"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id", old."id"), row(new."tenant_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("tenant_id", "id", "name", "slug", "deleted_at", "created_at", "updated_at") on table "public"."workspaces" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."workspaces" to "system";
--> statement-breakpoint
-- table diagram.documents: row security, policies, rights, trigger
alter table "diagram"."documents" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "documents_tenant_isolation" on "diagram"."documents";
  create policy "documents_tenant_isolation" on "diagram"."documents" as permissive for all to "app"
    using (exists (select from "diagram"."projects" where exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id") and "diagram"."projects"."id" = "diagram"."documents"."project_id"))
    with check (exists (select from "diagram"."projects" where exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id") and "diagram"."projects"."id" = "diagram"."documents"."project_id"));
  drop policy if exists "documents_tenant_floor" on "diagram"."documents";
  create policy "documents_tenant_floor" on "diagram"."documents" as restrictive for all to "app", current_user
    using (exists (select from "diagram"."projects" where exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id") and "diagram"."projects"."id" = "diagram"."documents"."project_id"))
    with check (exists (select from "diagram"."projects" where exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id") and "diagram"."projects"."id" = "diagram"."documents"."project_id"));
  drop policy if exists "documents_system_access" on "diagram"."documents";
  create policy "documents_system_access" on "diagram"."documents" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "diagram"."documents" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id" on "diagram"."documents"
  for each row when (pg_catalog.record_image_ne(row(old."id"), row(new."id")))
  execute function tenantry.refuse_column_change('key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("id", "project_id", "title", "content", "updated_at") on table "diagram"."documents" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "diagram"."documents" to "system";
--> statement-breakpoint
-- table diagram.invoices: row security, policies, rights, trigger
alter table "diagram"."invoices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "invoices_tenant_isolation" on "diagram"."invoices";
  create policy "invoices_tenant_isolation" on "diagram"."invoices" as permissive for all to "app"
    using (exists (select from "diagram"."subscriptions" where "diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."subscriptions"."id" = "diagram"."invoices"."subscription_id"))
    with check (exists (select from "diagram"."subscriptions" where "diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."subscriptions"."id" = "diagram"."invoices"."subscription_id"));
  drop policy if exists "invoices_tenant_floor" on "diagram"."invoices";
  create policy "invoices_tenant_floor" on "diagram"."invoices" as restrictive for all to "app", current_user
    using (exists (select from "diagram"."subscriptions" where "diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."subscriptions"."id" = "diagram"."invoices"."subscription_id"))
    with check (exists (select from "diagram"."subscriptions" where "diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."subscriptions"."id" = "diagram"."invoices"."subscription_id"));
  drop policy if exists "invoices_system_access" on "diagram"."invoices";
  create policy "invoices_system_access" on "diagram"."invoices" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "diagram"."invoices" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id" on "diagram"."invoices"
  for each row when (pg_catalog.record_image_ne(row(old."id"), row(new."id")))
  execute function tenantry.refuse_column_change('key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("id", "subscription_id", "amount_cents", "status", "issued_at") on table "diagram"."invoices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "diagram"."invoices" to "system";
--> statement-breakpoint
-- table diagram.memberships: row security, policies, rights, trigger
alter table "diagram"."memberships" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "memberships_tenant_isolation" on "diagram"."memberships";
  create policy "memberships_tenant_isolation" on "diagram"."memberships" as permissive for all to "app"
    using (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."memberships"."workspace_id"))
    with check (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."memberships"."workspace_id"));
  drop policy if exists "memberships_tenant_floor" on "diagram"."memberships";
  create policy "memberships_tenant_floor" on "diagram"."memberships" as restrictive for all to "app", current_user
    using (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."memberships"."workspace_id"))
    with check (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."memberships"."workspace_id"));
  drop policy if exists "memberships_system_access" on "diagram"."memberships";
  create policy "memberships_system_access" on "diagram"."memberships" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "diagram"."memberships" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id" on "diagram"."memberships"
  for each row when (pg_catalog.record_image_ne(row(old."id"), row(new."id")))
  execute function tenantry.refuse_column_change('key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("id", "user_id", "workspace_id", "role", "joined_at") on table "diagram"."memberships" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "diagram"."memberships" to "system";
--> statement-breakpoint
-- table diagram.projects: row security, policies, rights, trigger
alter table "diagram"."projects" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "projects_tenant_isolation" on "diagram"."projects";
  create policy "projects_tenant_isolation" on "diagram"."projects" as permissive for all to "app"
    using (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id"))
    with check (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id"));
  drop policy if exists "projects_tenant_floor" on "diagram"."projects";
  create policy "projects_tenant_floor" on "diagram"."projects" as restrictive for all to "app", current_user
    using (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id"))
    with check (exists (select from "diagram"."workspaces" where "diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid) and "diagram"."workspaces"."id" = "diagram"."projects"."workspace_id"));
  drop policy if exists "projects_system_access" on "diagram"."projects";
  create policy "projects_system_access" on "diagram"."projects" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "diagram"."projects" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id" on "diagram"."projects"
  for each row when (pg_catalog.record_image_ne(row(old."id"), row(new."id")))
  execute function tenantry.refuse_column_change('key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("id", "workspace_id", "name") on table "diagram"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "diagram"."projects" to "system";
--> statement-breakpoint
-- table diagram.subscriptions: row security, policies, rights, trigger
alter table "diagram"."subscriptions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "subscriptions_tenant_isolation" on "diagram"."subscriptions";
  create policy "subscriptions_tenant_isolation" on "diagram"."subscriptions" as permissive for all to "app"
    using ("diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscriptions_tenant_floor" on "diagram"."subscriptions";
  create policy "subscriptions_tenant_floor" on "diagram"."subscriptions" as restrictive for all to "app", current_user
    using ("diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("diagram"."subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscriptions_system_access" on "diagram"."subscriptions";
  create policy "subscriptions_system_access" on "diagram"."subscriptions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "diagram"."subscriptions" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "diagram"."subscriptions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "diagram"."subscriptions"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "diagram"."subscriptions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "diagram"."subscriptions" to "system";
--> statement-breakpoint
-- table diagram.workspaces: row security, policies, rights, trigger
alter table "diagram"."workspaces" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "workspaces_tenant_isolation" on "diagram"."workspaces";
  create policy "workspaces_tenant_isolation" on "diagram"."workspaces" as permissive for all to "app"
    using ("diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "workspaces_tenant_floor" on "diagram"."workspaces";
  create policy "workspaces_tenant_floor" on "diagram"."workspaces" as restrictive for all to "app", current_user
    using ("diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("diagram"."workspaces"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "workspaces_system_access" on "diagram"."workspaces";
  create policy "workspaces_system_access" on "diagram"."workspaces" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "diagram"."workspaces" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "diagram"."workspaces" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id", "id" on "diagram"."workspaces"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id", old."id"), row(new."tenant_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("tenant_id", "id", "name", "slug") on table "diagram"."workspaces" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "diagram"."workspaces" to "system";
--> statement-breakpoint
-- table audit_logs: row security, policies, rights, trigger
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "audit_logs_tenant_isolation" on "public"."audit_logs";
  create policy "audit_logs_tenant_isolation" on "public"."audit_logs" as permissive for all to "app"
    using ("audit_logs"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("audit_logs"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "audit_logs_tenant_floor" on "public"."audit_logs";
  create policy "audit_logs_tenant_floor" on "public"."audit_logs" as restrictive for all to "app", current_user
    using ("audit_logs"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("audit_logs"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "audit_logs_system_access" on "public"."audit_logs";
  create policy "audit_logs_system_access" on "public"."audit_logs" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."audit_logs" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."audit_logs" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."audit_logs"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."audit_logs" to "app";
--> statement-breakpoint
grant select on table "public"."audit_logs" to "system";
--> statement-breakpoint
-- table checkout_intents: row security, policies, rights, trigger
alter table "public"."checkout_intents" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "checkout_intents_tenant_isolation" on "public"."checkout_intents";
  create policy "checkout_intents_tenant_isolation" on "public"."checkout_intents" as permissive for all to "app"
    using ("checkout_intents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("checkout_intents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "checkout_intents_tenant_floor" on "public"."checkout_intents";
  create policy "checkout_intents_tenant_floor" on "public"."checkout_intents" as restrictive for all to "app", current_user
    using ("checkout_intents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("checkout_intents"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "checkout_intents_system_access" on "public"."checkout_intents";
  create policy "checkout_intents_system_access" on "public"."checkout_intents" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."checkout_intents" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."checkout_intents" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."checkout_intents"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."checkout_intents" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."checkout_intents" to "system";
--> statement-breakpoint
-- table entitlement_history: row security, policies, rights, trigger
alter table "public"."entitlement_history" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "entitlement_history_system_access" on "public"."entitlement_history";
  create policy "entitlement_history_system_access" on "public"."entitlement_history" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."entitlement_history" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."entitlement_history" to "system";
--> statement-breakpoint
-- table feature_overrides: row security, policies, rights, trigger
alter table "public"."feature_overrides" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "feature_overrides_tenant_isolation" on "public"."feature_overrides";
  create policy "feature_overrides_tenant_isolation" on "public"."feature_overrides" as permissive for all to "app"
    using ("feature_overrides"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("feature_overrides"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "feature_overrides_tenant_floor" on "public"."feature_overrides";
  create policy "feature_overrides_tenant_floor" on "public"."feature_overrides" as restrictive for all to "app", current_user
    using ("feature_overrides"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("feature_overrides"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "feature_overrides_system_access" on "public"."feature_overrides";
  create policy "feature_overrides_system_access" on "public"."feature_overrides" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."feature_overrides" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."feature_overrides" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."feature_overrides"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."feature_overrides" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."feature_overrides" to "system";
--> statement-breakpoint
-- table invoices: row security, policies, rights, trigger
alter table "public"."invoices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "invoices_tenant_isolation" on "public"."invoices";
  create policy "invoices_tenant_isolation" on "public"."invoices" as permissive for all to "app"
    using ("invoices"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("invoices"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "invoices_tenant_floor" on "public"."invoices";
  create policy "invoices_tenant_floor" on "public"."invoices" as restrictive for all to "app", current_user
    using ("invoices"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("invoices"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "invoices_system_access" on "public"."invoices";
  create policy "invoices_system_access" on "public"."invoices" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."invoices" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."invoices" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."invoices"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."invoices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."invoices" to "system";
--> statement-breakpoint
-- table limit_states: row security, policies, rights, trigger
alter table "public"."limit_states" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "limit_states_tenant_isolation" on "public"."limit_states";
  create policy "limit_states_tenant_isolation" on "public"."limit_states" as permissive for all to "app"
    using ("limit_states"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("limit_states"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "limit_states_tenant_floor" on "public"."limit_states";
  create policy "limit_states_tenant_floor" on "public"."limit_states" as restrictive for all to "app", current_user
    using ("limit_states"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("limit_states"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "limit_states_system_access" on "public"."limit_states";
  create policy "limit_states_system_access" on "public"."limit_states" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."limit_states" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."limit_states" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."limit_states"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."limit_states" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."limit_states" to "system";
--> statement-breakpoint
-- table plan_features: row security, policies, rights, trigger
alter table "public"."plan_features" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "plan_features_shared_read" on "public"."plan_features";
  create policy "plan_features_shared_read" on "public"."plan_features" as permissive for select to "app"
    using (true);
  drop policy if exists "plan_features_system_access" on "public"."plan_features";
  create policy "plan_features_system_access" on "public"."plan_features" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."plan_features" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."plan_features" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."plan_features" to "system";
--> statement-breakpoint
-- table plan_history: row security, policies, rights, trigger
alter table "public"."plan_history" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "plan_history_system_access" on "public"."plan_history";
  create policy "plan_history_system_access" on "public"."plan_history" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."plan_history" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."plan_history" to "system";
--> statement-breakpoint
-- table prices: row security, policies, rights, trigger
alter table "public"."prices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "prices_shared_read" on "public"."prices";
  create policy "prices_shared_read" on "public"."prices" as permissive for select to "app"
    using (true);
  drop policy if exists "prices_system_access" on "public"."prices";
  create policy "prices_system_access" on "public"."prices" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."prices" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."prices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."prices" to "system";
--> statement-breakpoint
-- table products: row security, policies, rights, trigger
alter table "public"."products" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "products_shared_read" on "public"."products";
  create policy "products_shared_read" on "public"."products" as permissive for select to "app"
    using (true);
  drop policy if exists "products_system_access" on "public"."products";
  create policy "products_system_access" on "public"."products" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."products" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."products" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."products" to "system";
--> statement-breakpoint
-- table subscription_items: row security, policies, rights, trigger
alter table "public"."subscription_items" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "subscription_items_tenant_isolation" on "public"."subscription_items";
  create policy "subscription_items_tenant_isolation" on "public"."subscription_items" as permissive for all to "app"
    using ("subscription_items"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscription_items"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscription_items_tenant_floor" on "public"."subscription_items";
  create policy "subscription_items_tenant_floor" on "public"."subscription_items" as restrictive for all to "app", current_user
    using ("subscription_items"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscription_items"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscription_items_system_access" on "public"."subscription_items";
  create policy "subscription_items_system_access" on "public"."subscription_items" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."subscription_items" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."subscription_items" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."subscription_items"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."subscription_items" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."subscription_items" to "system";
--> statement-breakpoint
-- table subscriptions: row security, policies, rights, trigger
alter table "public"."subscriptions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "subscriptions_tenant_isolation" on "public"."subscriptions";
  create policy "subscriptions_tenant_isolation" on "public"."subscriptions" as permissive for all to "app"
    using ("subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscriptions_tenant_floor" on "public"."subscriptions";
  create policy "subscriptions_tenant_floor" on "public"."subscriptions" as restrictive for all to "app", current_user
    using ("subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscriptions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscriptions_system_access" on "public"."subscriptions";
  create policy "subscriptions_system_access" on "public"."subscriptions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."subscriptions" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."subscriptions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."subscriptions"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."subscriptions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."subscriptions" to "system";
--> statement-breakpoint
-- table tenant_billing: row security, policies, rights, trigger
alter table "public"."tenant_billing" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "tenant_billing_tenant_isolation" on "public"."tenant_billing";
  create policy "tenant_billing_tenant_isolation" on "public"."tenant_billing" as permissive for all to "app"
    using ("tenant_billing"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("tenant_billing"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "tenant_billing_tenant_floor" on "public"."tenant_billing";
  create policy "tenant_billing_tenant_floor" on "public"."tenant_billing" as restrictive for all to "app", current_user
    using ("tenant_billing"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("tenant_billing"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "tenant_billing_system_access" on "public"."tenant_billing";
  create policy "tenant_billing_system_access" on "public"."tenant_billing" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."tenant_billing" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."tenant_billing" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."tenant_billing"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."tenant_billing" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."tenant_billing" to "system";
--> statement-breakpoint
-- table webhook_events: row security, policies, rights, trigger
alter table "public"."webhook_events" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "webhook_events_system_access" on "public"."webhook_events";
  create policy "webhook_events_system_access" on "public"."webhook_events" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."webhook_events" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."webhook_events" to "system";
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
    using ("member_roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("member_roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "member_roles_tenant_floor" on "public"."member_roles";
  create policy "member_roles_tenant_floor" on "public"."member_roles" as restrictive for all to "app", current_user
    using ("member_roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("member_roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
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
alter table "public"."member_roles" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."member_roles" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id", "id" on "public"."member_roles"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id", old."id"), row(new."tenant_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("tenant_id", "id", "user_id", "role_id", "resource_type", "resource_id", "expires_at", "created_at", "updated_at") on table "public"."member_roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."member_roles" to "system";
--> statement-breakpoint
-- table memberships: row security, policies, rights, trigger
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "memberships_tenant_isolation" on "public"."memberships";
  create policy "memberships_tenant_isolation" on "public"."memberships" as permissive for all to "app"
    using ("memberships"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("memberships"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "memberships_tenant_floor" on "public"."memberships";
  create policy "memberships_tenant_floor" on "public"."memberships" as restrictive for all to "app", current_user
    using ("memberships"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("memberships"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
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
alter table "public"."memberships" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."memberships" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id", "user_id" on "public"."memberships"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id", old."user_id"), row(new."tenant_id", new."user_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id', 'key', 'user_id');
--> statement-breakpoint
grant select, insert, delete, update ("tenant_id", "user_id", "joined_at", "created_at", "updated_at") on table "public"."memberships" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."memberships" to "system";
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
    using ("role_permissions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("role_permissions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "role_permissions_tenant_floor" on "public"."role_permissions";
  create policy "role_permissions_tenant_floor" on "public"."role_permissions" as restrictive for all to "app", current_user
    using ("role_permissions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("role_permissions"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "role_permissions_system_access" on "public"."role_permissions";
  create policy "role_permissions_system_access" on "public"."role_permissions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."role_permissions" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."role_permissions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."role_permissions"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."role_permissions" to "app";
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
    using ("roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "roles_tenant_floor" on "public"."roles";
  create policy "roles_tenant_floor" on "public"."roles" as restrictive for all to "app", current_user
    using ("roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("roles"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "roles_system_access" on "public"."roles";
  create policy "roles_system_access" on "public"."roles" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."roles" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."roles" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."roles"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."roles" to "system";
--> statement-breakpoint
-- table tenants: row security, policies, rights, trigger
alter table "public"."tenants" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "tenants_tenant_isolation" on "public"."tenants";
  create policy "tenants_tenant_isolation" on "public"."tenants" as permissive for all to "app"
    using ("tenants"."id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("tenants"."id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "tenants_tenant_floor" on "public"."tenants";
  create policy "tenants_tenant_floor" on "public"."tenants" as restrictive for all to "app", current_user
    using ("tenants"."id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("tenants"."id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "tenants_system_access" on "public"."tenants";
  create policy "tenants_system_access" on "public"."tenants" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "tenants_may_insert" on "public"."tenants";
  create policy "tenants_may_insert" on "public"."tenants" as restrictive for insert to "app"
    with check (false);
  drop policy if exists "tenants_may_update" on "public"."tenants";
  create policy "tenants_may_update" on "public"."tenants" as restrictive for update to "app"
    using (false)
    with check (false);
  drop policy if exists "tenants_may_delete" on "public"."tenants";
  create policy "tenants_may_delete" on "public"."tenants" as restrictive for delete to "app"
    using (false);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."tenants" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id", "plan_tier", "plan_anchor", "plan_time_zone", "plan_period_end", "trial_plan", "trial_ends_at", "plan_read_only", "plan_source", "plan_version" on "public"."tenants"
  for each row when (pg_catalog.record_image_ne(row(old."id", old."plan_tier", old."plan_anchor", old."plan_time_zone", old."plan_period_end", old."trial_plan", old."trial_ends_at", old."plan_read_only", old."plan_source", old."plan_version"), row(new."id", new."plan_tier", new."plan_anchor", new."plan_time_zone", new."plan_period_end", new."trial_plan", new."trial_ends_at", new."plan_read_only", new."plan_source", new."plan_version")))
  execute function tenantry.refuse_column_change('tenant', 'id', 'read only', 'plan_tier', 'read only', 'plan_anchor', 'read only', 'plan_time_zone', 'read only', 'plan_period_end', 'read only', 'trial_plan', 'read only', 'trial_ends_at', 'read only', 'plan_read_only', 'read only', 'plan_source', 'read only', 'plan_version');
--> statement-breakpoint
grant select, update ("id", "name", "slug", "plan_tier", "plan_anchor", "plan_time_zone", "plan_period_end", "trial_plan", "trial_ends_at", "plan_read_only", "plan_source", "plan_version", "deleted_at", "created_at", "updated_at") on table "public"."tenants" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."tenants" to "system";
--> statement-breakpoint
-- table users: row security, policies, rights, trigger
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "users_tenant_isolation" on "public"."users";
  create policy "users_tenant_isolation" on "public"."users" as permissive for all to "app"
    using ("users"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("users"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "users_tenant_floor" on "public"."users";
  create policy "users_tenant_floor" on "public"."users" as restrictive for all to "app", current_user
    using ("users"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("users"."tenant_id" = (select coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "users_system_access" on "public"."users";
  create policy "users_system_access" on "public"."users" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."users" alter column "tenant_id" set default (coalesce(nullif(current_setting('app.tenant_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."users" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "tenant_id" on "public"."users"
  for each row when (pg_catalog.record_image_ne(row(old."tenant_id"), row(new."tenant_id")))
  execute function tenantry.refuse_column_change('tenant', 'tenant_id');
--> statement-breakpoint
grant select on table "public"."users" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."users" to "system";
--> statement-breakpoint
-- references of documents: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."documents"', 'documents_author_id_fk',
  'foreign key ("tenant_id", "author_id") references "public"."users" ("tenant_id", "id") on delete set null ("author_id")', 'tenantry a886d8f0592f9672');
--> statement-breakpoint
-- references of projects: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."projects"', 'projects_workspace_id_fk',
  'foreign key ("tenant_id", "workspace_id") references "public"."workspaces" ("tenant_id", "id") on delete cascade', 'tenantry 7558b3add53721f5');
--> statement-breakpoint
-- references of workspaces: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."workspaces"', 'workspaces_tenant_id_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry f9aab4054383bd68');
--> statement-breakpoint
-- references of checkout_intents: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."checkout_intents"', 'checkout_intents_tenant_id_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry 1f6c37632dafc120');
--> statement-breakpoint
-- references of invoices: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."invoices"', 'invoices_tenant_id_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry 9c3b55beab597b62');
--> statement-breakpoint
-- references of subscription_items: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."subscription_items"', 'subscription_items_subscription_id_fk',
  'foreign key ("tenant_id", "subscription_id") references "public"."subscriptions" ("tenant_id", "id") on delete cascade', 'tenantry 4453d3566c375b11');
--> statement-breakpoint
-- references of subscriptions: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."subscriptions"', 'subscriptions_tenant_id_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry cf0c70d874d29e24');
--> statement-breakpoint
-- references of tenant_billing: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."tenant_billing"', 'tenant_billing_tenant_id_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry 40194df7d9c9dbec');
--> statement-breakpoint
-- references of memberships: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."memberships"', 'memberships_user_id_fk',
  'foreign key ("tenant_id", "user_id") references "public"."users" ("tenant_id", "id") on delete cascade', 'tenantry 608d625b02cb9fb0');
--> statement-breakpoint
-- references of users: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."users"', 'users_tenant_id_fk',
  'foreign key ("tenant_id") references "public"."tenants" ("id") on delete cascade', 'tenantry 1c9c9f15db62c94f');
