import type pg from 'pg';

// The application of an article on tenants that came late: users and what they own, no organization.

export const tablesSql = `
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
`;

/** Rows of some users; `tasks` tells how many there are of the largest table. */
export async function seed(client: pg.Client, { users, tasks }: { users: number; tasks: number }) {
  await client.query(
    "insert into users (email) select 'user' || i || '@example.com' from generate_series(1, $1) i",
    [users],
  );
  await client.query(`insert into projects (user_id, name, status_id)
    select id, 'project ' || n, 1 + n % 2 from users, generate_series(1, 5) n`);
  await client.query(
    `insert into tasks (project_id, title, hours, meta)
    select p.id, 'task ' || i, i % 100 / 4.0, jsonb_build_object('n', i)
    from generate_series(1, $1) i join (select id, row_number() over (order by id) - 1 as nth, count(*) over () as all from projects) p
      on p.nth = i % p.all`,
    [tasks],
  );
  await client.query(
    `insert into comments (task_id, body) select id, 'on ' || title from tasks where id % 4 = 0`,
  );
  await client.query(`insert into documents (project_id, user_id, body)
    select case when n = 1 then null else p.id end, p.user_id, 'document ' || n from projects p, generate_series(1, 2) n`);
}

/** The first thing to do: organizations with their members, here two users to each. */
export const organizationsSql = `
create table organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table memberships (
  organization_id uuid not null references organizations (id), user_id uuid not null references users (id),
  role text not null default 'owner', primary key (organization_id, user_id));
with numbered as (select id, email, (row_number() over (order by email) - 1) / 2 as pair from users),
  made as (insert into organizations (name) select 'organization ' || pair from numbered group by pair returning id, name)
insert into memberships (organization_id, user_id)
select made.id, numbered.id from numbered join made on made.name = 'organization ' || numbered.pair;
`;

/** Everything but the tenant, as one number a table. */
export async function checksums(client: pg.Client): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of [
    'users',
    'projects',
    'tasks',
    'comments',
    'documents',
    'statuses',
    'sessions',
  ]) {
    const { rows } = await client.query(
      `select count(*) || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - 'organization_id')::text, 0)::numeric), 0) as sum from ${table} t`,
    );
    found[table] = rows[0].sum;
  }
  return found;
}
