// Product analytics: events partitioned by month with a key of (id, happened_at), raw and rolled up, and
// tables of the projects beside them.

const months = ['2026-01', '2026-02', '2026-03'];
const next = (month: string) => `2026-0${Number(month.slice(-1)) + 1}-01`;

export const partitionedEvents = `
create table users (id uuid primary key default gen_random_uuid(), email text not null);
create table organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table memberships (organization_id uuid not null references organizations (id), user_id uuid not null references users (id), primary key (organization_id, user_id));
create table projects (id uuid primary key default gen_random_uuid(), user_id uuid not null references users (id), name text not null);
create table sources (id uuid primary key default gen_random_uuid(), project_id uuid not null references projects (id) on delete cascade, kind text not null);
create table events (
  id uuid not null default gen_random_uuid(), happened_at timestamptz not null, project_id uuid not null references projects (id) on delete cascade,
  source_id uuid references sources (id), name text not null, properties jsonb not null default '{}', primary key (id, happened_at)
) partition by range (happened_at);
${months.map((month) => `create table events_${month.replace('-', '_')} partition of events for values from ('${month}-01') to ('${next(month)}');`).join('\n')}
create table events_rest partition of events default;
create index on events (project_id, happened_at);
create table daily (project_id uuid not null references projects (id) on delete cascade, day date not null, name text not null, count bigint not null, primary key (project_id, day, name));
insert into users (email) select 'u' || i from generate_series(1, 4) i;
insert into organizations (name) select 'o' || i from generate_series(1, 2) i;
insert into memberships select o.id, u.id from users u join organizations o on o.name = case when u.email < 'u3' then 'o1' else 'o2' end;
insert into projects (user_id, name) select id, 'p' from users;
insert into sources (project_id, kind) select id, 'web' from projects;
insert into events (happened_at, project_id, source_id, name)
select timestamptz '2026-01-01' + i * interval '3 hours', s.project_id, case when i % 3 > 0 then s.id end, 'view' from sources s, generate_series(1, 900) i;
insert into daily select project_id, happened_at::date, name, count(*) from events group by 1, 2, 3;
`;
