-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas ad044a9312570cd4
-- tenantry:section table:public.add_on_features 3963cfb9270a5eb4
-- tenantry:section table:public.add_ons 2fb6ece5b61f21cd
-- tenantry:section table:public.audit_logs cc1ad2e57efaeeed
-- tenantry:section table:public.checkout_intents ca4e08d4e4673c02
-- tenantry:section table:public.entitlement_history a5a0b1e7630a683c
-- tenantry:section table:public.feature_overrides 80fc4b8411ffc8ee
-- tenantry:section table:public.invitations ce346f0b29fb529d
-- tenantry:section table:public.invoices 0487c422f8f295b0
-- tenantry:section table:public.limit_states 75b62f5af4209332
-- tenantry:section table:public.member_roles eedacf81a2f0d65b
-- tenantry:section table:public.memberships 6af011b1738eaad6
-- tenantry:section table:public.organization_billing f227c0ae297340f2
-- tenantry:section table:public.organizations cbc0c0343c043b49
-- tenantry:section table:public.permissions 0e3eec214fa3bc0c
-- tenantry:section table:public.plan_features 2d3adcdadaec1d4c
-- tenantry:section table:public.prices 9f711cb5f915339f
-- tenantry:section table:public.products 1c97c743041c522f
-- tenantry:section table:public.projects 2894357a80949756
-- tenantry:section table:public.role_permissions 1501c4d0885b8b75
-- tenantry:section table:public.roles 237d640b37392ff8
-- tenantry:section table:public.subscription_items 568febcdad4a4bd1
-- tenantry:section table:public.subscriptions 87fb00fd910600a0
-- tenantry:section table:public.usage_counters 2a65db4653d3166b
-- tenantry:section table:public.usage_events 39f88eee812ed791
-- tenantry:section table:public.users a8aa37c22ec38362
-- tenantry:section table:public.webhook_events 7e2664a72fee6754
-- tenantry:section references:public.add_ons e3c9eefcaade75eb
-- tenantry:section references:public.checkout_intents 2511ff952a4fc826
-- tenantry:section references:public.feature_overrides 4f53c24397288f0d
-- tenantry:section references:public.invoices 84b3933bb6406533
-- tenantry:section references:public.limit_states fa504ad69881b8ad
-- tenantry:section references:public.organization_billing df84e7fdce4145e5
-- tenantry:section references:public.projects 72496a32096206c7
-- tenantry:section references:public.subscription_items cb707d50c3a95b71
-- tenantry:section references:public.subscriptions f1f435c2096afa73
-- tenantry:section references:public.usage_counters 6adb2d6345ab90d0
-- tenantry:section references:public.usage_events 32c949e0128c9c76
-- tenantry:section rbac:references 4aaaa8f386221254
-- tenantry:section rbac:state 8213fa2a6bcef862
-- tenantry:section rbac:checks 1d5e2bfcb8281d1e
-- tenantry:section rbac:invariants 2243d920249c7302
-- tenantry:section rbac:members 53cbb46aa63d1f3e
-- tenantry:section rbac:invitations 74ccb3d92506fb15
-- tenantry:section rbac:explain 46444a63b9c61a28
-- tenantry:section rbac:definition 99b6273362ff56e2
-- tenantry:section audit-log:role f73a907569952700
-- tenantry:section audit-log:guards 491ca2f2eff47f50
-- tenantry:section audit-log:state d3da8b9390bd6012
-- tenantry:section audit-log:functions 86b00c1fa826d291
-- tenantry:section audit-log:lifetime 40528b3da2c4708d
-- tenantry:section audit-log:log 6e4a9ab03ae43661
-- tenantry:section audit-log:captures 0b91a2ba15187a13
-- tenantry:section audit-log:capture:public.invitations 1d135aa0365c4fa0
-- tenantry:section audit-log:capture:public.member_roles 0ac0a7fb6534dc7d
-- tenantry:section audit-log:capture:public.memberships bd4d6663be27eec4
-- tenantry:section audit-log:capture:public.organizations f931b00abae04f08
-- tenantry:section audit-log:capture:public.projects 634960ae04f96093
-- tenantry:section plan-limits:history ad210910eba4534b
-- tenantry:section plan-limits:plans 32447f4df0fe55f3
-- tenantry:section plan-limits:periods 7df81d4e64f0cdfa
-- tenantry:section plan-limits:usage f7b873590e6e8cff
-- tenantry:section plan-limits:counts c61b679e08d94a92
-- tenantry:section plan-limits:report 67bcdde473ab9c0d
-- tenantry:section plan-limits:changes 42e95117a5d19848
-- tenantry:section stripe-billing:tickets c14ecaf1918d635b
-- tenantry:section stripe-billing:intake 481c10887c43866c
-- tenantry:section stripe-billing:sync 94441f9ecc37ba16
-- tenantry:section stripe-billing:queue 7d16b72b3e88dce2
-- tenantry:section stripe-billing:checkout ac75956a8ae80adf
-- tenantry:section stripe-billing:operate a3d4b7c8176c0ed7
-- tenantry:section entry 7d7ccb16202418a0

set local lock_timeout = '5s';
--> statement-breakpoint
grant usage on schema "public" to "app", "system";
--> statement-breakpoint
alter table "public"."add_on_features" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."add_on_features"'::regclass and polname = 'add_on_features_owner') then
    create policy "add_on_features_owner" on "public"."add_on_features" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."add_on_features" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."add_on_features" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."add_on_features" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."add_on_features";
--> statement-breakpoint
alter table "public"."add_ons" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "add_ons_owner" on "public"."add_ons";
--> statement-breakpoint
revoke all on table "public"."add_ons" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."add_ons" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."add_ons" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."add_ons"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "audit_logs_owner" on "public"."audit_logs";
--> statement-breakpoint
revoke all on table "public"."audit_logs" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."audit_logs" to "app";
--> statement-breakpoint
grant select on table "public"."audit_logs" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."audit_logs"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."checkout_intents" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "checkout_intents_owner" on "public"."checkout_intents";
--> statement-breakpoint
revoke all on table "public"."checkout_intents" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."checkout_intents" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."checkout_intents" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."checkout_intents"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."entitlement_history" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."entitlement_history"'::regclass and polname = 'entitlement_history_owner') then
    create policy "entitlement_history_owner" on "public"."entitlement_history" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."entitlement_history" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."entitlement_history" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."entitlement_history";
--> statement-breakpoint
alter table "public"."feature_overrides" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "feature_overrides_owner" on "public"."feature_overrides";
--> statement-breakpoint
revoke all on table "public"."feature_overrides" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."feature_overrides" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."feature_overrides" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."feature_overrides"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."invitations" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "invitations_owner" on "public"."invitations";
--> statement-breakpoint
revoke all on table "public"."invitations" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("email", "role_id", "token_hash", "invited_by", "expires_at", "accepted_at", "accepted_by", "revoked_at", "created_at", "updated_at") on table "public"."invitations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."invitations" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."invitations"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."invoices" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "invoices_owner" on "public"."invoices";
--> statement-breakpoint
revoke all on table "public"."invoices" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."invoices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."invoices" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."invoices"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."limit_states" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "limit_states_owner" on "public"."limit_states";
--> statement-breakpoint
revoke all on table "public"."limit_states" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."limit_states" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."limit_states" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."limit_states"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."member_roles" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "member_roles_owner" on "public"."member_roles";
--> statement-breakpoint
revoke all on table "public"."member_roles" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("user_id", "role_id", "resource_type", "resource_id", "expires_at", "created_at", "updated_at") on table "public"."member_roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."member_roles" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."member_roles"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "memberships_owner" on "public"."memberships";
--> statement-breakpoint
revoke all on table "public"."memberships" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("joined_at", "created_at", "updated_at") on table "public"."memberships" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."memberships" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."memberships"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."organization_billing" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "organization_billing_owner" on "public"."organization_billing";
--> statement-breakpoint
revoke all on table "public"."organization_billing" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."organization_billing" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."organization_billing" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."organization_billing"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."organizations" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "organizations_owner" on "public"."organizations";
--> statement-breakpoint
revoke all on table "public"."organizations" from public, "app", "system";
--> statement-breakpoint
grant select, update ("name", "slug", "created_at", "updated_at") on table "public"."organizations" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."organizations" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "id" on "public"."organizations"
  for each row when (old."id" is distinct from new."id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."permissions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."permissions"'::regclass and polname = 'permissions_owner') then
    create policy "permissions_owner" on "public"."permissions" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."permissions" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."permissions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."permissions" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."permissions";
--> statement-breakpoint
alter table "public"."plan_features" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."plan_features"'::regclass and polname = 'plan_features_owner') then
    create policy "plan_features_owner" on "public"."plan_features" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."plan_features" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."plan_features" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."plan_features" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."plan_features";
--> statement-breakpoint
alter table "public"."prices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."prices"'::regclass and polname = 'prices_owner') then
    create policy "prices_owner" on "public"."prices" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."prices" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."prices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."prices" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."prices";
--> statement-breakpoint
alter table "public"."products" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."products"'::regclass and polname = 'products_owner') then
    create policy "products_owner" on "public"."products" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."products" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."products" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."products" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."products";
--> statement-breakpoint
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "projects_owner" on "public"."projects";
--> statement-breakpoint
revoke all on table "public"."projects" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("name", "description", "status", "created_by", "created_at", "updated_at") on table "public"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."projects" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."projects"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."role_permissions" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "role_permissions_owner" on "public"."role_permissions";
--> statement-breakpoint
revoke all on table "public"."role_permissions" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("created_at", "updated_at") on table "public"."role_permissions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."role_permissions" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."role_permissions"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."roles" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "roles_owner" on "public"."roles";
--> statement-breakpoint
revoke all on table "public"."roles" from public, "app", "system";
--> statement-breakpoint
grant select, insert, delete, update ("key", "name", "parent_id", "created_at", "updated_at") on table "public"."roles" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."roles" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."roles"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."subscription_items" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "subscription_items_owner" on "public"."subscription_items";
--> statement-breakpoint
revoke all on table "public"."subscription_items" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."subscription_items" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."subscription_items" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."subscription_items"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."subscriptions" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "subscriptions_owner" on "public"."subscriptions";
--> statement-breakpoint
revoke all on table "public"."subscriptions" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."subscriptions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."subscriptions" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."subscriptions"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."usage_counters" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "usage_counters_owner" on "public"."usage_counters";
--> statement-breakpoint
revoke all on table "public"."usage_counters" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."usage_counters" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."usage_counters" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."usage_counters"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."usage_events" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "usage_events_owner" on "public"."usage_events";
--> statement-breakpoint
revoke all on table "public"."usage_events" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."usage_events" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."usage_events" to "system";
--> statement-breakpoint
create or replace trigger "tenantry_refuse_tenant_change" before update of "organization_id" on "public"."usage_events"
  for each row when (old."organization_id" is distinct from new."organization_id")
  execute function tenantry.refuse_tenant_change();
--> statement-breakpoint
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
drop policy if exists "users_owner" on "public"."users";
--> statement-breakpoint
revoke all on table "public"."users" from public, "app", "system";
--> statement-breakpoint
grant select on table "public"."users" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."users" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."users";
--> statement-breakpoint
alter table "public"."webhook_events" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_policy where polrelid = '"public"."webhook_events"'::regclass and polname = 'webhook_events_owner') then
    create policy "webhook_events_owner" on "public"."webhook_events" to current_user using (true) with check (true);
  end if;
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."webhook_events" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."webhook_events" to "system";
--> statement-breakpoint
drop trigger if exists "tenantry_refuse_tenant_change" on "public"."webhook_events";
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."add_ons"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 5f87f75d6db975ab']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."add_ons"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."add_ons"'::regclass and conname = 'add_ons_organization_id_fk') then
    alter table "public"."add_ons" add constraint "add_ons_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "add_ons_organization_id_fk" on "public"."add_ons" is 'tenantry 5f87f75d6db975ab';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."add_ons"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."add_ons"'::regclass and conname = 'add_ons_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."add_ons" validate constraint "add_ons_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."checkout_intents"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry b699d41545552e43']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."checkout_intents"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."checkout_intents"'::regclass and conname = 'checkout_intents_organization_id_fk') then
    alter table "public"."checkout_intents" add constraint "checkout_intents_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "checkout_intents_organization_id_fk" on "public"."checkout_intents" is 'tenantry b699d41545552e43';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."checkout_intents"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."checkout_intents"'::regclass and conname = 'checkout_intents_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."checkout_intents" validate constraint "checkout_intents_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."feature_overrides"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 7a7ddfac64143db8']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."feature_overrides"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."feature_overrides"'::regclass and conname = 'feature_overrides_organization_id_fk') then
    alter table "public"."feature_overrides" add constraint "feature_overrides_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "feature_overrides_organization_id_fk" on "public"."feature_overrides" is 'tenantry 7a7ddfac64143db8';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."feature_overrides"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."feature_overrides"'::regclass and conname = 'feature_overrides_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."feature_overrides" validate constraint "feature_overrides_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."invoices"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry ecb0e2ec052b6127']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."invoices"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."invoices"'::regclass and conname = 'invoices_organization_id_fk') then
    alter table "public"."invoices" add constraint "invoices_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "invoices_organization_id_fk" on "public"."invoices" is 'tenantry ecb0e2ec052b6127';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."invoices"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."invoices"'::regclass and conname = 'invoices_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."invoices" validate constraint "invoices_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."limit_states"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry ea4a451a20c0c18e']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."limit_states"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."limit_states"'::regclass and conname = 'limit_states_organization_id_fk') then
    alter table "public"."limit_states" add constraint "limit_states_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "limit_states_organization_id_fk" on "public"."limit_states" is 'tenantry ea4a451a20c0c18e';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."limit_states"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."limit_states"'::regclass and conname = 'limit_states_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."limit_states" validate constraint "limit_states_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."organization_billing"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 20ea6a1ccda36d93']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."organization_billing"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."organization_billing"'::regclass and conname = 'organization_billing_organization_id_fk') then
    alter table "public"."organization_billing" add constraint "organization_billing_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "organization_billing_organization_id_fk" on "public"."organization_billing" is 'tenantry 20ea6a1ccda36d93';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."organization_billing"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."organization_billing"'::regclass and conname = 'organization_billing_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."organization_billing" validate constraint "organization_billing_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."projects"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 3af3df8f55e232c9', 'tenantry 19b400b6147f9664']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."projects"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_organization_id_fk') then
    alter table "public"."projects" add constraint "projects_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "projects_organization_id_fk" on "public"."projects" is 'tenantry 3af3df8f55e232c9';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."projects"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."projects" validate constraint "projects_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_created_by_fk') then
    alter table "public"."projects" add constraint "projects_created_by_fk" foreign key ("organization_id", "created_by") references "public"."memberships" ("organization_id", "user_id") on delete set null ("created_by") not valid;
    comment on constraint "projects_created_by_fk" on "public"."projects" is 'tenantry 19b400b6147f9664';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."projects"'::regclass, '"public"."memberships"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."projects"'::regclass and conname = 'projects_created_by_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."projects" validate constraint "projects_created_by_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."subscription_items"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 7d66f5280c6ff1e4']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."subscription_items"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."subscription_items"'::regclass and conname = 'subscription_items_subscription_id_fk') then
    alter table "public"."subscription_items" add constraint "subscription_items_subscription_id_fk" foreign key ("organization_id", "subscription_id") references "public"."subscriptions" ("organization_id", "id") on delete cascade not valid;
    comment on constraint "subscription_items_subscription_id_fk" on "public"."subscription_items" is 'tenantry 7d66f5280c6ff1e4';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."subscription_items"'::regclass, '"public"."subscriptions"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."subscription_items"'::regclass and conname = 'subscription_items_subscription_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."subscription_items" validate constraint "subscription_items_subscription_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."subscriptions"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 1f0d82e449c26ec3']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."subscriptions"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."subscriptions"'::regclass and conname = 'subscriptions_organization_id_fk') then
    alter table "public"."subscriptions" add constraint "subscriptions_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "subscriptions_organization_id_fk" on "public"."subscriptions" is 'tenantry 1f0d82e449c26ec3';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."subscriptions"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."subscriptions"'::regclass and conname = 'subscriptions_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."subscriptions" validate constraint "subscriptions_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."usage_counters"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 3b593aac5a8afaab']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."usage_counters"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."usage_counters"'::regclass and conname = 'usage_counters_organization_id_fk') then
    alter table "public"."usage_counters" add constraint "usage_counters_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "usage_counters_organization_id_fk" on "public"."usage_counters" is 'tenantry 3b593aac5a8afaab';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."usage_counters"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."usage_counters"'::regclass and conname = 'usage_counters_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."usage_counters" validate constraint "usage_counters_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."usage_events"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry 595e669d1ad6aa5f']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."usage_events"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."usage_events"'::regclass and conname = 'usage_events_organization_id_fk') then
    alter table "public"."usage_events" add constraint "usage_events_organization_id_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "usage_events_organization_id_fk" on "public"."usage_events" is 'tenantry 595e669d1ad6aa5f';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."usage_events"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."usage_events"'::regclass and conname = 'usage_events_organization_id_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."usage_events" validate constraint "usage_events_organization_id_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."memberships"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry:rbac %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry:rbac 6ab311cbe7b2c4e1', 'tenantry:rbac 43b814c57b4e70cc']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."memberships"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_organization_id_rbac_fk') then
    alter table "public"."memberships" add constraint "memberships_organization_id_rbac_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "memberships_organization_id_rbac_fk" on "public"."memberships" is 'tenantry:rbac 6ab311cbe7b2c4e1';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."memberships"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_organization_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."memberships" validate constraint "memberships_organization_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_user_id_rbac_fk') then
    alter table "public"."memberships" add constraint "memberships_user_id_rbac_fk" foreign key ("user_id") references "public"."users" ("id") on delete cascade not valid;
    comment on constraint "memberships_user_id_rbac_fk" on "public"."memberships" is 'tenantry:rbac 43b814c57b4e70cc';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."memberships"'::regclass, '"public"."users"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."memberships"'::regclass and conname = 'memberships_user_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."memberships" validate constraint "memberships_user_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."roles"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry:rbac %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry:rbac 5aca6ab221e783c6', 'tenantry:rbac 40941be55ff1079f']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."roles"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."roles"'::regclass and conname = 'roles_organization_id_rbac_fk') then
    alter table "public"."roles" add constraint "roles_organization_id_rbac_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "roles_organization_id_rbac_fk" on "public"."roles" is 'tenantry:rbac 5aca6ab221e783c6';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."roles"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."roles"'::regclass and conname = 'roles_organization_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."roles" validate constraint "roles_organization_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."roles"'::regclass and conname = 'roles_parent_id_rbac_fk') then
    alter table "public"."roles" add constraint "roles_parent_id_rbac_fk" foreign key ("parent_id") references "public"."roles" ("id") on delete set null ("parent_id") not valid;
    comment on constraint "roles_parent_id_rbac_fk" on "public"."roles" is 'tenantry:rbac 40941be55ff1079f';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."roles"'::regclass, '"public"."roles"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."roles"'::regclass and conname = 'roles_parent_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."roles" validate constraint "roles_parent_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."role_permissions"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry:rbac %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry:rbac f79bda453fa4aa28']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."role_permissions"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."role_permissions"'::regclass and conname = 'role_permissions_role_id_rbac_fk') then
    alter table "public"."role_permissions" add constraint "role_permissions_role_id_rbac_fk" foreign key ("role_id") references "public"."roles" ("id") on delete cascade not valid;
    comment on constraint "role_permissions_role_id_rbac_fk" on "public"."role_permissions" is 'tenantry:rbac f79bda453fa4aa28';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."role_permissions"'::regclass, '"public"."roles"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."role_permissions"'::regclass and conname = 'role_permissions_role_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."role_permissions" validate constraint "role_permissions_role_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."member_roles"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry:rbac %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry:rbac 54e953706a6b3b4a', 'tenantry:rbac dbbb15c9c83883a0']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."member_roles"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."member_roles"'::regclass and conname = 'member_roles_organization_id_user_id_rbac_fk') then
    alter table "public"."member_roles" add constraint "member_roles_organization_id_user_id_rbac_fk" foreign key ("organization_id", "user_id") references "public"."memberships" ("organization_id", "user_id") on delete cascade not valid;
    comment on constraint "member_roles_organization_id_user_id_rbac_fk" on "public"."member_roles" is 'tenantry:rbac 54e953706a6b3b4a';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."member_roles"'::regclass, '"public"."memberships"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."member_roles"'::regclass and conname = 'member_roles_organization_id_user_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."member_roles" validate constraint "member_roles_organization_id_user_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."member_roles"'::regclass and conname = 'member_roles_role_id_rbac_fk') then
    alter table "public"."member_roles" add constraint "member_roles_role_id_rbac_fk" foreign key ("role_id") references "public"."roles" ("id") on delete cascade not valid;
    comment on constraint "member_roles_role_id_rbac_fk" on "public"."member_roles" is 'tenantry:rbac dbbb15c9c83883a0';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."member_roles"'::regclass, '"public"."roles"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."member_roles"'::regclass and conname = 'member_roles_role_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."member_roles" validate constraint "member_roles_role_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  stale name;
begin
  for stale in
    select conname from pg_constraint
    where conrelid = '"public"."invitations"'::regclass
      and obj_description(oid, 'pg_constraint') like 'tenantry:rbac %'
      and obj_description(oid, 'pg_constraint') <> all (array['tenantry:rbac 6ffaadee95d6f6d6', 'tenantry:rbac dd692f5a1c2aa759']::text[])
  loop
    execute format('alter table %s drop constraint %I', '"public"."invitations"'::regclass, stale);
  end loop;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."invitations"'::regclass and conname = 'invitations_organization_id_rbac_fk') then
    alter table "public"."invitations" add constraint "invitations_organization_id_rbac_fk" foreign key ("organization_id") references "public"."organizations" ("id") on delete cascade not valid;
    comment on constraint "invitations_organization_id_rbac_fk" on "public"."invitations" is 'tenantry:rbac 6ffaadee95d6f6d6';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."invitations"'::regclass, '"public"."organizations"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."invitations"'::regclass and conname = 'invitations_organization_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."invitations" validate constraint "invitations_organization_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
begin
  if not exists (select from pg_constraint where conrelid = '"public"."invitations"'::regclass and conname = 'invitations_role_id_rbac_fk') then
    alter table "public"."invitations" add constraint "invitations_role_id_rbac_fk" foreign key ("role_id") references "public"."roles" ("id") on delete cascade not valid;
    comment on constraint "invitations_role_id_rbac_fk" on "public"."invitations" is 'tenantry:rbac dd692f5a1c2aa759';
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
  forced constant text[] := array(select oid::regclass::text from pg_class
    where relforcerowsecurity and oid in ('"public"."invitations"'::regclass, '"public"."roles"'::regclass));
  forced_table text;
begin
  if (select convalidated from pg_constraint where conrelid = '"public"."invitations"'::regclass and conname = 'invitations_role_id_rbac_fk') then
    return;
  end if;
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s no force row level security', forced_table);
    end loop;
  end if;
  alter table "public"."invitations" validate constraint "invitations_role_id_rbac_fk";
  if bound then
    foreach forced_table in array forced loop
      execute format('alter table %s force row level security', forced_table);
    end loop;
  end if;
end
$tenantry$;
--> statement-breakpoint
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
create or replace function tenantry.rbac_effective(tenant uuid, members uuid[])
    returns table (tenant_id uuid, user_id uuid, permissions text[], facts jsonb, valid_until timestamptz)
    language plpgsql stable
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
        select h.member, h.type, h.id, h.assigned, r."parent_id", h.expires
        from held h join "public"."roles" r on r."id" = h.role
        where r."parent_id" is not null
          and (r."organization_id" is null or r."organization_id" = $1)
      ),
      granted as (
        select distinct h.member, h.type, h.id, p."key" as key
        from held h
        join "public"."roles" r on r."id" = h.role and (r."organization_id" is null or r."organization_id" = $1)
        join "public"."role_permissions" rp on rp."role_id" = h.role
        join "public"."permissions" p on rp."permission" in (p."key", p."resource" || ':*', '*')
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
        select h.member, jsonb_agg(distinct r."key") as keys
        from held h join "public"."roles" r on r."id" = h.assigned where h.type is null group by 1
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
revoke all on function tenantry.rbac_effective(uuid, uuid[]) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_effective(uuid, uuid[]) to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_changed(tenant uuid, members uuid[]) returns void
    language plpgsql security definer
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_changed(uuid, uuid[]) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_changed(uuid, uuid[]) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_next_version(tenant uuid) returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      now_at bigint;
    begin
      -- shared among tenants, exclusive for a change of the definition: it must not miss a new member
      perform pg_advisory_xact_lock_shared(1952803950, 1);
      -- a lock does not stop an older snapshot from deriving what was; a row that has changed does
      if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        perform from tenantry.rbac_definitions for share;
      end if;
      insert into tenantry.rbac_versions as v (tenant_id) values ($1)
      on conflict (tenant_id) do update set version = v.version + 1
      returning v.version into now_at;
      perform pg_notify('tenantry_rbac', jsonb_build_object('tenant', $1, 'version', now_at)::text);
      return now_at;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_next_version(uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_next_version(uuid) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_definition_changes() returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform pg_advisory_xact_lock(1952803950, 1);
      update tenantry.rbac_definitions set version = version + 1;
      -- this one may be the older snapshot, and must not miss what it does not see
      if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then update tenantry.rbac_versions set version = version + 1; end if;
      perform pg_notify('tenantry_rbac', '{}');
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_definition_changes() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_definition_changes() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_hold_tenant(tenant uuid) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into tenantry.rbac_versions as v (tenant_id) values ($1)
      on conflict (tenant_id) do update set version = v.version;
    end
    $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_hold_tenant(uuid) is
      'Lets one transaction at a time change the roles of a tenant.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_hold_tenant(uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_hold_tenant(uuid) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_hold() returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.rbac_hold_tenant((coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_hold() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_hold() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_hold() to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_derive(tenant uuid, members uuid[], version bigint) returns void
    language plpgsql security definer
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_derive(uuid, uuid[], bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_derive(uuid, uuid[], bigint) from public;
--> statement-breakpoint
drop function if exists tenantry.rbac_roles_changed(uuid[]);
--> statement-breakpoint
drop function if exists tenantry.rbac_definition_changed();
--> statement-breakpoint
create or replace function tenantry.rbac_mark(changed uuid[]) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      with recursive below as (
        select unnest($1) as id
        union
        select r."id" from below b join "public"."roles" r on r."parent_id" = b.id
      ),
      marked as (
        update tenantry.member_permissions d set valid_until = '-infinity'::timestamptz
        from (
          select distinct mr."organization_id" as tenant, mr."user_id" as member
          from below b join "public"."member_roles" mr on mr."role_id" = b.id
        ) c
        where d.tenant_id = c.tenant and d.user_id = c.member and d.valid_until is distinct from '-infinity'::timestamptz
        returning d.tenant_id
      )
      update tenantry.rbac_versions v set version = v.version + 1
      where v.tenant_id in (select marked.tenant_id from marked);
    end
    $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_mark(uuid[]) is 'Marks the members who hold one of these roles, or one below.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_mark(uuid[]) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_mark(uuid[]) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_roles_changed(tenant uuid, changed uuid[]) returns void
    language plpgsql security definer
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_roles_changed(uuid, uuid[]) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_roles_changed(uuid, uuid[]) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_keys_changed(keys text[], resources text[]) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.rbac_definition_changes();
      perform tenantry.rbac_mark(array(select distinct rp."role_id" from "public"."role_permissions" rp
        where rp."permission" = '*' or rp."permission" = any ($1)
          or rp."permission" in (select each || ':*' from unnest($2) each)));
    end
    $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_keys_changed(text[], text[]) is
      'Marks the members of roles that grant one of these permissions of table permissions.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_keys_changed(text[], text[]) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_keys_changed(text[], text[]) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_refresh(tenant uuid, most int) returns int
    language plpgsql security definer
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
comment on function tenantry.rbac_refresh(uuid, int) is
      'Works out members that are marked: of one tenant, or of any, at most so many; returns how many.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_refresh(uuid, int) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_refresh(uuid, int) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_refresh(uuid, int) to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_refresh_tenant() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      -- the first of the rows of a transaction does it, the others find nothing to do
      perform tenantry.rbac_refresh(case when tg_op = 'DELETE' then old."organization_id" else new."organization_id" end, null);
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_refresh_tenant() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_refresh_tenant() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_backfill() returns void
    language plpgsql security definer
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
comment on function tenantry.rbac_backfill() is 'Lets members in who were there before.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_backfill() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_backfill() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_backfill() to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_facts_of(tenant uuid, member uuid) returns jsonb
    language plpgsql stable security definer parallel safe
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_facts_of(uuid, uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_facts_of(uuid, uuid) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_facts(tenant uuid, member uuid) returns jsonb
    language plpgsql stable security definer parallel safe
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_facts(uuid, uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_facts(uuid, uuid) from public;
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.my_permissions() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.my_permissions() from public;
--> statement-breakpoint
grant execute on function tenantry.my_permissions() to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_has(tenant uuid, member uuid, permission text) returns boolean
    language plpgsql stable security definer parallel safe
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_has(uuid, uuid, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_has(uuid, uuid, text) from public;
--> statement-breakpoint
create or replace function tenantry.can(text) returns boolean
    language plpgsql stable security definer parallel safe
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.can(text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.can(text) from public;
--> statement-breakpoint
grant execute on function tenantry.can(text) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.allowed_ids(text, text) returns text[]
    language plpgsql stable security definer parallel safe
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.allowed_ids(text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.allowed_ids(text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.allowed_ids(text, text) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_role_id(tenant uuid, role text) returns uuid
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      found_id uuid;
    begin
      select r."id" into found_id from "public"."roles" r
      where r."key" = $2 and (r."organization_id" is null or r."organization_id" = $1)
      order by r."organization_id" is null desc limit 1;
      if found_id is null then
        raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || coalesce($2, 'null'), detail = (jsonb_build_object('role', $2))::text;
      end if;
      return found_id;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_role_id(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_role_id(uuid, text) to "app", "system";
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.my_version() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.my_version() from public;
--> statement-breakpoint
grant execute on function tenantry.my_version() to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_version(tenant uuid) returns bigint
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if row_security_active('"public"."member_roles"') then return tenantry.my_version(); end if;
      return (select v.version from tenantry.rbac_versions v where v.tenant_id = $1);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_version(uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_version(uuid) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_members_left(tenant uuid, members uuid[]) returns void
    language plpgsql security definer
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_members_left(uuid, uuid[]) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_members_left(uuid, uuid[]) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_memberships_changed() returns trigger
      language plpgsql security definer
      set search_path = pg_catalog, pg_temp
      as $tenantry$
      declare
        each record;
      begin
        if tg_op = 'INSERT' then       for each in select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from come x
group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop perform tenantry.rbac_changed(each.tenant, each.members);  end loop;
        elsif tg_op = 'DELETE' then       for each in select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from gone x
group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop perform tenantry.rbac_changed(each.tenant, each.members); perform tenantry.rbac_members_left(each.tenant, each.members); end loop;
        else       for each in select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from (table gone union all table come) x
group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop perform tenantry.rbac_changed(each.tenant, each.members);  end loop;
        end if;
        return null;
      end
      $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_memberships_changed() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_memberships_changed() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_member_roles_changed() returns trigger
      language plpgsql security definer
      set search_path = pg_catalog, pg_temp
      as $tenantry$
      declare
        each record;
      begin
        if tg_op = 'INSERT' then       for each in select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from come x
group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop perform tenantry.rbac_changed(each.tenant, each.members);  end loop;
        elsif tg_op = 'DELETE' then       for each in select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from gone x
group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop perform tenantry.rbac_changed(each.tenant, each.members);  end loop;
        else       for each in select x."organization_id" as tenant, array_agg(distinct x."user_id") as members from (table gone union all table come) x
group by 1 order by 1 -- in one order, or two changes could wait for each other
      loop perform tenantry.rbac_changed(each.tenant, each.members);  end loop;
        end if;
        return null;
      end
      $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_member_roles_changed() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_member_roles_changed() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_role_rows_changed() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      each record;
    begin
              if tg_op = 'INSERT' then for each in select x."organization_id" as tenant, array_agg(distinct x."id") as roles from come x group by 1 order by 1
loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
        elsif tg_op = 'DELETE' then for each in select x."organization_id" as tenant, array_agg(distinct x."id") as roles from gone x group by 1 order by 1
loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
        else for each in select x."organization_id" as tenant, array_agg(distinct x."id") as roles from come x join gone g on g."id" = x."id" where (x."key", x."parent_id") is distinct from (g."key", g."parent_id") group by 1 order by 1
loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
        end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_role_rows_changed() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_role_rows_changed() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_role_permissions_changed() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      each record;
    begin
              if tg_op = 'INSERT' then for each in select x."organization_id" as tenant, array_agg(distinct x."role_id") as roles from come x group by 1 order by 1
loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
        elsif tg_op = 'DELETE' then for each in select x."organization_id" as tenant, array_agg(distinct x."role_id") as roles from gone x group by 1 order by 1
loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
        else for each in select x."organization_id" as tenant, array_agg(distinct x."role_id") as roles from (table gone union all table come) x group by 1 order by 1
loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
        end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_role_permissions_changed() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_role_permissions_changed() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_permissions_changed() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      keys text[];
resources text[];
    begin
        if tg_op = 'INSERT' then select array_agg(x."key"), array_agg(x."resource") into keys, resources from come x;
  elsif tg_op = 'DELETE' then select array_agg(x."key"), array_agg(x."resource") into keys, resources from gone x;
  else -- not for another description
    select array_agg(x."key"), array_agg(x."resource") into keys, resources from (
  select c."key", c."resource" from come c where (c."key", c."resource") not in (select g."key", g."resource" from gone g)
  union all
  select g."key", g."resource" from gone g where (g."key", g."resource") not in (select c."key", c."resource" from come c)
) x;
  end if;
  if keys is not null then perform tenantry.rbac_keys_changed(keys, resources); end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_permissions_changed() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_permissions_changed() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_tenant_gone() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          delete from tenantry.rbac_versions v where v.tenant_id = old."id";
          delete from tenantry.rbac_departures d where d.tenant_id = old."id";
          return null;
        end
        $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_tenant_gone() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_tenant_gone() from public;
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_insert" on "public"."memberships";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_insert" after insert on "public"."memberships"
  referencing new table as come for each statement execute function tenantry.rbac_memberships_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_update" on "public"."memberships";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_update" after update on "public"."memberships"
  referencing old table as gone new table as come for each statement execute function tenantry.rbac_memberships_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_delete" on "public"."memberships";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_delete" after delete on "public"."memberships"
  referencing old table as gone for each statement execute function tenantry.rbac_memberships_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_insert" on "public"."member_roles";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_insert" after insert on "public"."member_roles"
  referencing new table as come for each statement execute function tenantry.rbac_member_roles_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_update" on "public"."member_roles";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_update" after update on "public"."member_roles"
  referencing old table as gone new table as come for each statement execute function tenantry.rbac_member_roles_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_delete" on "public"."member_roles";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_delete" after delete on "public"."member_roles"
  referencing old table as gone for each statement execute function tenantry.rbac_member_roles_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_insert" on "public"."roles";
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_update" on "public"."roles";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_update" after update on "public"."roles"
  referencing old table as gone new table as come for each statement execute function tenantry.rbac_role_rows_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_delete" on "public"."roles";
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_insert" on "public"."role_permissions";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_insert" after insert on "public"."role_permissions"
  referencing new table as come for each statement execute function tenantry.rbac_role_permissions_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_update" on "public"."role_permissions";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_update" after update on "public"."role_permissions"
  referencing old table as gone new table as come for each statement execute function tenantry.rbac_role_permissions_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_delete" on "public"."role_permissions";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_delete" after delete on "public"."role_permissions"
  referencing old table as gone for each statement execute function tenantry.rbac_role_permissions_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_insert" on "public"."permissions";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_insert" after insert on "public"."permissions"
  referencing new table as come for each statement execute function tenantry.rbac_permissions_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_update" on "public"."permissions";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_update" after update on "public"."permissions"
  referencing old table as gone new table as come for each statement execute function tenantry.rbac_permissions_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_derive_delete" on "public"."permissions";
--> statement-breakpoint
create trigger "tenantry_rbac_derive_delete" after delete on "public"."permissions"
  referencing old table as gone for each statement execute function tenantry.rbac_permissions_changed();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_refresh_tenant" on "public"."roles";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_refresh_tenant" after update on "public"."roles"
  deferrable initially deferred for each row when (new."organization_id" is not null) execute function tenantry.rbac_refresh_tenant();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_refresh_tenant_insert" on "public"."role_permissions";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_refresh_tenant_insert" after insert on "public"."role_permissions"
  deferrable initially deferred for each row when (new."organization_id" is not null) execute function tenantry.rbac_refresh_tenant();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_refresh_tenant_update" on "public"."role_permissions";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_refresh_tenant_update" after update on "public"."role_permissions"
  deferrable initially deferred for each row when (new."organization_id" is not null) execute function tenantry.rbac_refresh_tenant();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_refresh_tenant_delete" on "public"."role_permissions";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_refresh_tenant_delete" after delete on "public"."role_permissions"
  deferrable initially deferred for each row when (old."organization_id" is not null) execute function tenantry.rbac_refresh_tenant();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_derive_tenant_gone" after delete on "public"."organizations"
  for each row execute function tenantry.rbac_tenant_gone();
--> statement-breakpoint
create or replace function tenantry.rbac_assigned_role() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          if not exists (select from "public"."roles" r where r."id" = new."role_id" and (r."organization_id" is null or r."organization_id" = new."organization_id")) then
            raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a role that is not one of this tenant', detail = ('{}'::jsonb)::text;
          end if;
          return new;
        end
        $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_assigned_role() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_assigned_role() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_assigned_resource() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        declare
          there boolean;
        begin
                  if new."resource_type" = 'projects' then
          there := false;
          if not there and new."resource_id" ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
  new."resource_id" := lower(new."resource_id"); -- as the column writes it: one resource has one spelling
  perform from "public"."projects" t where t."organization_id" = new."organization_id"
    and t."id" = new."resource_id"::uuid for key share;
  there := found;
end if;
          if not there then raise exception using errcode = 'TN001', message = 'RESOURCE_UNKNOWN: ' || new."resource_type", detail = ('{}'::jsonb)::text; end if;
        end if;
          return new;
        end
        $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_assigned_resource() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_assigned_resource() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_role_permission() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          if not exists (select from "public"."roles" r where r."id" = new."role_id"
            and r."organization_id" is not distinct from new."organization_id") then
            raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a role that is not one of this tenant', detail = ('{}'::jsonb)::text;
          end if;
          if new."permission" <> '*' and not exists (select from "public"."permissions" p
            where new."permission" in (p."key", p."resource" || ':*')) then
            raise exception using errcode = 'TN001', message = 'PERMISSION_UNKNOWN: ' || new."permission", detail = (jsonb_build_object('permission', new."permission"))::text;
          end if;
          return new;
        end
        $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_role_permission() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_role_permission() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_role() returns trigger
        language plpgsql security definer
        set search_path = pg_catalog, pg_temp
        as $tenantry$
        begin
          if new."organization_id" is not null and exists (select from "public"."roles" r
            where r."organization_id" is null and r."key" = new."key") then
            raise exception using errcode = 'TN001', message = 'ROLE_INVALID: ' || format('the key %s belongs to a system role', new."key"), detail = ('{}'::jsonb)::text;
          end if;
          if new."parent_id" is null then return new; end if;
          if not exists (select from "public"."roles" r where r."id" = new."parent_id"
            and (r."organization_id" is null or r."organization_id" = new."organization_id")) then
            raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || 'a parent that is not a role of this tenant', detail = ('{}'::jsonb)::text;
          end if;
          if tg_op = 'UPDATE' and new."parent_id" is distinct from old."parent_id" then
            -- two changes at once would each see no circle: the second waits, then looks again. An
            -- update and not a lock, so that a transaction with an older snapshot fails
            if new."organization_id" is null then perform tenantry.rbac_definition_changes();
            else perform tenantry.rbac_hold_tenant(new."organization_id");
            end if;
          end if;
          if exists (
            with recursive above as (
              select new."parent_id" as id
              union
              select r."parent_id" from above a join "public"."roles" r on r."id" = a.id
            )
            select from above a where a.id = new."id"
          ) then
            raise exception using errcode = 'TN001', message = 'ROLE_INVALID: ' || format('role %s would be its own ancestor', new."key"), detail = ('{}'::jsonb)::text;
          end if;
          return new;
        end
        $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_role() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_role() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_assigned_role" before insert or update on "public"."member_roles"
  for each row execute function tenantry.rbac_assigned_role();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_assigned_resource" before insert or update on "public"."member_roles"
  for each row execute function tenantry.rbac_assigned_resource();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_assigned_role" before insert or update on "public"."invitations"
  for each row execute function tenantry.rbac_assigned_role();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_role_permission" before insert or update on "public"."role_permissions"
  for each row execute function tenantry.rbac_role_permission();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_role" before insert or update on "public"."roles"
  for each row execute function tenantry.rbac_role();
--> statement-breakpoint
create or replace function tenantry.rbac_role_patterns(tenant uuid, role uuid) returns text[]
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
      with recursive above as (
        select $2 as id
        union
        select r."parent_id" from above a join "public"."roles" r on r."id" = a.id
          and (r."organization_id" is null or r."organization_id" = $1)
        where r."parent_id" is not null
      )
      select coalesce(array_agg(distinct rp."permission"), '{}')
      from above a
      join "public"."roles" r on r."id" = a.id and (r."organization_id" is null or r."organization_id" = $1)
      join "public"."role_permissions" rp on rp."role_id" = a.id
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_role_patterns(uuid, uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_role_patterns(uuid, uuid) to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_lacking(
      tenant uuid, who uuid, patterns text[], type text, id text, until timestamptz) returns text
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
comment on function tenantry.rbac_lacking(uuid, uuid, text[], text, text, timestamptz) is
      'One of the patterns that a member does not hold, for that resource and until then; null when all are held.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_lacking(uuid, uuid, text[], text, text, timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_lacking(uuid, uuid, text[], text, text, timestamptz) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_require_patterns(patterns text[], type text, id text, until timestamptz)
    returns void
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
        raise exception using errcode = 'TN001', message = 'ACTOR_MISSING: ' || 'nobody who could give or take a role', detail = ('{}'::jsonb)::text;
      end if;
      -- who acts on behalf of another gives what both of them have
      foreach who in array array_remove(array[(case when (acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'user')::uuid end), (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end)], null) loop
        lacking := tenantry.rbac_lacking(at_home, who, $1, $2, $3, $4);
        if lacking is not null then
          raise exception using errcode = 'TN001', message = 'GRANT_ABOVE_OWN: ' || lacking || ' is not yours to give or take', detail = (jsonb_build_object('permission', lacking))::text;
        end if;
      end loop;
      if (case when (acting ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'user')::uuid end) is null or (acting ? 'onBehalfOf' and (case when (acting ->> 'onBehalfOf') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (acting ->> 'onBehalfOf')::uuid end) is null) then
        raise exception using errcode = 'TN001', message = 'GRANT_ABOVE_OWN: ' || 'a user that is no member', detail = ('{}'::jsonb)::text;
      end if;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_require_patterns(text[], text, text, timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_require_patterns(text[], text, text, timestamptz) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_require_patterns(text[], text, text, timestamptz) to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_require_role(role uuid, type text, id text, until timestamptz)
    returns void
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.rbac_require_patterns(tenantry.rbac_role_patterns((coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid), $1), $2, $3, $4);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_require_role(uuid, text, text, timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_require_role(uuid, text, text, timestamptz) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_require_role(uuid, text, text, timestamptz) to "app";
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
comment on function tenantry.rbac_require_member(uuid) is
      'Refuses who lacks something that the member holds; a grant that has ended is not held.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_require_member(uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_require_member(uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_require_member(uuid) to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_sender() returns uuid
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      sender constant uuid := (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end);
    begin
      -- held until the end of the transaction: who is being removed sends nothing beside it
      perform from "public"."memberships" m where m."organization_id" = (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and m."user_id" = sender for key share;
      if not found then
        raise exception using errcode = 'TN001', message = 'GRANT_ABOVE_OWN: ' || 'a user that is no member', detail = ('{}'::jsonb)::text;
      end if;
      return sender;
    end
    $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_sender() is 'Whoever acts, as the one who vouches for an invitation.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_sender() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_sender() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_sender() to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_member_roles() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
      if tg_op <> 'DELETE' then
  perform tenantry.rbac_require_role(new."role_id", new."resource_type", new."resource_id", new."expires_at");
end if;
if tg_op <> 'INSERT' then
  perform tenantry.rbac_require_role(old."role_id", old."resource_type", old."resource_id", old."expires_at");
end if;
    end if;
    return case when tg_op = 'DELETE' then old else new end;
  end
  $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_member_roles() is 'Nobody gives or takes what they lack: member_roles.';
--> statement-breakpoint
revoke all on function tenantry.rbac_ceiling_member_roles() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_member_roles" before insert or update or delete on "public"."member_roles"
  for each row execute function tenantry.rbac_ceiling_member_roles();
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_memberships() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
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
comment on function tenantry.rbac_ceiling_memberships() is 'Nobody gives or takes what they lack: memberships.';
--> statement-breakpoint
revoke all on function tenantry.rbac_ceiling_memberships() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_memberships" before insert or delete on "public"."memberships"
  for each row execute function tenantry.rbac_ceiling_memberships();
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_role_permissions() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
      if tg_op <> 'DELETE' then
  perform tenantry.rbac_require_patterns(array[new."permission"], null, null, null);
end if;
if tg_op <> 'INSERT' then
  perform tenantry.rbac_require_patterns(array[old."permission"], null, null, null);
end if;
    end if;
    return case when tg_op = 'DELETE' then old else new end;
  end
  $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_role_permissions() is 'Nobody gives or takes what they lack: role_permissions.';
--> statement-breakpoint
revoke all on function tenantry.rbac_ceiling_role_permissions() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_role_permissions" before insert or update or delete on "public"."role_permissions"
  for each row execute function tenantry.rbac_ceiling_role_permissions();
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_roles() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
      if tg_op = 'INSERT' then
  -- an id that a tenant chose would tell whether another tenant has it
  new."id" := gen_random_uuid();
elsif tg_op = 'DELETE' or (new."key", new."name", new."parent_id")
  is distinct from (old."key", old."name", old."parent_id") then
  -- under another name it would be given by somebody who takes it for another role
  perform tenantry.rbac_require_role(old."id", null, null, null);
end if;
if tg_op <> 'DELETE' and new."parent_id" is not null
  and (tg_op = 'INSERT' or new."parent_id" is distinct from old."parent_id") then
  perform tenantry.rbac_require_role(new."parent_id", null, null, null);
end if;
    end if;
    return case when tg_op = 'DELETE' then old else new end;
  end
  $tenantry$;
--> statement-breakpoint
comment on function tenantry.rbac_ceiling_roles() is 'Nobody gives or takes what they lack: roles.';
--> statement-breakpoint
revoke all on function tenantry.rbac_ceiling_roles() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_roles" before insert or update or delete on "public"."roles"
  for each row execute function tenantry.rbac_ceiling_roles();
--> statement-breakpoint
create or replace function tenantry.rbac_ceiling_invitations() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  begin
    if row_security_active(tg_relid) then
      if tg_op = 'INSERT' then
  if (new."accepted_at", new."accepted_by", new."revoked_at") is distinct from (null, null, null) then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'an invitation begins open', detail = ('{}'::jsonb)::text;
  end if;
  perform tenantry.rbac_require_role(new."role_id", null, null, null);
  if coalesce(new."invited_by", tenantry.rbac_sender()) <> tenantry.rbac_sender() then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'an invitation in the name of somebody else', detail = ('{}'::jsonb)::text;
  end if;
  new."invited_by" := tenantry.rbac_sender();
  new."created_at" := clock_timestamp();
elsif tg_op = 'DELETE' then
  if old."accepted_at" is null and old."revoked_at" is null and old."expires_at" > statement_timestamp() then
    perform tenantry.rbac_require_role(old."role_id", null, null, null);
  end if;
elsif (new."email", new."role_id", new."token_hash", new."invited_by", new."expires_at", new."accepted_at", new."accepted_by", new."revoked_at", new."created_at") is distinct from (old."email", old."role_id", old."token_hash", old."invited_by", old."expires_at", old."accepted_at", old."accepted_by", old."revoked_at", old."created_at") then
  if old."accepted_at" is not null or old."revoked_at" is not null then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'an invitation that was accepted or revoked stays so', detail = ('{}'::jsonb)::text;
  end if;
  if (new."accepted_at", new."accepted_by", new."created_at") is distinct from (old."accepted_at", old."accepted_by", old."created_at") then
    raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'only who is invited accepts', detail = ('{}'::jsonb)::text;
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
comment on function tenantry.rbac_ceiling_invitations() is 'Nobody gives or takes what they lack: invitations.';
--> statement-breakpoint
revoke all on function tenantry.rbac_ceiling_invitations() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_check_ceiling_invitations" before insert or update or delete on "public"."invitations"
  for each row execute function tenantry.rbac_ceiling_invitations();
--> statement-breakpoint
create or replace function tenantry.rbac_owner_remains() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      -- of two transactions that each leave the other's owner, the second waits here and counts again;
      -- NO KEY UPDATE lets rows that only refer to the tenant pass
      perform from "public"."organizations" t where t."id" = old."organization_id" for no key update;
      if not found then return null; end if; -- the tenant is deleted, with everything in it
      if not exists (select from "public"."member_roles" mr
join "public"."roles" r on r."id" = mr."role_id"
where mr."organization_id" = old."organization_id" and r."organization_id" is null and r."key" = 'owner'
  and mr."resource_type" is null and mr."expires_at" is null) then
        raise exception using errcode = 'TN001', message = 'LAST_OWNER: ' || 'the change leaves nobody who owns it', detail = ('{}'::jsonb)::text;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_owner_remains() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_owner_remains() from public;
--> statement-breakpoint
create or replace function tenantry.rbac_owner_begins() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      -- of two transactions that each leave the other's owner, the second waits here and counts again;
      -- NO KEY UPDATE lets rows that only refer to the tenant pass
      perform from "public"."organizations" t where t."id" = new."id" for no key update;
      if not found then return null; end if; -- the tenant is deleted, with everything in it
      if not exists (select from "public"."member_roles" mr
join "public"."roles" r on r."id" = mr."role_id"
where mr."organization_id" = new."id" and r."organization_id" is null and r."key" = 'owner'
  and mr."resource_type" is null and mr."expires_at" is null) then
        raise exception using errcode = 'TN001', message = 'LAST_OWNER: ' || 'the change leaves nobody who owns it', detail = ('{}'::jsonb)::text;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_owner_begins() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_owner_begins() from public;
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_owner_remains" on "public"."member_roles";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_owner_remains" after delete or update on "public"."member_roles"
  deferrable initially deferred for each row  execute function tenantry.rbac_owner_remains();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_owner_remains" on "public"."memberships";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_owner_remains" after delete on "public"."memberships"
  deferrable initially deferred for each row  execute function tenantry.rbac_owner_remains();
--> statement-breakpoint
drop trigger if exists "tenantry_rbac_owner_owner_begins" on "public"."organizations";
--> statement-breakpoint
create constraint trigger "tenantry_rbac_owner_owner_begins" after insert on "public"."organizations"
  deferrable initially deferred for each row  execute function tenantry.rbac_owner_begins();
--> statement-breakpoint
create or replace function tenantry.rbac_gone_public_projects() returns trigger
    language plpgsql security definer
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
comment on function tenantry.rbac_gone_public_projects() is 'A role that is given for a resource ends with it.';
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_gone_public_projects() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_gone_public_projects() from public;
--> statement-breakpoint
create or replace trigger "tenantry_rbac_resource_deleted" after delete on "public"."projects" referencing old table as gone for each statement execute function tenantry.rbac_gone_public_projects();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_resource_renamed" after update of "id" on "public"."projects" for each row when (old."id" is distinct from new."id") execute function tenantry.rbac_gone_public_projects();
--> statement-breakpoint
create or replace trigger "tenantry_rbac_resource_emptied" after truncate on "public"."projects" for each statement execute function tenantry.rbac_gone_public_projects();
--> statement-breakpoint
create or replace function tenantry.rbac_add_member(tenant uuid, member text, role text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if row_security_active('"public"."memberships"') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'insert on memberships is left to the system role', detail = ('{}'::jsonb)::text;
end if;
      insert into "public"."memberships" ("organization_id", "user_id") values ($1, (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end)) on conflict do nothing;
      if not found then raise exception using errcode = 'TN001', message = 'MEMBER_EXISTS: ' || 'a member', detail = ('{}'::jsonb)::text; end if;
      if $3 is null then return tenantry.rbac_version($1); end if;
      return tenantry.rbac_assign($1, $2, $3, null, null, null);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_add_member(uuid, text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_add_member(uuid, text, text) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_remove_member(tenant uuid, member text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
        if row_security_active('"public"."memberships"') then
    if not tenantry.can('members:remove') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:remove is missing', detail = (jsonb_build_object('permission', 'members:remove'))::text;
end if;
  end if;
      delete from "public"."memberships" m where m."organization_id" = $1 and m."user_id" = (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end);
      if not found then raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'a user that is not a member', detail = ('{}'::jsonb)::text; end if;
      return tenantry.rbac_version($1);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_remove_member(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_remove_member(uuid, text) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_assign(
      tenant uuid, member text, role text, type text, id text, expires timestamptz) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
        if row_security_active('"public"."member_roles"') then
    if not tenantry.can('members:assign') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:assign is missing', detail = (jsonb_build_object('permission', 'members:assign'))::text;
end if;
  end if;
      if not exists (select from "public"."memberships" m where m."organization_id" = $1 and m."user_id" = (case when $2 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $2::uuid end)) then
        raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'a user that is not a member', detail = ('{}'::jsonb)::text;
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
revoke all on function tenantry.rbac_assign(uuid, text, text, text, text, timestamptz) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_assign(uuid, text, text, text, text, timestamptz) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_unassign(
      tenant uuid, member text, role text, type text, id text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
        if row_security_active('"public"."member_roles"') then
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
revoke all on function tenantry.rbac_unassign(uuid, text, text, text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_unassign(uuid, text, text, text, text) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_leave() returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      leaving constant uuid := (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end);
    begin
      if (tenantry.current_actor()) ? 'onBehalfOf' then
        raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'nobody leaves on behalf of another', detail = ('{}'::jsonb)::text;
      end if;
      delete from "public"."memberships" m where m."organization_id" = (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) and m."user_id" = leaving;
      if not found then raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'a user that is not a member', detail = ('{}'::jsonb)::text; end if;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_leave() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_leave() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_leave() to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_transfer_ownership(member text, keep text) returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
      acting constant text := tenantry.current_actor() ->> 'user';
      giver constant uuid := (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end);
      owner_role constant uuid := (select r."id" from "public"."roles" r
        where r."organization_id" is null and r."key" = 'owner');
    begin
      if (tenantry.current_actor()) ? 'onBehalfOf' or not exists (select from "public"."member_roles" mr where mr."organization_id" = at_home and mr."user_id" = giver
        and mr."role_id" = owner_role and mr."resource_type" is null and mr."expires_at" is null) then
        raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'only an owner gives the ownership away', detail = ('{}'::jsonb)::text;
      end if;
      if giver = (case when $1 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end) then return tenantry.rbac_version(at_home); end if;
      -- this function is free of the ceiling; what the giver keeps is not
      if $2 is not null then
        perform tenantry.rbac_require_role(tenantry.rbac_role_id(at_home, $2), null, null, null);
      end if;
      -- its row lock lets one of two transfers through: the other finds nothing to give
      delete from "public"."member_roles" mr where mr."organization_id" = at_home and mr."user_id" = giver
        and mr."role_id" = owner_role and mr."resource_type" is null and mr."expires_at" is null;
      if not found then raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'only an owner gives the ownership away', detail = ('{}'::jsonb)::text; end if;
      perform tenantry.rbac_assign(at_home, $1, 'owner', null, null, null);
      if $2 is not null then perform tenantry.rbac_assign(at_home, acting, $2, null, null, null); end if;
      return tenantry.rbac_version(at_home);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_transfer_ownership(text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_transfer_ownership(text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_transfer_ownership(text, text) to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_save_role(
      tenant uuid, role text, label text, parent text, patterns text[]) returns uuid
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      saved uuid;
    begin
        if row_security_active('"public"."roles"') then
    if not tenantry.can('roles:manage') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'roles:manage is missing', detail = (jsonb_build_object('permission', 'roles:manage'))::text;
end if;
  end if;
        if row_security_active('"public"."role_permissions"') then
    if not tenantry.can('roles:manage') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'roles:manage is missing', detail = (jsonb_build_object('permission', 'roles:manage'))::text;
end if;
  end if;
      -- before any row of it, so that of two changes the second waits here and not half-way
      if row_security_active('"public"."roles"') then perform tenantry.rbac_hold();
      else perform tenantry.rbac_hold_tenant($1);
      end if;
      insert into "public"."roles" as r ("organization_id", "key", "name", "parent_id")
      values ($1, $2, $3, case when $4 is not null then tenantry.rbac_role_id($1, $4) end)
      on conflict ("organization_id", "key") do update
        set "name" = excluded."name", "parent_id" = excluded."parent_id"
      returning r."id" into saved;
      delete from "public"."role_permissions" rp where rp."role_id" = saved and rp."permission" <> all ($5);
      insert into "public"."role_permissions" ("organization_id", "role_id", "permission")
      select distinct $1, saved, pattern from unnest($5) pattern
      where not exists (select from "public"."role_permissions" rp
        where rp."role_id" = saved and rp."permission" = pattern);
      return saved;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_save_role(uuid, text, text, text, text[]) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_save_role(uuid, text, text, text, text[]) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_remove_role(tenant uuid, role text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
        if row_security_active('"public"."roles"') then
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
revoke all on function tenantry.rbac_remove_role(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_remove_role(uuid, text) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_roles(tenant uuid) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return coalesce((select jsonb_agg(jsonb_build_object(
          'id', r."id", 'key', r."key", 'name', r."name", 'system', r."organization_id" is null,
          'parent', above."key",
          'permissions', coalesce((select jsonb_agg(rp."permission" order by rp."permission")
            from "public"."role_permissions" rp where rp."role_id" = r."id"), '[]'),
          'members', (select count(distinct mr."user_id") from "public"."member_roles" mr
            where mr."role_id" = r."id" and mr."organization_id" = $1)
        ) order by r."organization_id" is not null, r."key")
        from "public"."roles" r left join "public"."roles" above on above."id" = r."parent_id"
        where r."organization_id" is null or r."organization_id" = $1), '[]');
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_roles(uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_roles(uuid) to "app", "system";
--> statement-breakpoint
-- tenant, address, role, hash of the token, lifetime: without names, which columns could have too
    create or replace function tenantry.rbac_invite(uuid, text, text, text, interval) returns jsonb
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      made jsonb;
    begin
        if row_security_active('"public"."invitations"') then
    if not tenantry.can('members:invite') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:invite is missing', detail = (jsonb_build_object('permission', 'members:invite'))::text;
end if;
  end if;
      if exists (select from "public"."users" u join "public"."memberships" m on m."user_id" = u."id"
  where m."organization_id" = $1 and u."email" = $2) then
  raise exception using errcode = 'TN001', message = 'MEMBER_EXISTS: ' || $2, detail = ('{}'::jsonb)::text;
end if;
      -- one that has expired makes room; one that is open does not
      update "public"."invitations" i set "revoked_at" = now()
      where i."organization_id" = $1 and i."email" = $2 and i."accepted_at" is null and i."revoked_at" is null and i."expires_at" <= now();
      insert into "public"."invitations" as i ("organization_id", "email", "role_id", "token_hash", "invited_by", "expires_at")
      values ($1, $2, tenantry.rbac_role_id($1, $3), $4, (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end), now() + $5)
      on conflict ("organization_id", "email") where "accepted_at" is null and "revoked_at" is null do nothing
      returning jsonb_build_object('id', i."id", 'email', i."email",
        'role', (select r."key" from "public"."roles" r where r."id" = i."role_id"),
        'invitedBy', i."invited_by", 'expiresAt', extract(epoch from i."expires_at")) into made;
      if made is null then
        raise exception using errcode = 'TN001', message = 'INVITATION_PENDING: ' || $2, detail = ('{}'::jsonb)::text;
      end if;
      return made;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_invite(uuid, text, text, text, interval) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_invite(uuid, text, text, text, interval) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_resend_invitation(
      uuid, uuid, text, interval) returns jsonb
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      sent jsonb;
    begin
        if row_security_active('"public"."invitations"') then
    if not tenantry.can('members:invite') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:invite is missing', detail = (jsonb_build_object('permission', 'members:invite'))::text;
end if;
  end if;
      -- another token: the link that was sent before is dead
      update "public"."invitations" i set "token_hash" = $3, "expires_at" = now() + $4, "invited_by" = (case when (tenantry.current_actor() ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (tenantry.current_actor() ->> 'user')::uuid end)
      where i."organization_id" = $1 and i."id" = $2 and i."accepted_at" is null and i."revoked_at" is null
      returning jsonb_build_object('id', i."id", 'email', i."email",
        'role', (select r."key" from "public"."roles" r where r."id" = i."role_id"),
        'invitedBy', i."invited_by", 'expiresAt', extract(epoch from i."expires_at")) into sent;
      if sent is null then raise exception using errcode = 'TN001', message = 'INVITATION_UNKNOWN: ' || 'no open invitation with this id', detail = ('{}'::jsonb)::text; end if;
      return sent;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_resend_invitation(uuid, uuid, text, interval) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_resend_invitation(uuid, uuid, text, interval) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_revoke_invitation(uuid, uuid) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
        if row_security_active('"public"."invitations"') then
    if not tenantry.can('members:invite') then
  raise exception using errcode = 'TN001', message = 'PERMISSION_DENIED: ' || 'members:invite is missing', detail = (jsonb_build_object('permission', 'members:invite'))::text;
end if;
  end if;
      update "public"."invitations" i set "revoked_at" = now()
      where i."organization_id" = $1 and i."id" = $2 and i."accepted_at" is null and i."revoked_at" is null;
      if not found then raise exception using errcode = 'TN001', message = 'INVITATION_UNKNOWN: ' || 'no open invitation with this id', detail = ('{}'::jsonb)::text; end if;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.rbac_revoke_invitation(uuid, uuid) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_revoke_invitation(uuid, uuid) to "app", "system";
--> statement-breakpoint
drop function if exists tenantry.rbac_invitations(uuid);
--> statement-breakpoint
-- tenant, the end of the page before: when it was made and its id, and how many
    create or replace function tenantry.rbac_invitations(uuid, timestamptz, uuid, int) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return coalesce((
        select jsonb_agg(jsonb_build_object('id', i."id", 'email', i."email",
        'role', (select r."key" from "public"."roles" r where r."id" = i."role_id"),
        'invitedBy', i."invited_by", 'expiresAt', extract(epoch from i."expires_at")) || jsonb_build_object('state', case
        when i."accepted_at" is not null then 'accepted' when i."revoked_at" is not null then 'revoked'
        when i."expires_at" <= now() then 'expired' else 'open' end, 'createdAt', extract(epoch from i."created_at"))
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
revoke all on function tenantry.rbac_invitations(uuid, timestamptz, uuid, int) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_invitations(uuid, timestamptz, uuid, int) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.rbac_find_invitation(text) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return (select jsonb_build_object('id', i."id", 'email', i."email",
        'role', (select r."key" from "public"."roles" r where r."id" = i."role_id"),
        'invitedBy', i."invited_by", 'expiresAt', extract(epoch from i."expires_at")) || jsonb_build_object('tenant', i."organization_id", 'state', case
        when i."accepted_at" is not null then 'accepted' when i."revoked_at" is not null then 'revoked'
        when i."expires_at" <= now() then 'expired' else 'open' end)
        from "public"."invitations" i where i."token_hash" = $1 limit 1);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_find_invitation(text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_find_invitation(text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_find_invitation(text) to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_accept_invitation(text, text, text) returns jsonb
    language plpgsql security definer
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
if not found then raise exception using errcode = 'TN001', message = 'INVITATION_UNKNOWN: ' || 'no invitation for this token', detail = ('{}'::jsonb)::text;
elsif taken."email" <> $2 then raise exception using errcode = 'TN001', message = 'INVITATION_EMAIL_MISMATCH: ' || 'another address', detail = ('{}'::jsonb)::text;
elsif taken."accepted_at" is not null then raise exception using errcode = 'TN001', message = 'INVITATION_USED: ' || 'a token that was used', detail = ('{}'::jsonb)::text;
elsif taken."revoked_at" is not null then raise exception using errcode = 'TN001', message = 'INVITATION_REVOKED: ' || 'a token that was revoked', detail = ('{}'::jsonb)::text;
elsif taken."expires_at" <= now() then raise exception using errcode = 'TN001', message = 'INVITATION_EXPIRED: ' || 'a token that has expired', detail = ('{}'::jsonb)::text;
else raise exception using errcode = 'TN001', message = 'MEMBER_UNKNOWN: ' || 'no user with this id', detail = ('{}'::jsonb)::text;
end if;
      end if;
      -- its triggers count seats; what they refuse rolls the acceptance back
      insert into "public"."memberships" ("organization_id", "user_id") values (taken."organization_id", (case when $3 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $3::uuid end)) on conflict do nothing;
      if not found then
        raise exception using errcode = 'TN001', message = 'MEMBER_EXISTS: ' || 'a member', detail = ('{}'::jsonb)::text;
      end if;
      if exists (select from tenantry.rbac_departures d
  where d.tenant_id = taken."organization_id" and d.user_id = taken."accepted_by" and d.left_at >= taken."created_at") then
  raise exception using errcode = 'TN001', message = 'INVITATION_REVOKED: ' || 'an invitation from before the user was removed', detail = ('{}'::jsonb)::text;
end if;
if taken."invited_by" is not null and tenantry.rbac_lacking(taken."organization_id", taken."invited_by"::uuid,
  tenantry.rbac_role_patterns(taken."organization_id", taken."role_id"), null, null, null) is not null then
  raise exception using errcode = 'TN001', message = 'INVITATION_REVOKED: ' || 'an invitation whose sender may not give this role any more', detail = ('{}'::jsonb)::text;
end if;
      insert into "public"."member_roles" ("organization_id", "user_id", "role_id")
      values (taken."organization_id", (case when $3 ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $3::uuid end), taken."role_id");
      return jsonb_build_object('tenant', taken."organization_id", 'version',
        (select v.version from tenantry.rbac_versions v where v.tenant_id = taken."organization_id"));
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_accept_invitation(text, text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_accept_invitation(text, text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_accept_invitation(text, text, text) to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_explain_one(
      tenant uuid, member uuid, permission text, type text, id text) returns jsonb
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
        select h.assignment, h.expires, h.type, h.id, r."parent_id", h.passed || h.role, h.path || r."key"
        from held h join "public"."roles" r on r."id" = h.role and (r."organization_id" is null or r."organization_id" = $1)
        where r."parent_id" is not null and r."parent_id" <> all (h.passed || h.role)
      )
      select coalesce(jsonb_agg(jsonb_build_object('assignment', h.assignment, 'role', (h.path || r."key")[1],
          'through', to_jsonb(h.path || r."key"), 'pattern', rp."permission",
          'expiresAt', extract(epoch from h.expires), 'expired', coalesce(h.expires <= statement_timestamp(), false),
          'resource', case when h.type is not null then jsonb_build_object('type', h.type, 'id', h.id) end)
          order by cardinality(h.path), rp."permission"), '[]')
      into grants
      from held h
      join "public"."roles" r on r."id" = h.role and (r."organization_id" is null or r."organization_id" = $1)
      join "public"."role_permissions" rp on rp."role_id" = h.role and rp."permission" in ($3, split_part($3, ':', 1) || ':*', '*');
      return jsonb_build_object('permission', $3, 'user', $2, 'member', is_member,
        'allowed', is_member and exists (select from jsonb_array_elements(grants) g where not (g ->> 'expired')::boolean),
        'grants', grants, 'fix', tenantry.rbac_smallest_role($1, $3));
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_explain_one(uuid, uuid, text, text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_explain_one(uuid, uuid, text, text, text) from public;
--> statement-breakpoint
create or replace function tenantry.rbac_smallest_role(tenant uuid, permission text) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return (
        select jsonb_build_object('role', c.key, 'permissions', to_jsonb(c.keys))
        from (
          select r."key" as key, r."organization_id" as of, array(
            select distinct p."key" from "public"."permissions" p, unnest(tenantry.rbac_role_patterns($1, r."id")) held
            where held in (p."key", p."resource" || ':*', '*') order by 1) as keys
          from "public"."roles" r where r."organization_id" is null or r."organization_id" = $1
        ) c
        where $2 = any (c.keys)
        order by cardinality(c.keys), c.of is not null, c.key limit 1
      );
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_smallest_role(uuid, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_smallest_role(uuid, text) from public;
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
        raise exception using errcode = 'TN001', message = 'ACTOR_MISSING: ' || $1, detail = ('{}'::jsonb)::text;
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_explain(text, text, text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_explain(text, text, text, text) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_explain(text, text, text, text) to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_preview(change jsonb) returns jsonb
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at_home constant uuid := (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid);
      target uuid;
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
          raise exception using errcode = 'TN001', message = 'ROLE_UNKNOWN: ' || coalesce($1 ->> 'role', 'null'), detail = ('{}'::jsonb)::text;
        end if;
      end if;
      if $1 ? 'user' then
        concerned := array[(case when ($1 ->> 'user') ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ($1 ->> 'user')::uuid end)];
      else
        with recursive below as (
          select target as id
          union
          select r."id" from below b join "public"."roles" r on r."parent_id" = b.id
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
          delete from "public"."roles" r where r."id" = target;
        else
          if $1 ? 'parent' then
            update "public"."roles" r set "parent_id" =
              case when $1 ->> 'parent' is not null then tenantry.rbac_role_id(at_home, $1 ->> 'parent') end
            where r."id" = target;
          end if;
          if $1 ? 'permissions' then
            delete from "public"."role_permissions" rp where rp."role_id" = target;
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_preview(jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_preview(jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_preview(jsonb) to "app";
--> statement-breakpoint
create or replace function tenantry.rbac_sync(definition jsonb) returns void
    language plpgsql security definer
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

      insert into "public"."roles" as r ("organization_id", "key", "name")
      select null, w.key, w.name from jsonb_to_recordset($1 -> 'roles') w (key text, name text)
      on conflict ("organization_id", "key") do update set "name" = excluded."name"
        where r."name" <> excluded."name";

      delete from "public"."role_permissions" rp using "public"."roles" r
      where r."id" = rp."role_id" and r."organization_id" is null and not exists (
        select from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
        where w.key = r."key" and w.permissions ? rp."permission");
      insert into "public"."role_permissions" ("organization_id", "role_id", "permission")
      select null, r."id", pattern
      from jsonb_to_recordset($1 -> 'roles') w (key text, permissions jsonb)
      join "public"."roles" r on r."organization_id" is null and r."key" = w.key,
      jsonb_array_elements_text(w.permissions) pattern
      where not exists (select from "public"."role_permissions" rp
        where rp."role_id" = r."id" and rp."permission" = pattern);

      -- parents that change places pass through a state without one, so that no circle is seen
      update "public"."roles" r set "parent_id" = null
      where r."organization_id" is null and r."parent_id" is not null and not exists (
        select from jsonb_to_recordset($1 -> 'roles') w (key text, parent text)
        join "public"."roles" above on above."organization_id" is null and above."key" = w.parent
        where w.key = r."key" and above."id" = r."parent_id");
      update "public"."roles" r set "parent_id" = above."id"
      from jsonb_to_recordset($1 -> 'roles') w (key text, parent text), "public"."roles" above
      where r."organization_id" is null and r."key" = w.key and above."organization_id" is null
        and above."key" = w.parent and r."parent_id" is distinct from above."id";

      delete from "public"."roles" r
      where r."organization_id" is null
        and not exists (select from jsonb_array_elements($1 -> 'roles') w where w ->> 'key' = r."key")
        and not exists (select from "public"."member_roles" mr where mr."role_id" = r."id")
        and not exists (select from "public"."roles" below where below."parent_id" = r."id");
      -- few are worked out at once; of many the rest is left to rbac_refresh, a transaction each
      perform tenantry.rbac_refresh(null, 1000);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_sync(jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_sync(jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_sync(jsonb) to "system";
--> statement-breakpoint
create or replace function tenantry.rbac_definition() returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return jsonb_build_object(
        'permissions', coalesce((select jsonb_agg(jsonb_build_object('key', p."key", 'resource', p."resource",
          'action', p."action", 'description', p."description") order by p."key") from "public"."permissions" p), '[]'),
        'roles', coalesce((select jsonb_agg(jsonb_build_object('key', r."key", 'name', r."name",
          'parent', (select above."key" from "public"."roles" above where above."id" = r."parent_id"),
          'permissions', coalesce((select jsonb_agg(rp."permission" order by rp."permission")
            from "public"."role_permissions" rp where rp."role_id" = r."id"), '[]')) order by r."key")
          from "public"."roles" r where r."organization_id" is null), '[]'),
        'marked', (select count(*) from tenantry.member_permissions d where d.valid_until = '-infinity'::timestamptz),
        'dangling', coalesce((select jsonb_agg(distinct rp."permission") from "public"."role_permissions" rp
          where rp."permission" <> '*' and not exists (select from "public"."permissions" p
            where rp."permission" in (p."key", p."resource" || ':*'))), '[]'));
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.rbac_definition() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.rbac_definition() from public;
--> statement-breakpoint
grant execute on function tenantry.rbac_definition() to "system";
--> statement-breakpoint
select tenantry.rbac_sync('{"permissions":[{"key":"projects:create","resource":"projects","action":"create","description":""},{"key":"projects:read","resource":"projects","action":"read","description":""},{"key":"projects:update","resource":"projects","action":"update","description":""},{"key":"projects:delete","resource":"projects","action":"delete","description":""},{"key":"organization:update","resource":"organization","action":"update","description":""},{"key":"organization:delete","resource":"organization","action":"delete","description":""},{"key":"members:invite","resource":"members","action":"invite","description":""},{"key":"members:remove","resource":"members","action":"remove","description":""},{"key":"members:assign","resource":"members","action":"assign","description":""},{"key":"roles:manage","resource":"roles","action":"manage","description":""},{"key":"audit:read","resource":"audit","action":"read","description":""},{"key":"billing:manage","resource":"billing","action":"manage","description":""}],"roles":[{"key":"viewer","name":"Viewer","parent":null,"permissions":["projects:read"]},{"key":"member","name":"Member","parent":"viewer","permissions":["projects:create","projects:delete","projects:update"]},{"key":"admin","name":"Admin","parent":null,"permissions":["audit:*","members:*","organization:update","projects:*","roles:*"]},{"key":"owner","name":"Owner","parent":null,"permissions":["*"]}]}');
--> statement-breakpoint
select tenantry.rbac_backfill();
--> statement-breakpoint
do $tenantry$
begin
  if exists (select from pg_roles where rolname = 'audit_writer' and rolcanlogin) then
    raise exception 'role % adds to the audit log, and somebody can log in as it', 'audit_writer' using errcode = '42501',
      hint = format('Run: alter role %I nologin; or name another role in defineAudit.', 'audit_writer');
  end if;
end
$tenantry$;
--> statement-breakpoint
do $tenantry$
declare
  is_member text := case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end;
  with_rights text := case when current_setting('server_version_num')::int >= 160000 then ' with inherit true, set true' else '' end;
begin
  if not exists (select from pg_roles where rolname = 'audit_writer') then
    begin
      create role "audit_writer" nologin bypassrls;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise exception 'role % is missing and the migrating login may not create it', 'audit_writer' using errcode = '42501',
          hint = format('As a superuser run: create role %I nologin bypassrls; grant %I to %I;', 'audit_writer', 'audit_writer', current_user);
    end;
  end if;
  if not exists (select from pg_roles where rolname = 'audit_writer' and (rolsuper or rolbypassrls)) then
    raise exception 'role % does not bypass row-level security', 'audit_writer' using errcode = '42501',
      hint = format('As a superuser run: alter role %I bypassrls;', 'audit_writer');
  end if;
  if (select rolsuper from pg_roles where rolname = current_user)
    or pg_has_role(current_user, 'audit_writer', is_member) and pg_has_role(current_user, 'audit_writer', 'usage') then
    return;
  end if;
  begin
    execute format('grant %I to %I', 'audit_writer', current_user) || with_rights;
  exception when insufficient_privilege then
    raise exception 'the migrating login % is not a member of role %', current_user, 'audit_writer' using errcode = '42501',
      hint = format('As a superuser run: grant %I to %I%s;', 'audit_writer', current_user, with_rights);
  end;
end
$tenantry$;
--> statement-breakpoint
create table if not exists tenantry.audit_permits (transaction_id bigint primary key);
--> statement-breakpoint
do $tenantry$
begin
  if to_regprocedure('tenantry.audit_xid_offset()') is null then
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
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if tg_level = 'ROW' and exists (
    select from tenantry.audit_permits p where p.transaction_id = pg_current_xact_id()::text::bigint
  ) then
    if tg_op = 'DELETE' then return old; end if;
    -- an erasure takes values away and leaves what was hashed
    if to_jsonb(new) - array['actor_id', 'on_behalf_of', 'ip_address', 'personal', 'salt', 'erased'] = to_jsonb(old) - array['actor_id', 'on_behalf_of', 'ip_address', 'personal', 'salt', 'erased'] then return new; end if;
  end if;
  raise exception 'AUDIT_APPEND_ONLY: % on %', tg_op, tg_table_name using errcode = 'TN001', detail = '{}';
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_refuse() from public;
--> statement-breakpoint
create or replace function tenantry.audit_permit(allowed boolean) returns void
language plpgsql
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
revoke all on function tenantry.audit_permit(boolean) from public;
--> statement-breakpoint
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
alter table tenantry.audit_seals enable row level security;
--> statement-breakpoint
drop policy if exists audit_of_the_tenant on tenantry.audit_seals;
--> statement-breakpoint
create policy audit_of_the_tenant on tenantry.audit_seals for select to "app"
  using (tenant = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
--> statement-breakpoint
revoke all on tenantry.audit_seals from public, "app", "system";
--> statement-breakpoint
grant select on tenantry.audit_seals to "app", "system";
--> statement-breakpoint
alter table tenantry.audit_retirements enable row level security;
--> statement-breakpoint
drop policy if exists audit_of_the_tenant on tenantry.audit_retirements;
--> statement-breakpoint
create policy audit_of_the_tenant on tenantry.audit_retirements for select to "app"
  using (tenant = (select coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid));
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
create or replace function tenantry.audit_write(action text, resource_type text, resource_id text default null, reason text default null, metadata jsonb default '{}', personal jsonb default null) returns uuid
      language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  of_tenant constant uuid := coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid;
  said constant jsonb := tenantry.current_actor();
  actor_type text := 'user';
  actor_id text := said ->> 'user';
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
    if said ? 'system' then
      actor_type := 'system';
      actor_id := said ->> 'system';
      reason := said ->> 'reason';
    elsif current_setting('app.actor', true) is null then
      actor_type := 'login';
      actor_id := session_user;
    else
      raise exception 'AUDIT_ACTOR_MISSING: % without a user', action using errcode = 'TN001', detail = '{}';
    end if;
  end if;
  on_behalf_of := said ->> 'onBehalfOf';
  ip := (said ->> 'ip')::inet;
  request_id := said ->> 'requestId';
  -- what is seldom there is committed to here: a call in the statement below is paid for in any case
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
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_write(text, text, text, text, jsonb, jsonb) owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_write(text, text, text, text, jsonb, jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_write(text, text, text, text, jsonb, jsonb) to "app", "system";
--> statement-breakpoint
create or replace function tenantry.audit_write_for(of_tenant uuid, action text, resource_type text, resource_id text default null, reason text default null, metadata jsonb default '{}', personal jsonb default null) returns uuid
      language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  
  said constant jsonb := tenantry.current_actor();
  actor_type text := 'user';
  actor_id text := said ->> 'user';
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
    if said ? 'system' then
      actor_type := 'system';
      actor_id := said ->> 'system';
      reason := said ->> 'reason';
    elsif current_setting('app.actor', true) is null then
      actor_type := 'login';
      actor_id := session_user;
    else
      raise exception 'AUDIT_ACTOR_MISSING: % without a user', action using errcode = 'TN001', detail = '{}';
    end if;
  end if;
  on_behalf_of := said ->> 'onBehalfOf';
  ip := (said ->> 'ip')::inet;
  request_id := said ->> 'requestId';
  -- what is seldom there is committed to here: a call in the statement below is paid for in any case
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
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_write_for(uuid, text, text, text, text, jsonb, jsonb) owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_write_for(uuid, text, text, text, text, jsonb, jsonb) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_write_for(uuid, text, text, text, text, jsonb, jsonb) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_own_entry(tenant uuid, action text, metadata jsonb, why text)
    returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.audit_write_for(tenant, action, 'audit_log', null, why, metadata || jsonb_build_object('reason', why));
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_own_entry(uuid, text, jsonb, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_own_entry(uuid, text, jsonb, text) from public;
--> statement-breakpoint
create or replace function tenantry.audit_protect(partition regclass) returns void
language plpgsql
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
  -- row triggers come from the parent; those of TRUNCATE do not
  execute format('create or replace trigger tenantry_audit_refuse_truncate before truncate on %s for each statement execute function tenantry.audit_refuse()', partition);
  execute format('alter table %s enable always trigger tenantry_audit_refuse_truncate', partition);
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_protect(regclass) from public;
--> statement-breakpoint
comment on function tenantry.audit_protect(regclass) is 'For partitions of "public"."audit_logs".';
--> statement-breakpoint
create or replace function tenantry.audit_stray_months() returns setof timestamptz
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if to_regclass('tenantry."audit_logs_default"') is null then return; end if;
      return query execute 'select distinct date_trunc(''month'', "created_at" at time zone ''UTC'') at time zone ''UTC'' from tenantry."audit_logs_default" order by 1';
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_stray_months() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_stray_months() from public;
--> statement-breakpoint
create or replace function tenantry.audit_create_default() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if to_regclass('tenantry."audit_logs_default"') is not null then return; end if;
  create table tenantry."audit_logs_default" (like "public"."audit_logs" including defaults including constraints including generated including storage);
  alter table "public"."audit_logs" attach partition tenantry."audit_logs_default" default;
  perform tenantry.audit_protect('tenantry."audit_logs_default"'::regclass);
  grant select on tenantry."audit_logs_default" to "system";
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_create_default() from public;
--> statement-breakpoint
create or replace function tenantry.audit_create_month(month timestamptz) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  starts timestamptz := date_trunc('month', month at time zone 'UTC') at time zone 'UTC';
  ends timestamptz := (date_trunc('month', month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
  partition text := format('%s_%s', 'audit_logs', to_char(starts at time zone 'UTC', 'YYYY_MM'));
  target text := format('tenantry.%I', partition);
  strays boolean := starts in (select tenantry.audit_stray_months());
begin
  if exists (select from tenantry.audit_partitions p where p.from_at < ends and p.to_at > starts) then
    return null;
  end if;
  if strays then
    -- a writer that has chosen the default partition would find itself refused there: writers wait
    -- in front of the log, and choose when the new partition stands
    lock table "public"."audit_logs" in share row exclusive mode;
  end if;
  execute format('create table %s (like "public"."audit_logs" including defaults including constraints including generated including storage)', target);
  if strays then
    -- rows of this month in the default partition would refuse the new one: they move, in one
    -- transaction with it. Readers and writers of the default partition wait for that.
    lock table tenantry."audit_logs_default" in access exclusive mode;
    alter table tenantry."audit_logs_default" no force row level security;
    perform tenantry.audit_permit(true);
    execute format('with moved as (delete from tenantry."audit_logs_default" where "created_at" >= %L and "created_at" < %L returning *) insert into %s select * from moved', starts, ends, target);
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
revoke all on function tenantry.audit_create_month(timestamptz) from public;
--> statement-breakpoint
create or replace function tenantry.audit_maintain(ahead integer)
    returns table (created text[], busy boolean)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s' -- a reader of the default partition makes this try fail, not the writers behind it wait
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
        union select tenantry.audit_stray_months() order by 1
      loop
        made := tenantry.audit_create_month(month);
        if made is not null then created := created || made; end if;
      end loop;
      update tenantry.audit_jobs j set ran_at = clock_timestamp() where j.job = 'maintain';
      return next;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_maintain(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_maintain(integer) to "system";
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
revoke all on function tenantry.audit_root(bytea[]) from public;
--> statement-breakpoint
create or replace function tenantry.audit_unsealed(from_xid bigint, to_xid bigint)
    returns table (tenant uuid, month text, ids uuid[], hashes bytea[])
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
        group by 1, 2
        order by 1, 2;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_unsealed(bigint, bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_unsealed(bigint, bigint) from public;
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_nth_xid(bigint, bigint, integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_nth_xid(bigint, bigint, integer) from public;
--> statement-breakpoint
create or replace function tenantry.audit_seal(most integer)
    returns table (seals integer, entries bigint, busy boolean, more boolean)
    language plpgsql security definer
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
      -- one sealer at a time; another does not wait, it would find the same entries
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
create or replace function tenantry.audit_seal_hash(tenant uuid, number bigint, month text, from_xid bigint,
      to_xid bigint, next_xid bigint, entries integer, root bytea, previous bytea, sealed_at timestamptz)
    returns bytea
    language plpgsql immutable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return sha256(decode('02', 'hex') || convert_to(jsonb_build_array(1, tenant::text, number, month, from_xid, to_xid, next_xid,
        entries, encode(root, 'hex'), encode(previous, 'hex'), (extract(epoch from sealed_at) * 1000000)::bigint)::text, 'UTF8'));
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_seal_hash(uuid, bigint, text, bigint, bigint, bigint, integer, bytea, bytea, timestamptz) from public;
--> statement-breakpoint
revoke all on function tenantry.audit_seal(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_seal(integer) to "system";
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_last_xid() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_last_xid() from public;
--> statement-breakpoint
create or replace function tenantry.audit_restored() returns bigint
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      own bigint := pg_current_xact_id()::text::bigint;
      last bigint := greatest(tenantry.audit_last_xid(), (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'), 0);
    begin
      if own + tenantry.audit_xid_offset() > last then return 0; end if;
      execute format('create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as %L',
        format('select %s::bigint', last + 1 - own));
      return last + 1 - own;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_restored() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_restored() to "system";
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
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_waiting(bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_waiting(bigint) from public;
--> statement-breakpoint
create or replace function tenantry.audit_holder()
    returns table (pid integer, login text, application text, database text, since timestamptz, prepared text)
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
revoke all on function tenantry.audit_holder() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_holder() to "system";
--> statement-breakpoint
create or replace function tenantry.audit_lag(from_xid bigint default null)
    returns table (entries integer, oldest timestamptz, seconds float8, pid integer, login text, application text,
      database text, since timestamptz, prepared text)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return query
        select w.entries, w.oldest, extract(epoch from clock_timestamp() - w.oldest)::float8,
          h.pid, h.login, h.application, h.database, h.since, h.prepared
        from tenantry.audit_waiting(coalesce(from_xid, (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'))) w
        left join tenantry.audit_holder() h on true
        where w.entries > 0;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_lag(bigint) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_lag(bigint) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_hold(tenant uuid, why text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into tenantry.audit_holds (tenant, reason) values ($1, why);
      perform tenantry.audit_own_entry($1, 'audit.held', '{}', why);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_hold(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_hold(uuid, text) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_release(tenant uuid, why text) returns integer
    language plpgsql security definer
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
revoke all on function tenantry.audit_release(uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_release(uuid, text) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_set_retention(tenant uuid, months integer, why text) returns void
    language plpgsql security definer
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
revoke all on function tenantry.audit_set_retention(uuid, integer, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_set_retention(uuid, integer, text) to "system";
--> statement-breakpoint
drop function if exists tenantry.audit_expired(integer);
--> statement-breakpoint
create or replace function tenantry.audit_expired(keep_months integer, only_month text default null)
    returns table (month text, tenant uuid, entries bigint, expired boolean)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      sealed bigint := (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal');
      today timestamp := clock_timestamp() at time zone 'UTC';
      starts timestamptz := to_date(only_month, 'YYYY-MM')::timestamp at time zone 'UTC';
      ends timestamptz := (to_date(only_month, 'YYYY-MM')::timestamp + interval '1 month') at time zone 'UTC';
    begin
      if only_month is not null then
        return query select x.month, x.tenant, x.entries, coalesce(x.over, false) and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null) from (select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."organization_id" as tenant, count(*) as entries,
  bool_and(l."transaction_id" < sealed)
  and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => coalesce(min(r.months), keep_months)) <= today as over
from "public"."audit_logs" l left join tenantry.audit_retention r on r.tenant = l."organization_id"
  where l."created_at" >= starts and l."created_at" < ends
group by 1, 2) x order by 1, 2;
        return;
      end if;
      if keep_months is not null then
        return query select x.month, x.tenant, x.entries, coalesce(x.over, false) and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null) from (select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."organization_id" as tenant, count(*) as entries,
  bool_and(l."transaction_id" < sealed)
  and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => keep_months) <= today as over
from "public"."audit_logs" l where l."created_at" < (date_trunc('month', today) - make_interval(months => keep_months)) at time zone 'UTC'
  and not exists (select from tenantry.audit_retention r where r.tenant = l."organization_id")
group by 1, 2) x order by 1, 2;
      end if;
      return query select x.month, x.tenant, x.entries, coalesce(x.over, false) and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null) from (select to_char(date_trunc('month', l."created_at" at time zone 'UTC'), 'YYYY-MM') as month, l."organization_id" as tenant, count(*) as entries,
  bool_and(l."transaction_id" < sealed)
  and date_trunc('month', min(l."created_at") at time zone 'UTC') + interval '1 month' + make_interval(months => min(r.months)) <= today as over
from tenantry.audit_retention r join "public"."audit_logs" l on l."organization_id" = r.tenant and l."created_at" < (date_trunc('month', today) - make_interval(months => r.months)) at time zone 'UTC'
group by 1, 2) x order by 1, 2;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.audit_expired(integer, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.audit_expired(integer, text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_expired(integer, text) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_delete_month(tenants uuid[], from_at timestamptz, to_at timestamptz)
    returns bigint
    language plpgsql security definer
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
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_delete_month(uuid[], timestamptz, timestamptz) owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_delete_month(uuid[], timestamptz, timestamptz) from public;
--> statement-breakpoint
create or replace function tenantry.audit_retire(retired_month text, tenants uuid[], keep_months integer)
    returns table (entries bigint, dropped boolean, busy boolean)
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '2s' -- dropping a partition takes ACCESS EXCLUSIVE on the log: now, or another time
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
      -- asked again here, for this month: a hold may have been placed while the archive was written
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
        execute format('drop table tenantry.%I', own);
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
revoke all on function tenantry.audit_retire(text, uuid[], integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_retire(text, uuid[], integer) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_erase_rows(only_tenant uuid, person text, resources text[])
    returns table (tenant uuid, entries bigint)
    language plpgsql security definer
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
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function tenantry.audit_erase_rows(uuid, text, text[]) owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function tenantry.audit_erase_rows(uuid, text, text[]) from public;
--> statement-breakpoint
create or replace function tenantry.audit_erase(only_tenant uuid, person text, resources text[], why text)
    returns table (tenant uuid, entries bigint)
    language plpgsql security definer
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
revoke all on function tenantry.audit_erase(uuid, text, text[], text) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_erase(uuid, text, text[], text) to "system";
--> statement-breakpoint
do $tenantry$
declare
  was oid := '"public"."audit_logs"'::regclass;
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
  execute 'select exists (select from tenantry."audit_logs_before")' into filled;
  if filled then
    update tenantry."audit_logs_before" l set "salt" = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) where l."content_hash" is null;
    update tenantry."audit_logs_before" l set "content_hash" = sha256(convert_to(concat('[1, "', l."organization_id", '", "', l."id", '", ', (extract(epoch from l."created_at") * 1000000)::bigint, ', ', to_json(l."source"), ', ', array_to_json(array[l."action", l."resource_type", l."resource_id"]), ', ', l."metadata", ', ', encode(sha256(substr(l."salt", 33, 16) || convert_to(l."personal"::text, 'UTF8')), 'hex'), ', ', encode(sha256(substr(l."salt", 1, 16) || convert_to(concat(l."ip_address", ' ', to_json(l."actor_id")), 'UTF8')), 'hex'), ', ', encode(sha256(substr(l."salt", 17, 16) || convert_to(l."on_behalf_of"::text, 'UTF8')), 'hex'), ', ', array_to_json(array[l."actor_type", l."request_id", l."reason"]), ', ', l."transaction_id", ']'), 'UTF8')) where l."content_hash" is null;
    until := (date_trunc('month', (select greatest(max(l."created_at"), clock_timestamp()) from tenantry."audit_logs_before" l) at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    insert into tenantry.audit_partitions values ('audit_logs_before', '-infinity', until) on conflict (partition) do update set to_at = excluded.to_at;
    execute format('alter table "public"."audit_logs" attach partition tenantry."audit_logs_before" for values from (minvalue) to (%L)', until);
    perform tenantry.audit_protect('tenantry."audit_logs_before"'::regclass);
    for each in select polname from pg_policy where polrelid = 'tenantry."audit_logs_before"'::regclass loop
      execute format('drop policy %I on tenantry."audit_logs_before"', each.polname);
    end loop;
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
drop trigger if exists tenantry_audit_link on "public"."audit_logs";
--> statement-breakpoint
select created from tenantry.audit_maintain(3);
--> statement-breakpoint
-- the text of a value, unlike that of any other value: of a long one, its size and its hash
create or replace function tenantry.audit_exact(value anyelement) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  printed text;
begin
  if pg_column_size(value) > 134217728 then return format('[%s bytes stored]', pg_column_size(value)); end if;
  -- by the output function of the type: a cast to text takes the spaces off a char(n)
  if value is distinct from null then printed := format('%s', value); end if;
  if octet_length(printed) > 8192 then
    return format('[%s bytes, sha256 %s]', octet_length(printed), encode(sha256(convert_to(printed, 'UTF8')), 'hex'));
  end if;
  return printed;
end
$tenantry$;
--> statement-breakpoint
-- a value as JSON, or as its text where JSON cannot hold it
create or replace function tenantry.audit_value(value anyelement) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  if pg_column_size(value) > 134217728 then return to_jsonb(tenantry.audit_exact(value)); end if;
  if octet_length(value::text) > 8192 then return to_jsonb(format('[%s bytes]', octet_length(value::text))); end if;
  return to_jsonb(value);
exception when data_exception or program_limit_exceeded then
  return to_jsonb(tenantry.audit_exact(value));
end
$tenantry$;
--> statement-breakpoint
-- a value as JSON, or as its text where its JSON is that of the other value: 1.0 of 1.00
create or replace function tenantry.audit_apart(value anyelement, other anyelement) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  own constant jsonb := tenantry.audit_value(value);
begin
  if coalesce(own, 'null') = coalesce(tenantry.audit_value(other), 'null') then
    return to_jsonb(tenantry.audit_exact(value));
  end if;
  return own;
end
$tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_exact(anyelement), tenantry.audit_value(anyelement),
  tenantry.audit_apart(anyelement, anyelement) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_exact(anyelement), tenantry.audit_value(anyelement),
  tenantry.audit_apart(anyelement, anyelement) to "audit_writer";
--> statement-breakpoint
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
create or replace function tenantry.audit_forgives(state text) returns boolean
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      -- whoever tries the captures wants to see what fails
      return state !~ '^(40|53|57|58|TN)' and state <> '55P03' and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on';
    end
    $tenantry$;
--> statement-breakpoint
-- for what could not even be written to the log; when this fails too, the write is refused
    create or replace function tenantry.audit_note_failure(failed regclass, operation text, state text, row_count bigint) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into tenantry.audit_failures (table_name, operation, sqlstate, row_count) values (failed::text, $2, state, $4);
      raise warning 'audit: the capture of % on % failed with %', $2, failed, state;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_forgives(text), tenantry.audit_note_failure(regclass, text, text, bigint) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_forgives(text), tenantry.audit_note_failure(regclass, text, text, bigint) to "audit_writer";
--> statement-breakpoint
create or replace function tenantry.audit_forget_failures(days integer) returns integer
    language plpgsql security definer
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
revoke all on function tenantry.audit_forget_failures(integer) from public;
--> statement-breakpoint
grant execute on function tenantry.audit_forget_failures(integer) to "system";
--> statement-breakpoint
create or replace function tenantry.audit_actor_or_nobody(out actor_type text, out actor_id text, out on_behalf_of text,
      out ip inet, out request_id text, out reason text)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      declare
        said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
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
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'a captured table' using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
        audit_actor_or_nobody.actor_type := actor_type;
        audit_actor_or_nobody.actor_id := actor_id;
        audit_actor_or_nobody.on_behalf_of := on_behalf_of;
        audit_actor_or_nobody.ip := ip;
        audit_actor_or_nobody.request_id := request_id;
        audit_actor_or_nobody.reason := reason;
      end;
    exception when others then
      if sqlstate like 'TN%' then raise; end if;
      -- who acts cannot be read: the write is nobody's, and noted all the same
      actor_type := 'anonymous';
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_actor_or_nobody() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_actor_or_nobody() to "audit_writer";
--> statement-breakpoint
create or replace function tenantry.audit_try_captures() returns table (table_name text, operation text, sqlstate text, message text)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s'
  as $tenantry$
  declare
    captured record;
    tried text;
    context text;
  begin
    perform set_config('tenantry.audit_try', 'on', true);
    perform set_config('app.actor', '{"system": "doctor", "reason": "tries every capture"}', true);
    for captured in
      select t.tgrelid::regclass::text as target, e.event, (
        select quote_ident(a.attname) from pg_attribute a where a.attrelid = t.tgrelid and a.attnum > 0 and not a.attisdropped
          and a.attidentity = '' and a.attgenerated = '' order by a.attnum limit 1) as own
      from pg_trigger t cross join unnest(array['INSERT', 'UPDATE', 'DELETE']) e (event)
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
        -- what a trigger of somebody else refuses is none of the log's
        if context like '%audit_capture%' and sqlstate not like 'TN%' then
          audit_try_captures.sqlstate := sqlstate;
          table_name := captured.target; operation := captured.event; message := sqlerrm;
          return next;
        end if;
      end;
    end loop;
    perform set_config('tenantry.audit_try', '', true);
  end
  $tenantry$;
--> statement-breakpoint
revoke all on function tenantry.audit_try_captures() from public;
--> statement-breakpoint
grant execute on function tenantry.audit_try_captures() to "system";
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_invitations_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'invitations.inserted', 'invitations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["invitations.inserted","invitations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'email', case when octet_length(n."email"::text) > 8192 then format('[%s bytes]', octet_length(n."email"::text)) else n."email"::text end, 'role_id', n."role_id", 'invited_by', n."invited_by", 'expires_at', n."expires_at", 'accepted_at', n."accepted_at", 'accepted_by', n."accepted_by", 'revoked_at', n."revoked_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_invitations_insert"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_invitations_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_invitations_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'invitations.updated', 'invitations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["invitations.updated","invitations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."organization_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."email"::text collate "C" is distinct from n."email"::text collate "C" then jsonb_build_object('email', case when octet_length(o."email"::text) > 8192 then tenantry.audit_exact(o."email") else o."email"::text end) else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', o."role_id") else '{}'::jsonb end || case when o."invited_by" is distinct from n."invited_by" then jsonb_build_object('invited_by', o."invited_by") else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', o."expires_at") else '{}'::jsonb end || case when o."accepted_at" is distinct from n."accepted_at" then jsonb_build_object('accepted_at', o."accepted_at") else '{}'::jsonb end || case when o."accepted_by" is distinct from n."accepted_by" then jsonb_build_object('accepted_by', o."accepted_by") else '{}'::jsonb end || case when o."revoked_at" is distinct from n."revoked_at" then jsonb_build_object('revoked_at', o."revoked_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."email"::text collate "C" is distinct from n."email"::text collate "C" then jsonb_build_object('email', case when octet_length(n."email"::text) > 8192 then tenantry.audit_exact(n."email") else n."email"::text end) else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', n."role_id") else '{}'::jsonb end || case when o."invited_by" is distinct from n."invited_by" then jsonb_build_object('invited_by', n."invited_by") else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', n."expires_at") else '{}'::jsonb end || case when o."accepted_at" is distinct from n."accepted_at" then jsonb_build_object('accepted_at', n."accepted_at") else '{}'::jsonb end || case when o."accepted_by" is distinct from n."accepted_by" then jsonb_build_object('accepted_by', n."accepted_by") else '{}'::jsonb end || case when o."revoked_at" is distinct from n."revoked_at" then jsonb_build_object('revoked_at', n."revoked_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id"))) d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id"))) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'invitations.deleted', 'invitations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["invitations.deleted","invitations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'email', case when octet_length(o."email"::text) > 8192 then format('[%s bytes]', octet_length(o."email"::text)) else o."email"::text end, 'role_id', o."role_id", 'invited_by', o."invited_by", 'expires_at', o."expires_at", 'accepted_at', o."accepted_at", 'accepted_by', o."accepted_by", 'revoked_at', o."revoked_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id")) and o."tenantry place" is not null) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'invitations.inserted', 'invitations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["invitations.inserted","invitations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'email', case when octet_length(n."email"::text) > 8192 then format('[%s bytes]', octet_length(n."email"::text)) else n."email"::text end, 'role_id', n."role_id", 'invited_by', n."invited_by", 'expires_at', n."expires_at", 'accepted_at', n."accepted_at", 'accepted_by', n."accepted_by", 'revoked_at', n."revoked_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id")) and n."tenantry place" is not null) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_invitations_update"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_invitations_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_invitations_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from old_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'invitations.deleted', 'invitations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["invitations.deleted","invitations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'email', case when octet_length(o."email"::text) > 8192 then format('[%s bytes]', octet_length(o."email"::text)) else o."email"::text end, 'role_id', o."role_id", 'invited_by', o."invited_by", 'expires_at', o."expires_at", 'accepted_at', o."accepted_at", 'accepted_by', o."accepted_by", 'revoked_at', o."revoked_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_invitations_delete"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_invitations_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_invitations_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from "public"."invitations") and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'invitations.truncated', 'invitations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["invitations.truncated","invitations",null], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."organization_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."invitations" t group by t."organization_id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_invitations_truncate"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_invitations_truncate"() from public;
--> statement-breakpoint
grant select on "public"."invitations" to "audit_writer";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."invitations"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_invitations_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."invitations"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_invitations_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."invitations"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_invitations_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."invitations"
  for each statement execute function "tenantry"."audit_capture_public_invitations_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_member_roles_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'member_roles.inserted', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.inserted","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'user_id', n."user_id", 'role_id', n."role_id", 'resource_type', case when octet_length(n."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_type"::text)) else n."resource_type"::text end, 'resource_id', case when octet_length(n."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_id"::text)) else n."resource_id"::text end, 'expires_at', n."expires_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_member_roles_insert"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_member_roles_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_member_roles_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'member_roles.updated', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.updated","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."organization_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', o."role_id") else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', case when octet_length(o."resource_type"::text) > 8192 then tenantry.audit_exact(o."resource_type") else o."resource_type"::text end) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', case when octet_length(o."resource_id"::text) > 8192 then tenantry.audit_exact(o."resource_id") else o."resource_id"::text end) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', o."expires_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."role_id" is distinct from n."role_id" then jsonb_build_object('role_id', n."role_id") else '{}'::jsonb end || case when o."resource_type"::text collate "C" is distinct from n."resource_type"::text collate "C" then jsonb_build_object('resource_type', case when octet_length(n."resource_type"::text) > 8192 then tenantry.audit_exact(n."resource_type") else n."resource_type"::text end) else '{}'::jsonb end || case when o."resource_id"::text collate "C" is distinct from n."resource_id"::text collate "C" then jsonb_build_object('resource_id', case when octet_length(n."resource_id"::text) > 8192 then tenantry.audit_exact(n."resource_id") else n."resource_id"::text end) else '{}'::jsonb end || case when o."expires_at" is distinct from n."expires_at" then jsonb_build_object('expires_at', n."expires_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id"))) d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id"))) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'member_roles.deleted', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.deleted","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'user_id', o."user_id", 'role_id', o."role_id", 'resource_type', case when octet_length(o."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_type"::text)) else o."resource_type"::text end, 'resource_id', case when octet_length(o."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_id"::text)) else o."resource_id"::text end, 'expires_at', o."expires_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id")) and o."tenantry place" is not null) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'member_roles.inserted', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.inserted","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'user_id', n."user_id", 'role_id', n."role_id", 'resource_type', case when octet_length(n."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_type"::text)) else n."resource_type"::text end, 'resource_id', case when octet_length(n."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(n."resource_id"::text)) else n."resource_id"::text end, 'expires_at', n."expires_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id")) and n."tenantry place" is not null) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_member_roles_update"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_member_roles_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_member_roles_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from old_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'member_roles.deleted', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.deleted","member_roles",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'user_id', o."user_id", 'role_id', o."role_id", 'resource_type', case when octet_length(o."resource_type"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_type"::text)) else o."resource_type"::text end, 'resource_id', case when octet_length(o."resource_id"::text) > 8192 then format('[%s bytes]', octet_length(o."resource_id"::text)) else o."resource_id"::text end, 'expires_at', o."expires_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_member_roles_delete"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_member_roles_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_member_roles_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from "public"."member_roles") and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'member_roles.truncated', 'member_roles', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["member_roles.truncated","member_roles",null], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."organization_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."member_roles" t group by t."organization_id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_member_roles_truncate"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_member_roles_truncate"() from public;
--> statement-breakpoint
grant select on "public"."member_roles" to "audit_writer";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."member_roles"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_member_roles_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."member_roles"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_member_roles_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."member_roles"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_member_roles_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."member_roles"
  for each statement execute function "tenantry"."audit_capture_public_member_roles_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.inserted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.inserted","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', n."user_id", 'joined_at', n."joined_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_memberships_insert"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_memberships_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.updated', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.updated","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."organization_id" as tenant, n."user_id"::text as rid, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', o."user_id") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', o."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."user_id" is distinct from n."user_id" then jsonb_build_object('user_id', n."user_id") else '{}'::jsonb end || case when o."joined_at" is distinct from n."joined_at" then jsonb_build_object('joined_at', n."joined_at") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where record_image_eq(row(o."organization_id", o."user_id"), row(n."organization_id", n."user_id"))) d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."user_id"), row(n."organization_id", n."user_id"))) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.deleted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.deleted","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', o."user_id", 'joined_at', o."joined_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."user_id"), row(n."organization_id", n."user_id")) and o."tenantry place" is not null) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.inserted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.inserted","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."user_id"::text as rid, jsonb_build_object('new', jsonb_build_object('user_id', n."user_id", 'joined_at', n."joined_at", 'created_at', n."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."user_id"), row(n."organization_id", n."user_id")) and n."tenantry place" is not null) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_memberships_update"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_memberships_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from old_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.deleted', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.deleted","memberships",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."user_id"::text as rid, jsonb_build_object('old', jsonb_build_object('user_id', o."user_id", 'joined_at', o."joined_at", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_memberships_delete"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_memberships_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_memberships_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from "public"."memberships") and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'memberships.truncated', 'memberships', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["memberships.truncated","memberships",null], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."organization_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."memberships" t group by t."organization_id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_memberships_truncate"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_memberships_truncate"() from public;
--> statement-breakpoint
grant select on "public"."memberships" to "audit_writer";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."memberships"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_memberships_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."memberships"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_memberships_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."memberships"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_memberships_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."memberships"
  for each statement execute function "tenantry"."audit_capture_public_memberships_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.inserted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["organizations.inserted","organizations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'slug', case when octet_length(n."slug"::text) > 8192 then format('[%s bytes]', octet_length(n."slug"::text)) else n."slug"::text end, 'plan', case when octet_length(n."plan"::text) > 8192 then format('[%s bytes]', octet_length(n."plan"::text)) else n."plan"::text end, 'plan_anchor', n."plan_anchor", 'plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_time_zone"::text)) else n."plan_time_zone"::text end, 'plan_period_end', n."plan_period_end", 'trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(n."trial_plan"::text)) else n."trial_plan"::text end, 'trial_ends_at', n."trial_ends_at", 'plan_read_only', n."plan_read_only", 'plan_source', case when octet_length(n."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_source"::text)) else n."plan_source"::text end, 'plan_version', n."plan_version", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_organizations_insert"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_organizations_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.updated', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["organizations.updated","organizations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_exact(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(o."slug"::text) > 8192 then tenantry.audit_exact(o."slug") else o."slug"::text end) else '{}'::jsonb end || case when o."plan"::text collate "C" is distinct from n."plan"::text collate "C" then jsonb_build_object('plan', case when octet_length(o."plan"::text) > 8192 then tenantry.audit_exact(o."plan") else o."plan"::text end) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', o."plan_anchor") else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then tenantry.audit_exact(o."plan_time_zone") else o."plan_time_zone"::text end) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', o."plan_period_end") else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then tenantry.audit_exact(o."trial_plan") else o."trial_plan"::text end) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', o."trial_ends_at") else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', o."plan_read_only") else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', case when octet_length(o."plan_source"::text) > 8192 then tenantry.audit_exact(o."plan_source") else o."plan_source"::text end) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', o."plan_version") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_exact(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."slug"::text collate "C" is distinct from n."slug"::text collate "C" then jsonb_build_object('slug', case when octet_length(n."slug"::text) > 8192 then tenantry.audit_exact(n."slug") else n."slug"::text end) else '{}'::jsonb end || case when o."plan"::text collate "C" is distinct from n."plan"::text collate "C" then jsonb_build_object('plan', case when octet_length(n."plan"::text) > 8192 then tenantry.audit_exact(n."plan") else n."plan"::text end) else '{}'::jsonb end || case when o."plan_anchor" is distinct from n."plan_anchor" then jsonb_build_object('plan_anchor', n."plan_anchor") else '{}'::jsonb end || case when o."plan_time_zone"::text collate "C" is distinct from n."plan_time_zone"::text collate "C" then jsonb_build_object('plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then tenantry.audit_exact(n."plan_time_zone") else n."plan_time_zone"::text end) else '{}'::jsonb end || case when o."plan_period_end" is distinct from n."plan_period_end" then jsonb_build_object('plan_period_end', n."plan_period_end") else '{}'::jsonb end || case when o."trial_plan"::text collate "C" is distinct from n."trial_plan"::text collate "C" then jsonb_build_object('trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then tenantry.audit_exact(n."trial_plan") else n."trial_plan"::text end) else '{}'::jsonb end || case when o."trial_ends_at" is distinct from n."trial_ends_at" then jsonb_build_object('trial_ends_at', n."trial_ends_at") else '{}'::jsonb end || case when o."plan_read_only" is distinct from n."plan_read_only" then jsonb_build_object('plan_read_only', n."plan_read_only") else '{}'::jsonb end || case when o."plan_source"::text collate "C" is distinct from n."plan_source"::text collate "C" then jsonb_build_object('plan_source', case when octet_length(n."plan_source"::text) > 8192 then tenantry.audit_exact(n."plan_source") else n."plan_source"::text end) else '{}'::jsonb end || case when o."plan_version" is distinct from n."plan_version" then jsonb_build_object('plan_version', n."plan_version") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where record_image_eq(row(o."id", o."id"), row(n."id", n."id"))) d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."id", o."id"), row(n."id", n."id"))) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.deleted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["organizations.deleted","organizations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'slug', case when octet_length(o."slug"::text) > 8192 then format('[%s bytes]', octet_length(o."slug"::text)) else o."slug"::text end, 'plan', case when octet_length(o."plan"::text) > 8192 then format('[%s bytes]', octet_length(o."plan"::text)) else o."plan"::text end, 'plan_anchor', o."plan_anchor", 'plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_time_zone"::text)) else o."plan_time_zone"::text end, 'plan_period_end', o."plan_period_end", 'trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(o."trial_plan"::text)) else o."trial_plan"::text end, 'trial_ends_at', o."trial_ends_at", 'plan_read_only', o."plan_read_only", 'plan_source', case when octet_length(o."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_source"::text)) else o."plan_source"::text end, 'plan_version', o."plan_version", 'created_at', o."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and o."tenantry place" is not null) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.inserted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["organizations.inserted","organizations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'slug', case when octet_length(n."slug"::text) > 8192 then format('[%s bytes]', octet_length(n."slug"::text)) else n."slug"::text end, 'plan', case when octet_length(n."plan"::text) > 8192 then format('[%s bytes]', octet_length(n."plan"::text)) else n."plan"::text end, 'plan_anchor', n."plan_anchor", 'plan_time_zone', case when octet_length(n."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_time_zone"::text)) else n."plan_time_zone"::text end, 'plan_period_end', n."plan_period_end", 'trial_plan', case when octet_length(n."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(n."trial_plan"::text)) else n."trial_plan"::text end, 'trial_ends_at', n."trial_ends_at", 'plan_read_only', n."plan_read_only", 'plan_source', case when octet_length(n."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(n."plan_source"::text)) else n."plan_source"::text end, 'plan_version', n."plan_version", 'created_at', n."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."id", o."id"), row(n."id", n."id")) and n."tenantry place" is not null) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_organizations_update"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_organizations_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from old_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.deleted', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["organizations.deleted","organizations",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'slug', case when octet_length(o."slug"::text) > 8192 then format('[%s bytes]', octet_length(o."slug"::text)) else o."slug"::text end, 'plan', case when octet_length(o."plan"::text) > 8192 then format('[%s bytes]', octet_length(o."plan"::text)) else o."plan"::text end, 'plan_anchor', o."plan_anchor", 'plan_time_zone', case when octet_length(o."plan_time_zone"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_time_zone"::text)) else o."plan_time_zone"::text end, 'plan_period_end', o."plan_period_end", 'trial_plan', case when octet_length(o."trial_plan"::text) > 8192 then format('[%s bytes]', octet_length(o."trial_plan"::text)) else o."trial_plan"::text end, 'trial_ends_at', o."trial_ends_at", 'plan_read_only', o."plan_read_only", 'plan_source', case when octet_length(o."plan_source"::text) > 8192 then format('[%s bytes]', octet_length(o."plan_source"::text)) else o."plan_source"::text end, 'plan_version', o."plan_version", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_organizations_delete"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_organizations_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_organizations_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from "public"."organizations") and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'organizations.truncated', 'organizations', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["organizations.truncated","organizations",null], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."organizations" t group by t."id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_organizations_truncate"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_organizations_truncate"() from public;
--> statement-breakpoint
grant select on "public"."organizations" to "audit_writer";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."organizations"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_organizations_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."organizations"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_organizations_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."organizations"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_organizations_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."organizations"
  for each statement execute function "tenantry"."audit_capture_public_organizations_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_insert"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.inserted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.inserted","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'description', case when octet_length(n."description"::text) > 8192 then format('[%s bytes]', octet_length(n."description"::text)) else n."description"::text end, 'status', case when octet_length(n."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."status"::text))) else to_jsonb(n."status") end, 'created_by', n."created_by", 'created_at', n."created_at")) as metadata, null::jsonb as personal from new_rows n) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_projects_insert"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_projects_insert"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_update"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from new_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.updated', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.updated","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select d.tenant, d.rid,
            jsonb_build_object('old', d.old_plain, 'new', d.new_plain) as metadata,
            case when d.new_personal <> '{}' then jsonb_build_object('old', d.old_personal, 'new', d.new_personal) end as personal
          from (select n."organization_id" as tenant, n."id"::text as rid, case when o."id" is distinct from n."id" then jsonb_build_object('id', o."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(o."name"::text) > 8192 then tenantry.audit_exact(o."name") else o."name"::text end) else '{}'::jsonb end || case when o."description"::text collate "C" is distinct from n."description"::text collate "C" then jsonb_build_object('description', case when octet_length(o."description"::text) > 8192 then tenantry.audit_exact(o."description") else o."description"::text end) else '{}'::jsonb end || case when record_image_ne(row(o."status"), row(n."status")) then jsonb_build_object('status', tenantry.audit_apart(o."status", n."status")) else '{}'::jsonb end || case when o."created_by" is distinct from n."created_by" then jsonb_build_object('created_by', o."created_by") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', o."created_at") else '{}'::jsonb end as old_plain, case when o."id" is distinct from n."id" then jsonb_build_object('id', n."id") else '{}'::jsonb end || case when o."name"::text collate "C" is distinct from n."name"::text collate "C" then jsonb_build_object('name', case when octet_length(n."name"::text) > 8192 then tenantry.audit_exact(n."name") else n."name"::text end) else '{}'::jsonb end || case when o."description"::text collate "C" is distinct from n."description"::text collate "C" then jsonb_build_object('description', case when octet_length(n."description"::text) > 8192 then tenantry.audit_exact(n."description") else n."description"::text end) else '{}'::jsonb end || case when record_image_ne(row(o."status"), row(n."status")) then jsonb_build_object('status', tenantry.audit_apart(n."status", o."status")) else '{}'::jsonb end || case when o."created_by" is distinct from n."created_by" then jsonb_build_object('created_by', n."created_by") else '{}'::jsonb end || case when o."created_at" is distinct from n."created_at" then jsonb_build_object('created_at', n."created_at") else '{}'::jsonb end as new_plain, '{}'::jsonb as old_personal, '{}'::jsonb as new_personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id"))) d
          where d.new_plain <> '{}' or d.new_personal <> '{}') r
      ) s;
      if exists (select from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id"))) then
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.deleted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.deleted","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'description', case when octet_length(o."description"::text) > 8192 then format('[%s bytes]', octet_length(o."description"::text)) else o."description"::text end, 'status', case when octet_length(o."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."status"::text))) else to_jsonb(o."status") end, 'created_by', o."created_by", 'created_at', o."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id")) and o."tenantry place" is not null) r
      ) s;
        insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.inserted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.inserted","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select n."organization_id" as tenant, n."id"::text as rid, jsonb_build_object('new', jsonb_build_object('id', n."id", 'name', case when octet_length(n."name"::text) > 8192 then format('[%s bytes]', octet_length(n."name"::text)) else n."name"::text end, 'description', case when octet_length(n."description"::text) > 8192 then format('[%s bytes]', octet_length(n."description"::text)) else n."description"::text end, 'status', case when octet_length(n."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(n."status"::text))) else to_jsonb(n."status") end, 'created_by', n."created_by", 'created_at', n."created_at")) as metadata, null::jsonb as personal from (select *, row_number() over () as "tenantry place" from new_rows) n
            full join (select *, row_number() over () as "tenantry place" from old_rows) o on o."tenantry place" = n."tenantry place" where not record_image_eq(row(o."organization_id", o."id"), row(n."organization_id", n."id")) and n."tenantry place" is not null) r
      ) s;
      end if;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_projects_update"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_projects_update"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_delete"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from old_rows) and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.deleted', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.deleted","projects",', to_json(s.rid), '], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select o."organization_id" as tenant, o."id"::text as rid, jsonb_build_object('old', jsonb_build_object('id', o."id", 'name', case when octet_length(o."name"::text) > 8192 then format('[%s bytes]', octet_length(o."name"::text)) else o."name"::text end, 'description', case when octet_length(o."description"::text) > 8192 then format('[%s bytes]', octet_length(o."description"::text)) else o."description"::text end, 'status', case when octet_length(o."status"::text) > 8192 then to_jsonb(format('[%s bytes]', octet_length(o."status"::text))) else to_jsonb(o."status") end, 'created_by', o."created_by", 'created_at', o."created_at")) as metadata, null::jsonb as personal from old_rows o) r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_projects_delete"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_projects_delete"() from public;
--> statement-breakpoint
create or replace function "tenantry"."audit_capture_public_projects_truncate"() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan -- planning anew for each statement costs more than capturing
    as $tenantry$
    declare
      said constant jsonb := tenantry.current_actor();
      actor_type text := 'user';
      actor_id text := said ->> 'user';
      on_behalf_of text;
      ip inet;
      request_id text;
      xid bigint;
      salt bytea := uuid_send(gen_random_uuid());
      behalf text;
      reason text;
      common text;
    begin
      if not exists (select from "public"."projects") and coalesce(current_setting('tenantry.audit_try', true), '') <> 'on' then return null; end if;
      xid := pg_current_xact_id()::text::bigint + tenantry.audit_xid_offset();
      if actor_id is null then
        if said ? 'system' then
          actor_type := 'system';
          actor_id := said ->> 'system';
          reason := said ->> 'reason';
        elsif current_setting('app.actor', true) is null then
          actor_type := 'login';
          actor_id := session_user;
        else
          raise exception 'AUDIT_ACTOR_MISSING: % without a user', 'table ' || tg_table_name using errcode = 'TN001', detail = '{}';
        end if;
      end if;
      on_behalf_of := said ->> 'onBehalfOf';
      ip := (said ->> 'ip')::inet;
      request_id := said ->> 'requestId';
      if on_behalf_of is not null then salt := salt || uuid_send(gen_random_uuid());
        behalf := encode(sha256(substr(salt, 17, 16) || convert_to(on_behalf_of::text, 'UTF8')), 'hex'); end if;
      common := concat(encode(sha256(substr(salt, 1, 16) || convert_to(concat(ip, ' ', to_json(actor_id)), 'UTF8')), 'hex'), ', ', behalf, ', ', array_to_json(array[actor_type, request_id, reason]), ', ', xid, ']');
      insert into "public"."audit_logs" ("organization_id", "id", "created_at", "source", "action", "resource_type", "resource_id", "metadata", "personal", "actor_type", "actor_id", "on_behalf_of", "ip_address", "request_id", "reason", "transaction_id", "salt", "content_hash", "erased")
      select s.tenant, s.id, s.created_at, 'capture', 'projects.truncated', 'projects', s.rid, s.metadata, null::jsonb, actor_type, actor_id, on_behalf_of, ip, request_id, reason, xid, salt, sha256(convert_to(concat('[1, "', s.tenant, '", "', s.id, '", ', (extract(epoch from s.created_at) * 1000000)::bigint, ', "capture", ["projects.truncated","projects",null], ', s.metadata, ', , ', common), 'UTF8')), null::jsonb
      from (
        select r.*, gen_random_uuid() as id, clock_timestamp() as created_at
        from (select t."organization_id" as tenant, null::text as rid, jsonb_build_object('rows', count(*)) as metadata, null::jsonb as personal from "public"."projects" t group by t."organization_id") r
      ) s;
      return null;
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "audit_writer";
--> statement-breakpoint
alter function "tenantry"."audit_capture_public_projects_truncate"() owner to "audit_writer";
--> statement-breakpoint
revoke create on schema tenantry from "audit_writer";
--> statement-breakpoint
revoke all on function "tenantry"."audit_capture_public_projects_truncate"() from public;
--> statement-breakpoint
grant select on "public"."projects" to "audit_writer";
--> statement-breakpoint
create or replace trigger tenantry_audit_insert after insert on "public"."projects"
  referencing new table as new_rows for each statement execute function "tenantry"."audit_capture_public_projects_insert"();
--> statement-breakpoint
create or replace trigger tenantry_audit_update after update on "public"."projects"
  referencing old table as old_rows new table as new_rows for each statement execute function "tenantry"."audit_capture_public_projects_update"();
--> statement-breakpoint
create or replace trigger tenantry_audit_delete after delete on "public"."projects"
  referencing old table as old_rows for each statement execute function "tenantry"."audit_capture_public_projects_delete"();
--> statement-breakpoint
create or replace trigger tenantry_audit_truncate before truncate on "public"."projects"
  for each statement execute function "tenantry"."audit_capture_public_projects_truncate"();
--> statement-breakpoint
create or replace function "tenantry"."limit_record_plan"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if tg_op = 'DELETE' then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (old."id", 'plan', '', null, tenantry.current_actor());
  elsif tg_op = 'INSERT' or jsonb_build_object('id', old."id", 'plan', old."plan", 'plan_anchor', old."plan_anchor", 'plan_time_zone', old."plan_time_zone", 'trial_plan', old."trial_plan", 'trial_ends_at', old."trial_ends_at", 'plan_read_only', old."plan_read_only", 'plan_source', old."plan_source") is distinct from jsonb_build_object('id', new."id", 'plan', new."plan", 'plan_anchor', new."plan_anchor", 'plan_time_zone', new."plan_time_zone", 'trial_plan', new."trial_plan", 'trial_ends_at', new."trial_ends_at", 'plan_read_only', new."plan_read_only", 'plan_source', new."plan_source") then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (new."id", 'plan', '', jsonb_build_object('id', new."id", 'plan', new."plan", 'plan_anchor', new."plan_anchor", 'plan_time_zone', new."plan_time_zone", 'trial_plan', new."trial_plan", 'trial_ends_at', new."trial_ends_at", 'plan_read_only', new."plan_read_only", 'plan_source', new."plan_source"), tenantry.current_actor());
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_record_plan"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_plan"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_plan"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_record_plan"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."organizations"
  for each row execute function "tenantry"."limit_record_plan"();
--> statement-breakpoint
create or replace function "tenantry"."limit_record_override"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if tg_op = 'DELETE' then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (old."organization_id", 'override', old.id::text, null, tenantry.current_actor());
  elsif tg_op = 'INSERT' or to_jsonb(old) is distinct from to_jsonb(new) then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (new."organization_id", 'override', new.id::text, to_jsonb(new), tenantry.current_actor());
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_record_override"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_override"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_override"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_record_override"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."feature_overrides"
  for each row execute function "tenantry"."limit_record_override"();
--> statement-breakpoint
create or replace function "tenantry"."limit_record_add_on"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if tg_op = 'DELETE' then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (old."organization_id", 'add_on', old.add_on, null, tenantry.current_actor());
  elsif tg_op = 'INSERT' or to_jsonb(old) is distinct from to_jsonb(new) then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (new."organization_id", 'add_on', new.add_on, to_jsonb(new), tenantry.current_actor());
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_record_add_on"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_add_on"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_add_on"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_record_add_on"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."add_ons"
  for each row execute function "tenantry"."limit_record_add_on"();
--> statement-breakpoint
create or replace function "tenantry"."limit_record_plan_feature"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if tg_op = 'DELETE' then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (null, 'plan_feature', old.plan || '/' || old.feature, null, tenantry.current_actor());
  elsif tg_op = 'INSERT' or to_jsonb(old) is distinct from to_jsonb(new) then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (null, 'plan_feature', new.plan || '/' || new.feature, to_jsonb(new), tenantry.current_actor());
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_record_plan_feature"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_plan_feature"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_plan_feature"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_record_plan_feature"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."plan_features"
  for each row execute function "tenantry"."limit_record_plan_feature"();
--> statement-breakpoint
create or replace function "tenantry"."limit_record_add_on_feature"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if tg_op = 'DELETE' then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (null, 'add_on_feature', old.add_on || '/' || old.feature, null, tenantry.current_actor());
  elsif tg_op = 'INSERT' or to_jsonb(old) is distinct from to_jsonb(new) then
    insert into "public"."entitlement_history" ("organization_id", subject, key, state, actor)
    values (null, 'add_on_feature', new.add_on || '/' || new.feature, to_jsonb(new), tenantry.current_actor());
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_record_add_on_feature"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_add_on_feature"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_record_add_on_feature"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_record_add_on_feature"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_entitlement_history" after insert or update or delete on "public"."add_on_features"
  for each row execute function "tenantry"."limit_record_add_on_feature"();
--> statement-breakpoint
create or replace function "tenantry"."limit_history_baseline"() returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          begin
        insert into "public"."entitlement_history" ("organization_id", subject, key, state)
select r."id", 'plan', '', jsonb_build_object('id', r."id", 'plan', r."plan", 'plan_anchor', r."plan_anchor", 'plan_time_zone', r."plan_time_zone", 'trial_plan', r."trial_plan", 'trial_ends_at', r."trial_ends_at", 'plan_read_only', r."plan_read_only", 'plan_source', r."plan_source") from "public"."organizations" r
where not exists (select from "public"."entitlement_history" h where h."organization_id" = r."id" and h.subject = 'plan' and h.key = '');
insert into "public"."entitlement_history" ("organization_id", subject, key, state)
select r."organization_id", 'override', r.id::text, to_jsonb(r) from "public"."feature_overrides" r
where not exists (select from "public"."entitlement_history" h where h."organization_id" = r."organization_id" and h.subject = 'override' and h.key = r.id::text);
insert into "public"."entitlement_history" ("organization_id", subject, key, state)
select r."organization_id", 'add_on', r.add_on, to_jsonb(r) from "public"."add_ons" r
where not exists (select from "public"."entitlement_history" h where h."organization_id" = r."organization_id" and h.subject = 'add_on' and h.key = r.add_on);
insert into "public"."entitlement_history" ("organization_id", subject, key, state)
select null::uuid, 'plan_feature', r.plan || '/' || r.feature, to_jsonb(r) from "public"."plan_features" r
where not exists (select from "public"."entitlement_history" h where h."organization_id" is null and h.subject = 'plan_feature' and h.key = r.plan || '/' || r.feature);
insert into "public"."entitlement_history" ("organization_id", subject, key, state)
select null::uuid, 'add_on_feature', r.add_on || '/' || r.feature, to_jsonb(r) from "public"."add_on_features" r
where not exists (select from "public"."entitlement_history" h where h."organization_id" is null and h.subject = 'add_on_feature' and h.key = r.add_on || '/' || r.feature);
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_history_baseline"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_history_baseline"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_history_baseline"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_history_baseline"() to "system";
--> statement-breakpoint
select tenantry.limit_history_baseline();
--> statement-breakpoint
create or replace function "tenantry"."limit_report_at_of"(of_tenant uuid, of_time timestamptz, of_feature text) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        f record;
        r record;
        p record;
        total bigint;
        result jsonb := '[]';
      begin
        
        for f in select * from (values ('apiCalls', 'counter', 'month'), ('projects', 'count', null), ('seats', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
          select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, res.own_lim as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    null::timestamptz as grace_until, null::bigint as keeps
  from (
    select coalesce(case when st."trial_ends_at" > of_time then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join (select (jsonb_populate_record(null::"public"."organizations", l.state)).* from (
    select distinct on (h.key) h.state from "public"."entitlement_history" h
    where h.subject = 'plan' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) st on st."id" = of_tenant
  ) own
  left join (select (jsonb_populate_record(null::"public"."plan_features", l.state)).* from (
    select distinct on (h.key) h.state from "public"."entitlement_history" h
    where h.subject = 'plan_feature' and h."organization_id" is null and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) pf on pf.plan = own.plan and pf.feature = f.feature and pf.enabled
  left join lateral (
    select ov.mode, ov.value from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
    select distinct on (h.key) h.state from "public"."entitlement_history" h
    where h.subject = 'override' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= of_time and (ov.ends_at is null or ov.ends_at > of_time) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
    select distinct on (h.key) h.state from "public"."entitlement_history" h
    where h.subject = 'override' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= of_time and (ov.ends_at is null or ov.ends_at > of_time) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from (select (jsonb_populate_record(null::"public"."add_ons", l.state)).* from (
    select distinct on (h.key) h.state from "public"."entitlement_history" h
    where h.subject = 'add_on' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) had join (select (jsonb_populate_record(null::"public"."add_on_features", l.state)).* from (
    select distinct on (h.key) h.state from "public"."entitlement_history" h
    where h.subject = 'add_on_feature' and h."organization_id" is null and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) unit on unit.add_on = had.add_on and unit.feature = f.feature
    where had."organization_id" = of_tenant
  ) more on true
  
) res into r;
          select null::timestamptz as period_start, null::timestamptz as period_end into p;
          if f.per is not null then
            select * into p from tenantry.limit_period(f.per, r.anchor, r.zone, of_time);
          end if;
          
          result := result || jsonb_build_object('feature', f.feature, 'kind', f.kind, 'plan', r.plan, 'granted', r.granted,
            'readOnly', r.read_only, 'enforcement', case when r.soft then 'soft' else 'hard' end,
            'limit', case when f.kind = 'flag' then r.lim else (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end) end, 'planLimit', r.own_lim, 'used', total,
            'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
            'graceUntil', case when total > r.own_lim then case when isfinite(r.grace_until) then to_char(r.grace_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end end,
            'base', r.base, 'changedTo', r.changed_to, 'added', r.added,
            'overrides', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'mode', v.mode, 'value', v.value, 'startsAt', case when isfinite(v.starts_at) then to_char(v.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
              'endsAt', case when isfinite(v.ends_at) then to_char(v.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'reason', v.reason, 'actor', v.actor) order by v.starts_at, v.id)
              from (select (jsonb_populate_record(null::"public"."feature_overrides", l.state)).* from (
        select distinct on (h.key) h.state from "public"."entitlement_history" h
        where h.subject = 'override' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) v
              where v."organization_id" = of_tenant and v.feature = f.feature and (v.ends_at is null or v.ends_at > of_time)), '[]'), 'addOns', coalesce((select jsonb_agg(jsonb_build_object('addOn', h.add_on, 'quantity', h.quantity, 'units', u.units) order by h.add_on)
              from (select (jsonb_populate_record(null::"public"."add_ons", l.state)).* from (
        select distinct on (h.key) h.state from "public"."entitlement_history" h
        where h.subject = 'add_on' and h."organization_id" = of_tenant and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) h join (select (jsonb_populate_record(null::"public"."add_on_features", l.state)).* from (
        select distinct on (h.key) h.state from "public"."entitlement_history" h
        where h.subject = 'add_on_feature' and h."organization_id" is null and h.at <= of_time order by h.key, h.id desc) l where l.state is not null) u on u.add_on = h.add_on
              where h."organization_id" = of_tenant and u.feature = f.feature), '[]'));
        end loop;
        return result;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_report_at_of"(of_tenant uuid, of_time timestamptz, of_feature text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_report_at_of"(of_tenant uuid, of_time timestamptz, of_feature text) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_report_at_of"(of_tenant uuid, of_time timestamptz, of_feature text) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_report_at_of"(of_tenant uuid, of_time timestamptz, of_feature text) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_report_at"(of_time timestamptz, of_feature text) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return "tenantry"."limit_report_at_of"(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_report_at"(of_time timestamptz, of_feature text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_report_at"(of_time timestamptz, of_feature text) from public;
--> statement-breakpoint
grant execute on function "tenantry"."limit_report_at"(of_time timestamptz, of_feature text) to "app", "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_changes_of"(of_tenant uuid, most integer) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  return coalesce((select jsonb_agg(jsonb_build_object('at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'subject', c.subject, 'key', c.key, 'state', c.state, 'actor', c.actor) order by c.id desc) from (
      select * from "public"."entitlement_history" h where h."organization_id" = of_tenant order by h.id desc limit most) c), '[]');
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_changes_of"(of_tenant uuid, most integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_changes_of"(of_tenant uuid, most integer) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_changes_of"(of_tenant uuid, most integer) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_changes_of"(of_tenant uuid, most integer) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_changes"(most integer) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return "tenantry"."limit_changes_of"(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_changes"(most integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_changes"(most integer) from public;
--> statement-breakpoint
grant execute on function "tenantry"."limit_changes"(most integer) to "app", "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_seed"(wanted jsonb, overwrite boolean) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          begin
        insert into "public"."plan_features" as f (plan, feature, limit_value, enabled, enforcement, grace_days, seeded)
        select w.plan, w.feature, w."limit", w.enabled, w.enforcement, w."graceDays",
          jsonb_build_object('limit', w."limit", 'enabled', w.enabled, 'enforcement', w.enforcement, 'graceDays', w."graceDays")
        from jsonb_to_recordset(wanted->'plans') w (plan text, feature text, "limit" bigint, enabled boolean, enforcement text, "graceDays" integer)
        on conflict (plan, feature) do update set limit_value = excluded.limit_value, enabled = excluded.enabled,
          enforcement = excluded.enforcement, grace_days = excluded.grace_days, seeded = excluded.seeded, updated_at = now()
        where f.seeded is distinct from excluded.seeded and (overwrite or jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days) in (f.seeded, excluded.seeded))
          or overwrite and jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days) <> f.seeded;
        delete from "public"."plan_features" f
        where not exists (select from jsonb_to_recordset(wanted->'plans') w (plan text, feature text) where w.plan = f.plan and w.feature = f.feature)
          and f.seeded is not null and (overwrite or jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days) = f.seeded);
        insert into "public"."add_on_features" as f (add_on, feature, units, seeded)
select w."addOn", w.feature, w.units, jsonb_build_object('units', w.units)
from jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text, units bigint)
on conflict (add_on, feature) do update set units = excluded.units, seeded = excluded.seeded
where f.seeded is distinct from excluded.seeded and (overwrite or jsonb_build_object('units', f.units) in (f.seeded, excluded.seeded))
  or overwrite and jsonb_build_object('units', f.units) <> f.seeded;
delete from "public"."add_on_features" f
where not exists (select from jsonb_to_recordset(wanted->'addOns') w ("addOn" text, feature text) where w."addOn" = f.add_on and w.feature = f.feature)
  and f.seeded is not null and (overwrite or jsonb_build_object('units', f.units) = f.seeded);
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_seed"(wanted jsonb, overwrite boolean) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_seed"(wanted jsonb, overwrite boolean) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_seed"(wanted jsonb, overwrite boolean) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_seed"(wanted jsonb, overwrite boolean) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_rows"() returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  return jsonb_build_object('plans', coalesce((select jsonb_agg(jsonb_build_object('plan', f.plan, 'feature', f.feature) || jsonb_build_object('limit', f.limit_value, 'enabled', f.enabled, 'enforcement', f.enforcement, 'graceDays', f.grace_days)
    || jsonb_build_object('ofCode', f.seeded is not null)) from "public"."plan_features" f), '[]'), 'addOns', coalesce((select jsonb_agg(jsonb_build_object('addOn', f.add_on, 'feature', f.feature, 'units', f.units)) from "public"."add_on_features" f), '[]'));
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_rows"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_rows"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_rows"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_rows"() to "system";
--> statement-breakpoint
select tenantry.limit_seed('{"plans":[{"plan":"free","feature":"apiCalls","limit":1000,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"projects","limit":3,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"free","feature":"seats","limit":2,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"apiCalls","limit":50000,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"pro","feature":"projects","limit":50,"enabled":true,"enforcement":"hard","graceDays":14},{"plan":"pro","feature":"seats","limit":10,"enabled":true,"enforcement":"hard","graceDays":14},{"plan":"enterprise","feature":"apiCalls","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"enterprise","feature":"projects","limit":null,"enabled":true,"enforcement":"hard","graceDays":0},{"plan":"enterprise","feature":"seats","limit":null,"enabled":true,"enforcement":"hard","graceDays":0}],"addOns":[{"addOn":"extra-seats","feature":"seats","units":5}]}', false);
--> statement-breakpoint
create or replace function "tenantry"."limit_period"(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) returns record
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
  step interval := case per when 'day' then interval '1 day' when 'month' then interval '1 month' else interval '1 year' end;
  origin timestamp := coalesce(anchor at time zone zone, timestamp '2000-01-01 00:00:00');
  here timestamp := at at time zone zone;
  n integer;
begin
  if per = 'lifetime' then
    period_start := '-infinity';
    period_end := 'infinity';
    return;
  end if;
  if per = 'day' then
    origin := date_trunc('day', origin);
    n := here::date - origin::date;
  elsif per = 'month' then
    n := (extract(year from here) - extract(year from origin)) * 12 + extract(month from here) - extract(month from origin);
  else
    n := extract(year from here) - extract(year from origin);
  end if;
  -- the same month is one period too late before the anchor's day in it, and clocks that change shift by one too
  if (origin + n * step) at time zone zone > at then
    n := n - 1;
  elsif (origin + (n + 1) * step) at time zone zone <= at then
    n := n + 1;
  end if;
  period_start := (origin + n * step) at time zone zone;
  period_end := (origin + (n + 1) * step) at time zone zone;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_period"(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_period"(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_period"(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_period"(per text, anchor timestamptz, zone text, at timestamptz, out period_start timestamptz, out period_end timestamptz) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_refuse"(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
  detail jsonb := jsonb_build_object('feature', feature, 'used', used, 'limit', lim, 'requested', requested,
    'plan', plan, 'resetsAt', case when isfinite(period_end) then to_char(period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end);
  seconds bigint := case when isfinite(period_end) then ceil(extract(epoch from period_end - clock_timestamp())) end;
begin
  if read_only then
    raise exception 'PLAN_READ_ONLY: % on plan %', feature, plan using errcode = 'TN001', detail = detail::text;
  end if;
  if lim = 0 and not granted then
    raise exception 'FEATURE_NOT_IN_PLAN: % on plan %', feature, plan using errcode = 'TN001',
      detail = (detail || '{"status": 403}')::text;
  end if;
  if seconds is not null then
    detail := detail || jsonb_build_object('headers', jsonb_build_object(
      'ratelimit', format('"%s";r=%s;t=%s', feature, greatest(lim - used, 0), greatest(seconds, 1)),
      'ratelimit-policy', format('"%s";q=%s;w=%s', feature, lim, extract(epoch from period_end - period_start)::bigint)));
    -- more than the whole limit is refused in the next period too
    if requested <= lim then
      detail := jsonb_set(detail, '{headers,retry-after}', to_jsonb(greatest(seconds, 1)::text));
    end if;
  end if;
  raise exception 'LIMIT_REACHED: % more with % of % % used on plan %', requested, used, lim, feature, plan
    using errcode = 'TN001', detail = (detail || jsonb_build_object('status',
      case when seconds is null then 403 else 429 end))::text;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_refuse"(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_refuse"(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_refuse"(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_refuse"(feature text, plan text, granted boolean, read_only boolean, used bigint, lim bigint, requested bigint, period_start timestamptz, period_end timestamptz) to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_give_back"(of_tenant uuid, feature text, of_period timestamptz, amount bigint) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  update "public"."usage_counters" c set used = greatest(c.used - $4, 0)
    where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = of_period and $4 > 0;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_give_back"(of_tenant uuid, feature text, of_period timestamptz, amount bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_give_back"(of_tenant uuid, feature text, of_period timestamptz, amount bigint) from public;
--> statement-breakpoint
revoke all on function "tenantry"."usage_give_back"(of_tenant uuid, feature text, of_period timestamptz, amount bigint) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."usage_give_back"(of_tenant uuid, feature text, of_period timestamptz, amount bigint) to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_expire"(of_tenant uuid, of_feature text, batch integer) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        e record;
        expired bigint := 0;
      begin
        if of_tenant is null then
          for e in
  with due as (
    select v."organization_id" as tenant, v.feature, v.key from "public"."usage_events" v
    where v.state = 'reserved' and v.expires_at <= clock_timestamp()
    order by 1, 2, 3 limit batch for update skip locked
  ), gone as (
    update "public"."usage_events" v set state = 'expired', expires_at = null from due d where v."organization_id" = d.tenant and v.feature = d.feature and v.key = d.key
    returning v."organization_id" as tenant, v.feature, v.period_start, v.amount
  )
  select g.tenant, g.feature, g.period_start, sum(g.amount)::bigint as amount, count(*) as n
  from gone g group by 1, 2, 3 order by 1, 2, 3
loop
  perform tenantry.usage_give_back(e.tenant, e.feature, e.period_start, e.amount);
  expired := expired + e.n;
end loop;
        else
          for e in
  with due as (
    select v."organization_id" as tenant, v.feature, v.key from "public"."usage_events" v
    where v.state = 'reserved' and v.expires_at <= clock_timestamp()and v."organization_id" = of_tenant and v.feature = of_feature
    order by 1, 2, 3 limit batch for update skip locked
  ), gone as (
    update "public"."usage_events" v set state = 'expired', expires_at = null from due d where v."organization_id" = d.tenant and v.feature = d.feature and v.key = d.key
    returning v."organization_id" as tenant, v.feature, v.period_start, v.amount
  )
  select g.tenant, g.feature, g.period_start, sum(g.amount)::bigint as amount, count(*) as n
  from gone g group by 1, 2, 3 order by 1, 2, 3
loop
  perform tenantry.usage_give_back(e.tenant, e.feature, e.period_start, e.amount);
  expired := expired + e.n;
end loop;
        end if;
        return expired;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_expire"(of_tenant uuid, of_feature text, batch integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_expire"(of_tenant uuid, of_feature text, batch integer) from public;
--> statement-breakpoint
revoke all on function "tenantry"."usage_expire"(of_tenant uuid, of_feature text, batch integer) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."usage_expire"(of_tenant uuid, of_feature text, batch integer) to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_due"() returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  return (select count(*) from "public"."usage_events" v where v.state = 'reserved' and v.expires_at <= clock_timestamp());
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_due"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_due"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."usage_due"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."usage_due"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_settle_of"(of_tenant uuid, feature text, key text, action text, amount bigint) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
  e record;
  target text := case action when 'confirm' then 'used' when 'release' then 'released' when 'refund' then 'refunded' end;
  from_state text := case action when 'refund' then 'used' else 'reserved' end;
  final bigint;
begin
  -- one at a time settles an event, so that a second call finds what the first one did
  select v.amount, v.state, v.period_start, v.answer into e from "public"."usage_events" v
    where v."organization_id" = of_tenant and v.feature = $2 and v.key = $3 for update;
  if not found then
    raise exception 'USAGE_NOT_FOUND: key % of %', key, feature using errcode = 'TN001';
  end if;
  if e.state = target or (action = 'release' and e.state = 'expired') then
    return jsonb_build_object('state', e.state, 'amount', e.amount, 'replayed', true);
  end if;
  if e.state <> from_state then
    raise exception 'USAGE_STATE_INVALID: % of % that is %', action, feature, e.state using errcode = 'TN001',
      detail = jsonb_build_object('feature', feature, 'key', key, 'state', e.state)::text;
  end if;
  final := case when action = 'confirm' then coalesce(amount, e.amount) else e.amount end;
  if final < 0 or final > e.amount then
    raise exception 'USAGE_INVALID: % of % reserved', final, e.amount using errcode = 'TN001';
  end if;
  update "public"."usage_events" v set state = target, amount = final, expires_at = null
    where v."organization_id" = of_tenant and v.feature = $2 and v.key = $3;
  perform tenantry.usage_give_back(of_tenant, feature, e.period_start, case when action = 'confirm' then e.amount - final else e.amount end);
  return jsonb_build_object('state', target, 'amount', final, 'replayed', false);
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_settle_of"(of_tenant uuid, feature text, key text, action text, amount bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_settle_of"(of_tenant uuid, feature text, key text, action text, amount bigint) from public;
--> statement-breakpoint
revoke all on function "tenantry"."usage_settle_of"(of_tenant uuid, feature text, key text, action text, amount bigint) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."usage_settle_of"(of_tenant uuid, feature text, key text, action text, amount bigint) to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_settle"(feature text, key text, action text, amount bigint) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return "tenantry"."usage_settle_of"(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2, $3, $4);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_settle"(feature text, key text, action text, amount bigint) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_settle"(feature text, key text, action text, amount bigint) from public;
--> statement-breakpoint
grant execute on function "tenantry"."usage_settle"(feature text, key text, action text, amount bigint) to "app", "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_add"(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) returns record
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          #variable_conflict use_column -- ON CONFLICT names columns
      declare
        r record;
        p record;
        total bigint;
        per text := case feature when 'apiCalls' then 'month' end;
      begin
        if per is null then
          raise exception 'FEATURE_UNKNOWN: % is no counter', feature using errcode = 'TN001';
        end if;
        select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = $2 and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = $2 and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = $2 and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = $2
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = $2 and grc.grace_until > statement_timestamp()
) res into r;
        select * into p from tenantry.limit_period(per, r.anchor, r.zone, statement_timestamp());
        period_start := p.period_start;
        for attempt in 1..2 loop
          insert into "public"."usage_counters" as c ("organization_id", feature, period_start, period_end, used)
          select of_tenant, $2, p.period_start, p.period_end, amount
          where not r.read_only and (r.soft or amount <= coalesce((case when r.grace_until is not null and exists (select from "public"."usage_counters" c where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start and c.used > r.own_lim) then r.lim else r.own_lim end), 9007199254740991))
          on conflict ("organization_id", feature, period_start) do update set used = c.used + amount
            where not r.read_only and c.used + amount <= case when r.soft then 9007199254740991 else coalesce((case when c.used > r.own_lim then r.lim else r.own_lim end), 9007199254740991) end
          returning c.used into total;
          granted := found;
          exit when granted or attempt = 2;
          -- reservations that have expired make room; it is enough to look when there is none
          exit when tenantry.usage_expire(of_tenant, $2, 1000) = 0;
        end loop;
        if not granted then
          if refuse then
            select c.used into total from "public"."usage_counters" c
              where c."organization_id" = of_tenant and c.feature = $2 and c.period_start = p.period_start;
            r.lim := (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end);
            if r.lim is null and not r.read_only then
              raise exception 'USAGE_INVALID: amount % of % on top of %', amount, feature, total using errcode = 'TN001';
            end if;
            perform tenantry.limit_refuse($2, r.plan, r.granted, r.read_only, coalesce(total, 0), r.lim, amount, p.period_start, p.period_end);
          end if;
          return;
        end if;
        r.lim := (case when (total - amount) > r.own_lim then r.lim else r.own_lim end);
        answer := jsonb_build_object('feature', feature, 'amount', amount, 'used', total, 'limit', r.lim,
          'remaining', greatest(r.lim - total, 0), 'plan', r.plan, 'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
          'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsInSeconds', case when isfinite(p.period_end) then
            ceil(extract(epoch from p.period_end - statement_timestamp()))::bigint end,
          'windowSeconds', case when isfinite(p.period_end) then extract(epoch from p.period_end - p.period_start)::bigint end,
          'replayed', false);
        
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_add"(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_add"(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) from public;
--> statement-breakpoint
revoke all on function "tenantry"."usage_add"(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."usage_add"(of_tenant uuid, feature text, amount bigint, refuse boolean, out granted boolean, out period_start timestamptz, out answer jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_take_of"(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    #variable_conflict use_column -- ON CONFLICT names columns
declare
  e record;
  reserved boolean := ttl_seconds is not null;
  given_back boolean;
  taken record;
begin
  if amount is null or amount < 1 or amount > 9007199254740991 or (reserved and (key is null or ttl_seconds < 1)) or length(key) not between 1 and 200 then
    raise exception 'USAGE_INVALID: amount % of % under key %', amount, feature, key using errcode = 'TN001';
  end if;
  if key is null then
    select * into taken from tenantry.usage_add(of_tenant, feature, amount, true);
    return taken.answer;
  end if;
  for attempt in 1..3 loop
    select v.state, v.answer, (v.state in ('refunded', 'released', 'expired') or (v.state = 'reserved' and v.expires_at <= clock_timestamp())) as free into e from "public"."usage_events" v
      where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4;
    given_back := found and e.free;
    if given_back then
      -- what was given back can be taken again, by one at a time
      select v.state, v.answer, v.amount, v.period_start, (v.state in ('refunded', 'released', 'expired') or (v.state = 'reserved' and v.expires_at <= clock_timestamp())) as free into e from "public"."usage_events" v
        where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4 for update;
      continue when not found;
      given_back := e.free;
      if e.free and e.state = 'reserved' then
        -- said before anything is taken, or whoever looks for room gives it back again
        update "public"."usage_events" v set state = 'expired', expires_at = null
          where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4;
        perform tenantry.usage_give_back(of_tenant, feature, e.period_start, e.amount);
      end if;
    end if;
    if found and not given_back then
      if (e.answer->>'amount')::bigint <> amount or (not reserved and e.state = 'reserved') then
        raise exception 'USAGE_KEY_REUSED: key % of %', key, feature using errcode = 'TN001',
          detail = jsonb_build_object('feature', feature, 'key', key)::text;
      end if;
      return e.answer || jsonb_build_object('replayed', true, 'state', e.state);
    end if;
    -- a refusal is not final yet: whoever took the last of it may have had the same key
    select * into taken from tenantry.usage_add(of_tenant, feature, amount, given_back or attempt > 1);
    continue when not taken.granted;
    if given_back then
      update "public"."usage_events" v set amount = $3, state = case when reserved then 'reserved' else 'used' end,
        period_start = taken.period_start, answer = taken.answer, created_at = statement_timestamp(),
        expires_at = statement_timestamp() + make_interval(secs => ttl_seconds)
        where v."organization_id" = of_tenant and v.feature = $2 and v.key = $4;
      return taken.answer;
    end if;
    insert into "public"."usage_events" as v ("organization_id", feature, key, amount, state, period_start, answer, expires_at)
    values (of_tenant, feature, key, amount, case when reserved then 'reserved' else 'used' end, taken.period_start, taken.answer,
      statement_timestamp() + make_interval(secs => ttl_seconds))
    on conflict ("organization_id", feature, key) do nothing;
    if found then
      return taken.answer;
    end if;
    -- the same key, at the same time: theirs stands, ours goes back
    perform tenantry.usage_give_back(of_tenant, feature, taken.period_start, amount);
  end loop;
  raise exception 'USAGE_KEY_REUSED: key % of %', key, feature using errcode = 'TN001';
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_take_of"(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_take_of"(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) from public;
--> statement-breakpoint
revoke all on function "tenantry"."usage_take_of"(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."usage_take_of"(of_tenant uuid, feature text, amount bigint, key text, ttl_seconds integer) to "system";
--> statement-breakpoint
create or replace function "tenantry"."usage_take"(feature text, amount bigint, key text, ttl_seconds integer) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return "tenantry"."usage_take_of"(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2, $3, $4);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."usage_take"(feature text, amount bigint, key text, ttl_seconds integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."usage_take"(feature text, amount bigint, key text, ttl_seconds integer) from public;
--> statement-breakpoint
grant execute on function "tenantry"."usage_take"(feature text, amount bigint, key text, ttl_seconds integer) to "app", "system";
--> statement-breakpoint
do $tenantry$
declare
  stale record;
begin
  for stale in
    select t.tgname, n.nspname, c.relname from pg_trigger t
    join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and t.tgparentid = 0 and t.tgname like 'tenantry\_limit\_%'
      and format('"%s"."%s" %s', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'), t.tgname) <> all (array['"public"."projects" tenantry_limit_insert', '"public"."projects" tenantry_limit_update_projects', '"public"."projects" tenantry_limit_root', '"public"."projects" tenantry_limit_root_end', '"public"."projects" tenantry_limit_row_insert', '"public"."projects" tenantry_limit_settle_before', '"public"."projects" tenantry_limit_settle_now', '"public"."memberships" tenantry_limit_insert', '"public"."memberships" tenantry_limit_update_seats', '"public"."memberships" tenantry_limit_root', '"public"."memberships" tenantry_limit_root_end', '"public"."memberships" tenantry_limit_row_insert', '"public"."memberships" tenantry_limit_settle_before', '"public"."memberships" tenantry_limit_settle_now', '"public"."invitations" tenantry_limit_insert', '"public"."invitations" tenantry_limit_update_seats', '"public"."invitations" tenantry_limit_root', '"public"."invitations" tenantry_limit_root_end', '"public"."invitations" tenantry_limit_row_insert', '"public"."invitations" tenantry_limit_settle_before', '"public"."invitations" tenantry_limit_settle_now']::text[])
  loop
    execute format('drop trigger %I on %I.%I', stale.tgname, stale.nspname, stale.relname);
  end loop;
end
$tenantry$;
--> statement-breakpoint
create or replace function "tenantry"."limit_root"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  perform set_config('tenantry.limit_roots', case
    when tg_when = 'BEFORE' then coalesce(current_setting('tenantry.limit_roots', true), '') || format(',%s %s', tg_relid, lower(tg_op))
    else regexp_replace(coalesce(current_setting('tenantry.limit_roots', true), ''), format(',%s %s', tg_relid, lower(tg_op)) || '(?![a-z])', '') end, true);
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_root"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_root"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_root"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_root"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_insert_public_projects"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          r record;
          of_tenant uuid;
          added bigint;
          likely constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
        begin
                    <<feature>>
          begin
                        
            if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:projects:' || likely::text, 0)) then
              perform from (select res.read_only, res.soft, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from "public"."organizations" st where st."id" = likely
  ) own
  join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = likely
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = likely and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res) l
              where not l.read_only and (l.lim is null or (not l.soft and l.grace_until is null and not exists (select 1 from "public"."projects" c where c."organization_id" = likely and true offset l.lim limit 1)))
                and not exists (select from inserted o where o."organization_id" is distinct from likely);
              exit feature when found;
            end if;
            for r in select g.*, l.* from (select c."organization_id" as tenant, count(*) as added from "inserted" c where true group by 1) g cross join lateral (select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = g.tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = g.tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = g.tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = g.tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = g.tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res) l order by g.tenant loop
              of_tenant := r.tenant;
              added := r.added;
                    <<hold>>
      declare
        
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:projects:' || of_tenant::text, 0);
      begin
        
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'projects', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "projects"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c;
          perform tenantry.limit_refuse('projects', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'projects';
end if;
      end hold;
            end loop;
          end feature;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_insert_public_projects"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_projects"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_projects"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_insert_public_projects"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_update_public_projects_projects"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          of_tenant uuid := new."organization_id";
          added bigint := 1;
        begin
          
          if old."organization_id" is distinct from new."organization_id" then
                        declare
              mark constant text := concat_ws(' ', new.xmin, new.cmin, 'projects', of_tenant, '');
              memo constant text := current_setting('tenantry.limit_row', true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config('tenantry.limit_row', mark || added, true);
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:projects:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'projects', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "projects"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c;
          perform tenantry.limit_refuse('projects', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'projects';
end if;
      end hold;
            end;
          end if;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_update_public_projects_projects"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_update_public_projects_projects"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_update_public_projects_projects"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_update_public_projects_projects"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_insert_public_projects_row"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          of_tenant uuid := new."organization_id";
          added bigint := 1;
          statements constant text := coalesce((select string_agg(m[1], ' ')
            from regexp_matches(coalesce(current_setting('tenantry.limit_roots', true), ''), format(',%s ([a-z]+)', pg_partition_root(tg_relid)::oid), 'g') m), '');
        begin
          if statements <> '' then
            if strpos(statements, 'insert') = 0 then
              if strpos(coalesce(current_setting('tenantry.limit_noted', true), ''), of_tenant::text || ',') = 0 then
                perform set_config('tenantry.limit_noted', coalesce(current_setting('tenantry.limit_noted', true), '') || of_tenant || ',', true);
              end if;
            end if;
            return null;
          end if;
                    if true then
                        declare
              mark constant text := concat_ws(' ', new.xmin, new.cmin, 'projects', of_tenant, '');
              memo constant text := current_setting('tenantry.limit_row', true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config('tenantry.limit_row', mark || added, true);
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:projects:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'projects', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "projects"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c;
          perform tenantry.limit_refuse('projects', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'projects';
end if;
      end hold;
            end;
          end if;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_insert_public_projects_row"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_projects_row"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_projects_row"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_insert_public_projects_row"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_settle_before_public_projects"() returns trigger
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if coalesce(current_setting('tenantry.limit_noted', true), '') <> '' then
    perform set_config('tenantry.limit_before', (select jsonb_object_agg(n.tenant, jsonb_build_object('projects', (select count(*) from (select 1 from "public"."projects" c where c."organization_id" = n.tenant and true) c))) from (select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting('tenantry.limit_noted', true), ''), ','), ',')) t
    where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1) n)::text, true);
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_settle_before_public_projects"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_before_public_projects"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_before_public_projects"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_settle_before_public_projects"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_settle_now_public_projects"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          r record;
          of_tenant uuid;
          added bigint;
          before jsonb;
        begin
          -- a statement that inserts too ends with its INSERT
          if coalesce(current_setting('tenantry.limit_noted', true), '') = '' or (tg_op = 'UPDATE' and current_setting('tenantry.limit_roots', true) ~ format(',%s insert', tg_relid)) then
            return null;
          end if;
          before := nullif(current_setting('tenantry.limit_before', true), '')::jsonb;
          for r in select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting('tenantry.limit_noted', true), ''), ','), ',')) t
            where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1 loop
            of_tenant := r.tenant;
                        added := 0;
            if tg_op = 'UPDATE' then
              select count(*) - (before->(of_tenant::text)->>'projects')::bigint into added from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c;
            end if;
            if added > 0 then
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:projects:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'projects', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "projects"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'projects' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'projects' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'projects'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'projects' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c;
          perform tenantry.limit_refuse('projects', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'projects';
end if;
      end hold;
            end if;
          end loop;
          perform set_config('tenantry.limit_noted', '', true);
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_settle_now_public_projects"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_now_public_projects"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_now_public_projects"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_settle_now_public_projects"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."projects" referencing new table as inserted for each statement execute function "tenantry"."limit_insert_public_projects"();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_projects" after update on "public"."projects"
      for each row when (old."organization_id" is distinct from new."organization_id") execute function tenantry."limit_update_public_projects_projects"();
--> statement-breakpoint
do $tenantry$
    begin
      if exists (select from pg_class c where c.oid = '"public"."projects"'::regclass and c.relkind = 'p') then
        create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."projects" for each statement execute function "tenantry"."limit_root"();
create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."projects" for each statement execute function "tenantry"."limit_root"();
create or replace trigger "tenantry_limit_row_insert" after insert on "public"."projects" for each row execute function "tenantry"."limit_insert_public_projects_row"();
create or replace trigger "tenantry_limit_settle_before" after update on "public"."projects" for each statement execute function "tenantry"."limit_settle_before_public_projects"();
create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."projects" for each statement execute function "tenantry"."limit_settle_now_public_projects"();
      else
        drop trigger if exists "tenantry_limit_root" on "public"."projects";
drop trigger if exists "tenantry_limit_root_end" on "public"."projects";
drop trigger if exists "tenantry_limit_row_insert" on "public"."projects";
drop trigger if exists "tenantry_limit_settle_before" on "public"."projects";
drop trigger if exists "tenantry_limit_settle_now" on "public"."projects";
      end if;
    end
    $tenantry$;
--> statement-breakpoint
create or replace function "tenantry"."limit_insert_public_memberships"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          r record;
          of_tenant uuid;
          added bigint;
          likely constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
        begin
                    <<feature>>
          begin
                        
            if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:seats:' || likely::text, 0)) then
              perform from (select res.read_only, res.soft, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from "public"."organizations" st where st."id" = likely
  ) own
  join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = likely
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = likely and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res) l
              where not l.read_only and (l.lim is null or (not l.soft and l.grace_until is null and not exists (select 1 from "public"."memberships" c where c."organization_id" = likely and true union all select 1 from "public"."invitations" c where c."organization_id" = likely and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) offset l.lim limit 1)))
                and not exists (select from inserted o where o."organization_id" is distinct from likely);
              exit feature when found;
            end if;
            for r in select g.*, l.* from (select c."organization_id" as tenant, count(*) as added from "inserted" c where true group by 1) g cross join lateral (select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = g.tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = g.tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = g.tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = g.tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = g.tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res) l order by g.tenant loop
              of_tenant := r.tenant;
              added := r.added;
                    <<hold>>
      declare
        
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end loop;
          end feature;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_insert_public_memberships"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_memberships"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_memberships"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_insert_public_memberships"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_update_public_memberships_seats"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          of_tenant uuid := new."organization_id";
          added bigint := 1;
        begin
          
          if old."organization_id" is distinct from new."organization_id" then
                        declare
              mark constant text := concat_ws(' ', new.xmin, new.cmin, 'seats', of_tenant, '');
              memo constant text := current_setting('tenantry.limit_row', true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config('tenantry.limit_row', mark || added, true);
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end;
          end if;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_update_public_memberships_seats"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_update_public_memberships_seats"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_update_public_memberships_seats"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_update_public_memberships_seats"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_insert_public_memberships_row"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          of_tenant uuid := new."organization_id";
          added bigint := 1;
          statements constant text := coalesce((select string_agg(m[1], ' ')
            from regexp_matches(coalesce(current_setting('tenantry.limit_roots', true), ''), format(',%s ([a-z]+)', pg_partition_root(tg_relid)::oid), 'g') m), '');
        begin
          if statements <> '' then
            if strpos(statements, 'insert') = 0 then
              if strpos(coalesce(current_setting('tenantry.limit_noted', true), ''), of_tenant::text || ',') = 0 then
                perform set_config('tenantry.limit_noted', coalesce(current_setting('tenantry.limit_noted', true), '') || of_tenant || ',', true);
              end if;
            end if;
            return null;
          end if;
                    if true then
                        declare
              mark constant text := concat_ws(' ', new.xmin, new.cmin, 'seats', of_tenant, '');
              memo constant text := current_setting('tenantry.limit_row', true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config('tenantry.limit_row', mark || added, true);
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end;
          end if;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_insert_public_memberships_row"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_memberships_row"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_memberships_row"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_insert_public_memberships_row"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_settle_before_public_memberships"() returns trigger
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if coalesce(current_setting('tenantry.limit_noted', true), '') <> '' then
    perform set_config('tenantry.limit_before', (select jsonb_object_agg(n.tenant, jsonb_build_object('seats', (select count(*) from (select 1 from "public"."memberships" c where c."organization_id" = n.tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = n.tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c))) from (select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting('tenantry.limit_noted', true), ''), ','), ',')) t
    where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1) n)::text, true);
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_settle_before_public_memberships"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_before_public_memberships"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_before_public_memberships"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_settle_before_public_memberships"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_settle_now_public_memberships"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          r record;
          of_tenant uuid;
          added bigint;
          before jsonb;
        begin
          -- a statement that inserts too ends with its INSERT
          if coalesce(current_setting('tenantry.limit_noted', true), '') = '' or (tg_op = 'UPDATE' and current_setting('tenantry.limit_roots', true) ~ format(',%s insert', tg_relid)) then
            return null;
          end if;
          before := nullif(current_setting('tenantry.limit_before', true), '')::jsonb;
          for r in select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting('tenantry.limit_noted', true), ''), ','), ',')) t
            where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1 loop
            of_tenant := r.tenant;
                        added := 0;
            if tg_op = 'UPDATE' then
              select count(*) - (before->(of_tenant::text)->>'seats')::bigint into added from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
            end if;
            if added > 0 then
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end if;
          end loop;
          perform set_config('tenantry.limit_noted', '', true);
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_settle_now_public_memberships"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_now_public_memberships"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_now_public_memberships"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_settle_now_public_memberships"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."memberships" referencing new table as inserted for each statement execute function "tenantry"."limit_insert_public_memberships"();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_seats" after update on "public"."memberships"
      for each row when (old."organization_id" is distinct from new."organization_id") execute function tenantry."limit_update_public_memberships_seats"();
--> statement-breakpoint
do $tenantry$
    begin
      if exists (select from pg_class c where c.oid = '"public"."memberships"'::regclass and c.relkind = 'p') then
        create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."memberships" for each statement execute function "tenantry"."limit_root"();
create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."memberships" for each statement execute function "tenantry"."limit_root"();
create or replace trigger "tenantry_limit_row_insert" after insert on "public"."memberships" for each row execute function "tenantry"."limit_insert_public_memberships_row"();
create or replace trigger "tenantry_limit_settle_before" after update on "public"."memberships" for each statement execute function "tenantry"."limit_settle_before_public_memberships"();
create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."memberships" for each statement execute function "tenantry"."limit_settle_now_public_memberships"();
      else
        drop trigger if exists "tenantry_limit_root" on "public"."memberships";
drop trigger if exists "tenantry_limit_root_end" on "public"."memberships";
drop trigger if exists "tenantry_limit_row_insert" on "public"."memberships";
drop trigger if exists "tenantry_limit_settle_before" on "public"."memberships";
drop trigger if exists "tenantry_limit_settle_now" on "public"."memberships";
      end if;
    end
    $tenantry$;
--> statement-breakpoint
create or replace function "tenantry"."limit_insert_public_invitations"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          r record;
          of_tenant uuid;
          added bigint;
          likely constant uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
        begin
                    <<feature>>
          begin
                        exit feature when not exists (select from inserted c where (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null));
            if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(hashtextextended('tenantry:limit:seats:' || likely::text, 0)) then
              perform from (select res.read_only, res.soft, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from "public"."organizations" st where st."id" = likely
  ) own
  join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = likely and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = likely
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = likely and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res) l
              where not l.read_only and (l.lim is null or (not l.soft and l.grace_until is null and not exists (select 1 from "public"."memberships" c where c."organization_id" = likely and true union all select 1 from "public"."invitations" c where c."organization_id" = likely and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) offset l.lim limit 1)))
                and not exists (select from inserted o where o."organization_id" is distinct from likely);
              exit feature when found;
            end if;
            for r in select g.*, l.* from (select c."organization_id" as tenant, count(*) as added from "inserted" c where (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) group by 1) g cross join lateral (select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = g.tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = g.tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = g.tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = g.tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = g.tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res) l order by g.tenant loop
              of_tenant := r.tenant;
              added := r.added;
                    <<hold>>
      declare
        
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end loop;
          end feature;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_insert_public_invitations"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_invitations"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_invitations"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_insert_public_invitations"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_update_public_invitations_seats"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          of_tenant uuid := new."organization_id";
          added bigint := 1;
        begin
          
          if (new."accepted_at" is null and new."expires_at" > statement_timestamp() and new."revoked_at" is null) and ((old."accepted_at" is null and old."expires_at" > statement_timestamp() and old."revoked_at" is null) is not true or old."organization_id" is distinct from new."organization_id") then
                        declare
              mark constant text := concat_ws(' ', new.xmin, new.cmin, 'seats', of_tenant, '');
              memo constant text := current_setting('tenantry.limit_row', true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config('tenantry.limit_row', mark || added, true);
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end;
          end if;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_update_public_invitations_seats"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_update_public_invitations_seats"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_update_public_invitations_seats"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_update_public_invitations_seats"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_insert_public_invitations_row"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          of_tenant uuid := new."organization_id";
          added bigint := 1;
          statements constant text := coalesce((select string_agg(m[1], ' ')
            from regexp_matches(coalesce(current_setting('tenantry.limit_roots', true), ''), format(',%s ([a-z]+)', pg_partition_root(tg_relid)::oid), 'g') m), '');
        begin
          if statements <> '' then
            if strpos(statements, 'insert') = 0 then
              if strpos(coalesce(current_setting('tenantry.limit_noted', true), ''), of_tenant::text || ',') = 0 then
                perform set_config('tenantry.limit_noted', coalesce(current_setting('tenantry.limit_noted', true), '') || of_tenant || ',', true);
              end if;
            end if;
            return null;
          end if;
                    if (new."accepted_at" is null and new."expires_at" > statement_timestamp() and new."revoked_at" is null) then
                        declare
              mark constant text := concat_ws(' ', new.xmin, new.cmin, 'seats', of_tenant, '');
              memo constant text := current_setting('tenantry.limit_row', true);
            begin
              if starts_with(memo, mark) then
                added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
              end if;
              perform set_config('tenantry.limit_row', mark || added, true);
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end;
          end if;
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_insert_public_invitations_row"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_invitations_row"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_insert_public_invitations_row"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_insert_public_invitations_row"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_settle_before_public_invitations"() returns trigger
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  if coalesce(current_setting('tenantry.limit_noted', true), '') <> '' then
    perform set_config('tenantry.limit_before', (select jsonb_object_agg(n.tenant, jsonb_build_object('seats', (select count(*) from (select 1 from "public"."memberships" c where c."organization_id" = n.tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = n.tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c))) from (select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting('tenantry.limit_noted', true), ''), ','), ',')) t
    where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1) n)::text, true);
  end if;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_settle_before_public_invitations"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_before_public_invitations"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_before_public_invitations"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_settle_before_public_invitations"() to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_settle_now_public_invitations"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
            declare
          r record;
          of_tenant uuid;
          added bigint;
          before jsonb;
        begin
          -- a statement that inserts too ends with its INSERT
          if coalesce(current_setting('tenantry.limit_noted', true), '') = '' or (tg_op = 'UPDATE' and current_setting('tenantry.limit_roots', true) ~ format(',%s insert', tg_relid)) then
            return null;
          end if;
          before := nullif(current_setting('tenantry.limit_before', true), '')::jsonb;
          for r in select t::uuid as tenant from unnest(string_to_array(rtrim(coalesce(current_setting('tenantry.limit_noted', true), ''), ','), ',')) t
            where t::uuid = coalesce(nullif(current_setting('app.organization_id', true), '')::uuid, t::uuid) order by 1 loop
            of_tenant := r.tenant;
                        added := 0;
            if tg_op = 'UPDATE' then
              select count(*) - (before->(of_tenant::text)->>'seats')::bigint into added from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
            end if;
            if added > 0 then
                    <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := hashtextextended('tenantry:limit:seats:' || of_tenant::text, 0);
      begin
        select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
        exit hold when r.lim is null and not r.read_only;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', 'seats', upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "seats"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          select res.plan, res.read_only, res.granted, res.soft, res.own_lim, res.grace_until, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = 'seats' and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = 'seats' and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = 'seats'
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = 'seats' and grc.grace_until > statement_timestamp()
) res into r;
          exit hold when r.lim is null and not r.read_only;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null) limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c;
          perform tenantry.limit_refuse('seats', r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        
        if r.grace_until is not null and (r.own_lim is null or used <= r.own_lim) then
  delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = 'seats';
end if;
      end hold;
            end if;
          end loop;
          perform set_config('tenantry.limit_noted', '', true);
          return null;
        end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_settle_now_public_invitations"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_now_public_invitations"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_settle_now_public_invitations"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_settle_now_public_invitations"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_limit_insert" after insert on "public"."invitations" referencing new table as inserted for each statement execute function "tenantry"."limit_insert_public_invitations"();
--> statement-breakpoint
create or replace trigger "tenantry_limit_update_seats" after update on "public"."invitations"
      for each row when ((new."accepted_at" is null and new."expires_at" > statement_timestamp() and new."revoked_at" is null) and ((old."accepted_at" is null and old."expires_at" > statement_timestamp() and old."revoked_at" is null) is not true or old."organization_id" is distinct from new."organization_id")) execute function tenantry."limit_update_public_invitations_seats"();
--> statement-breakpoint
do $tenantry$
    begin
      if exists (select from pg_class c where c.oid = '"public"."invitations"'::regclass and c.relkind = 'p') then
        create or replace trigger "tenantry_limit_root" before insert or update or delete on "public"."invitations" for each statement execute function "tenantry"."limit_root"();
create or replace trigger "tenantry_limit_root_end" after insert or update or delete on "public"."invitations" for each statement execute function "tenantry"."limit_root"();
create or replace trigger "tenantry_limit_row_insert" after insert on "public"."invitations" for each row execute function "tenantry"."limit_insert_public_invitations_row"();
create or replace trigger "tenantry_limit_settle_before" after update on "public"."invitations" for each statement execute function "tenantry"."limit_settle_before_public_invitations"();
create or replace trigger "tenantry_limit_settle_now" after insert or update on "public"."invitations" for each statement execute function "tenantry"."limit_settle_now_public_invitations"();
      else
        drop trigger if exists "tenantry_limit_root" on "public"."invitations";
drop trigger if exists "tenantry_limit_root_end" on "public"."invitations";
drop trigger if exists "tenantry_limit_row_insert" on "public"."invitations";
drop trigger if exists "tenantry_limit_settle_before" on "public"."invitations";
drop trigger if exists "tenantry_limit_settle_now" on "public"."invitations";
      end if;
    end
    $tenantry$;
--> statement-breakpoint
create or replace function "tenantry"."limit_used"(of_tenant uuid, of_feature text, of_period timestamptz) returns bigint
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          begin
        if of_feature = 'projects' then
          return (select count(*) from (select 1 from "public"."projects" c where c."organization_id" = of_tenant and true) c);
        end if;
if of_feature = 'seats' then
          return (select count(*) from (select 1 from "public"."memberships" c where c."organization_id" = of_tenant and true union all select 1 from "public"."invitations" c where c."organization_id" = of_tenant and (c."accepted_at" is null and c."expires_at" > statement_timestamp() and c."revoked_at" is null)) c);
        end if;
        if of_period is not null then
  return greatest(0, coalesce((select c.used from "public"."usage_counters" c
      where c."organization_id" = of_tenant and c.feature = of_feature and c.period_start = of_period), 0)
    - coalesce((select sum(v.amount) from "public"."usage_events" v
      where v."organization_id" = of_tenant and v.feature = of_feature and v.period_start = of_period
        and v.state = 'reserved' and v.expires_at <= statement_timestamp()), 0));
end if;
        return null;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_used"(of_tenant uuid, of_feature text, of_period timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_used"(of_tenant uuid, of_feature text, of_period timestamptz) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_used"(of_tenant uuid, of_feature text, of_period timestamptz) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_used"(of_tenant uuid, of_feature text, of_period timestamptz) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_report_of"(of_tenant uuid, of_feature text, of_plan text) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        f record;
        r record;
        p record;
        total bigint;
        result jsonb := '[]';
      begin
        if of_plan is not null and not (of_plan = any (array['enterprise', 'free', 'pro']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
  raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
end if;
        for f in select * from (values ('apiCalls', 'counter', 'month'), ('projects', 'count', null), ('seats', 'count', null)) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
          select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(of_plan, case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = f.feature and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = f.feature
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = f.feature and grc.grace_until > statement_timestamp()
) res into r;
          select null::timestamptz as period_start, null::timestamptz as period_end into p;
          if f.per is not null then
            select * into p from tenantry.limit_period(f.per, r.anchor, r.zone, statement_timestamp());
          end if;
          total := tenantry.limit_used(of_tenant, f.feature, p.period_start);
          result := result || jsonb_build_object('feature', f.feature, 'kind', f.kind, 'plan', r.plan, 'granted', r.granted,
            'readOnly', r.read_only, 'enforcement', case when r.soft then 'soft' else 'hard' end,
            'limit', case when f.kind = 'flag' then r.lim else (case when coalesce(total, 0) > r.own_lim then r.lim else r.own_lim end) end, 'planLimit', r.own_lim, 'used', total,
            'periodStart', case when isfinite(p.period_start) then to_char(p.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'resetsAt', case when isfinite(p.period_end) then to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
            'graceUntil', case when total > r.own_lim then case when isfinite(r.grace_until) then to_char(r.grace_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end end,
            'base', r.base, 'changedTo', r.changed_to, 'added', r.added,
            'overrides', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'mode', v.mode, 'value', v.value, 'startsAt', case when isfinite(v.starts_at) then to_char(v.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
              'endsAt', case when isfinite(v.ends_at) then to_char(v.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end, 'reason', v.reason, 'actor', v.actor) order by v.starts_at, v.id)
              from "public"."feature_overrides" v
              where v."organization_id" = of_tenant and v.feature = f.feature and (v.ends_at is null or v.ends_at > statement_timestamp())), '[]'), 'addOns', coalesce((select jsonb_agg(jsonb_build_object('addOn', h.add_on, 'quantity', h.quantity, 'units', u.units) order by h.add_on)
              from "public"."add_ons" h join "public"."add_on_features" u on u.add_on = h.add_on
              where h."organization_id" = of_tenant and u.feature = f.feature), '[]'));
        end loop;
        return result;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_report_of"(of_tenant uuid, of_feature text, of_plan text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_report_of"(of_tenant uuid, of_feature text, of_plan text) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_report_of"(of_tenant uuid, of_feature text, of_plan text) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_report_of"(of_tenant uuid, of_feature text, of_plan text) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_report"(of_feature text, of_plan text) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return "tenantry"."limit_report_of"(coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid, $1, $2);
    end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_report"(of_feature text, of_plan text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_report"(of_feature text, of_plan text) from public;
--> statement-breakpoint
grant execute on function "tenantry"."limit_report"(of_feature text, of_plan text) to "app", "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_limits"(of_tenant uuid, of_plan text) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          begin
        return (select jsonb_object_agg(f.feature, l.own_lim) from unnest(array['apiCalls', 'projects', 'seats']::text[]) f (feature)
          cross join lateral (select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(of_plan, case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = f.feature and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = f.feature
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = f.feature and grc.grace_until > statement_timestamp()
) res) l);
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_limits"(of_tenant uuid, of_plan text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_limits"(of_tenant uuid, of_plan text) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_limits"(of_tenant uuid, of_plan text) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_limits"(of_tenant uuid, of_plan text) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_grace"(of_tenant uuid, before jsonb) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        f record;
        r record;
        p record;
        used bigint;
      begin
        for f in select j.key as feature, j.value::bigint as lim from jsonb_each_text(before) j order by 1 loop
          select res.plan, res.read_only, res.anchor, res.zone, res.granted, res.soft, res.base, res.changed_to, res.added, res.own_lim, res.grace_days, res.grace_until, res.keeps, case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
    else greatest(res.own_lim, res.keeps) end as lim
from (
  select own.plan, own.read_only, own.anchor, own.zone,
    coalesce(pf.enforcement = 'soft', false) as soft,
    case when pf.plan is null then 0 else pf.limit_value end as base,
    coalesce(pf.grace_days, 0) as grace_days,
    pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
    case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
    coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
    case when coalesce(more.unbounded, false) then null
      when ovr.mode is not null and ovr.value is null then null
      when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
      else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
        + coalesce(inc.units, 0) + coalesce(more.units, 0), 9007199254740991))::bigint end as own_lim,
    grc.grace_until, grc.keeps
  from (
    select coalesce(case when st."trial_ends_at" > statement_timestamp() then st."trial_plan" end, st."plan", 'free') as plan,
      st."plan_read_only" is true as read_only,
      st."plan_anchor" as anchor,
      coalesce(st."plan_time_zone", 'UTC') as zone
    from (select 1) one left join "public"."organizations" st on st."id" = of_tenant
  ) own
  left join "public"."plan_features" pf on pf.plan = own.plan and pf.feature = f.feature and pf.enabled
  left join lateral (
    select ov.mode, ov.value from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'set'
    order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
  ) ovr on true
  left join lateral (select sum(ov.value) as units from "public"."feature_overrides" ov where ov."organization_id" = of_tenant and ov.feature = f.feature and ov.starts_at <= statement_timestamp() and (ov.ends_at is null or ov.ends_at > statement_timestamp()) and ov.mode = 'add') inc on true
  left join lateral (
    select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
    from "public"."add_ons" had join "public"."add_on_features" unit on unit.add_on = had.add_on and unit.feature = f.feature
    where had."organization_id" = of_tenant
  ) more on true
  left join "public"."limit_states" grc on grc."organization_id" = of_tenant and grc.feature = f.feature and grc.grace_until > statement_timestamp()
) res into r;
          continue when r.own_lim is null or f.lim <= r.own_lim;
          select * into p from tenantry.limit_period(case f.feature when 'apiCalls' then 'month' else 'lifetime' end, r.anchor, r.zone, statement_timestamp());
          used := tenantry.limit_used(of_tenant, f.feature, p.period_start);
          if used <= r.own_lim then
            delete from "public"."limit_states" g where g."organization_id" = of_tenant and g.feature = f.feature;
          elsif r.grace_days > 0 then
            -- a second change during the grace does not make it longer
            insert into "public"."limit_states" as g ("organization_id", feature, keeps, grace_until)
            values (of_tenant, f.feature, f.lim, statement_timestamp() + make_interval(days => r.grace_days))
            on conflict ("organization_id", feature) do update
              set keeps = excluded.keeps, exceeded_at = now(), grace_until = excluded.grace_until
              where g.grace_until <= statement_timestamp();
          end if;
        end loop;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_grace"(of_tenant uuid, before jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_grace"(of_tenant uuid, before jsonb) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_grace"(of_tenant uuid, before jsonb) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_grace"(of_tenant uuid, before jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_plan_updated"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  perform tenantry.limit_grace(new."id", tenantry.limit_limits(new."id", coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan", 'free')));
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_plan_updated"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_plan_updated"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_plan_updated"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_plan_updated"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_plan_grace" after update on "public"."organizations"
  for each row when (old."plan" is distinct from new."plan" or old."trial_plan" is distinct from new."trial_plan" or old."trial_ends_at" is distinct from new."trial_ends_at") execute function "tenantry"."limit_plan_updated"();
--> statement-breakpoint
create or replace function "tenantry"."limit_plan_carry"() returns trigger
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
  of_tenant uuid := case when tg_op = 'DELETE' then old."id" else new."id" end;
  f record;
  a record;
  b record;
begin
  -- a time zone that is none is refused here, and not at the next call that counts
  perform statement_timestamp() at time zone coalesce(new."plan_time_zone", 'UTC');
  -- of a row that is not there all columns are null
  if coalesce(case when old."trial_ends_at" > statement_timestamp() then old."trial_plan" end, old."plan", 'free') = coalesce(case when new."trial_ends_at" > statement_timestamp() then new."trial_plan" end, new."plan", 'free')
    or (old."plan_anchor" is not distinct from new."plan_anchor" and coalesce(old."plan_time_zone", 'UTC') = coalesce(new."plan_time_zone", 'UTC')) then
    return null;
  end if;
  for f in select * from (values ('apiCalls', 'month')) v (feature, per) loop
    select * into a from tenantry.limit_period(f.per, old."plan_anchor", coalesce(old."plan_time_zone", 'UTC'), statement_timestamp());
    select * into b from tenantry.limit_period(f.per, new."plan_anchor", coalesce(new."plan_time_zone", 'UTC'), statement_timestamp());
    continue when a.period_start = b.period_start or b.period_start > a.period_end - (a.period_end - a.period_start) / 30;
    with moved as (
      delete from "public"."usage_counters" c where c."organization_id" = of_tenant and c.feature = f.feature and c.period_start = a.period_start returning c.used
    )
    insert into "public"."usage_counters" as c ("organization_id", feature, period_start, period_end, used)
    select of_tenant, f.feature, b.period_start, b.period_end, m.used from moved m
    on conflict ("organization_id", feature, period_start) do update set used = least(c.used + excluded.used, 9007199254740991);
    update "public"."usage_events" c set period_start = b.period_start where c."organization_id" = of_tenant and c.feature = f.feature and c.period_start = a.period_start and c.state in ('used', 'reserved');
  end loop;
  return null;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_plan_carry"() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_plan_carry"() from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_plan_carry"() from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_plan_carry"() to "system";
--> statement-breakpoint
create or replace trigger "tenantry_plan_carry" after update on "public"."organizations"
  for each row execute function tenantry.limit_plan_carry();
--> statement-breakpoint
create or replace function "tenantry"."limit_set_plan"(of_tenant uuid, change jsonb) returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        s "public"."organizations";
        before jsonb;
      begin
        if (change->>'plan') is not null and not ((change->>'plan') = any (array['enterprise', 'free', 'pro']::text[]) or exists (select from "public"."plan_features" k where k.plan = (change->>'plan'))) then
  raise exception 'PLAN_UNKNOWN: %', (change->>'plan') using errcode = 'TN001', detail = jsonb_build_object('plan', (change->>'plan'))::text;
end if;
        
select t.* into s from "public"."organizations" t where t."id" = of_tenant for update;
if not found then
  raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
end if;
        if (change->>'version')::bigint < s."plan_version" then
  return false;
end if;
        if s."plan_anchor" is not null and (change->>'periodStart') is not null
  and (select p.period_start from tenantry.limit_period('month', s."plan_anchor", coalesce(s."plan_time_zone", 'UTC'), (change->>'periodStart')::timestamptz) p)
    = (change->>'periodStart')::timestamptz then
  change := change - 'periodStart';
end if;
        before := tenantry.limit_limits(of_tenant, null);
        update "public"."organizations" t set "plan" = coalesce(change->>'plan', 'free'), "plan_anchor" = case when change ? 'periodStart' then (change->>'periodStart')::timestamptz else t."plan_anchor" end, "plan_period_end" = case when change ? 'periodEnd' then (change->>'periodEnd')::timestamptz else t."plan_period_end" end, "trial_plan" = case when (change->>'plan') is null then t."trial_plan" end, "trial_ends_at" = case when change ? 'trialEndsAt' and (change->>'plan') is not null then (change->>'trialEndsAt')::timestamptz
            when (change->>'plan') is not null then null else t."trial_ends_at" end, "plan_read_only" = coalesce((change->>'readOnly')::boolean, t."plan_read_only"), "plan_source" = case when change ? 'source' then (change->>'source')::text else t."plan_source" end, "plan_version" = case when change ? 'version' then (change->>'version')::bigint else t."plan_version" end where t."id" = of_tenant;
        if change ? 'addons' then
  if exists (select from jsonb_each_text(change->'addons') a where a.key <> all (array['extra-seats']::text[])
    and not exists (select from "public"."add_on_features" k where k.add_on = a.key)) then
    raise exception 'ADD_ON_UNKNOWN: one of %', (select string_agg(a.key, ', ') from jsonb_each_text(change->'addons') a) using errcode = 'TN001';
  end if;
  delete from "public"."add_ons" h where h."organization_id" = of_tenant
    and not coalesce((change->'addons'->>h.add_on)::integer > 0, false);
  insert into "public"."add_ons" as h ("organization_id", add_on, quantity)
  select of_tenant, a.key, a.value::integer from jsonb_each_text(change->'addons') a where a.value::integer > 0
  on conflict ("organization_id", add_on) do update set quantity = excluded.quantity where h.quantity <> excluded.quantity;
end if;
        perform tenantry.limit_grace(of_tenant, before);
        return true;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_set_plan"(of_tenant uuid, change jsonb) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_set_plan"(of_tenant uuid, change jsonb) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_set_plan"(of_tenant uuid, change jsonb) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_set_plan"(of_tenant uuid, change jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_start_trial"(of_tenant uuid, of_plan text, ends_at timestamptz) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        s "public"."organizations";
      begin
        if of_plan is not null and not (of_plan = any (array['enterprise', 'free', 'pro']::text[]) or exists (select from "public"."plan_features" k where k.plan = of_plan)) then
  raise exception 'PLAN_UNKNOWN: %', of_plan using errcode = 'TN001', detail = jsonb_build_object('plan', of_plan)::text;
end if;
        
select t.* into s from "public"."organizations" t where t."id" = of_tenant for update;
if not found then
  raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
end if;
        update "public"."organizations" t set "trial_plan" = of_plan, "trial_ends_at" = ends_at
          where t."id" = of_tenant;
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_start_trial"(of_tenant uuid, of_plan text, ends_at timestamptz) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_start_trial"(of_tenant uuid, of_plan text, ends_at timestamptz) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_start_trial"(of_tenant uuid, of_plan text, ends_at timestamptz) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_start_trial"(of_tenant uuid, of_plan text, ends_at timestamptz) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_held_plan"(of_tenant uuid) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
  s "public"."organizations";
begin
  select t.* into s from "public"."organizations" t where t."id" = of_tenant for no key update;
  if not found then
    return null;
  end if;
  return jsonb_build_object('plan', s."plan", 'source', s."plan_source", 'readOnly', coalesce(s."plan_read_only", false), 'isDefault', coalesce(s."plan" = 'free', true), 'addons', (select coalesce(jsonb_object_agg(h.add_on, h.quantity), '{}') from "public"."add_ons" h where h."organization_id" = of_tenant));
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_held_plan"(of_tenant uuid) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_held_plan"(of_tenant uuid) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_held_plan"(of_tenant uuid) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_held_plan"(of_tenant uuid) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_add_override"(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
  made text;
begin
  if of_feature <> all (array['apiCalls', 'projects', 'seats']::text[]) then
    raise exception 'FEATURE_UNKNOWN: %', of_feature using errcode = 'TN001';
  end if;
  insert into "public"."feature_overrides" as v ("organization_id", feature, mode, value, starts_at, ends_at, reason, actor)
  values (of_tenant, of_feature, $3, $4, coalesce($5, statement_timestamp()), $6, $7, $8)
  returning v.id::text into made;
  return made;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_add_override"(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_add_override"(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_add_override"(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_add_override"(of_tenant uuid, of_feature text, mode text, value bigint, starts_at timestamptz, ends_at timestamptz, reason text, actor text) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_end_override"(of_tenant uuid, of_id text) returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
  update "public"."feature_overrides" v set ends_at = statement_timestamp()
    where v."organization_id" = of_tenant and v.id::text = of_id and (v.ends_at is null or v.ends_at > statement_timestamp());
  return found;
end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_end_override"(of_tenant uuid, of_id text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_end_override"(of_tenant uuid, of_id text) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_end_override"(of_tenant uuid, of_id text) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_end_override"(of_tenant uuid, of_id text) to "system";
--> statement-breakpoint
create or replace function "tenantry"."limit_clean"(of_table text, retain_days integer, from_page bigint, pages integer) returns jsonb
    language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
          declare
        cutoff constant timestamptz := statement_timestamp() - make_interval(days => retain_days);
        first constant tid := format('(%s,0)', from_page)::tid;
        last constant tid := format('(%s,0)', from_page + pages)::tid;
        bytes bigint;
        found_due bigint;
        removed bigint := 0;
      begin
        if of_table = 'usageEvents' then
  bytes := greatest(pg_relation_size('"public"."usage_events"'::regclass),
    (select max(pg_relation_size(t.relid)) from pg_partition_tree('"public"."usage_events"'::regclass) t));
  select count(*) into found_due from "public"."usage_events" v where v.ctid >= first and v.ctid < last and v.created_at < cutoff and v.state <> 'reserved';
  if found_due > 0 then
    with old as materialized (
      select v.tableoid as leaf, v.ctid as place from "public"."usage_events" v where v.ctid >= first and v.ctid < last and v.created_at < cutoff and v.state <> 'reserved' for update skip locked
    )
    delete from "public"."usage_events" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
    get diagnostics removed = row_count;
  end if;
end if;
if of_table = 'usageCounters' then
  bytes := greatest(pg_relation_size('"public"."usage_counters"'::regclass),
    (select max(pg_relation_size(t.relid)) from pg_partition_tree('"public"."usage_counters"'::regclass) t));
  select count(*) into found_due from "public"."usage_counters" v where v.ctid >= first and v.ctid < last and v.period_end < cutoff;
  if found_due > 0 then
    with old as materialized (
      select v.tableoid as leaf, v.ctid as place from "public"."usage_counters" v where v.ctid >= first and v.ctid < last and v.period_end < cutoff for update skip locked
    )
    delete from "public"."usage_counters" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
    get diagnostics removed = row_count;
  end if;
end if;
if of_table = 'limitStates' then
  bytes := greatest(pg_relation_size('"public"."limit_states"'::regclass),
    (select max(pg_relation_size(t.relid)) from pg_partition_tree('"public"."limit_states"'::regclass) t));
  select count(*) into found_due from "public"."limit_states" v where v.ctid >= first and v.ctid < last and v.grace_until < cutoff;
  if found_due > 0 then
    with old as materialized (
      select v.tableoid as leaf, v.ctid as place from "public"."limit_states" v where v.ctid >= first and v.ctid < last and v.grace_until < cutoff for update skip locked
    )
    delete from "public"."limit_states" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
    get diagnostics removed = row_count;
  end if;
end if;
if of_table = 'featureOverrides' then
  bytes := greatest(pg_relation_size('"public"."feature_overrides"'::regclass),
    (select max(pg_relation_size(t.relid)) from pg_partition_tree('"public"."feature_overrides"'::regclass) t));
  select count(*) into found_due from "public"."feature_overrides" v where v.ctid >= first and v.ctid < last and v.ends_at < cutoff;
  if found_due > 0 then
    with old as materialized (
      select v.tableoid as leaf, v.ctid as place from "public"."feature_overrides" v where v.ctid >= first and v.ctid < last and v.ends_at < cutoff for update skip locked
    )
    delete from "public"."feature_overrides" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
    get diagnostics removed = row_count;
  end if;
end if;
if of_table = 'entitlementHistory' then
  bytes := greatest(pg_relation_size('"public"."entitlement_history"'::regclass),
    (select max(pg_relation_size(t.relid)) from pg_partition_tree('"public"."entitlement_history"'::regclass) t));
  select count(*) into found_due from "public"."entitlement_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and ((exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff)
    or v."organization_id" is null and exists (select from "public"."entitlement_history" h where h."organization_id" is null and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff)) or v.state is null and not (exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id < v.id)
    or v."organization_id" is null and exists (select from "public"."entitlement_history" h where h."organization_id" is null and h.subject = v.subject and h.key = v.key and h.id < v.id)));
  if found_due > 0 then
    with old as materialized (
      select v.tableoid as leaf, v.ctid as place from "public"."entitlement_history" v where v.ctid >= first and v.ctid < last and v.at < cutoff and ((exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff)
    or v."organization_id" is null and exists (select from "public"."entitlement_history" h where h."organization_id" is null and h.subject = v.subject and h.key = v.key and h.id > v.id and h.at < cutoff)) or v.state is null and not (exists (select from "public"."entitlement_history" h where h."organization_id" = v."organization_id" and h.subject = v.subject and h.key = v.key and h.id < v.id)
    or v."organization_id" is null and exists (select from "public"."entitlement_history" h where h."organization_id" is null and h.subject = v.subject and h.key = v.key and h.id < v.id))) for update skip locked
    )
    delete from "public"."entitlement_history" v using old o where v.tableoid = o.leaf and v.ctid = o.place and v.ctid >= first and v.ctid < last;
    get diagnostics removed = row_count;
  end if;
end if;
        if bytes is null then
          return null;
        end if;
        return jsonb_build_object('removed', removed, 'left', found_due - removed, 'next',
          case when (from_page + pages) * current_setting('block_size')::bigint < bytes then from_page + pages end);
      end
    $tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function "tenantry"."limit_clean"(of_table text, retain_days integer, from_page bigint, pages integer) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function "tenantry"."limit_clean"(of_table text, retain_days integer, from_page bigint, pages integer) from public;
--> statement-breakpoint
revoke all on function "tenantry"."limit_clean"(of_table text, retain_days integer, from_page bigint, pages integer) from "app";
--> statement-breakpoint
grant execute on function "tenantry"."limit_clean"(of_table text, retain_days integer, from_page bigint, pages integer) to "system";
--> statement-breakpoint
create sequence if not exists tenantry.billing_tickets;
--> statement-breakpoint
revoke all on sequence tenantry.billing_tickets from public;
--> statement-breakpoint
grant usage on sequence tenantry.billing_tickets to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_ticket"(input jsonb) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $tenantry$
declare
  none integer;
begin
  return to_jsonb(nextval('tenantry.billing_tickets'));
end
$tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_ticket"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_ticket"(jsonb) to "system";
--> statement-breakpoint
create table if not exists tenantry.billing_cursors (
  account text not null, livemode boolean not null, created double precision not null,
  primary key (account, livemode)
);
--> statement-breakpoint
revoke all on tenantry.billing_cursors from public;
--> statement-breakpoint
grant select, insert, update on tenantry.billing_cursors to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_cursor"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at double precision;
    begin
      if input ? 'created' then
  insert into tenantry.billing_cursors as c (account, livemode, created)
  values (input->>'account', (input->>'livemode')::boolean, (input->>'created')::double precision)
  on conflict (account, livemode) do update set created = greatest(c.created, excluded.created);
end if;
select c.created into at from tenantry.billing_cursors c where "c".account = input->>'account' and "c".livemode = (input->>'livemode')::boolean;
return to_jsonb(at);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_cursor"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_cursor"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_receive"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      e record;
who text;
how text;
at_seq bigint;
known boolean;
outcomes jsonb := '{}';
    begin
            for e in
        select x.* from jsonb_to_recordset(input->'events') as x(
          id text, type text, created double precision, object text, customer text, invoice text, route text)
        order by x.customer nulls first, x.id
      loop
        -- a repeated event costs one look into the index
        if exists (select from "public"."webhook_events" w where w.event_id = e.id) then
          outcomes := outcomes || jsonb_build_object(e.id, 'duplicate');
          continue;
        end if;
        who := e.customer;
        at_seq := null;
        how := case e.route when 'none' then 'ignored' else 'pending' end;
        if e.route = 'customer' and who is null then
          -- a thin event, or a payment of an invoice: the object is known here, or looked up later
          select b.stripe_customer_id into who
          from "public"."organization_billing" b
          where b.account = input->>'account' and b.livemode = (input->>'livemode')::boolean
            and (b."organization_id" in (select s."organization_id" from "public"."subscriptions" s where s.id = e.object)
              or b."organization_id" in (select i."organization_id" from "public"."invoices" i where i.id in (e.object, e.invoice)))
          limit 1;
          e.route := case when who is null then 'lookup' else 'customer' end;
        end if;
        if e.route = 'customer' then
          update "public"."organization_billing" b
set sync_wanted = b.sync_wanted + 1,
  -- what was given up is tried again; a back-off that runs is kept
  next_at = case when b.next_at = 'infinity' then now() else b.next_at end
where b.stripe_customer_id = who and b.account = input->>'account'
  and b.livemode = (input->>'livemode')::boolean
returning b.sync_wanted into at_seq;
          if at_seq is null then
            perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || who, 0));
            update "public"."organization_billing" b
set sync_wanted = b.sync_wanted + 1,
  -- what was given up is tried again; a back-off that runs is kept
  next_at = case when b.next_at = 'infinity' then now() else b.next_at end
where b.stripe_customer_id = who and b.account = input->>'account'
  and b.livemode = (input->>'livemode')::boolean
returning b.sync_wanted into at_seq;
          end if;
          if at_seq is null then
            -- nobody's customer was asked for before; only news of the customer itself is worth asking again
            select true into known from "public"."webhook_events" w
            where w.customer_id = who and w.account = input->>'account' and w.state = 'parked' limit 1;
            how := case when known and e.type not in ('customer.created', 'customer.updated') then 'parked' else 'unmapped' end;
          end if;
        end if;
        insert into "public"."webhook_events" (event_id, account, livemode, type, route, object_id, customer_id,
          invoice_id, state, seq, occurred_at, processed_at)
        values (e.id, input->>'account', (input->>'livemode')::boolean, e.type, e.route, e.object, who,
          e.invoice, how, at_seq, to_timestamp(e.created), case when how = 'ignored' then now() end)
        on conflict (event_id) do nothing;
        outcomes := outcomes || jsonb_build_object(e.id,
          case when not found then 'duplicate' when how = 'pending' then 'queued' else how end);
      end loop;
      return outcomes;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_receive"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_receive"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_lease"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      found_row record;
leased jsonb := '[]';
-- the clock of the database: those of several machines differ
at_time timestamptz := coalesce(to_timestamp((input->>'now')::double precision), now());
    begin
      for found_row in
  with due as materialized (
    select d."organization_id" as tenant from "public"."organization_billing" d
    where "d".account = input->>'account' and "d".livemode = (input->>'livemode')::boolean and d.stripe_customer_id is not null
      and d.next_at <= now() and (d.lease_until is null or d.lease_until <= now())
      and (d.sync_wanted > d.sync_done or d.recheck_at <= at_time)
    order by d.next_at
    limit (input->>'most')::integer
    -- two workers never lease one row, and neither waits for the other
    for update skip locked
  )
  update "public"."organization_billing" b
  set lease_owner = input->>'worker',
    lease_until = now() + (input->>'lease_ms')::double precision * interval '1 millisecond'
  from due
  where b."organization_id" = due.tenant and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean
  returning b."organization_id"::text as tenant, b.stripe_customer_id as customer, b.sync_wanted as seq,
    b.full_wanted > b.sync_done as full_sync, b.seats_wanted, b.attempts,
    case when b.seats_wanted > b.seats_done or b.full_wanted > b.sync_done then null::bigint end as seats
loop
  leased := leased || jsonb_build_object(
    'tenant', found_row.tenant, 'customer', found_row.customer, 'seq', found_row.seq,
    'full', found_row.full_sync, 'seatsWanted', found_row.seats_wanted, 'seats', found_row.seats,
    'attempts', found_row.attempts,
    'ticket', nextval('tenantry.billing_tickets'), 'now', extract(epoch from at_time),
    'invoices', (select coalesce(jsonb_agg(distinct w.invoice_id), '[]') from "public"."webhook_events" w
      where w.customer_id = found_row.customer and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean and w.state <> 'processed'
        and w.seq <= found_row.seq and w.invoice_id is not null));
end loop;
return jsonb_build_object('leases', leased,
  -- how long until one can be leased that waits for its burst to pass, or is locked just now, in milliseconds
  'soon', case when leased = '[]' then (
    select case when count(*) > 0 then greatest(20, extract(epoch from min(s.next_at) - now()) * 1000) end from "public"."organization_billing" s
    where "s".account = input->>'account' and "s".livemode = (input->>'livemode')::boolean and s.sync_wanted > s.sync_done and s.stripe_customer_id is not null
      and s.attempts = 0 and s.next_at < now() + interval '10 seconds'
      and (s.lease_until is null or s.lease_until <= now())) end);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_lease"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_lease"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_fail"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      who text;
    begin
      update "public"."organization_billing" b
set attempts = b.attempts + (input->>'counts')::integer, error = input->>'error',
  lease_owner = null, lease_until = null,
  next_at = case when (input->>'dead')::boolean then 'infinity'
    else now() + (input->>'retry_ms')::double precision * interval '1 millisecond' end
where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.lease_owner = input->>'worker'
returning b.stripe_customer_id into who;
update "public"."webhook_events" w
set attempts = w.attempts + (input->>'counts')::integer, error = input->>'error',
  state = case when (input->>'dead')::boolean then 'dead' else w.state end
where w.customer_id = who and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean and w.state = 'pending'
  and w.seq <= (input->>'seq')::bigint;
return to_jsonb(who is not null);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_fail"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_fail"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_release"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
      update "public"."organization_billing" b
set lease_owner = case when b.lease_owner = input->>'worker' then null else b.lease_owner end,
  lease_until = case when b.lease_owner = input->>'worker' then null else b.lease_until end,
  -- it may have told Stripe an older number of seats than the newer round did
  seats_wanted = b.seats_wanted + (input->>'seatsAgain')::integer,
  sync_wanted = b.sync_wanted + (input->>'seatsAgain')::integer
where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean;
return 'true';
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_release"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_release"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_want"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      wanted jsonb;
    begin
      with next as (
  select b."organization_id" as tenant from "public"."organization_billing" b
  where "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
    and (input->>'tenant' is null or b."organization_id" = (input->>'tenant')::uuid)
    and (input->>'customer' is null or b.stripe_customer_id = input->>'customer')
    and (input->>'after' is null or b."organization_id" > (input->>'after')::uuid)
  order by b."organization_id"
  limit (input->>'most')::integer
), changed as (
  update "public"."organization_billing" b
  set sync_wanted = b.sync_wanted + 1,
    full_wanted = case when (input->>'full')::boolean then b.sync_wanted + 1 else b.full_wanted end,
    next_at = now(), attempts = 0
  from next where b."organization_id" = next.tenant and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean
  returning b."organization_id"::text as tenant
)
select coalesce(jsonb_agg(c.tenant order by c.tenant), '[]') into wanted from changed c;
return wanted;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_want"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_want"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_linked"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      found_rows jsonb;
    begin
      select coalesce(jsonb_agg(jsonb_build_object('tenant', x.tenant, 'customer', x.customer) order by x.tenant), '[]')
into found_rows from (
  select b."organization_id"::text as tenant, b.stripe_customer_id as customer
  from "public"."organization_billing" b
  where "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
    and (input->>'after' is null or b."organization_id" > (input->>'after')::uuid)
  order by b."organization_id" limit (input->>'most')::integer
) x;
return found_rows;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_linked"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_linked"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_lock"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      r record;
locked jsonb := '[]';
    begin
      for r in
  select b.* from "public"."organization_billing" b
  where b."organization_id" = (input->>'tenant')::uuid
  order by b.account, b.livemode
  for update
loop
  locked := locked || jsonb_build_object(
    'account', r.account, 'livemode', r.livemode, 'customer', r.stripe_customer_id,
    'plan', r.plan, 'access', r.access, 'planSource', r.plan_source, 'addons', r.addons,
    'periodStart', extract(epoch from r.period_start), 'periodEnd', extract(epoch from r.period_end),
    'trialEndsAt', extract(epoch from r.trial_ends_at), 'granted', r.granted,
    'version', r.entitlement_version, 'appliedTicket', r.applied_ticket);
end loop;
return locked;
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_lock"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_lock"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_apply"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      who text;
    begin
            update "public"."organization_billing" b
      set applied_ticket = (input->>'ticket')::bigint,
        sync_done = greatest(b.sync_done, (input->>'seq')::bigint),
        seats_done = greatest(b.seats_done, coalesce((input->>'seatsDone')::bigint, 0)),
        lease_owner = null, lease_until = null, attempts = 0, error = null, synced_at = now(),
        burst = case when b.synced_at > now() - interval '5 seconds' then least(b.burst + 1, 5) else 0 end,
        -- who was synced a moment ago waits a little longer each time: a burst of events is few rounds
        next_at = now() + (input->>'burst_ms')::double precision * interval '1 millisecond' *
          case when b.synced_at > now() - interval '5 seconds' then 2 ^ least(b.burst + 1, 5) else 1 end,
        recheck_at = (input->'own'->>'recheckAt')::timestamptz,
        customer_deleted_at = case when (input->>'customerDeleted')::boolean then coalesce(b.customer_deleted_at, now()) end,
        status = input->'own'->>'status', plan = input->'own'->>'plan', access = input->'own'->>'access',
        plan_source = input->'own'->>'planSource', addons = input->'own'->'addons',
        period_start = (input->'own'->>'periodStart')::timestamptz, period_end = (input->'own'->>'periodEnd')::timestamptz,
        trial_ends_at = (input->'own'->>'trialEndsAt')::timestamptz,
        trial_used_at = least(b.trial_used_at, (input->'own'->>'trialUsedAt')::timestamptz),
        cancel_at_period_end = (input->'own'->>'cancelAtPeriodEnd')::boolean, ends_at = (input->'own'->>'endsAt')::timestamptz,
        past_due_since = (input->'own'->>'pastDueSince')::timestamptz, grace_until = (input->'own'->>'graceUntil')::timestamptz,
        unmapped_prices = nullif(input->'own'->'unmappedPrices', 'null'),
        granted = input->'granted', entitlement_version = (input->>'version')::bigint, updated_at = now()
      where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.applied_ticket < (input->>'ticket')::bigint
        and b.stripe_customer_id = input->>'customer'
      returning b.stripe_customer_id into who;
      if who is null then
        return 'false';
      end if;

      delete from "public"."subscription_items" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean and not exists (select from jsonb_array_elements(input->'items') x where x->>'id' = t.id);
      delete from "public"."subscriptions" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean and not exists (select from jsonb_array_elements(input->'subscriptions') x where x->>'id' = t.id);
      insert into "public"."subscriptions" ("organization_id", id, account, livemode, "status", "plan", "cancel_at", "cancel_at_period_end", "canceled_at", "ended_at", "ends_at", "trial_start", "trial_end", "pause_collection", "past_due_since", "period_start", "period_end", "schedule", "latest_invoice", "metadata", "started_at")
select (input->>'tenant')::uuid, x.id, input->>'account', (input->>'livemode')::boolean, x."status", x."plan", x."cancel_at", x."cancel_at_period_end", x."canceled_at", x."ended_at", x."ends_at", x."trial_start", x."trial_end", x."pause_collection", x."past_due_since", x."period_start", x."period_end", x."schedule", x."latest_invoice", x."metadata", x."started_at"
from jsonb_to_recordset(input->'subscriptions') as x(id text, status text, plan text, cancel_at timestamptz, cancel_at_period_end boolean, canceled_at timestamptz, ended_at timestamptz, ends_at timestamptz, trial_start timestamptz, trial_end timestamptz, pause_collection text, past_due_since timestamptz, period_start timestamptz, period_end timestamptz, schedule text, latest_invoice text, metadata jsonb, started_at timestamptz)
on conflict ("organization_id", id) do update set "status" = excluded."status", "plan" = excluded."plan", "cancel_at" = excluded."cancel_at", "cancel_at_period_end" = excluded."cancel_at_period_end", "canceled_at" = excluded."canceled_at", "ended_at" = excluded."ended_at", "ends_at" = excluded."ends_at", "trial_start" = excluded."trial_start", "trial_end" = excluded."trial_end", "pause_collection" = excluded."pause_collection", "past_due_since" = excluded."past_due_since", "period_start" = excluded."period_start", "period_end" = excluded."period_end", "schedule" = excluded."schedule", "latest_invoice" = excluded."latest_invoice", "metadata" = excluded."metadata", "started_at" = excluded."started_at", updated_at = now();
      insert into "public"."subscription_items" ("organization_id", id, account, livemode, "subscription_id", "price", "product", "lookup_key", "role", "name", "quantity", "interval", "period_start", "period_end")
select (input->>'tenant')::uuid, x.id, input->>'account', (input->>'livemode')::boolean, x."subscription_id", x."price", x."product", x."lookup_key", x."role", x."name", x."quantity", x."interval", x."period_start", x."period_end"
from jsonb_to_recordset(input->'items') as x(id text, subscription_id text, price text, product text, lookup_key text, role text, name text, quantity bigint, "interval" text, period_start timestamptz, period_end timestamptz)
on conflict ("organization_id", id) do update set "subscription_id" = excluded."subscription_id", "price" = excluded."price", "product" = excluded."product", "lookup_key" = excluded."lookup_key", "role" = excluded."role", "name" = excluded."name", "quantity" = excluded."quantity", "interval" = excluded."interval", "period_start" = excluded."period_start", "period_end" = excluded."period_end", updated_at = now();
      delete from "public"."invoices" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean and (
        (input->>'allInvoices')::boolean and not exists (select from jsonb_array_elements(input->'invoices') x where x->>'id' = t.id)
        or t.id in (select jsonb_array_elements_text(input->'goneInvoices')));
      insert into "public"."invoices" ("organization_id", id, account, livemode, "subscription_id", "number", "status", "billing_reason", "currency", "total", "amount_due", "amount_paid", "amount_remaining", "attempt_count", "due_at", "period_start", "period_end", "finalized_at", "paid_at", "hosted_url", "pdf_url", "issued_at")
select (input->>'tenant')::uuid, x.id, input->>'account', (input->>'livemode')::boolean, x."subscription_id", x."number", x."status", x."billing_reason", x."currency", x."total", x."amount_due", x."amount_paid", x."amount_remaining", x."attempt_count", x."due_at", x."period_start", x."period_end", x."finalized_at", x."paid_at", x."hosted_url", x."pdf_url", x."issued_at"
from jsonb_to_recordset(input->'invoices') as x(id text, subscription_id text, number text, status text, billing_reason text, currency text, total bigint, amount_due bigint, amount_paid bigint, amount_remaining bigint, attempt_count integer, due_at timestamptz, period_start timestamptz, period_end timestamptz, finalized_at timestamptz, paid_at timestamptz, hosted_url text, pdf_url text, issued_at timestamptz)
on conflict ("organization_id", id) do update set "subscription_id" = excluded."subscription_id", "number" = excluded."number", "status" = excluded."status", "billing_reason" = excluded."billing_reason", "currency" = excluded."currency", "total" = excluded."total", "amount_due" = excluded."amount_due", "amount_paid" = excluded."amount_paid", "amount_remaining" = excluded."amount_remaining", "attempt_count" = excluded."attempt_count", "due_at" = excluded."due_at", "period_start" = excluded."period_start", "period_end" = excluded."period_end", "finalized_at" = excluded."finalized_at", "paid_at" = excluded."paid_at", "hosted_url" = excluded."hosted_url", "pdf_url" = excluded."pdf_url", "issued_at" = excluded."issued_at", updated_at = now();

      update "public"."checkout_intents" t
      set state = case w.type when 'checkout.session.completed' then 'completed' else 'expired' end, closed_at = now(), updated_at = now()
      from "public"."webhook_events" w
      where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean and t.state = 'open' and w.object_id = t.session_id and w.customer_id = who
        and w.type in ('checkout.session.completed', 'checkout.session.expired');
      update "public"."webhook_events" w set state = 'processed', processed_at = now(), updated_at = now(), error = null
      where w.customer_id = who and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean and w.state in ('pending', 'dead')
        and w.seq <= (input->>'seq')::bigint;
      return 'true';
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_apply"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_apply"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_take"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      taken jsonb;
    begin
      with due as materialized (
  select d.event_id from "public"."webhook_events" d
  where (d.state = 'unmapped' or (d.state = 'pending' and d.route <> 'customer')) and "d".account = input->>'account' and "d".livemode = (input->>'livemode')::boolean
    and d.next_at <= now() and (d.lease_until is null or d.lease_until <= now())
  order by d.next_at limit (input->>'most')::integer
  -- two workers take different events
  for update skip locked
), leased as (
  update "public"."webhook_events" w
  set lease_until = now() + (input->>'lease_ms')::double precision * interval '1 millisecond'
  from due where w.event_id = due.event_id
  returning w.event_id, w.type, w.route, w.object_id, w.customer_id, w.invoice_id, w.attempts
)
select coalesce(jsonb_agg(jsonb_build_object('id', l.event_id, 'type', l.type, 'route', l.route, 'object', l.object_id,
  'customer', l.customer_id, 'invoice', l.invoice_id, 'attempts', l.attempts)), '[]') into taken from leased l;
return jsonb_build_object('events', taken, 'ticket', nextval('tenantry.billing_tickets'));
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_take"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_take"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_settle"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
      update "public"."webhook_events" w
set state = input->>'state', error = input->>'error', lease_until = null, updated_at = now(),
  customer_id = coalesce(input->>'customer', w.customer_id),
  attempts = w.attempts + coalesce((input->>'counts')::integer, 0),
  next_at = now() + coalesce((input->>'retry_ms')::double precision, 0) * interval '1 millisecond',
  processed_at = case when input->>'state' in ('processed', 'ignored') then now() end
where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
return 'true';
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_settle"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_settle"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_park"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at_seq bigint;
    begin
      perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || (input->>'customer'), 0));
-- somebody may have linked it since it was looked up
update "public"."organization_billing" b set sync_wanted = b.sync_wanted + 1
where b.stripe_customer_id = input->>'customer' and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean
returning b.sync_wanted into at_seq;
update "public"."webhook_events" w set state = 'pending', seq = at_seq, lease_until = null
where at_seq is not null and w.customer_id = input->>'customer' and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean and w.state = 'unmapped';
update "public"."webhook_events" w
set state = 'parked', lease_until = null, error = 'The customer is linked to nobody here.'
where w.customer_id = input->>'customer' and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean and w.state = 'unmapped';
return to_jsonb(at_seq is null);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_park"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_park"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_route"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      at_seq bigint;
    begin
      update "public"."organization_billing" b
set sync_wanted = b.sync_wanted + 1, next_at = case when b.next_at = 'infinity' then now() else b.next_at end
where b.stripe_customer_id = input->>'customer' and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean
returning b.sync_wanted into at_seq;
update "public"."webhook_events" w
set customer_id = input->>'customer', route = 'customer', seq = at_seq, lease_until = null,
  state = case when at_seq is not null then 'pending'
    when exists (select from "public"."webhook_events" p
      where p.customer_id = input->>'customer' and p.state = 'parked' and "p".account = input->>'account' and "p".livemode = (input->>'livemode')::boolean) then 'parked'
    else 'unmapped' end
where w.event_id in (select jsonb_array_elements_text(input->'events')) and w.state in ('pending', 'unmapped');
return to_jsonb(at_seq is not null);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_route"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_route"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_retire"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
            update "public"."products" t set active = false, applied_ticket = (input->>'ticket')::bigint, updated_at = now()
where t.id = input->>'id' and t.applied_ticket < (input->>'ticket')::bigint;
      update "public"."prices" t set active = false, applied_ticket = (input->>'ticket')::bigint, updated_at = now()
where t.id = input->>'id' and t.applied_ticket < (input->>'ticket')::bigint;
      return 'true';
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_retire"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_retire"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_put_product"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
      insert into "public"."products" as t (id, account, livemode, applied_ticket, "name", "description", "active", "metadata")
values (input->>'id', input->>'account', (input->>'livemode')::boolean, (input->>'ticket')::bigint, input->>'name', input->>'description', (input->>'active')::boolean, coalesce(input->'metadata', '{}'))
on conflict (id) do update set "name" = excluded."name", "description" = excluded."description", "active" = excluded."active", "metadata" = excluded."metadata", applied_ticket = excluded.applied_ticket, updated_at = now()
where t.applied_ticket < excluded.applied_ticket;
return to_jsonb(found);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_put_product"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_put_product"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_put_price"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
      insert into "public"."prices" as t (id, account, livemode, applied_ticket, "product", "lookup_key", "nickname", "active", "currency", "unit_amount", "interval", "interval_count", "usage_type", "metadata")
values (input->>'id', input->>'account', (input->>'livemode')::boolean, (input->>'ticket')::bigint, input->>'product', input->>'lookupKey', input->>'nickname', (input->>'active')::boolean, input->>'currency', (input->>'unitAmount')::bigint, input->>'interval', (input->>'intervalCount')::integer, input->>'usageType', coalesce(input->'metadata', '{}'))
on conflict (id) do update set "product" = excluded."product", "lookup_key" = excluded."lookup_key", "nickname" = excluded."nickname", "active" = excluded."active", "currency" = excluded."currency", "unit_amount" = excluded."unit_amount", "interval" = excluded."interval", "interval_count" = excluded."interval_count", "usage_type" = excluded."usage_type", "metadata" = excluded."metadata", applied_ticket = excluded.applied_ticket, updated_at = now()
where t.applied_ticket < excluded.applied_ticket;
return to_jsonb(found);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_put_price"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_put_price"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_claim"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      r record;
    begin
      insert into "public"."organization_billing" ("organization_id", account, livemode, creation_params)
values ((input->>'tenant')::uuid, input->>'account', (input->>'livemode')::boolean, coalesce(input->'params', '{}'))
on conflict ("organization_id", account, livemode) do nothing;
-- a customer that was deleted at Stripe is replaced by a new attempt
update "public"."organization_billing" b
set stripe_customer_id = null, customer_deleted_at = null, creation_attempt = gen_random_uuid(),
  creation_params = coalesce(input->'params', '{}')
where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.customer_deleted_at is not null and (input->>'replace')::boolean;
select b.* into r from "public"."organization_billing" b where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean;
return jsonb_build_object('customer', r.stripe_customer_id, 'attempt', r.creation_attempt,
  'params', r.creation_params, 'trialUsed', r.trial_used_at is not null, 'deleted', r.customer_deleted_at is not null);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_claim"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_claim"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_customer_gone"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
      update "public"."organization_billing" b set customer_deleted_at = now()
where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.stripe_customer_id = input->>'customer' and b.customer_deleted_at is null;
return to_jsonb(found);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_customer_gone"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_customer_gone"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_link"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      holder text;
linked text;
at_seq bigint;
replayed bigint;
    begin
      perform pg_advisory_xact_lock(hashtextextended('tenantry billing ' || (input->>'account') || ' ' || (input->>'livemode') || ' ' || (input->>'customer'), 0));
select b."organization_id"::text into holder from "public"."organization_billing" b
where b.stripe_customer_id = input->>'customer' and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean;
if holder is distinct from (input->>'tenant')::uuid::text and holder is not null then
  return jsonb_build_object('outcome', 'taken');
end if;
insert into "public"."organization_billing" ("organization_id", account, livemode)
values ((input->>'tenant')::uuid, input->>'account', (input->>'livemode')::boolean)
on conflict ("organization_id", account, livemode) do nothing;
update "public"."organization_billing" b
set stripe_customer_id = input->>'customer',
  customer_deleted_at = case when b.stripe_customer_id = input->>'customer' then b.customer_deleted_at end,
  sync_wanted = b.sync_wanted + 1, full_wanted = b.sync_wanted + 1,
  next_at = now(), attempts = 0
where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and (b.stripe_customer_id is null or b.stripe_customer_id = input->>'customer'
  or (input->>'replace')::boolean)
returning b.stripe_customer_id, b.sync_wanted into linked, at_seq;
if linked is null then
  return jsonb_build_object('outcome', 'other');
end if;
update "public"."webhook_events" w set state = 'pending', seq = at_seq, route = 'customer', lease_until = null, error = null
where w.customer_id = input->>'customer' and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean and w.state in ('parked', 'unmapped');
get diagnostics replayed = row_count;
return jsonb_build_object('outcome', case when holder is null then 'linked' else 'known' end, 'replayed', replayed);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_link"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_link"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_open_intent"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      r record;
made boolean := false;
    begin
      -- the open one may be closed between the two statements; then there is room for ours
for i in 1..10 loop
  insert into "public"."checkout_intents" ("organization_id", account, livemode, params)
  values ((input->>'tenant')::uuid, input->>'account', (input->>'livemode')::boolean, input->'params')
  on conflict ("organization_id", account, livemode) where state = 'open' do nothing
  returning * into r;
  made := found;
  exit when made;
  select t.* into r from "public"."checkout_intents" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean and t.state = 'open';
  exit when found;
end loop;
return jsonb_build_object('id', r.id, 'params', r.params, 'session', r.session_id, 'url', r.url, 'made', made);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_open_intent"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_open_intent"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_set_intent"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      none integer;
    begin
      update "public"."checkout_intents" t
set session_id = coalesce(input->>'session', t.session_id), url = coalesce(input->>'url', t.url),
  state = coalesce(input->>'state', t.state),
  closed_at = case when input->>'state' is null then t.closed_at else now() end, updated_at = now()
where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean and t.id = (input->>'id')::uuid and t.state = 'open'
  -- who closes it has closed the session that it saw; one that came since is not closed
  and (not input ? 'was' or t.session_id is not distinct from input->>'was');
return to_jsonb(found);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_set_intent"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_set_intent"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_dead"(input jsonb) returns jsonb
  language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  declare
    none integer;
  begin
    return jsonb_build_object(
'events', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
  select w.event_id as id, w.type, w.state, w.object_id as object, w.customer_id as customer, w.attempts, w.error,
    extract(epoch from w.created_at) as "receivedAt"
  from "public"."webhook_events" w where w.state in ('dead', 'parked') and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean
  order by w.created_at limit (input->>'most')::integer) x),
'organizations', (select coalesce(jsonb_agg(to_jsonb(x)), '[]') from (
  select b."organization_id"::text as tenant, b.stripe_customer_id as customer, b.attempts, b.error
  from "public"."organization_billing" b where b.error is not null and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean
  order by b.updated_at limit (input->>'most')::integer) x));
  end
  $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_dead"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_dead"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_replay"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      events bigint;
rows bigint;
    begin
      update "public"."webhook_events" w
set state = case when w.route = 'customer' and w.seq is not null then 'pending'
    when w.route = 'customer' then 'unmapped' else 'pending' end,
  attempts = 0, next_at = now(), lease_until = null, error = null
where w.state in ('dead', 'parked') and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean
  and (input->>'event' is null or w.event_id = input->>'event')
  and (input->>'customer' is null or w.customer_id = input->>'customer');
get diagnostics events = row_count;
update "public"."organization_billing" b set next_at = now(), attempts = 0, sync_wanted = b.sync_wanted + 1
where "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean and b.stripe_customer_id is not null
  and (b.next_at = 'infinity' or (input->>'customer') = b.stripe_customer_id)
  and (input->>'customer' is null or b.stripe_customer_id = input->>'customer')
  and (input->>'event' is null or exists (select from "public"."webhook_events" w
    where w.event_id = input->>'event' and w.customer_id = b.stripe_customer_id));
get diagnostics rows = row_count;
return jsonb_build_object('events', events, 'organizations', rows);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_replay"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_replay"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_stored"(input jsonb) returns jsonb
  language plpgsql volatile
  set search_path = pg_catalog, pg_temp
  as $tenantry$
  declare
    none integer;
  begin
    return jsonb_build_object('subscriptions', (select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from "public"."subscriptions" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean), 'items', (select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from "public"."subscription_items" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean),
'invoices', (select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]') from "public"."invoices" t where "t"."organization_id" = (input->>'tenant')::uuid and "t".account = input->>'account' and "t".livemode = (input->>'livemode')::boolean),
'organization', (select to_jsonb(b) from "public"."organization_billing" b where "b"."organization_id" = (input->>'tenant')::uuid and "b".account = input->>'account' and "b".livemode = (input->>'livemode')::boolean));
  end
  $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_stored"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_stored"(jsonb) to "system";
--> statement-breakpoint
create or replace function "tenantry"."billing_prune"(input jsonb) returns jsonb
    language plpgsql volatile
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      gone bigint;
    begin
      delete from "public"."webhook_events" w
where w.state in ('processed', 'ignored') and "w".account = input->>'account' and "w".livemode = (input->>'livemode')::boolean
  and w.processed_at < now() - (input->>'days')::double precision * interval '1 day';
get diagnostics gone = row_count;
return to_jsonb(gone);
    end
    $tenantry$;
--> statement-breakpoint
revoke all on function "tenantry"."billing_prune"(jsonb) from public;
--> statement-breakpoint
grant execute on function "tenantry"."billing_prune"(jsonb) to "system";
--> statement-breakpoint
drop function if exists tenantry.enter(text, text, text, text, text);
--> statement-breakpoint
create or replace function tenantry.enter(by text, claim text, user_id text, on_behalf_of text default null)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
#variable_conflict use_column
declare
  answer text;
begin
  -- the pool asks before there is a tenant
  if current_setting('app.organization_id', true) <> '' then
    raise exception 'a transaction that has a tenant cannot enter another one' using errcode = '42501';
  end if;
  if $1 = 'id' and $3 is not null then
    select '{"tenant":"' || set_config('app.organization_id', entry.tenant::text, true) || '","facts":{"rbac":' || coalesce((case
      when d.valid_until <= statement_timestamp() or on_behalf_of is not null
      then tenantry.rbac_facts(entry.tenant, entry.member)::text
      else d.entry
    end)::text, 'null') || '}}' into answer
    from tenantry.member_permissions d
      cross join lateral (select d.tenant_id as tenant, d.user_id as member) entry
    where d.tenant_id = $2::uuid and d.user_id = $3::uuid;
  elsif $1 = 'slug' and $3 is not null then
    select '{"tenant":"' || set_config('app.organization_id', entry.tenant::text, true) || '","facts":{"rbac":' || coalesce((case
      when d.valid_until <= statement_timestamp() or on_behalf_of is not null
      then tenantry.rbac_facts(entry.tenant, entry.member)::text
      else d.entry
    end)::text, 'null') || '}}' into answer
    from "public"."organizations" t join tenantry.member_permissions d on d.tenant_id = t."id"
      cross join lateral (select t."id" as tenant, d.user_id as member) entry
    where t."slug" = $2 and d.user_id = $3::uuid;
  elsif $1 = 'id' and $3 is null then
    select '{"tenant":"' || set_config('app.organization_id', entry.tenant::text, true) || '","facts":{"rbac":null}}' into answer
    from "public"."organizations" t
      cross join lateral (select t."id" as tenant, null::uuid as member) entry
    where t."id" = $2::uuid;
  elsif $1 = 'slug' and $3 is null then
    select '{"tenant":"' || set_config('app.organization_id', entry.tenant::text, true) || '","facts":{"rbac":null}}' into answer
    from "public"."organizations" t
      cross join lateral (select t."id" as tenant, null::uuid as member) entry
    where t."slug" = $2;
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
create or replace function tenantry.enter_member(tenant uuid, member uuid, on_behalf_of text)
returns text
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
  from tenantry.member_permissions d
      cross join lateral (select d.tenant_id as tenant, d.user_id as member) entry
    where d.tenant_id = $1 and d.user_id = $2
    -- nobody asks for another tenant, or for somebody else
    and current_setting('app.organization_id', true) = $1::text
    and (coalesce(current_setting('app.actor', true), '') = ''
      or ((current_setting('app.actor', true))::jsonb ->> 'user')::uuid = $2);
  return answer;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.enter(text, text, text, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.enter(text, text, text, text) from public;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.enter_member(uuid, uuid, text) owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.enter_member(uuid, uuid, text) from public;
--> statement-breakpoint
grant execute on function tenantry.enter(text, text, text, text), tenantry.enter_member(uuid, uuid, text) to "app";
--> statement-breakpoint
grant usage on schema "public" to "system";
--> statement-breakpoint
grant select on "public"."organizations", "public"."memberships" to "system";
