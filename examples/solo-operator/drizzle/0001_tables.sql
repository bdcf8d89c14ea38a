CREATE TABLE "assets_cloudflare" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"notes" text DEFAULT '' NOT NULL,
	"domain_id" text,
	"account_email" text NOT NULL,
	"zone_name" text NOT NULL,
	"zone_id" text DEFAULT '' NOT NULL,
	"plan" text DEFAULT 'free' NOT NULL,
	CONSTRAINT "assets_cloudflare_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "assets_cloudflare_plan_known" CHECK ("assets_cloudflare"."plan" in ('free', 'pro', 'business', 'enterprise'))
);
--> statement-breakpoint
alter table "public"."assets_cloudflare" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "assets_domains" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"notes" text DEFAULT '' NOT NULL,
	"name" text NOT NULL,
	"registrar" text NOT NULL,
	"dns_provider" text DEFAULT '' NOT NULL,
	"expiry_date" date NOT NULL,
	"auto_renew" boolean DEFAULT true NOT NULL,
	"currency" text NOT NULL,
	"yearly_cost" bigint DEFAULT 0 NOT NULL,
	"hosting_id" text,
	CONSTRAINT "assets_domains_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "assets_domains_name_key" UNIQUE("business_id","name"),
	CONSTRAINT "assets_domains_currency_form" CHECK ("assets_domains"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "assets_domains_cost_range" CHECK ("assets_domains"."yearly_cost" >= 0)
);
--> statement-breakpoint
alter table "public"."assets_domains" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "assets_github" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"notes" text DEFAULT '' NOT NULL,
	"project_id" text,
	"owner" text NOT NULL,
	"repository" text NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"default_branch" text DEFAULT 'main' NOT NULL,
	CONSTRAINT "assets_github_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "assets_github_repository_key" UNIQUE("business_id","owner","repository"),
	CONSTRAINT "assets_github_visibility_known" CHECK ("assets_github"."visibility" in ('public', 'private'))
);
--> statement-breakpoint
alter table "public"."assets_github" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "assets_hosting" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"notes" text DEFAULT '' NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"ip_address" "inet",
	"region" text DEFAULT '' NOT NULL,
	"currency" text NOT NULL,
	"monthly_cost" bigint DEFAULT 0 NOT NULL,
	"vault_item_id" text,
	CONSTRAINT "assets_hosting_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "assets_hosting_currency_form" CHECK ("assets_hosting"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "assets_hosting_cost_range" CHECK ("assets_hosting"."monthly_cost" >= 0)
);
--> statement-breakpoint
alter table "public"."assets_hosting" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "assets_social" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"notes" text DEFAULT '' NOT NULL,
	"platform" text NOT NULL,
	"handle" text NOT NULL,
	"url" text DEFAULT '' NOT NULL,
	"vault_item_id" text,
	CONSTRAINT "assets_social_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "assets_social_platform_known" CHECK ("assets_social"."platform" in ('instagram', 'linkedin', 'x', 'youtube', 'facebook', 'tiktok'))
);
--> statement-breakpoint
alter table "public"."assets_social" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "assets_subscriptions" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"notes" text DEFAULT '' NOT NULL,
	"name" text NOT NULL,
	"vendor" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"billing_cycle" text NOT NULL,
	"currency" text NOT NULL,
	"cost" bigint NOT NULL,
	"renews_on" date,
	CONSTRAINT "assets_subscriptions_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "assets_subscriptions_status_known" CHECK ("assets_subscriptions"."status" in ('active', 'cancelled')),
	CONSTRAINT "assets_subscriptions_cycle_known" CHECK ("assets_subscriptions"."billing_cycle" in ('monthly', 'yearly')),
	CONSTRAINT "assets_subscriptions_currency_form" CHECK ("assets_subscriptions"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "assets_subscriptions_cost_range" CHECK ("assets_subscriptions"."cost" >= 0)
);
--> statement-breakpoint
alter table "public"."assets_subscriptions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "clients" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"phone" text,
	"company" text,
	"status" text DEFAULT 'active' NOT NULL,
	"notes" text DEFAULT '' NOT NULL,
	CONSTRAINT "clients_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "clients_status_known" CHECK ("clients"."status" in ('active', 'inactive', 'lead'))
);
--> statement-breakpoint
alter table "public"."clients" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "content_items" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"project_id" text,
	"title" text NOT NULL,
	"type" text DEFAULT 'post' NOT NULL,
	"channel" text DEFAULT '' NOT NULL,
	"status" text DEFAULT 'idea' NOT NULL,
	"scheduled_for" timestamp with time zone,
	"url" text,
	"notes" text DEFAULT '' NOT NULL,
	CONSTRAINT "content_items_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "content_items_type_known" CHECK ("content_items"."type" in ('post', 'video', 'newsletter', 'thread', 'case_study')),
	CONSTRAINT "content_items_status_known" CHECK ("content_items"."status" in ('idea', 'draft', 'scheduled', 'published')),
	CONSTRAINT "content_items_scheduled_when" CHECK ("content_items"."status" <> 'scheduled' or "content_items"."scheduled_for" is not null)
);
--> statement-breakpoint
alter table "public"."content_items" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "projects" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"name" text NOT NULL,
	"type" text DEFAULT 'dev' NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"currency" text NOT NULL,
	"budget" bigint,
	"advance_received" bigint DEFAULT 0 NOT NULL,
	"deadline" date,
	"github_url" text,
	"notes" text DEFAULT '' NOT NULL,
	CONSTRAINT "projects_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "projects_name_key" UNIQUE("business_id","name"),
	CONSTRAINT "projects_type_known" CHECK ("projects"."type" in ('dev', 'content', 'design', 'other')),
	CONSTRAINT "projects_status_known" CHECK ("projects"."status" in ('active', 'paused', 'completed', 'archived')),
	CONSTRAINT "projects_currency_form" CHECK ("projects"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "projects_budget_range" CHECK ("projects"."budget" >= 0 and "projects"."advance_received" >= 0)
);
--> statement-breakpoint
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "audit_logs" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"source" text DEFAULT 'entry' NOT NULL,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"personal" jsonb,
	"actor_type" text DEFAULT 'anonymous' NOT NULL,
	"actor_id" text,
	"on_behalf_of" text,
	"ip_address" "inet",
	"request_id" text,
	"reason" text,
	"transaction_id" bigint DEFAULT '0' NOT NULL,
	"salt" "bytea",
	"content_hash" "bytea",
	"erased" jsonb,
	CONSTRAINT "audit_logs_pkey" PRIMARY KEY("business_id","created_at","id")
);
--> statement-breakpoint
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "billing_invoices" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"subscription_id" text,
	"number" text,
	"status" text NOT NULL,
	"billing_reason" text,
	"currency" text NOT NULL,
	"total" bigint,
	"amount_due" bigint,
	"amount_paid" bigint,
	"amount_remaining" bigint,
	"attempt_count" integer,
	"due_at" timestamp with time zone,
	"period_start" timestamp with time zone,
	"period_end" timestamp with time zone,
	"finalized_at" timestamp with time zone,
	"paid_at" timestamp with time zone,
	"hosted_url" text,
	"pdf_url" text,
	"issued_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "billing_invoices_pkey" PRIMARY KEY("business_id","id")
);
--> statement-breakpoint
alter table "public"."billing_invoices" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "business_billing" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"stripe_customer_id" text,
	"customer_deleted_at" timestamp with time zone,
	"creation_attempt" uuid DEFAULT gen_random_uuid() NOT NULL,
	"creation_params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text,
	"plan" text,
	"access" text DEFAULT 'none' NOT NULL,
	"plan_source" text,
	"addons" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"period_start" timestamp with time zone,
	"period_end" timestamp with time zone,
	"trial_ends_at" timestamp with time zone,
	"trial_used_at" timestamp with time zone,
	"cancel_at_period_end" boolean DEFAULT false NOT NULL,
	"ends_at" timestamp with time zone,
	"past_due_since" timestamp with time zone,
	"grace_until" timestamp with time zone,
	"unmapped_prices" jsonb,
	"granted" jsonb,
	"entitlement_version" bigint DEFAULT 0 NOT NULL,
	"sync_wanted" bigint DEFAULT 0 NOT NULL,
	"sync_done" bigint DEFAULT 0 NOT NULL,
	"full_wanted" bigint DEFAULT 0 NOT NULL,
	"seats_wanted" bigint DEFAULT 0 NOT NULL,
	"seats_done" bigint DEFAULT 0 NOT NULL,
	"applied_fencing_token" bigint DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp with time zone,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"burst" bigint DEFAULT 0 NOT NULL,
	"recheck_at" timestamp with time zone,
	"attempts" bigint DEFAULT 0 NOT NULL,
	"error" text,
	"synced_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "business_billing_pkey" PRIMARY KEY("business_id","account","livemode")
);
--> statement-breakpoint
alter table "public"."business_billing" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "checkout_intents" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"session_id" text,
	"url" text,
	"closed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "checkout_intents_pkey" PRIMARY KEY("business_id","id")
);
--> statement-breakpoint
alter table "public"."checkout_intents" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "plan_features" (
	"plan" text NOT NULL,
	"feature" text NOT NULL,
	"limit_value" bigint,
	"enabled" boolean DEFAULT true NOT NULL,
	"enforcement" text DEFAULT 'hard' NOT NULL,
	"grace_days" integer DEFAULT 0 NOT NULL,
	"seeded" jsonb,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plan_features_pkey" PRIMARY KEY("plan","feature"),
	CONSTRAINT "plan_features_limit_value_check" CHECK ("plan_features"."limit_value" between 0 and 9007199254740991),
	CONSTRAINT "plan_features_enforcement_check" CHECK ("plan_features"."enforcement" in ('hard', 'soft')),
	CONSTRAINT "plan_features_grace_days_check" CHECK ("plan_features"."grace_days" between 0 and 3650)
);
--> statement-breakpoint
alter table "public"."plan_features" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "prices" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"product" text NOT NULL,
	"lookup_key" text,
	"nickname" text,
	"active" boolean NOT NULL,
	"currency" text NOT NULL,
	"unit_amount" bigint,
	"interval" text,
	"interval_count" integer,
	"usage_type" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"applied_fencing_token" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."prices" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "products" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"active" boolean NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"applied_fencing_token" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."products" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "subscription_items" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"subscription_id" text NOT NULL,
	"price" text NOT NULL,
	"product" text NOT NULL,
	"lookup_key" text,
	"role" text,
	"name" text,
	"quantity" bigint,
	"interval" text,
	"period_start" timestamp with time zone,
	"period_end" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subscription_items_pkey" PRIMARY KEY("business_id","id")
);
--> statement-breakpoint
alter table "public"."subscription_items" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"status" text NOT NULL,
	"plan" text,
	"cancel_at" timestamp with time zone,
	"cancel_at_period_end" boolean DEFAULT false NOT NULL,
	"canceled_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"trial_start" timestamp with time zone,
	"trial_end" timestamp with time zone,
	"pause_collection" text,
	"past_due_since" timestamp with time zone,
	"period_start" timestamp with time zone,
	"period_end" timestamp with time zone,
	"schedule" text,
	"latest_invoice" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subscriptions_pkey" PRIMARY KEY("business_id","id")
);
--> statement-breakpoint
alter table "public"."subscriptions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "usage_counters" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"feature" text NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"period_end" timestamp with time zone NOT NULL,
	"used" bigint NOT NULL,
	CONSTRAINT "usage_counters_pkey" PRIMARY KEY("business_id","feature","period_start"),
	CONSTRAINT "usage_counters_used_check" CHECK ("usage_counters"."used" between 0 and 9007199254740991)
);
--> statement-breakpoint
alter table "public"."usage_counters" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "usage_events" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"feature" text NOT NULL,
	"key" text NOT NULL,
	"amount" bigint NOT NULL,
	"state" text NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"answer" jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_events_pkey" PRIMARY KEY("business_id","feature","key"),
	CONSTRAINT "usage_events_state_check" CHECK ("usage_events"."state" in ('used', 'refunded', 'reserved', 'released', 'expired'))
);
--> statement-breakpoint
alter table "public"."usage_events" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "webhook_events" (
	"event_id" text PRIMARY KEY NOT NULL,
	"account" text DEFAULT 'default' NOT NULL,
	"livemode" boolean NOT NULL,
	"type" text NOT NULL,
	"route" text NOT NULL,
	"object_id" text,
	"customer_id" text,
	"invoice_id" text,
	"state" text NOT NULL,
	"seq" bigint,
	"attempts" bigint DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp with time zone,
	"error" text,
	"occurred_at" timestamp with time zone NOT NULL,
	"processed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."webhook_events" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "invoices" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"project_id" text,
	"number" text DEFAULT '' NOT NULL,
	"number_period" integer DEFAULT 0 NOT NULL,
	"number_sequence" integer DEFAULT 0 NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"bill_to" text NOT NULL,
	"issue_date" date NOT NULL,
	"due_date" date NOT NULL,
	"currency" text NOT NULL,
	"line_items" jsonb NOT NULL,
	"subtotal" bigint NOT NULL,
	"tax_rate" integer DEFAULT 0 NOT NULL,
	"tax_amount" bigint NOT NULL,
	"total" bigint NOT NULL,
	"notes" text DEFAULT '' NOT NULL,
	CONSTRAINT "invoices_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "invoices_status_known" CHECK ("invoices"."status" in ('draft', 'sent', 'paid', 'overdue')),
	CONSTRAINT "invoices_currency_form" CHECK ("invoices"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "invoices_due_after_issue" CHECK ("invoices"."due_date" >= "invoices"."issue_date"),
	CONSTRAINT "invoices_tax_rate_range" CHECK ("invoices"."tax_rate" between 0 and 10000)
);
--> statement-breakpoint
alter table "public"."invoices" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "transactions" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"project_id" text,
	"invoice_id" text,
	"kind" text NOT NULL,
	"currency" text NOT NULL,
	"amount" bigint NOT NULL,
	"happened_on" date NOT NULL,
	"category" text DEFAULT '' NOT NULL,
	"description" text NOT NULL,
	CONSTRAINT "transactions_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "transactions_kind_known" CHECK ("transactions"."kind" in ('income', 'expense')),
	CONSTRAINT "transactions_currency_form" CHECK ("transactions"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "transactions_amount_positive" CHECK ("transactions"."amount" > 0)
);
--> statement-breakpoint
alter table "public"."transactions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "businesses" (
	"id" text PRIMARY KEY DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"plan" text DEFAULT 'free' NOT NULL,
	"plan_anchor" timestamp with time zone,
	"plan_time_zone" text,
	"plan_period_end" timestamp with time zone,
	"trial_plan" text,
	"trial_ends_at" timestamp with time zone,
	"plan_read_only" boolean DEFAULT false NOT NULL,
	"plan_source" text,
	"plan_version" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "businesses_slug_key" UNIQUE("slug"),
	CONSTRAINT "businesses_slug_form" CHECK ("businesses"."slug" ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
--> statement-breakpoint
alter table "public"."businesses" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "logins" (
	"user_id" text PRIMARY KEY NOT NULL,
	"hashed_password" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."logins" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "memberships" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"user_id" text NOT NULL,
	"role" text DEFAULT 'member' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("business_id","user_id"),
	CONSTRAINT "memberships_role_known" CHECK ("memberships"."role" in ('owner', 'member'))
);
--> statement-breakpoint
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "settings" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"currency" text NOT NULL,
	"tax_rate" integer DEFAULT 0 NOT NULL,
	"payment_days" integer DEFAULT 14 NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"invoice_notes" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "settings_pkey" PRIMARY KEY("business_id"),
	CONSTRAINT "settings_currency_form" CHECK ("settings"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "settings_tax_rate_range" CHECK ("settings"."tax_rate" between 0 and 10000),
	CONSTRAINT "settings_payment_days_range" CHECK ("settings"."payment_days" between 0 and 365)
);
--> statement-breakpoint
alter table "public"."settings" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_key" UNIQUE("email")
);
--> statement-breakpoint
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "board_columns" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "board_columns_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "board_columns_project_key" UNIQUE("business_id","project_id","id"),
	CONSTRAINT "board_columns_status_known" CHECK ("board_columns"."status" in ('todo', 'in_progress', 'done'))
);
--> statement-breakpoint
alter table "public"."board_columns" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "personal_tasks" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"user_id" text NOT NULL,
	"title" text NOT NULL,
	"completed" boolean DEFAULT false NOT NULL,
	"is_today" boolean DEFAULT false NOT NULL,
	"category" text DEFAULT 'work' NOT NULL,
	"priority" text DEFAULT 'medium' NOT NULL,
	CONSTRAINT "personal_tasks_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "personal_tasks_category_known" CHECK ("personal_tasks"."category" in ('work', 'personal', 'finance', 'health', 'learning')),
	CONSTRAINT "personal_tasks_priority_known" CHECK ("personal_tasks"."priority" in ('low', 'medium', 'high'))
);
--> statement-breakpoint
alter table "public"."personal_tasks" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "tasks" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"project_id" text NOT NULL,
	"column_id" text NOT NULL,
	"title" text NOT NULL,
	"priority" text DEFAULT 'medium' NOT NULL,
	"due_on" date,
	"position" integer NOT NULL,
	"notes" text DEFAULT '' NOT NULL,
	CONSTRAINT "tasks_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "tasks_priority_known" CHECK ("tasks"."priority" in ('low', 'medium', 'high'))
);
--> statement-breakpoint
alter table "public"."tasks" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "vault_items" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"id" text DEFAULT replace(gen_random_uuid()::text, '-', '') NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"client_id" text,
	"project_id" text,
	"name" text NOT NULL,
	"category" text NOT NULL,
	"encrypted_value" text NOT NULL,
	"key_version" integer NOT NULL,
	"notes" text DEFAULT '' NOT NULL,
	"url" text,
	CONSTRAINT "vault_items_pkey" PRIMARY KEY("business_id","id"),
	CONSTRAINT "vault_items_category_known" CHECK ("vault_items"."category" in ('passwords', 'servers', 'api_keys', 'other'))
);
--> statement-breakpoint
alter table "public"."vault_items" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "vault_keys" (
	"business_id" text DEFAULT (coalesce(nullif(current_setting('app.business_id', true), ''), tenantry.no_tenant())) NOT NULL,
	"version" integer NOT NULL,
	"wrapped_key" text NOT NULL,
	"wrapped_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "vault_keys_pkey" PRIMARY KEY("business_id","version")
);
--> statement-breakpoint
alter table "public"."vault_keys" enable row level security, force row level security;
--> statement-breakpoint
ALTER TABLE "logins" ADD CONSTRAINT "logins_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "assets_cloudflare_client_id_idx" ON "assets_cloudflare" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "assets_cloudflare_domain_id_idx" ON "assets_cloudflare" USING btree ("business_id","domain_id");
--> statement-breakpoint
CREATE INDEX "assets_domains_client_id_idx" ON "assets_domains" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "assets_domains_hosting_id_idx" ON "assets_domains" USING btree ("business_id","hosting_id");
--> statement-breakpoint
CREATE INDEX "assets_github_client_id_idx" ON "assets_github" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "assets_github_project_id_idx" ON "assets_github" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "assets_hosting_client_id_idx" ON "assets_hosting" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "assets_hosting_vault_item_id_idx" ON "assets_hosting" USING btree ("business_id","vault_item_id");
--> statement-breakpoint
CREATE INDEX "assets_social_client_id_idx" ON "assets_social" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "assets_social_vault_item_id_idx" ON "assets_social" USING btree ("business_id","vault_item_id");
--> statement-breakpoint
CREATE INDEX "assets_subscriptions_client_id_idx" ON "assets_subscriptions" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "clients_name_idx" ON "clients" USING btree ("business_id","name","id");
--> statement-breakpoint
CREATE INDEX "content_items_client_id_idx" ON "content_items" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "content_items_project_id_idx" ON "content_items" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "projects_client_id_idx" ON "projects" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "audit_logs_created_at_idx" ON "audit_logs" USING btree (("created_at" at time zone 'UTC'));
--> statement-breakpoint
CREATE INDEX "audit_logs_transaction_id_idx" ON "audit_logs" USING btree ("transaction_id");
--> statement-breakpoint
CREATE INDEX "billing_invoices_issued_idx" ON "billing_invoices" USING btree ("business_id","issued_at");
--> statement-breakpoint
CREATE INDEX "billing_invoices_id_idx" ON "billing_invoices" USING btree ("id");
--> statement-breakpoint
CREATE UNIQUE INDEX "business_billing_customer_key" ON "business_billing" USING btree ("stripe_customer_id","account","livemode");
--> statement-breakpoint
CREATE INDEX "business_billing_behind_idx" ON "business_billing" USING btree ("next_at") WHERE sync_wanted > sync_done;
--> statement-breakpoint
CREATE INDEX "business_billing_recheck_idx" ON "business_billing" USING btree ("recheck_at") WHERE recheck_at is not null;
--> statement-breakpoint
CREATE INDEX "business_billing_failing_idx" ON "business_billing" USING btree ("updated_at") WHERE error is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX "checkout_intents_open_key" ON "checkout_intents" USING btree ("business_id","account","livemode") WHERE state = 'open';
--> statement-breakpoint
CREATE INDEX "checkout_intents_updated_idx" ON "checkout_intents" USING btree ("updated_at");
--> statement-breakpoint
CREATE INDEX "subscription_items_subscription_id_idx" ON "subscription_items" USING btree ("business_id","subscription_id");
--> statement-breakpoint
CREATE INDEX "subscriptions_id_idx" ON "subscriptions" USING btree ("id");
--> statement-breakpoint
CREATE INDEX "usage_events_expires_at_idx" ON "usage_events" USING btree ("business_id","feature","expires_at") WHERE "usage_events"."state" = 'reserved';
--> statement-breakpoint
CREATE INDEX "webhook_events_customer_idx" ON "webhook_events" USING btree ("customer_id") WHERE state <> 'processed';
--> statement-breakpoint
CREATE INDEX "webhook_events_waiting_idx" ON "webhook_events" USING btree ("next_at") WHERE state = 'unmapped' or (state = 'pending' and route <> 'customer');
--> statement-breakpoint
CREATE INDEX "webhook_events_failure_idx" ON "webhook_events" USING btree ("customer_id") WHERE type = 'invoice.payment_failed';
--> statement-breakpoint
CREATE INDEX "webhook_events_given_up_idx" ON "webhook_events" USING btree ("created_at") WHERE state in ('dead', 'parked');
--> statement-breakpoint
CREATE INDEX "webhook_events_done_idx" ON "webhook_events" USING btree ("processed_at") WHERE processed_at is not null;
--> statement-breakpoint
CREATE INDEX "invoices_client_id_idx" ON "invoices" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "invoices_project_id_idx" ON "invoices" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "invoices_issue_idx" ON "invoices" USING btree ("business_id","issue_date","id");
--> statement-breakpoint
CREATE INDEX "transactions_client_id_idx" ON "transactions" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "transactions_project_id_idx" ON "transactions" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "transactions_invoice_id_idx" ON "transactions" USING btree ("business_id","invoice_id");
--> statement-breakpoint
CREATE INDEX "transactions_day_idx" ON "transactions" USING btree ("business_id","happened_on","id");
--> statement-breakpoint
CREATE INDEX "memberships_user_id_idx" ON "memberships" USING btree ("user_id","business_id");
--> statement-breakpoint
CREATE INDEX "settings_business_id_idx" ON "settings" USING btree ("business_id");
--> statement-breakpoint
CREATE INDEX "board_columns_project_id_idx" ON "board_columns" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "personal_tasks_user_id_idx" ON "personal_tasks" USING btree ("business_id","user_id");
--> statement-breakpoint
CREATE INDEX "tasks_project_id_idx" ON "tasks" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "tasks_project_id_column_id_idx" ON "tasks" USING btree ("business_id","project_id","column_id");
--> statement-breakpoint
CREATE INDEX "tasks_column_idx" ON "tasks" USING btree ("business_id","column_id","position");
--> statement-breakpoint
CREATE INDEX "vault_items_client_id_idx" ON "vault_items" USING btree ("business_id","client_id");
--> statement-breakpoint
CREATE INDEX "vault_items_project_id_idx" ON "vault_items" USING btree ("business_id","project_id");
--> statement-breakpoint
CREATE INDEX "vault_items_key_version_idx" ON "vault_items" USING btree ("business_id","key_version");
