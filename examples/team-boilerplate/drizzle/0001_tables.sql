CREATE TYPE "public"."task_status" AS ENUM('open', 'done');
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"domain" text,
	"plan" text DEFAULT 'free' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organizations_slug_key" UNIQUE("slug"),
	CONSTRAINT "organizations_domain_key" UNIQUE("domain"),
	CONSTRAINT "organizations_slug_form" CHECK ("organizations"."slug" ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
	CONSTRAINT "organizations_domain_form" CHECK ("organizations"."domain" ~ '^[a-z0-9.-]{3,253}$')
);
--> statement-breakpoint
alter table "public"."organizations" enable row level security, force row level security;
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
	CONSTRAINT "invitations_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "invitations_email_lower_case" CHECK ("invitations"."email" = lower("invitations"."email"))
);
--> statement-breakpoint
alter table "public"."invitations" enable row level security, force row level security;
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
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"avatar_url" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_lower_case" CHECK ("users"."email" = lower("users"."email"))
);
--> statement-breakpoint
alter table "public"."users" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "built_in_role_permissions" (
	"role_id" uuid NOT NULL,
	"permission" text NOT NULL,
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
	CONSTRAINT "built_in_roles_key_key" UNIQUE("key"),
	CONSTRAINT "built_in_roles_key_form" CHECK ("built_in_roles"."key" ~ '^[a-z][a-z0-9_-]{0,62}$'),
	CONSTRAINT "built_in_roles_id_form" CHECK ((substr("built_in_roles"."id"::text, 15, 1) = '8'))
);
--> statement-breakpoint
alter table "public"."built_in_roles" enable row level security, force row level security;
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
	CONSTRAINT "member_roles_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "member_roles_key" UNIQUE NULLS NOT DISTINCT("organization_id","user_id","role_id","resource_type","resource_id"),
	CONSTRAINT "member_roles_resource" CHECK (("member_roles"."resource_type" is null) = ("member_roles"."resource_id" is null))
);
--> statement-breakpoint
alter table "public"."member_roles" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "permissions" (
	"key" text PRIMARY KEY NOT NULL,
	"resource" text NOT NULL,
	"action" text NOT NULL,
	"description" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
alter table "public"."permissions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "role_permissions" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"role_id" uuid NOT NULL,
	"permission" text NOT NULL,
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
	"is_default" boolean DEFAULT false NOT NULL,
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
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"issuer" text,
	"user_id" uuid NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."accounts" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"token" text NOT NULL,
	"user_id" uuid NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
alter table "public"."sessions" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
alter table "public"."verifications" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "projects" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_pkey" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "projects_name_key" UNIQUE("organization_id","name")
);
--> statement-breakpoint
alter table "public"."projects" enable row level security, force row level security;
--> statement-breakpoint
CREATE TABLE "tasks" (
	"organization_id" uuid DEFAULT (coalesce(nullif(current_setting('app.organization_id', true), ''), 'no tenant in this transaction')::uuid) NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"title" text NOT NULL,
	"status" "task_status" DEFAULT 'open' NOT NULL,
	"assignee_id" uuid,
	"due_on" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tasks_pkey" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
alter table "public"."tasks" enable row level security, force row level security;
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
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
CREATE INDEX "memberships_user_idx" ON "memberships" USING btree ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");
--> statement-breakpoint
CREATE INDEX "built_in_roles_parent_idx" ON "built_in_roles" USING btree ("parent_id");
--> statement-breakpoint
CREATE INDEX "member_roles_own_role_idx" ON "member_roles" USING btree ("own_role_id","organization_id");
--> statement-breakpoint
CREATE INDEX "member_roles_built_in_role_idx" ON "member_roles" USING btree ("built_in_role_id");
--> statement-breakpoint
CREATE INDEX "member_roles_resource_idx" ON "member_roles" USING btree ("organization_id","resource_type","resource_id") WHERE "member_roles"."resource_type" is not null;
--> statement-breakpoint
CREATE INDEX "roles_parent_idx" ON "roles" USING btree ("parent_id","organization_id");
--> statement-breakpoint
CREATE INDEX "roles_built_in_parent_idx" ON "roles" USING btree ("built_in_parent_id");
--> statement-breakpoint
CREATE UNIQUE INDEX "roles_default_key" ON "roles" USING btree ("organization_id") WHERE "roles"."is_default";
--> statement-breakpoint
CREATE INDEX "projects_created_by_idx" ON "projects" USING btree ("organization_id","created_by");
--> statement-breakpoint
CREATE INDEX "tasks_project_id_idx" ON "tasks" USING btree ("organization_id","project_id");
--> statement-breakpoint
CREATE INDEX "tasks_assignee_id_idx" ON "tasks" USING btree ("organization_id","assignee_id");
--> statement-breakpoint
CREATE INDEX "tasks_title_idx" ON "tasks" USING btree ("organization_id","title","id");
