CREATE TYPE "public"."project_status" AS ENUM('active', 'archived');
--> statement-breakpoint
CREATE TABLE "add_on_features" (
	"add_on" text NOT NULL,
	"feature" text NOT NULL,
	"units" bigint,
	"seeded" jsonb,
	CONSTRAINT "add_on_features_pkey" PRIMARY KEY("add_on","feature"),
	CONSTRAINT "add_on_features_units_check" CHECK ("add_on_features"."units" between 0 and 9007199254740991)
);
--> statement-breakpoint
alter table "public"."add_on_features" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "add_ons" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"add_on" text NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "add_ons_pkey" PRIMARY KEY("organization_id","add_on"),
	CONSTRAINT "add_ons_quantity_check" CHECK ("add_ons"."quantity" > 0)
);
--> statement-breakpoint
alter table "public"."add_ons" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"hint" text NOT NULL,
	"permissions" text[] NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"rotated_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."api_keys" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "audit_logs" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
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
	CONSTRAINT "audit_logs_pkey" PRIMARY KEY("organization_id","created_at","id")
);
--> statement-breakpoint
alter table "public"."audit_logs" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "built_in_role_permissions" (
	"role_id" uuid NOT NULL,
	"permission" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "built_in_role_permissions_pkey" PRIMARY KEY("role_id","permission")
);
--> statement-breakpoint
alter table "public"."built_in_role_permissions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "built_in_roles" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"parent_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "built_in_roles_key_key" UNIQUE("key"),
	CONSTRAINT "built_in_roles_key_form" CHECK ("built_in_roles"."key" ~ '^[a-z][a-z0-9_-]{0,62}$'),
	CONSTRAINT "built_in_roles_id_form" CHECK ((substr("built_in_roles"."id"::text, 15, 1) = '8'))
);
--> statement-breakpoint
alter table "public"."built_in_roles" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "checkout_intents" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
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
	CONSTRAINT "checkout_intents_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."checkout_intents" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "entitlement_history" (
	"organization_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "entitlement_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject" text NOT NULL,
	"key" text NOT NULL,
	"state" jsonb,
	"actor" jsonb,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entitlement_history_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."entitlement_history" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "feature_overrides" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"feature" text NOT NULL,
	"mode" text NOT NULL,
	"value" bigint,
	"starts_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ends_at" timestamp with time zone,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "feature_overrides_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "feature_overrides_mode_check" CHECK ("feature_overrides"."mode" in ('set', 'add')),
	CONSTRAINT "feature_overrides_value_check" CHECK (abs("feature_overrides"."value") <= 9007199254740991 and ("feature_overrides"."mode" = 'add' or "feature_overrides"."value" is null or "feature_overrides"."value" >= 0) and ("feature_overrides"."mode" = 'set' or "feature_overrides"."value" is not null))
);
--> statement-breakpoint
alter table "public"."feature_overrides" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "invitations" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"role_id" uuid NOT NULL,
	"own_role_id" uuid GENERATED ALWAYS AS (case when not substr("role_id"::text, 15, 1) = '8' then "role_id" end) STORED,
	"built_in_role_id" uuid GENERATED ALWAYS AS (case when substr("role_id"::text, 15, 1) = '8' then "role_id" end) STORED,
	"token_hash" text NOT NULL,
	"invited_by" uuid,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"accepted_by" uuid,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invitations_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "invitations_email_lower_case" CHECK ("invitations"."email" = lower("invitations"."email"))
);
--> statement-breakpoint
alter table "public"."invitations" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "invoices" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
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
	CONSTRAINT "invoices_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."invoices" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "limit_states" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"feature" text NOT NULL,
	"keeps" bigint,
	"exceeded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"grace_until" timestamp with time zone NOT NULL,
	CONSTRAINT "limit_states_pkey" PRIMARY KEY("organization_id","feature")
);
--> statement-breakpoint
alter table "public"."limit_states" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "member_roles" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	"own_role_id" uuid GENERATED ALWAYS AS (case when not substr("role_id"::text, 15, 1) = '8' then "role_id" end) STORED,
	"built_in_role_id" uuid GENERATED ALWAYS AS (case when substr("role_id"::text, 15, 1) = '8' then "role_id" end) STORED,
	"resource_type" text,
	"resource_id" text,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "member_roles_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "member_roles_key" UNIQUE NULLS NOT DISTINCT("organization_id","user_id","role_id","resource_type","resource_id"),
	CONSTRAINT "member_roles_resource" CHECK (("member_roles"."resource_type" is null) = ("member_roles"."resource_id" is null))
);
--> statement-breakpoint
alter table "public"."member_roles" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"user_id" uuid NOT NULL,
	"joined_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
alter table "public"."memberships" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "organization_billing" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
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
	CONSTRAINT "organization_billing_pkey" PRIMARY KEY("organization_id","account","livemode")
);
--> statement-breakpoint
alter table "public"."organization_billing" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
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
	CONSTRAINT "organizations_slug_key" UNIQUE("slug"),
	CONSTRAINT "organizations_slug_form" CHECK ("organizations"."slug" ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
--> statement-breakpoint
alter table "public"."organizations" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "permissions" (
	"key" text PRIMARY KEY NOT NULL,
	"resource" text NOT NULL,
	"action" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."permissions" enable row level security, force row level security;
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
CREATE TABLE "plan_history" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "plan_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject" text NOT NULL,
	"key" text NOT NULL,
	"state" jsonb,
	"actor" jsonb,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plan_history_pkey" PRIMARY KEY("id")
);
--> statement-breakpoint
alter table "public"."plan_history" enable row level security, force row level security;
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
CREATE TABLE "projects" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"number" integer DEFAULT 0 NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"status" "project_status" DEFAULT 'active' NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "projects_name_key" UNIQUE("organization_id","name")
);
--> statement-breakpoint
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "role_permissions" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"role_id" uuid NOT NULL,
	"permission" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "role_permissions_pkey" PRIMARY KEY("organization_id","role_id","permission")
);
--> statement-breakpoint
alter table "public"."role_permissions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "roles" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"parent_id" uuid,
	"built_in_parent_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "roles_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "roles_key_key" UNIQUE("organization_id","key"),
	CONSTRAINT "roles_key_form" CHECK ("roles"."key" ~ '^[a-z][a-z0-9_-]{0,62}$'),
	CONSTRAINT "roles_id_form" CHECK (not (substr("roles"."id"::text, 15, 1) = '8')),
	CONSTRAINT "roles_one_parent" CHECK ("roles"."parent_id" is null or "roles"."built_in_parent_id" is null)
);
--> statement-breakpoint
alter table "public"."roles" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "subscription_items" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
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
	CONSTRAINT "subscription_items_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."subscription_items" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
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
	CONSTRAINT "subscriptions_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."subscriptions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "usage_counters" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"feature" text NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"period_end" timestamp with time zone NOT NULL,
	"used" bigint NOT NULL,
	CONSTRAINT "usage_counters_pkey" PRIMARY KEY("organization_id","feature","period_start"),
	CONSTRAINT "usage_counters_used_check" CHECK ("usage_counters"."used" between 0 and 9007199254740991)
);
--> statement-breakpoint
alter table "public"."usage_counters" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "usage_events" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"feature" text NOT NULL,
	"key" text NOT NULL,
	"amount" bigint NOT NULL,
	"state" text NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"answer" jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_events_pkey" PRIMARY KEY("organization_id","feature","key"),
	CONSTRAINT "usage_events_state_check" CHECK ("usage_events"."state" in ('used', 'refunded', 'reserved', 'released', 'expired'))
);
--> statement-breakpoint
alter table "public"."usage_events" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_lower_case" CHECK ("users"."email" = lower("users"."email"))
);
--> statement-breakpoint
alter table "public"."users" enable row level security, force row level security;
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
CREATE INDEX "api_keys_id_idx" ON "api_keys" USING btree ("id");
--> statement-breakpoint
CREATE INDEX "audit_logs_created_at_idx" ON "audit_logs" USING btree (("created_at" at time zone 'UTC'));
--> statement-breakpoint
CREATE INDEX "audit_logs_transaction_id_idx" ON "audit_logs" USING btree ("transaction_id");
--> statement-breakpoint
CREATE INDEX "built_in_roles_parent_idx" ON "built_in_roles" USING btree ("parent_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "checkout_intents_open_key" ON "checkout_intents" USING btree ("organization_id","account","livemode") WHERE state = 'open';
--> statement-breakpoint
CREATE INDEX "checkout_intents_updated_idx" ON "checkout_intents" USING btree ("updated_at");
--> statement-breakpoint
CREATE INDEX "entitlement_history_organization_id_idx" ON "entitlement_history" USING btree ("organization_id","subject","key","id");
--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_open_key" ON "invitations" USING btree ("organization_id","email") WHERE "invitations"."accepted_at" is null and "invitations"."revoked_at" is null;
--> statement-breakpoint
CREATE INDEX "invitations_list_idx" ON "invitations" USING btree ("organization_id","created_at","id") WHERE "invitations"."revoked_at" is null;
--> statement-breakpoint
CREATE INDEX "invitations_token_idx" ON "invitations" USING btree ("token_hash");
--> statement-breakpoint
CREATE INDEX "invitations_own_role_idx" ON "invitations" USING btree ("own_role_id","organization_id");
--> statement-breakpoint
CREATE INDEX "invitations_built_in_role_idx" ON "invitations" USING btree ("built_in_role_id");
--> statement-breakpoint
CREATE INDEX "invoices_issued_idx" ON "invoices" USING btree ("organization_id","issued_at");
--> statement-breakpoint
CREATE INDEX "invoices_id_idx" ON "invoices" USING btree ("id");
--> statement-breakpoint
CREATE INDEX "member_roles_own_role_idx" ON "member_roles" USING btree ("own_role_id","organization_id");
--> statement-breakpoint
CREATE INDEX "member_roles_built_in_role_idx" ON "member_roles" USING btree ("built_in_role_id");
--> statement-breakpoint
CREATE INDEX "member_roles_resource_idx" ON "member_roles" USING btree ("organization_id","resource_type","resource_id") WHERE "member_roles"."resource_type" is not null;
--> statement-breakpoint
CREATE INDEX "memberships_user_idx" ON "memberships" USING btree ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "organization_billing_customer_key" ON "organization_billing" USING btree ("stripe_customer_id","account","livemode");
--> statement-breakpoint
CREATE INDEX "organization_billing_behind_idx" ON "organization_billing" USING btree ("next_at") WHERE sync_wanted > sync_done;
--> statement-breakpoint
CREATE INDEX "organization_billing_recheck_idx" ON "organization_billing" USING btree ("recheck_at") WHERE recheck_at is not null;
--> statement-breakpoint
CREATE INDEX "organization_billing_failing_idx" ON "organization_billing" USING btree ("updated_at") WHERE error is not null;
--> statement-breakpoint
CREATE INDEX "plan_history_subject_idx" ON "plan_history" USING btree ("subject","key","id");
--> statement-breakpoint
CREATE INDEX "projects_created_by_idx" ON "projects" USING btree ("organization_id","created_by");
--> statement-breakpoint
CREATE INDEX "roles_parent_idx" ON "roles" USING btree ("parent_id","organization_id");
--> statement-breakpoint
CREATE INDEX "roles_built_in_parent_idx" ON "roles" USING btree ("built_in_parent_id");
--> statement-breakpoint
CREATE INDEX "subscription_items_subscription_id_idx" ON "subscription_items" USING btree ("organization_id","subscription_id");
--> statement-breakpoint
CREATE INDEX "subscriptions_id_idx" ON "subscriptions" USING btree ("id");
--> statement-breakpoint
CREATE INDEX "usage_events_expires_at_idx" ON "usage_events" USING btree ("organization_id","feature","expires_at") WHERE "usage_events"."state" = 'reserved';
--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");
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
