CREATE TYPE "public"."project_status" AS ENUM('active', 'archived');--> statement-breakpoint
CREATE TYPE "public"."organization_role" AS ENUM('owner', 'admin', 'member', 'viewer');--> statement-breakpoint
CREATE TABLE "audit_logs" (
	"organization_id" uuid DEFAULT coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid NOT NULL,
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
ALTER TABLE "audit_logs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" uuid DEFAULT coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" "organization_role" DEFAULT 'member' NOT NULL,
	"invited_by" uuid,
	"joined_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "memberships" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"plan" text DEFAULT 'free' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organizations_slug_key" UNIQUE("slug"),
	CONSTRAINT "organizations_slug_form" CHECK ("organizations"."slug" ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')
);
--> statement-breakpoint
ALTER TABLE "organizations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "projects" (
	"organization_id" uuid DEFAULT coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"status" "project_status" DEFAULT 'active' NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "projects_name_key" UNIQUE("organization_id","name")
);
--> statement-breakpoint
ALTER TABLE "projects" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_key" UNIQUE("email"),
	CONSTRAINT "users_email_lower_case" CHECK ("users"."email" = lower("users"."email"))
);
--> statement-breakpoint
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "audit_logs_transaction_id_idx" ON "audit_logs" USING btree ("transaction_id");--> statement-breakpoint
CREATE INDEX "memberships_user_id_idx" ON "memberships" USING btree ("user_id","organization_id");--> statement-breakpoint
CREATE INDEX "memberships_invited_by_idx" ON "memberships" USING btree ("organization_id","invited_by");--> statement-breakpoint
CREATE INDEX "projects_created_by_idx" ON "projects" USING btree ("organization_id","created_by");--> statement-breakpoint
CREATE POLICY "audit_logs_tenant_isolation" ON "audit_logs" AS PERMISSIVE FOR ALL TO "app" USING ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "audit_logs_tenant_floor" ON "audit_logs" AS RESTRICTIVE FOR ALL TO public USING ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("audit_logs"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "memberships_tenant_isolation" ON "memberships" AS PERMISSIVE FOR ALL TO "app" USING ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "memberships_tenant_floor" ON "memberships" AS RESTRICTIVE FOR ALL TO public USING ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "organizations_tenant_isolation" ON "organizations" AS PERMISSIVE FOR ALL TO "app" USING ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "organizations_tenant_floor" ON "organizations" AS RESTRICTIVE FOR ALL TO public USING ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("organizations"."id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "projects_tenant_isolation" ON "projects" AS PERMISSIVE FOR ALL TO "app" USING ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "projects_tenant_floor" ON "projects" AS RESTRICTIVE FOR ALL TO public USING ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid)) WITH CHECK ("projects"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid));--> statement-breakpoint
CREATE POLICY "users_tenant_isolation" ON "users" AS PERMISSIVE FOR SELECT TO "app" USING (exists (select from "memberships" where "memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid) and "memberships"."user_id" = "users"."id"));--> statement-breakpoint
CREATE POLICY "users_tenant_floor" ON "users" AS RESTRICTIVE FOR ALL TO public USING (exists (select from "memberships" where "memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid) and "memberships"."user_id" = "users"."id")) WITH CHECK (exists (select from "memberships" where "memberships"."organization_id" = (select coalesce(nullif(current_setting('app.organization_id', true), ''), tenantry.no_tenant())::uuid) and "memberships"."user_id" = "users"."id"));