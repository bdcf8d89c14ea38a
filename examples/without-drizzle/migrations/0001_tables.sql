-- The application's own tables, as any runner applies them. Nothing here knows of Tenantry.

create extension if not exists pg_trgm; -- for searchable(t, { name: 'substring' })

create table organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text not null unique,
  created_at timestamptz not null default now()
);

create table users (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  name text not null
);

create table projects (
  organization_id uuid not null references organizations (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  name text not null,
  created_by uuid,
  updated_at timestamptz not null default now(),
  primary key (organization_id, id),
  unique (organization_id, name)
);

-- a key of its own, and a reference to projects that Tenantry will keep within the tenant
create table tasks (
  id bigserial primary key,
  organization_id uuid not null,
  project_id uuid not null,
  title varchar(200) not null,
  is_done boolean not null default false
);

-- no tenant column: the task decides
create table comments (
  id uuid primary key default gen_random_uuid(),
  task_id bigint not null references tasks (id) on delete cascade,
  body text not null
);

-- the same for everybody
create table countries (
  code text primary key,
  name text not null
);

-- for the system alone
create table outbox (
  id bigint generated always as identity primary key,
  message jsonb not null
);
