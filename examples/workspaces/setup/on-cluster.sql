-- What is different on a cluster, to be run once after the migrations:
--   psql "$MIGRATION_DATABASE_URL" -f setup/on-cluster.sql

-- now() is another one on each node. The node of a row says when it was thrown away, and its policies compare with
-- the same.
create or replace function public.thrown_away_now() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.deleted_at := now();
  return new;
end
$$;
--> statement-breakpoint
create or replace trigger thrown_away_now before update of deleted_at on public.workspaces
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function public.thrown_away_now();
--> statement-breakpoint
create or replace trigger thrown_away_now before update of deleted_at on public.projects
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function public.thrown_away_now();
--> statement-breakpoint
create or replace trigger thrown_away_now before update of deleted_at on public.documents
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function public.thrown_away_now();
--> statement-breakpoint

-- Citus has no ON UPDATE CASCADE for a key with the tenant. The documents move with their project before the key is
-- checked: this name comes before RI_ConstraintTrigger. It runs as the system role, as a key asks for no right either.
create or replace function public.documents_follow() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update public.documents d set workspace_id = new.workspace_id
    where d.tenant_id = new.tenant_id and d.workspace_id = old.workspace_id and d.project_id = new.id;
  return null;
end
$$;
--> statement-breakpoint
alter function public.documents_follow() owner to system;
--> statement-breakpoint
revoke all on function public.documents_follow() from public;
--> statement-breakpoint
create or replace trigger "0_documents_follow" after update of workspace_id on public.projects
  for each row when (old.workspace_id <> new.workspace_id) execute function public.documents_follow();
