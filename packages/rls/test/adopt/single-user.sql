-- The application of an article on tenants that came late: users and what they own, no organization.

create table users (id uuid primary key default gen_random_uuid(), email text not null unique);
create table projects (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references users (id),
  name text not null, updated_at timestamptz not null default now());
create table tasks (
  id bigserial primary key, project_id uuid not null references projects (id) on delete cascade,
  title text not null, hours numeric(6,2) not null default 0, meta jsonb not null default '{}');
create index on tasks (project_id);
create table comments (
  id bigserial primary key, task_id bigint not null references tasks (id) on delete cascade, body text not null);
create index on comments (task_id);
create table documents (
  id uuid primary key default gen_random_uuid(), project_id uuid references projects (id) on delete set null,
  user_id uuid not null references users (id), body text not null);
create table statuses (id integer primary key, name text not null);
alter table projects add column status_id integer references statuses (id);
insert into statuses values (1, 'open'), (2, 'done');
create table sessions (id text primary key, token text not null, user_id uuid not null references users (id));
create table __drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
create function touch() returns trigger language plpgsql as $$ begin new.updated_at := clock_timestamp(); return new; end $$;
create trigger touch before update on projects for each row execute function touch();
