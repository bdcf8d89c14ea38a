-- Written by `tenantry generate`. It can be run again at any time.
-- tenantry:section schemas ad044a9312570cd4
-- tenantry:section table:public.assets_cloudflare 9da9b66129ba6ba9
-- tenantry:section table:public.assets_domains 9d16dc2ea61e2dbf
-- tenantry:section table:public.assets_github 2b310bcc6bb770d6
-- tenantry:section table:public.assets_hosting c10065075278e968
-- tenantry:section table:public.assets_social 173b5f272020b7b2
-- tenantry:section table:public.assets_subscriptions 34ae3635455796be
-- tenantry:section table:public.clients c384db3e6ca489b5
-- tenantry:section table:public.content_items 14949d669abe9bfb
-- tenantry:section table:public.projects e3125a7ccf4e0901
-- tenantry:section table:public.audit_logs 6ee52021f1b242f8
-- tenantry:section table:public.billing_invoices 1d3745a75c4d2f22
-- tenantry:section table:public.business_billing 258957f3cce9a11e
-- tenantry:section table:public.checkout_intents 34ffc981c92744df
-- tenantry:section table:public.plan_features 25dd658c3b554b28
-- tenantry:section table:public.prices 5feb57875686a2ce
-- tenantry:section table:public.products 094c997e23e42808
-- tenantry:section table:public.subscription_items e23e4a05aeca5c14
-- tenantry:section table:public.subscriptions 66c5ccc1a3205477
-- tenantry:section table:public.usage_counters 618c3fd091e288d8
-- tenantry:section table:public.usage_events 3b103a2225962916
-- tenantry:section table:public.webhook_events 17ce7e8498e121ae
-- tenantry:section table:public.invoices 3f45ee5ee5ba7f5c
-- tenantry:section table:public.transactions 8be2d23dbefc260f
-- tenantry:section table:public.businesses fed698c9ad38e169
-- tenantry:section table:public.logins f114a78e56b07ba1
-- tenantry:section table:public.memberships b034f3b4a1d00acd
-- tenantry:section table:public.settings 05978f45fd9e5952
-- tenantry:section table:public.users f3626d56a515d231
-- tenantry:section table:public.board_columns 8c0fe7a1c47dea24
-- tenantry:section table:public.personal_tasks 4b97e76859a6db9a
-- tenantry:section table:public.tasks 3002787c7f5daa6c
-- tenantry:section table:public.vault_items ba52d543d30b204d
-- tenantry:section table:public.vault_keys f5e77f154da0f20e
-- tenantry:section number:marks 39e206852bdb7465
-- tenantry:section number:public.invoices feca52187d7f1f41
-- tenantry:section references:public.assets_cloudflare 34f82cc397adf6d2
-- tenantry:section references:public.assets_domains 43c224f309b7ed0b
-- tenantry:section references:public.assets_github 2eaba7e3f52358d4
-- tenantry:section references:public.assets_hosting 67c6e3ced9549c09
-- tenantry:section references:public.assets_social ab3b76e175f3874f
-- tenantry:section references:public.assets_subscriptions 806b0972177f23f5
-- tenantry:section references:public.clients 5d27643dc5ecb2ce
-- tenantry:section references:public.content_items c7ff5b44b9e1920d
-- tenantry:section references:public.projects 666e19f7a4fb70c1
-- tenantry:section references:public.billing_invoices 5dd1c65abdb18467
-- tenantry:section references:public.business_billing 754afa37d98de67b
-- tenantry:section references:public.checkout_intents 90e6e908e1ff6cdb
-- tenantry:section references:public.subscription_items 8cdc17f8b3970700
-- tenantry:section references:public.subscriptions 3c1f24dc2cd5ab1d
-- tenantry:section references:public.invoices 2343b02c4cd7093c
-- tenantry:section references:public.transactions c2d0ade001153029
-- tenantry:section references:public.memberships 2ad0ad6e530841a8
-- tenantry:section references:public.settings 6ad6dd1d78fc71a3
-- tenantry:section references:public.board_columns 108d754c3c58e2f3
-- tenantry:section references:public.personal_tasks 8887f22d299f5cf0
-- tenantry:section references:public.tasks 0757c94897f2a95d
-- tenantry:section references:public.vault_items 9d1c5bbb2d6f79b6
-- tenantry:section references:public.vault_keys 889cf8d45a2a1888

set local lock_timeout = '5s';
--> statement-breakpoint
-- rights on schemas and sequences
grant usage on schema "public" to "app", "system";
--> statement-breakpoint
-- table assets_cloudflare: row security, policies, rights, trigger
alter table "public"."assets_cloudflare" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "assets_cloudflare_tenant_isolation" on "public"."assets_cloudflare";
  create policy "assets_cloudflare_tenant_isolation" on "public"."assets_cloudflare" as permissive for all to "app"
    using ("assets_cloudflare"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_cloudflare"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_cloudflare_tenant_floor" on "public"."assets_cloudflare";
  create policy "assets_cloudflare_tenant_floor" on "public"."assets_cloudflare" as restrictive for all to "app", current_user
    using ("assets_cloudflare"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_cloudflare"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_cloudflare_system_access" on "public"."assets_cloudflare";
  create policy "assets_cloudflare_system_access" on "public"."assets_cloudflare" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."assets_cloudflare" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."assets_cloudflare" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."assets_cloudflare"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "notes", "domain_id", "account_email", "zone_name", "zone_id", "plan") on table "public"."assets_cloudflare" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."assets_cloudflare" to "system";
--> statement-breakpoint
-- table assets_domains: row security, policies, rights, trigger
alter table "public"."assets_domains" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "assets_domains_tenant_isolation" on "public"."assets_domains";
  create policy "assets_domains_tenant_isolation" on "public"."assets_domains" as permissive for all to "app"
    using ("assets_domains"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_domains"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_domains_tenant_floor" on "public"."assets_domains";
  create policy "assets_domains_tenant_floor" on "public"."assets_domains" as restrictive for all to "app", current_user
    using ("assets_domains"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_domains"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_domains_system_access" on "public"."assets_domains";
  create policy "assets_domains_system_access" on "public"."assets_domains" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."assets_domains" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."assets_domains" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."assets_domains"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "notes", "name", "registrar", "dns_provider", "expiry_date", "auto_renew", "currency", "yearly_cost", "hosting_id") on table "public"."assets_domains" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."assets_domains" to "system";
--> statement-breakpoint
-- table assets_github: row security, policies, rights, trigger
alter table "public"."assets_github" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "assets_github_tenant_isolation" on "public"."assets_github";
  create policy "assets_github_tenant_isolation" on "public"."assets_github" as permissive for all to "app"
    using ("assets_github"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_github"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_github_tenant_floor" on "public"."assets_github";
  create policy "assets_github_tenant_floor" on "public"."assets_github" as restrictive for all to "app", current_user
    using ("assets_github"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_github"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_github_system_access" on "public"."assets_github";
  create policy "assets_github_system_access" on "public"."assets_github" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."assets_github" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."assets_github" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."assets_github"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "notes", "project_id", "owner", "repository", "visibility", "default_branch") on table "public"."assets_github" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."assets_github" to "system";
--> statement-breakpoint
-- table assets_hosting: row security, policies, rights, trigger
alter table "public"."assets_hosting" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "assets_hosting_tenant_isolation" on "public"."assets_hosting";
  create policy "assets_hosting_tenant_isolation" on "public"."assets_hosting" as permissive for all to "app"
    using ("assets_hosting"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_hosting"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_hosting_tenant_floor" on "public"."assets_hosting";
  create policy "assets_hosting_tenant_floor" on "public"."assets_hosting" as restrictive for all to "app", current_user
    using ("assets_hosting"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_hosting"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_hosting_system_access" on "public"."assets_hosting";
  create policy "assets_hosting_system_access" on "public"."assets_hosting" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."assets_hosting" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."assets_hosting" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."assets_hosting"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "notes", "name", "provider", "ip_address", "region", "currency", "monthly_cost", "vault_item_id") on table "public"."assets_hosting" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."assets_hosting" to "system";
--> statement-breakpoint
-- table assets_social: row security, policies, rights, trigger
alter table "public"."assets_social" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "assets_social_tenant_isolation" on "public"."assets_social";
  create policy "assets_social_tenant_isolation" on "public"."assets_social" as permissive for all to "app"
    using ("assets_social"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_social"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_social_tenant_floor" on "public"."assets_social";
  create policy "assets_social_tenant_floor" on "public"."assets_social" as restrictive for all to "app", current_user
    using ("assets_social"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_social"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_social_system_access" on "public"."assets_social";
  create policy "assets_social_system_access" on "public"."assets_social" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."assets_social" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."assets_social" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."assets_social"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "notes", "platform", "handle", "url", "vault_item_id") on table "public"."assets_social" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."assets_social" to "system";
--> statement-breakpoint
-- table assets_subscriptions: row security, policies, rights, trigger
alter table "public"."assets_subscriptions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "assets_subscriptions_tenant_isolation" on "public"."assets_subscriptions";
  create policy "assets_subscriptions_tenant_isolation" on "public"."assets_subscriptions" as permissive for all to "app"
    using ("assets_subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_subscriptions_tenant_floor" on "public"."assets_subscriptions";
  create policy "assets_subscriptions_tenant_floor" on "public"."assets_subscriptions" as restrictive for all to "app", current_user
    using ("assets_subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("assets_subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "assets_subscriptions_system_access" on "public"."assets_subscriptions";
  create policy "assets_subscriptions_system_access" on "public"."assets_subscriptions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."assets_subscriptions" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."assets_subscriptions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."assets_subscriptions"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "notes", "name", "vendor", "status", "billing_cycle", "currency", "cost", "renews_on") on table "public"."assets_subscriptions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."assets_subscriptions" to "system";
--> statement-breakpoint
-- table clients: row security, policies, rights, trigger
alter table "public"."clients" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "clients_tenant_isolation" on "public"."clients";
  create policy "clients_tenant_isolation" on "public"."clients" as permissive for all to "app"
    using ("clients"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("clients"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "clients_tenant_floor" on "public"."clients";
  create policy "clients_tenant_floor" on "public"."clients" as restrictive for all to "app", current_user
    using ("clients"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("clients"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "clients_system_access" on "public"."clients";
  create policy "clients_system_access" on "public"."clients" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."clients" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."clients" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."clients"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "name", "email", "phone", "company", "status", "notes") on table "public"."clients" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."clients" to "system";
--> statement-breakpoint
-- table content_items: row security, policies, rights, trigger
alter table "public"."content_items" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "content_items_tenant_isolation" on "public"."content_items";
  create policy "content_items_tenant_isolation" on "public"."content_items" as permissive for all to "app"
    using ("content_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("content_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "content_items_tenant_floor" on "public"."content_items";
  create policy "content_items_tenant_floor" on "public"."content_items" as restrictive for all to "app", current_user
    using ("content_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("content_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "content_items_system_access" on "public"."content_items";
  create policy "content_items_system_access" on "public"."content_items" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."content_items" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."content_items" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."content_items"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "project_id", "title", "type", "channel", "status", "scheduled_for", "url", "notes") on table "public"."content_items" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."content_items" to "system";
--> statement-breakpoint
-- table projects: row security, policies, rights, trigger
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "projects_tenant_isolation" on "public"."projects";
  create policy "projects_tenant_isolation" on "public"."projects" as permissive for all to "app"
    using ("projects"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("projects"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "projects_tenant_floor" on "public"."projects";
  create policy "projects_tenant_floor" on "public"."projects" as restrictive for all to "app", current_user
    using ("projects"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("projects"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "projects_system_access" on "public"."projects";
  create policy "projects_system_access" on "public"."projects" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."projects" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."projects" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."projects"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "name", "type", "status", "currency", "budget", "advance_received", "deadline", "github_url", "notes") on table "public"."projects" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."projects" to "system";
--> statement-breakpoint
-- table audit_logs: row security, policies, rights, trigger
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "audit_logs_tenant_isolation" on "public"."audit_logs";
  create policy "audit_logs_tenant_isolation" on "public"."audit_logs" as permissive for all to "app"
    using ("audit_logs"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("audit_logs"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "audit_logs_tenant_floor" on "public"."audit_logs";
  create policy "audit_logs_tenant_floor" on "public"."audit_logs" as restrictive for all to "app", current_user
    using ("audit_logs"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("audit_logs"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "audit_logs_system_access" on "public"."audit_logs";
  create policy "audit_logs_system_access" on "public"."audit_logs" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."audit_logs" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."audit_logs" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."audit_logs"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select on table "public"."audit_logs" to "app";
--> statement-breakpoint
grant select on table "public"."audit_logs" to "system";
--> statement-breakpoint
-- table billing_invoices: row security, policies, rights, trigger
alter table "public"."billing_invoices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "billing_invoices_tenant_isolation" on "public"."billing_invoices";
  create policy "billing_invoices_tenant_isolation" on "public"."billing_invoices" as permissive for all to "app"
    using ("billing_invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("billing_invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "billing_invoices_tenant_floor" on "public"."billing_invoices";
  create policy "billing_invoices_tenant_floor" on "public"."billing_invoices" as restrictive for all to "app", current_user
    using ("billing_invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("billing_invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "billing_invoices_system_access" on "public"."billing_invoices";
  create policy "billing_invoices_system_access" on "public"."billing_invoices" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."billing_invoices" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."billing_invoices" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."billing_invoices"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select on table "public"."billing_invoices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."billing_invoices" to "system";
--> statement-breakpoint
-- table business_billing: row security, policies, rights, trigger
alter table "public"."business_billing" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "business_billing_tenant_isolation" on "public"."business_billing";
  create policy "business_billing_tenant_isolation" on "public"."business_billing" as permissive for all to "app"
    using ("business_billing"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("business_billing"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "business_billing_tenant_floor" on "public"."business_billing";
  create policy "business_billing_tenant_floor" on "public"."business_billing" as restrictive for all to "app", current_user
    using ("business_billing"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("business_billing"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "business_billing_system_access" on "public"."business_billing";
  create policy "business_billing_system_access" on "public"."business_billing" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."business_billing" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."business_billing" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."business_billing"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select on table "public"."business_billing" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."business_billing" to "system";
--> statement-breakpoint
-- table checkout_intents: row security, policies, rights, trigger
alter table "public"."checkout_intents" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "checkout_intents_tenant_isolation" on "public"."checkout_intents";
  create policy "checkout_intents_tenant_isolation" on "public"."checkout_intents" as permissive for all to "app"
    using ("checkout_intents"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("checkout_intents"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "checkout_intents_tenant_floor" on "public"."checkout_intents";
  create policy "checkout_intents_tenant_floor" on "public"."checkout_intents" as restrictive for all to "app", current_user
    using ("checkout_intents"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("checkout_intents"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "checkout_intents_system_access" on "public"."checkout_intents";
  create policy "checkout_intents_system_access" on "public"."checkout_intents" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."checkout_intents" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."checkout_intents" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."checkout_intents"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select on table "public"."checkout_intents" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."checkout_intents" to "system";
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
    using ("subscription_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("subscription_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "subscription_items_tenant_floor" on "public"."subscription_items";
  create policy "subscription_items_tenant_floor" on "public"."subscription_items" as restrictive for all to "app", current_user
    using ("subscription_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("subscription_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "subscription_items_system_access" on "public"."subscription_items";
  create policy "subscription_items_system_access" on "public"."subscription_items" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."subscription_items" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."subscription_items" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."subscription_items"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
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
    using ("subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "subscriptions_tenant_floor" on "public"."subscriptions";
  create policy "subscriptions_tenant_floor" on "public"."subscriptions" as restrictive for all to "app", current_user
    using ("subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("subscriptions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "subscriptions_system_access" on "public"."subscriptions";
  create policy "subscriptions_system_access" on "public"."subscriptions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."subscriptions" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."subscriptions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."subscriptions"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
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
    using ("usage_counters"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("usage_counters"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "usage_counters_tenant_floor" on "public"."usage_counters";
  create policy "usage_counters_tenant_floor" on "public"."usage_counters" as restrictive for all to "app", current_user
    using ("usage_counters"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("usage_counters"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "usage_counters_system_access" on "public"."usage_counters";
  create policy "usage_counters_system_access" on "public"."usage_counters" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."usage_counters" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."usage_counters" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."usage_counters"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
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
    using ("usage_events"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("usage_events"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "usage_events_tenant_floor" on "public"."usage_events";
  create policy "usage_events_tenant_floor" on "public"."usage_events" as restrictive for all to "app", current_user
    using ("usage_events"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("usage_events"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "usage_events_system_access" on "public"."usage_events";
  create policy "usage_events_system_access" on "public"."usage_events" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."usage_events" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."usage_events" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."usage_events"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select on table "public"."usage_events" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."usage_events" to "system";
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
-- table invoices: row security, policies, rights, trigger
alter table "public"."invoices" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "invoices_tenant_isolation" on "public"."invoices";
  create policy "invoices_tenant_isolation" on "public"."invoices" as permissive for all to "app"
    using ("invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "invoices_tenant_floor" on "public"."invoices";
  create policy "invoices_tenant_floor" on "public"."invoices" as restrictive for all to "app", current_user
    using ("invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("invoices"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "invoices_system_access" on "public"."invoices";
  create policy "invoices_system_access" on "public"."invoices" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "invoices_may_delete" on "public"."invoices";
  create policy "invoices_may_delete" on "public"."invoices" as restrictive for delete to "app"
    using ("invoices"."status" = 'draft');
end
$tenantry$;
--> statement-breakpoint
alter table "public"."invoices" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."invoices" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id", "number", "number_sequence", "number_period", "issue_date" on "public"."invoices"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id", old."number", old."number_sequence", old."number_period", old."issue_date"), row(new."business_id", new."id", new."number", new."number_sequence", new."number_period", new."issue_date")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id', 'read only', 'number', 'read only', 'number_sequence', 'read only', 'number_period', 'read only', 'issue_date');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "project_id", "number", "number_period", "number_sequence", "status", "bill_to", "issue_date", "due_date", "currency", "line_items", "subtotal", "tax_rate", "tax_amount", "total", "notes") on table "public"."invoices" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."invoices" to "system";
--> statement-breakpoint
-- table transactions: row security, policies, rights, trigger
alter table "public"."transactions" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "transactions_tenant_isolation" on "public"."transactions";
  create policy "transactions_tenant_isolation" on "public"."transactions" as permissive for all to "app"
    using ("transactions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("transactions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "transactions_tenant_floor" on "public"."transactions";
  create policy "transactions_tenant_floor" on "public"."transactions" as restrictive for all to "app", current_user
    using ("transactions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("transactions"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "transactions_system_access" on "public"."transactions";
  create policy "transactions_system_access" on "public"."transactions" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."transactions" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."transactions" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."transactions"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "project_id", "invoice_id", "kind", "currency", "amount", "happened_on", "category", "description") on table "public"."transactions" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."transactions" to "system";
--> statement-breakpoint
-- table businesses: row security, policies, rights, trigger
alter table "public"."businesses" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "businesses_tenant_isolation" on "public"."businesses";
  create policy "businesses_tenant_isolation" on "public"."businesses" as permissive for all to "app"
    using ("businesses"."id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("businesses"."id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "businesses_tenant_floor" on "public"."businesses";
  create policy "businesses_tenant_floor" on "public"."businesses" as restrictive for all to "app", current_user
    using ("businesses"."id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("businesses"."id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "businesses_system_access" on "public"."businesses";
  create policy "businesses_system_access" on "public"."businesses" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."businesses" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "id", "plan", "plan_anchor", "plan_time_zone", "plan_period_end", "trial_plan", "trial_ends_at", "plan_read_only", "plan_source", "plan_version" on "public"."businesses"
  for each row when (pg_catalog.record_image_ne(row(old."id", old."plan", old."plan_anchor", old."plan_time_zone", old."plan_period_end", old."trial_plan", old."trial_ends_at", old."plan_read_only", old."plan_source", old."plan_version"), row(new."id", new."plan", new."plan_anchor", new."plan_time_zone", new."plan_period_end", new."trial_plan", new."trial_ends_at", new."plan_read_only", new."plan_source", new."plan_version")))
  execute function tenantry.refuse_column_change('tenant', 'id', 'read only', 'plan', 'read only', 'plan_anchor', 'read only', 'plan_time_zone', 'read only', 'plan_period_end', 'read only', 'trial_plan', 'read only', 'trial_ends_at', 'read only', 'plan_read_only', 'read only', 'plan_source', 'read only', 'plan_version');
--> statement-breakpoint
grant select, update ("id", "name", "slug", "plan", "plan_anchor", "plan_time_zone", "plan_period_end", "trial_plan", "trial_ends_at", "plan_read_only", "plan_source", "plan_version", "created_at", "updated_at") on table "public"."businesses" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."businesses" to "system";
--> statement-breakpoint
-- table logins: row security, policies, rights, trigger
alter table "public"."logins" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "logins_system_access" on "public"."logins";
  create policy "logins_system_access" on "public"."logins" as permissive for all to "system", current_user
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
revoke all on table "public"."logins" from public, "app", "system";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."logins" to "system";
--> statement-breakpoint
-- table memberships: row security, policies, rights, trigger
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "memberships_tenant_isolation" on "public"."memberships";
  create policy "memberships_tenant_isolation" on "public"."memberships" as permissive for all to "app"
    using ("memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "memberships_tenant_floor" on "public"."memberships";
  create policy "memberships_tenant_floor" on "public"."memberships" as restrictive for all to "app", current_user
    using ("memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "memberships_system_access" on "public"."memberships";
  create policy "memberships_system_access" on "public"."memberships" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."memberships" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."memberships" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."memberships"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select on table "public"."memberships" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."memberships" to "system";
--> statement-breakpoint
-- table settings: row security, policies, rights, trigger
alter table "public"."settings" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "settings_tenant_isolation" on "public"."settings";
  create policy "settings_tenant_isolation" on "public"."settings" as permissive for all to "app"
    using ("settings"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("settings"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "settings_tenant_floor" on "public"."settings";
  create policy "settings_tenant_floor" on "public"."settings" as restrictive for all to "app", current_user
    using ("settings"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("settings"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "settings_system_access" on "public"."settings";
  create policy "settings_system_access" on "public"."settings" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."settings" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."settings" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id" on "public"."settings"
  for each row when (pg_catalog.record_image_ne(row(old."business_id"), row(new."business_id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "currency", "tax_rate", "payment_days", "time_zone", "invoice_notes", "created_at", "updated_at") on table "public"."settings" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."settings" to "system";
--> statement-breakpoint
-- table users: row security, policies, rights, trigger
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "users_tenant_isolation" on "public"."users";
  create policy "users_tenant_isolation" on "public"."users" as permissive for select to "app"
    using (exists (select from "memberships" where "memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) and "memberships"."user_id" = "users"."id"));
  drop policy if exists "users_tenant_floor" on "public"."users";
  create policy "users_tenant_floor" on "public"."users" as restrictive for all to "app", current_user
    using (exists (select from "memberships" where "memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) and "memberships"."user_id" = "users"."id"))
    with check (exists (select from "memberships" where "memberships"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) and "memberships"."user_id" = "users"."id"));
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
-- table board_columns: row security, policies, rights, trigger
alter table "public"."board_columns" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "board_columns_tenant_isolation" on "public"."board_columns";
  create policy "board_columns_tenant_isolation" on "public"."board_columns" as permissive for all to "app"
    using ("board_columns"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("board_columns"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "board_columns_tenant_floor" on "public"."board_columns";
  create policy "board_columns_tenant_floor" on "public"."board_columns" as restrictive for all to "app", current_user
    using ("board_columns"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("board_columns"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "board_columns_system_access" on "public"."board_columns";
  create policy "board_columns_system_access" on "public"."board_columns" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."board_columns" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."board_columns" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."board_columns"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "project_id", "name", "status", "position") on table "public"."board_columns" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."board_columns" to "system";
--> statement-breakpoint
-- table personal_tasks: row security, policies, rights, trigger
alter table "public"."personal_tasks" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "personal_tasks_tenant_isolation" on "public"."personal_tasks";
  create policy "personal_tasks_tenant_isolation" on "public"."personal_tasks" as permissive for all to "app"
    using ("personal_tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("personal_tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "personal_tasks_tenant_floor" on "public"."personal_tasks";
  create policy "personal_tasks_tenant_floor" on "public"."personal_tasks" as restrictive for all to "app", current_user
    using ("personal_tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("personal_tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "personal_tasks_system_access" on "public"."personal_tasks";
  create policy "personal_tasks_system_access" on "public"."personal_tasks" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "personal_tasks_may_select" on "public"."personal_tasks";
  create policy "personal_tasks_may_select" on "public"."personal_tasks" as restrictive for select to "app"
    using ("personal_tasks"."user_id" = (select tenantry.current_actor() ->> 'user'));
  drop policy if exists "personal_tasks_may_insert" on "public"."personal_tasks";
  create policy "personal_tasks_may_insert" on "public"."personal_tasks" as restrictive for insert to "app"
    with check ("personal_tasks"."user_id" = (select tenantry.current_actor() ->> 'user'));
  drop policy if exists "personal_tasks_may_update" on "public"."personal_tasks";
  create policy "personal_tasks_may_update" on "public"."personal_tasks" as restrictive for update to "app"
    using ("personal_tasks"."user_id" = (select tenantry.current_actor() ->> 'user'))
    with check ("personal_tasks"."user_id" = (select tenantry.current_actor() ->> 'user'));
  drop policy if exists "personal_tasks_may_delete" on "public"."personal_tasks";
  create policy "personal_tasks_may_delete" on "public"."personal_tasks" as restrictive for delete to "app"
    using ("personal_tasks"."user_id" = (select tenantry.current_actor() ->> 'user'));
end
$tenantry$;
--> statement-breakpoint
alter table "public"."personal_tasks" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."personal_tasks" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."personal_tasks"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "user_id", "title", "completed", "is_today", "category", "priority") on table "public"."personal_tasks" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."personal_tasks" to "system";
--> statement-breakpoint
-- table tasks: row security, policies, rights, trigger
alter table "public"."tasks" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "tasks_tenant_isolation" on "public"."tasks";
  create policy "tasks_tenant_isolation" on "public"."tasks" as permissive for all to "app"
    using ("tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "tasks_tenant_floor" on "public"."tasks";
  create policy "tasks_tenant_floor" on "public"."tasks" as restrictive for all to "app", current_user
    using ("tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("tasks"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "tasks_system_access" on "public"."tasks";
  create policy "tasks_system_access" on "public"."tasks" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."tasks" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."tasks" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."tasks"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "project_id", "column_id", "title", "priority", "due_on", "position", "notes") on table "public"."tasks" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."tasks" to "system";
--> statement-breakpoint
-- table vault_items: row security, policies, rights, trigger
alter table "public"."vault_items" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "vault_items_tenant_isolation" on "public"."vault_items";
  create policy "vault_items_tenant_isolation" on "public"."vault_items" as permissive for all to "app"
    using ("vault_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("vault_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "vault_items_tenant_floor" on "public"."vault_items";
  create policy "vault_items_tenant_floor" on "public"."vault_items" as restrictive for all to "app", current_user
    using ("vault_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("vault_items"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "vault_items_system_access" on "public"."vault_items";
  create policy "vault_items_system_access" on "public"."vault_items" as permissive for all to "system"
    using (true)
    with check (true);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."vault_items" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."vault_items" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "id" on "public"."vault_items"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."id"), row(new."business_id", new."id")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'id');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "id", "created_at", "updated_at", "client_id", "project_id", "name", "category", "encrypted_value", "key_version", "notes", "url") on table "public"."vault_items" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."vault_items" to "system";
--> statement-breakpoint
-- table vault_keys: row security, policies, rights, trigger
alter table "public"."vault_keys" enable row level security, force row level security;
--> statement-breakpoint
do $tenantry$
begin
  drop policy if exists "vault_keys_tenant_isolation" on "public"."vault_keys";
  create policy "vault_keys_tenant_isolation" on "public"."vault_keys" as permissive for all to "app"
    using ("vault_keys"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("vault_keys"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "vault_keys_tenant_floor" on "public"."vault_keys";
  create policy "vault_keys_tenant_floor" on "public"."vault_keys" as restrictive for all to "app", current_user
    using ("vault_keys"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())))
    with check ("vault_keys"."business_id" = (select coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())));
  drop policy if exists "vault_keys_system_access" on "public"."vault_keys";
  create policy "vault_keys_system_access" on "public"."vault_keys" as permissive for all to "system"
    using (true)
    with check (true);
  drop policy if exists "vault_keys_may_delete" on "public"."vault_keys";
  create policy "vault_keys_may_delete" on "public"."vault_keys" as restrictive for delete to "app"
    using (false);
end
$tenantry$;
--> statement-breakpoint
alter table "public"."vault_keys" alter column "business_id" set default (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant()));
--> statement-breakpoint
revoke all on table "public"."vault_keys" from public, "app", "system";
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_column_change" before update of "business_id", "version" on "public"."vault_keys"
  for each row when (pg_catalog.record_image_ne(row(old."business_id", old."version"), row(new."business_id", new."version")))
  execute function tenantry.refuse_column_change('tenant', 'business_id', 'key', 'version');
--> statement-breakpoint
grant select, insert, delete, update ("business_id", "version", "wrapped_key", "wrapped_by", "created_at", "updated_at") on table "public"."vault_keys" to "app";
--> statement-breakpoint
grant select, insert, update, delete on table "public"."vault_keys" to "system";
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
create or replace trigger tenantry_forget_numbers after delete on "public"."businesses"
  referencing old table as gone for each statement execute function tenantry.forget_numbers();
--> statement-breakpoint
-- number: invoices
do $tenantry$
declare
  forced constant boolean := (select relforcerowsecurity from pg_class where oid = '"public"."invoices"'::regclass);
  -- also those that are ENABLE ALWAYS, and those of partitions
  silenced constant pg_trigger[] := array(select t from pg_trigger t
    where not tgisinternal and tgenabled <> 'D' and tgtype & 16 > 0 and tgrelid in (
      with recursive tree as (
        select '"public"."invoices"'::regclass::oid as part union all select inhrelid from pg_inherits join tree on inhparent = part
      ) select part from tree));
  each pg_trigger;
begin
  lock table "public"."invoices" in share row exclusive mode;
  -- an owner whom the forced policies bind would see no row
  if forced then execute format('alter table %s no force row level security', '"public"."invoices"'); end if;
  if exists (select from "public"."invoices" where "number" is null or "number" = '' or "number_sequence" = 0) then
    foreach each in array silenced loop
      execute format('alter table only %s disable trigger %I', each.tgrelid::regclass, each.tgname);
    end loop;
    update "public"."invoices" t set "number_sequence" = (regexp_match(t."number", E'^(\\d{4})\\-(\\d{4}|[1-9]\\d{4,8})$'))[2]::integer, "number_period" = (regexp_match(t."number", E'^(\\d{4})\\-(\\d{4}|[1-9]\\d{4,8})$'))[1]::integer where t."number" ~ E'^(\\d{4})\\-(\\d{4}|[1-9]\\d{4,8})$' and coalesce(t."number_sequence", 0) = 0;
    with missing as (
      select place, part, "business_id", "number_period", row_number() over (partition by "business_id", "number_period" order by "created_at", "id", part, place) as n
      from (select ctid as place, tableoid as part, "business_id", "created_at", "id", extract(year from "issue_date")::integer as "number_period"
        from "public"."invoices" where "number" is null or "number" = '') t
    ), highest as (
      select "business_id", "number_period", max("number_sequence") as last from "public"."invoices" where "number_sequence" > 0 group by "business_id", "number_period"
    )
    update "public"."invoices" t set "number" = lpad((m."number_period")::text, greatest(4, length((m."number_period")::text)), '0') || '-' || lpad((coalesce(h.last, 0) + m.n)::text, greatest(4, length((coalesce(h.last, 0) + m.n)::text)), '0'), "number_sequence" = coalesce(h.last, 0) + m.n, "number_period" = m."number_period"
    from missing m left join highest h on h."business_id" = m."business_id" and h."number_period" = m."number_period"
    where t.ctid = m.place and t.tableoid = m.part;
    foreach each in array silenced loop
      execute format('alter table only %s enable %s trigger %I', each.tgrelid::regclass,
        case each.tgenabled when 'A' then 'always' when 'R' then 'replica' end, each.tgname);
    end loop;
  end if;
  if forced then execute format('alter table %s force row level security', '"public"."invoices"'); end if;
end
$tenantry$;
--> statement-breakpoint
create unique index if not exists "invoices_number_number_d687dab3" on "public"."invoices" ("business_id", "number");
--> statement-breakpoint
create unique index if not exists "invoices_number_sequence_c396b2a6" on "public"."invoices" ("business_id", "number_period", "number_sequence") where "number_sequence" > 0;
--> statement-breakpoint
create or replace function tenantry.number_public_invoices__number() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $tenantry$
declare parts text[];
begin
  if new."number" <> '' then
    parts := regexp_match(new."number", E'^(\\d{4})\\-(\\d{4}|[1-9]\\d{4,8})$');
    new."number_sequence" := coalesce(parts[2]::integer, 0);
    new."number_period" := coalesce(parts[1]::integer, 0);
    perform pg_advisory_xact_lock(hashtextextended(new."business_id"::text || '"public"."invoices"."number"' || row(new."number_period")::text, 0));
    return new;
  end if;
  -- what gets the lock at once is no query of its own
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') or not pg_try_advisory_xact_lock(hashtextextended(new."business_id"::text || '"public"."invoices"."number"' || row(extract(year from new."issue_date")::integer)::text, 0)) then
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
      raise exception 'NUMBER_ISOLATION_REFUSED: a number of % in a transaction at %', tg_table_name, upper(current_setting('transaction_isolation'))
        using errcode = 'TN001';
    end if;
    perform pg_advisory_xact_lock(hashtextextended(new."business_id"::text || '"public"."invoices"."number"' || row(extract(year from new."issue_date")::integer)::text, 0));
  end if;
  select p.period, s.next, lpad((p.period)::text, greatest(4, length((p.period)::text)), '0') || '-' || lpad((s.next)::text, greatest(4, length((s.next)::text)), '0')
  into new."number_period", new."number_sequence", new."number"
  from (select extract(year from new."issue_date")::integer as period) p cross join lateral (select 1 + greatest(0,
    (select t."number_sequence" from "public"."invoices" t where t."business_id" = new."business_id" and t."number_period" = p.period and t."number_sequence" > 0 order by t."number_sequence" desc limit 1),
    (select m.last_number from tenantry.number_marks m
      where m.tenant_id = new."business_id"::text and m.series = '"public"."invoices"."number"' || row(p.period)::text)) as next
    offset 0) s; -- else it would be looked up for each place that names it
  return new;
end
$tenantry$;
--> statement-breakpoint
create or replace function tenantry.keep_number_public_invoices__number() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $tenantry$
begin
  insert into tenantry.number_marks as m (tenant_id, series, last_number)
    select g."business_id"::text, '"public"."invoices"."number"' || row(g."number_period")::text, g.last
    from (select "business_id", "number_period", max("number_sequence") as last from gone where "number_sequence" > 0 group by "business_id", "number_period") g
    where not exists (select from "public"."invoices" t where t."business_id" = g."business_id" and t."number_period" = g."number_period" and t."number_sequence" > g.last) and exists (select from "public"."businesses" o where o."id" = g."business_id")
    order by 1, 2
    on conflict (tenant_id, series) do update set last_number = greatest(m.last_number, excluded.last_number);
  return null;
end
$tenantry$;
--> statement-breakpoint
grant create on schema tenantry to "system";
--> statement-breakpoint
alter function tenantry.number_public_invoices__number() owner to "system";
--> statement-breakpoint
alter function tenantry.keep_number_public_invoices__number() owner to "system";
--> statement-breakpoint
revoke create on schema tenantry from "system";
--> statement-breakpoint
revoke all on function tenantry.number_public_invoices__number(), tenantry.keep_number_public_invoices__number() from public;
--> statement-breakpoint
create or replace trigger "0_tenantry_refuse_number" before insert on "public"."invoices"
  for each row when (new."number" <> '') execute function tenantry.refuse_number('number');
--> statement-breakpoint
create or replace trigger "zz_tenantry_number_number" before insert on "public"."invoices"
  for each row execute function tenantry.number_public_invoices__number();
--> statement-breakpoint
create or replace trigger "zz_tenantry_keep_number" after delete on "public"."invoices"
  referencing old table as gone for each statement execute function tenantry.keep_number_public_invoices__number();
--> statement-breakpoint
-- references of assets_cloudflare: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."assets_cloudflare"', 'assets_cloudflare_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 4d33628c260008ad');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_cloudflare"', 'assets_cloudflare_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 3f31d1a9b33d363d');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_cloudflare"', 'assets_cloudflare_domain_id_fk',
  'foreign key ("business_id", "domain_id") references "public"."assets_domains" ("business_id", "id") on delete set null ("domain_id")', 'tenantry 0827c5deaa64096c');
--> statement-breakpoint
-- references of assets_domains: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."assets_domains"', 'assets_domains_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 945de71a2971fa03');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_domains"', 'assets_domains_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 87416808d3f68395');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_domains"', 'assets_domains_hosting_id_fk',
  'foreign key ("business_id", "hosting_id") references "public"."assets_hosting" ("business_id", "id") on delete set null ("hosting_id")', 'tenantry 44da6f73b9a34cb3');
--> statement-breakpoint
-- references of assets_github: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."assets_github"', 'assets_github_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 3b11792972044e96');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_github"', 'assets_github_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 1b4966aa77a57e24');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_github"', 'assets_github_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete set null ("project_id")', 'tenantry ec47b9cee4f61210');
--> statement-breakpoint
-- references of assets_hosting: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."assets_hosting"', 'assets_hosting_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 8f0224075ffe11a9');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_hosting"', 'assets_hosting_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 5c42f2a8690c460e');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_hosting"', 'assets_hosting_vault_item_id_fk',
  'foreign key ("business_id", "vault_item_id") references "public"."vault_items" ("business_id", "id") on delete set null ("vault_item_id")', 'tenantry cd9210c62f917db7');
--> statement-breakpoint
-- references of assets_social: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."assets_social"', 'assets_social_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry a63ecfd38a135188');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_social"', 'assets_social_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 92b7101cf518d6bf');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_social"', 'assets_social_vault_item_id_fk',
  'foreign key ("business_id", "vault_item_id") references "public"."vault_items" ("business_id", "id") on delete set null ("vault_item_id")', 'tenantry 9e706421384ce1ed');
--> statement-breakpoint
-- references of assets_subscriptions: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."assets_subscriptions"', 'assets_subscriptions_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 8c80e08d6f6cc737');
--> statement-breakpoint
select tenantry.keep_reference('"public"."assets_subscriptions"', 'assets_subscriptions_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry cde95563f1ed056c');
--> statement-breakpoint
-- references of clients: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."clients"', 'clients_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry eed6d749a823909e');
--> statement-breakpoint
-- references of content_items: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."content_items"', 'content_items_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 26c4a9e7fc2e96fd');
--> statement-breakpoint
select tenantry.keep_reference('"public"."content_items"', 'content_items_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 2e590394ef884742');
--> statement-breakpoint
select tenantry.keep_reference('"public"."content_items"', 'content_items_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete set null ("project_id")', 'tenantry 81b1a83b7e29c85e');
--> statement-breakpoint
-- references of projects: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."projects"', 'projects_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 68861d441b6b8e0f');
--> statement-breakpoint
select tenantry.keep_reference('"public"."projects"', 'projects_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 57be43ea592b995a');
--> statement-breakpoint
-- references of billing_invoices: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."billing_invoices"', 'billing_invoices_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 85217920f1cf6661');
--> statement-breakpoint
-- references of business_billing: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."business_billing"', 'business_billing_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry ec8349e820445310');
--> statement-breakpoint
-- references of checkout_intents: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."checkout_intents"', 'checkout_intents_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 703e04b34a489b3d');
--> statement-breakpoint
-- references of subscription_items: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."subscription_items"', 'subscription_items_subscription_id_fk',
  'foreign key ("business_id", "subscription_id") references "public"."subscriptions" ("business_id", "id") on delete cascade', 'tenantry dd49be92771bd329');
--> statement-breakpoint
-- references of subscriptions: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."subscriptions"', 'subscriptions_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 2a2b8ba5052d492b');
--> statement-breakpoint
-- references of invoices: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."invoices"', 'invoices_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 782ae31eda358167');
--> statement-breakpoint
select tenantry.keep_reference('"public"."invoices"', 'invoices_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry f7d3009fe23908fd');
--> statement-breakpoint
select tenantry.keep_reference('"public"."invoices"', 'invoices_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete set null ("project_id")', 'tenantry e860e49bb02041ca');
--> statement-breakpoint
-- references of transactions: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."transactions"', 'transactions_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 22233b2c123a6a8e');
--> statement-breakpoint
select tenantry.keep_reference('"public"."transactions"', 'transactions_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 4f490f35d4145c14');
--> statement-breakpoint
select tenantry.keep_reference('"public"."transactions"', 'transactions_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete set null ("project_id")', 'tenantry 483732c096aa2981');
--> statement-breakpoint
select tenantry.keep_reference('"public"."transactions"', 'transactions_invoice_id_fk',
  'foreign key ("business_id", "invoice_id") references "public"."invoices" ("business_id", "id") on delete restrict', 'tenantry 9a07f8379682481b');
--> statement-breakpoint
-- references of memberships: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."memberships"', 'memberships_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry fef0c8c7d68fad43');
--> statement-breakpoint
select tenantry.keep_reference('"public"."memberships"', 'memberships_user_id_fk',
  'foreign key ("user_id") references "public"."users" ("id") on delete cascade', 'tenantry 02bacf10bda9c223');
--> statement-breakpoint
-- references of settings: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."settings"', 'settings_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry bac4733193387e85');
--> statement-breakpoint
-- references of board_columns: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."board_columns"', 'board_columns_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 1fadba51d2beb6ac');
--> statement-breakpoint
select tenantry.keep_reference('"public"."board_columns"', 'board_columns_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete cascade', 'tenantry fae7b3e130b2439e');
--> statement-breakpoint
-- references of personal_tasks: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."personal_tasks"', 'personal_tasks_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry f71c64b4814e32df');
--> statement-breakpoint
select tenantry.keep_reference('"public"."personal_tasks"', 'personal_tasks_user_id_fk',
  'foreign key ("business_id", "user_id") references "public"."memberships" ("business_id", "user_id") on delete cascade', 'tenantry 080991740e9343c0');
--> statement-breakpoint
-- references of tasks: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."tasks"', 'tasks_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 1b062cff985dba2a');
--> statement-breakpoint
select tenantry.keep_reference('"public"."tasks"', 'tasks_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete cascade', 'tenantry 6223eff919bd00e4');
--> statement-breakpoint
select tenantry.keep_reference('"public"."tasks"', 'tasks_project_id_column_id_fk',
  'foreign key ("business_id", "project_id", "column_id") references "public"."board_columns" ("business_id", "project_id", "id") on delete no action', 'tenantry caa169da3dcd5f83');
--> statement-breakpoint
-- references of vault_items: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."vault_items"', 'vault_items_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry a877253007922313');
--> statement-breakpoint
select tenantry.keep_reference('"public"."vault_items"', 'vault_items_client_id_fk',
  'foreign key ("business_id", "client_id") references "public"."clients" ("business_id", "id") on delete set null ("client_id")', 'tenantry 9b1af709c3f2cb76');
--> statement-breakpoint
select tenantry.keep_reference('"public"."vault_items"', 'vault_items_project_id_fk',
  'foreign key ("business_id", "project_id") references "public"."projects" ("business_id", "id") on delete set null ("project_id")', 'tenantry e5567cd978d92875');
--> statement-breakpoint
select tenantry.keep_reference('"public"."vault_items"', 'vault_items_key_version_fk',
  'foreign key ("business_id", "key_version") references "public"."vault_keys" ("business_id", "version") on delete no action', 'tenantry eba845bd00448dd6');
--> statement-breakpoint
-- references of vault_keys: foreign keys that cannot cross tenants
select tenantry.keep_reference('"public"."vault_keys"', 'vault_keys_business_id_fk',
  'foreign key ("business_id") references "public"."businesses" ("id") on delete cascade', 'tenantry 1c2316c1b3f9593d');
