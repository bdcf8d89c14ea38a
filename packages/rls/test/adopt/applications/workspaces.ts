// 100 tables: organizations, workspaces under them, and tables of either; deep chains, tables that
// reference themselves, a lookup table, a queue.

const kinds = [
  'boards',
  'pages',
  'forms',
  'goals',
  'sprints',
  'assets',
  'automations',
  'dashboards',
  'channels',
  'contacts',
];
const levels = [
  '',
  '_groups',
  '_entries',
  '_fields',
  '_values',
  '_comments',
  '_files',
  '_revisions',
  '_watchers',
];

const table = (kind: string, level: string, i: number): string => {
  const parent = i === 0 ? 'workspaces' : `${kind}${levels[i === 1 ? 0 : i < 5 ? i - 1 : 2]}`;
  const column = i === 0 ? 'workspace_id' : 'parent_id';
  return `
create table ${kind}${level} (
  id uuid primary key default gen_random_uuid(), ${column} uuid not null references ${parent} (id) on delete cascade,
  ${i === 2 ? `above_id uuid references ${kind}${level} (id) on delete set null, status_id integer references statuses (id),` : ''}
  ${i === 5 ? 'author_id uuid references users (id),' : ''}
  name text not null default 'x', position integer not null default 0);
create index on ${kind}${level} (${column});`;
};

export const workspaces = `
create table users (id uuid primary key default gen_random_uuid(), email text not null unique);
create table organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table organization_members (organization_id uuid not null references organizations (id), user_id uuid not null references users (id),
  role text not null default 'member', primary key (organization_id, user_id));
create table workspaces (id uuid primary key default gen_random_uuid(), organization_id uuid not null references organizations (id) on delete cascade, name text not null);
create table workspace_members (id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id) on delete cascade,
  user_id uuid not null references users (id), unique (workspace_id, user_id));
create table statuses (id integer primary key, name text not null);
create table subscriptions (id uuid primary key default gen_random_uuid(), organization_id uuid not null references organizations (id), plan text not null);
create table api_keys (id uuid primary key default gen_random_uuid(), workspace_id uuid not null references workspaces (id), hash text not null unique);
create table outbox (id bigserial primary key, payload jsonb not null);
create table schema_migrations (version text primary key);
${kinds.flatMap((kind) => levels.map((level, i) => table(kind, level, i))).join('')}
create view open_boards as select b.id, b.name from boards b;
insert into users (email) select 'u' || i from generate_series(1, 4) i;
insert into organizations (name) select 'o' || i from generate_series(1, 2) i;
insert into organization_members (organization_id, user_id) select o.id, u.id from users u
  join organizations o on o.name = case when u.email < 'u3' then 'o1' else 'o2' end;
insert into workspaces (organization_id, name) select id, 'w' || i from organizations, generate_series(1, 2) i;
insert into workspace_members (workspace_id, user_id) select w.id, m.user_id from workspaces w join organization_members m using (organization_id);
insert into statuses values (1, 'open');
insert into subscriptions (organization_id, plan) select id, 'pro' from organizations;
insert into outbox (payload) values ('{}');
${kinds
  .map((kind) =>
    levels
      .map((level, i) =>
        i === 0
          ? `insert into ${kind} (workspace_id) select id from workspaces;`
          : `insert into ${kind}${level} (parent_id) select id from ${kind}${levels[i === 1 ? 0 : i < 5 ? i - 1 : 2]};`,
      )
      .join('\n'),
  )
  .join('\n')}
`;
