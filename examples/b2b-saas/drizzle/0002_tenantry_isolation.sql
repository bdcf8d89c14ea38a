-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas ad044a9312570cd4
-- tenantry:section table:public.add_on_features 0ffd3ba66fa0b812
-- tenantry:section table:public.add_ons c2a8d5e6bcde63d4
-- tenantry:section table:public.api_keys 0582ae494ead5cd6
-- tenantry:section table:public.audit_logs 99cee931accc005f
-- tenantry:section table:public.built_in_role_permissions 80e66625e74ce754
-- tenantry:section table:public.built_in_roles 947fc00f958bd915
-- tenantry:section table:public.checkout_intents 88693918abe4678e
-- tenantry:section table:public.entitlement_history dc2d198b24082ca4
-- tenantry:section table:public.feature_overrides 673b698967c7e182
-- tenantry:section table:public.invitations 5bbaad7894c990b1
-- tenantry:section table:public.invoices 6c3e6ce8d8c14e8b
-- tenantry:section table:public.limit_states f3d5d5c42878a370
-- tenantry:section table:public.member_roles 0f7ba152d582a147
-- tenantry:section table:public.memberships 52438ad0797d0c74
-- tenantry:section table:public.organization_billing 82e73e7dfe7d0991
-- tenantry:section table:public.organizations 6d4078deb4047c3b
-- tenantry:section table:public.permissions 404739e690714093
-- tenantry:section table:public.plan_features 25dd658c3b554b28
-- tenantry:section table:public.plan_history dfbd536c8145a729
-- tenantry:section table:public.prices 5feb57875686a2ce
-- tenantry:section table:public.products 094c997e23e42808
-- tenantry:section table:public.projects ffdee02b7913a99f
-- tenantry:section table:public.role_permissions 7945305c58271f21
-- tenantry:section table:public.roles 3d9b454979080924
-- tenantry:section table:public.subscription_items be2791c61f9c81f3
-- tenantry:section table:public.subscriptions f5a9eac61ed32cd1
-- tenantry:section table:public.usage_counters dfd3c09d1c71cf3b
-- tenantry:section table:public.usage_events d689a21cc9f05867
-- tenantry:section table:public.users 8e178b4c2ba3357b
-- tenantry:section table:public.webhook_events 17ce7e8498e121ae
-- tenantry:section number:marks 67fdde9e818e5271
-- tenantry:section number:public.projects 4157e0a3149a54a5
-- tenantry:section references:public.checkout_intents 146d91e17964970d
-- tenantry:section references:public.invoices d767244beec17601
-- tenantry:section references:public.organization_billing cb4dc321acb3d675
-- tenantry:section references:public.projects 7a6c3a9c334aee4d
-- tenantry:section references:public.subscription_items d4e5a200f8d0d021
-- tenantry:section references:public.subscriptions 8c200f246be5b84a

set local lock_timeout = '5s';
--> statement-breakpoint
-- rights on schemas and sequences
grant usage on schema "public" to "app", "system";
--> statement-breakpoint
-- table add_on_features: row security, policies, rights, trigger
alter table "public"."add_on_features" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "add_on_features_shared_read" on "public"."add_on_features";
  create policy "add_on_features_shared_read" on "public"."add_on_features" as permissive for select to "app"
    using (true);
  drop policy if exists "add_on_features_system_access" on "public"."add_on_features";
  create policy "add_on_features_system_access" on "public"."add_on_features" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."add_on_features" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."add_on_features" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."add_on_features" to "system";
--> statement-breakpoint
-- table add_ons: row security, policies, rights, trigger
alter table "public"."add_ons" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "add_ons_tenant_isolation" on "public"."add_ons";
  create policy "add_ons_tenant_isolation" on "public"."add_ons" as permissive for all to "app"
    using ("add_ons"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("add_ons"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "add_ons_tenant_floor" on "public"."add_ons";
  create policy "add_ons_tenant_floor" on "public"."add_ons" as restrictive for all to "app", current_user
    using ("add_ons"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("add_ons"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "add_ons_system_access" on "public"."add_ons";
  create policy "add_ons_system_access" on "public"."add_ons" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."add_ons" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."add_ons" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."add_ons"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."add_ons" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."add_ons" to "system";
--> statement-breakpoint
-- table api_keys: row security, policies, rights, trigger
alter table "public"."api_keys" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "api_keys_tenant_isolation" on "public"."api_keys";
  create policy "api_keys_tenant_isolation" on "public"."api_keys" as permissive for all to "app"
    using ("api_keys"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("api_keys"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "api_keys_tenant_floor" on "public"."api_keys";
  create policy "api_keys_tenant_floor" on "public"."api_keys" as restrictive for all to "app", current_user
    using ("api_keys"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("api_keys"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "api_keys_system_access" on "public"."api_keys";
  create policy "api_keys_system_access" on "public"."api_keys" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "api_keys_may_select" on "public"."api_keys";
  create policy "api_keys_may_select" on "public"."api_keys" as restrictive for select to "app"
    using ((select tenantry.can('organization:update')));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."api_keys" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."api_keys" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."api_keys"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."api_keys" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."api_keys" to "system";
--> statement-breakpoint
-- table audit_logs: row security, policies, rights, trigger
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "audit_logs_tenant_isolation" on "public"."audit_logs";
  create policy "audit_logs_tenant_isolation" on "public"."audit_logs" as permissive for all to "app"
    using ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "audit_logs_tenant_floor" on "public"."audit_logs";
  create policy "audit_logs_tenant_floor" on "public"."audit_logs" as restrictive for all to "app", current_user
    using ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "audit_logs_system_access" on "public"."audit_logs";
  create policy "audit_logs_system_access" on "public"."audit_logs" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."audit_logs" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."audit_logs" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."audit_logs"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."audit_logs" to "app";
--> statement-breakpoint
grant select on table "public"."audit_logs" to "system";
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
-- table checkout_intents: row security, policies, rights, trigger
alter table "public"."checkout_intents" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "checkout_intents_tenant_isolation" on "public"."checkout_intents";
  create policy "checkout_intents_tenant_isolation" on "public"."checkout_intents" as permissive for all to "app"
    using ("checkout_intents"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("checkout_intents"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "checkout_intents_tenant_floor" on "public"."checkout_intents";
  create policy "checkout_intents_tenant_floor" on "public"."checkout_intents" as restrictive for all to "app", current_user
    using ("checkout_intents"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("checkout_intents"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "checkout_intents_system_access" on "public"."checkout_intents";
  create policy "checkout_intents_system_access" on "public"."checkout_intents" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."checkout_intents" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."checkout_intents" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."checkout_intents"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
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
    using ("feature_overrides"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("feature_overrides"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "feature_overrides_tenant_floor" on "public"."feature_overrides";
  create policy "feature_overrides_tenant_floor" on "public"."feature_overrides" as restrictive for all to "app", current_user
    using ("feature_overrides"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("feature_overrides"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "feature_overrides_system_access" on "public"."feature_overrides";
  create policy "feature_overrides_system_access" on "public"."feature_overrides" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."feature_overrides" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."feature_overrides" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."feature_overrides"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."feature_overrides" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."feature_overrides" to "system";
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
grant select, insert, delete, update ("organization_id", "id", "email", "role_id", "token_hash", "invited_by", "expires_at", "accepted_at", "accepted_by", "revoked_at", "created_at", "updated_at") on table "public"."invitations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."invitations" to "system";
--> statement-breakpoint
-- table invoices: row security, policies, rights, trigger
alter table "public"."invoices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "invoices_tenant_isolation" on "public"."invoices";
  create policy "invoices_tenant_isolation" on "public"."invoices" as permissive for all to "app"
    using ("invoices"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("invoices"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "invoices_tenant_floor" on "public"."invoices";
  create policy "invoices_tenant_floor" on "public"."invoices" as restrictive for all to "app", current_user
    using ("invoices"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("invoices"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "invoices_system_access" on "public"."invoices";
  create policy "invoices_system_access" on "public"."invoices" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."invoices" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."invoices" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."invoices"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
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
    using ("limit_states"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("limit_states"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "limit_states_tenant_floor" on "public"."limit_states";
  create policy "limit_states_tenant_floor" on "public"."limit_states" as restrictive for all to "app", current_user
    using ("limit_states"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("limit_states"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "limit_states_system_access" on "public"."limit_states";
  create policy "limit_states_system_access" on "public"."limit_states" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."limit_states" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."limit_states" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."limit_states"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."limit_states" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."limit_states" to "system";
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
grant select, insert, delete, update ("organization_id", "id", "user_id", "role_id", "resource_type", "resource_id", "expires_at", "created_at", "updated_at") on table "public"."member_roles" to "app";
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
-- table organization_billing: row security, policies, rights, trigger
alter table "public"."organization_billing" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "organization_billing_tenant_isolation" on "public"."organization_billing";
  create policy "organization_billing_tenant_isolation" on "public"."organization_billing" as permissive for all to "app"
    using ("organization_billing"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("organization_billing"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "organization_billing_tenant_floor" on "public"."organization_billing";
  create policy "organization_billing_tenant_floor" on "public"."organization_billing" as restrictive for all to "app", current_user
    using ("organization_billing"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("organization_billing"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "organization_billing_system_access" on "public"."organization_billing";
  create policy "organization_billing_system_access" on "public"."organization_billing" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."organization_billing" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."organization_billing" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."organization_billing"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."organization_billing" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."organization_billing" to "system";
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
create or replace trigger "0_tenantry_refuse_column_change" before update of "id", "plan", "plan_anchor", "plan_time_zone", "plan_period_end", "trial_plan", "trial_ends_at", "plan_read_only", "plan_source", "plan_version" on "public"."organizations"
  for each row when (pg_catalog.record_image_ne(row(old."id", old."plan", old."plan_anchor", old."plan_time_zone", old."plan_period_end", old."trial_plan", old."trial_ends_at", old."plan_read_only", old."plan_source", old."plan_version"), row(new."id", new."plan", new."plan_anchor", new."plan_time_zone", new."plan_period_end", new."trial_plan", new."trial_ends_at", new."plan_read_only", new."plan_source", new."plan_version")))
  execute function tenantry.refuse_column_change('tenant', 'id', 'read only', 'plan', 'read only', 'plan_anchor', 'read only', 'plan_time_zone', 'read only', 'plan_period_end', 'read only', 'trial_plan', 'read only', 'trial_ends_at', 'read only', 'plan_read_only', 'read only', 'plan_source', 'read only', 'plan_version');
--> statement-breakpoint
grant select, update ("id", "name", "slug", "plan", "plan_anchor", "plan_time_zone", "plan_period_end", "trial_plan", "trial_ends_at", "plan_read_only", "plan_source", "plan_version", "created_at", "updated_at") on table "public"."organizations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."organizations" to "system";
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
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id", "id", "number" on "public"."projects"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id", old."id", old."number"), row(new."organization_id", new."id", new."number")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id', 'read only', 'number');
--> statement-breakpoint
grant select, insert, delete, update ("organization_id", "id", "name", "number", "description", "status", "created_by", "created_at", "updated_at") on table "public"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."projects" to "system";
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
grant select, insert, delete, update ("organization_id", "role_id", "permission", "created_at", "updated_at") on table "public"."role_permissions" to "app";
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
grant select, insert, delete, update ("organization_id", "id", "key", "name", "parent_id", "built_in_parent_id", "created_at", "updated_at") on table "public"."roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."roles" to "system";
--> statement-breakpoint
-- table subscription_items: row security, policies, rights, trigger
alter table "public"."subscription_items" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "subscription_items_tenant_isolation" on "public"."subscription_items";
  create policy "subscription_items_tenant_isolation" on "public"."subscription_items" as permissive for all to "app"
    using ("subscription_items"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscription_items"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscription_items_tenant_floor" on "public"."subscription_items";
  create policy "subscription_items_tenant_floor" on "public"."subscription_items" as restrictive for all to "app", current_user
    using ("subscription_items"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscription_items"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscription_items_system_access" on "public"."subscription_items";
  create policy "subscription_items_system_access" on "public"."subscription_items" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."subscription_items" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."subscription_items" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."subscription_items"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
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
    using ("subscriptions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscriptions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscriptions_tenant_floor" on "public"."subscriptions";
  create policy "subscriptions_tenant_floor" on "public"."subscriptions" as restrictive for all to "app", current_user
    using ("subscriptions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("subscriptions"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "subscriptions_system_access" on "public"."subscriptions";
  create policy "subscriptions_system_access" on "public"."subscriptions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."subscriptions" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."subscriptions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."subscriptions"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."subscriptions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."subscriptions" to "system";
--> statement-breakpoint
-- table usage_counters: row security, policies, rights, trigger
alter table "public"."usage_counters" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "usage_counters_tenant_isolation" on "public"."usage_counters";
  create policy "usage_counters_tenant_isolation" on "public"."usage_counters" as permissive for all to "app"
    using ("usage_counters"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("usage_counters"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "usage_counters_tenant_floor" on "public"."usage_counters";
  create policy "usage_counters_tenant_floor" on "public"."usage_counters" as restrictive for all to "app", current_user
    using ("usage_counters"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("usage_counters"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "usage_counters_system_access" on "public"."usage_counters";
  create policy "usage_counters_system_access" on "public"."usage_counters" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."usage_counters" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."usage_counters" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."usage_counters"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."usage_counters" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."usage_counters" to "system";
--> statement-breakpoint
-- table usage_events: row security, policies, rights, trigger
alter table "public"."usage_events" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "usage_events_tenant_isolation" on "public"."usage_events";
  create policy "usage_events_tenant_isolation" on "public"."usage_events" as permissive for all to "app"
    using ("usage_events"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("usage_events"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "usage_events_tenant_floor" on "public"."usage_events";
  create policy "usage_events_tenant_floor" on "public"."usage_events" as restrictive for all to "app", current_user
    using ("usage_events"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid))
    with check ("usage_events"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
  drop policy if exists "usage_events_system_access" on "public"."usage_events";
  create policy "usage_events_system_access" on "public"."usage_events" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."usage_events" alter column "organization_id" set default (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
--> statement-breakpoint
revoke all on table "public"."usage_events" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "organization_id" on "public"."usage_events"
  for each row when (pg_catalog.record_image_ne(row(old."organization_id"), row(new."organization_id")))
  execute function tenantry.refuse_column_change('tenant', 'organization_id');
--> statement-breakpoint
grant select on table "public"."usage_events" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."usage_events" to "system";
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
-- number: marks
create table if not exists tenantry.number_marks (
  tenant_id text not null,
  series text not null,
  last_number bigint not null,
  primary key (tenant_id, series)
);
--> statement-breakpoint
comment on table tenantry.number_marks is 'The last number of each series whose row was deleted: it is not given again.';
--> statement-breakpoint
revoke all on tenantry.number_marks from public, "app";
--> statement-breakpoint
grant select, insert, update, delete on tenantry.number_marks to "system";
--> statement-breakpoint
create or replace function tenantry.refuse_number() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if not pg_has_role(current_user, 'app', 'usage')
    or pg_has_role(current_user, 'system', 'usage')
    or pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
    return new;
  end if;
  raise exception 'permission denied to set column "%" of table "%"', tg_argv[0], tg_table_name
    using errcode = '42501', schema = tg_table_schema, table = tg_table_name, column = tg_argv[0],
      hint = 'The database numbers the row. Leave the column out; only the system role imports numbers.';
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.refuse_number() from public;
--> statement-breakpoint
create or replace function tenantry.forget_numbers() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  delete from tenantry.number_marks where tenant_id in (select "id"::text from gone);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.forget_numbers() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.forget_numbers() from public;
--> statement-breakpoint
create or replace trigger tenantry_forget_numbers after delete on "public"."organizations"
  referencing old table as gone for each statement execute function tenantry.forget_numbers();
--> statement-breakpoint
-- number: projects
do $tenantry$
declare
  forced constant boolean := (select relforcerowsecurity from pg_class where oid = '"public"."projects"'::regclass);
  -- also those that are ENABLE ALWAYS, and those of partitions
  silenced constant pg_trigger[] := array(select t from pg_trigger t
    where not tgisinternal and tgenabled <> 'D' and tgtype & 16 > 0 and tgrelid in (
      with recursive tree as (
        select '"public"."projects"'::regclass::oid as part union all select inhrelid from pg_inherits join tree on inhparent = part
      ) select part from tree));
  each pg_trigger;
begin
  lock table "public"."projects" in share row exclusive mode;
  -- an owner whom the forced policies bind would see no row
  if forced then execute format('alter table %s no force row level security', '"public"."projects"'); end if;
  if exists (select from "public"."projects" where "number" is null or "number" = 0) then
    foreach each in array silenced loop
      execute format('alter table only %s disable trigger %I', each.tgrelid::regclass, each.tgname);
    end loop;
    with missing as (
      select place, part, "organization_id", row_number() over (partition by "organization_id" order by "created_at", "id", part, place) as n
      from (select ctid as place, tableoid as part, "organization_id", "created_at", "id"
        from "public"."projects" where "number" is null or "number" = 0) t
    ), highest as (
      select "organization_id", max("number") as last from "public"."projects" where "number" > 0 group by "organization_id"
    )
    update "public"."projects" t set "number" = coalesce(h.last, 0) + m.n
    from missing m left join highest h on h."organization_id" = m."organization_id"
    where t.ctid = m.place and t.tableoid = m.part;
    foreach each in array silenced loop
      execute format('alter table only %s enable %s trigger %I', each.tgrelid::regclass,
        case each.tgenabled when 'A' then 'always' when 'R' then 'replica' end, each.tgname);
    end loop;
  end if;
  if forced then execute format('alter table %s force row level security', '"public"."projects"'); end if;
end
$tenantry$;
--> statement-breakpoint
create unique index if not exists "projects_number_number_7f636292" on "public"."projects" ("organization_id", "number");
--> statement-breakpoint
create or replace function tenantry.number_public_projects__number() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $tenantry$
begin
  if new."number" <> 0 then
    perform pg_advisory_xact_lock(hashtextextended(new."organization_id"::text || '"public"."projects"."number"', 0));
    return new;
  end if;
  -- what gets the lock at once is no query of its own
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') or not pg_try_advisory_xact_lock(hashtextextended(new."organization_id"::text || '"public"."projects"."number"', 0)) then
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
      raise exception 'NUMBER_ISOLATION_REFUSED: a number of % in a transaction at %', tg_table_name, upper(current_setting('transaction_isolation'))
        using errcode = 'TN001';
    end if;
    perform pg_advisory_xact_lock(hashtextextended(new."organization_id"::text || '"public"."projects"."number"', 0));
  end if;
  select s.next
  into new."number"
  from (select 0 as period) p cross join lateral (select 1 + greatest(0,
    (select t."number" from "public"."projects" t where t."organization_id" = new."organization_id" order by t."number" desc limit 1),
    (select m.last_number from tenantry.number_marks m
      where m.tenant_id = new."organization_id"::text and m.series = '"public"."projects"."number"')) as next
    offset 0) s; -- else it would be looked up for each place that names it
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.keep_number_public_projects__number() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.number_marks as m (tenant_id, series, last_number)
    select g."organization_id"::text, '"public"."projects"."number"', g.last
    from (select "organization_id", max("number") as last from gone where "number" > 0 group by "organization_id") g
    where not exists (select from "public"."projects" t where t."organization_id" = g."organization_id" and t."number" > g.last) and exists (select from "public"."organizations" o where o."id" = g."organization_id")
    order by 1, 2
    on conflict (tenant_id, series) do update set last_number = greatest(m.last_number, excluded.last_number);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.number_public_projects__number() owner to "system";
--> statement-breakpoint
alter function tenantry.keep_number_public_projects__number() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.number_public_projects__number(), tenantry.keep_number_public_projects__number() from public;
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_number" before insert on "public"."projects"
  for each row when (new."number" <> 0) execute function tenantry.refuse_number('number');
--> statement-breakpoint
create or replace trigger "zz_tenantry_number_number" before insert on "public"."projects"
  for each row execute function tenantry.number_public_projects__number();
--> statement-breakpoint
create or replace trigger "zz_tenantry_keep_number" after delete on "public"."projects"
  referencing old table as gone for each statement execute function tenantry.keep_number_public_projects__number();
--> statement-breakpoint
-- references of checkout_intents: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."checkout_intents"', 'checkout_intents_organization_id_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry b699d41545552e43');
--> statement-breakpoint
-- references of invoices: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."invoices"', 'invoices_organization_id_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry ecb0e2ec052b6127');
--> statement-breakpoint
-- references of organization_billing: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."organization_billing"', 'organization_billing_organization_id_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry 20ea6a1ccda36d93');
--> statement-breakpoint
-- references of projects: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."projects"', 'projects_organization_id_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry 3af3df8f55e232c9');
--> statement-breakpoint
select tenantry.keep_reference('"public"."projects"', 'projects_created_by_fk',
  'foreign key ("organization_id", "created_by") references "public"."memberships" ("organization_id", "user_id") on delete set null ("created_by")', 'tenantry 19b400b6147f9664');
--> statement-breakpoint
-- references of subscription_items: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."subscription_items"', 'subscription_items_subscription_id_fk',
  'foreign key ("organization_id", "subscription_id") references "public"."subscriptions" ("organization_id", "id") on delete cascade', 'tenantry 7d66f5280c6ff1e4');
--> statement-breakpoint
-- references of subscriptions: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."subscriptions"', 'subscriptions_organization_id_fk',
  'foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade', 'tenantry 1f0d82e449c26ec3');
