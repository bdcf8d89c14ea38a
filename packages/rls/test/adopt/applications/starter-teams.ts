// A starter kit: teams and users with serial ids, an activity log, invitations. No table but the log has an
// index on the team. The kind of the ids is a parameter.

/** What a kind of id is in the database, and how a value of it is written. */
export const idKinds = {
  uuid: {
    column: 'uuid primary key default gen_random_uuid()',
    type: 'uuid',
    of: (n: string) => `('00000000-0000-4000-8000-' || lpad(${n}::text, 12, '0'))::uuid`,
  },
  integer: { column: 'serial primary key', type: 'integer', of: (n: string) => `${n}::integer` },
  bigint: { column: 'bigserial primary key', type: 'bigint', of: (n: string) => `${n}::bigint` },
} as const;

export const starterTeams = (kind: keyof typeof idKinds): string => {
  const { column, type, of } = idKinds[kind];
  return `
create table users (
  id serial primary key, name varchar(100), email varchar(255) not null unique, password_hash text not null,
  role varchar(20) not null default 'member', created_at timestamp not null default now(), deleted_at timestamp);
create table teams (
  id ${column}, name varchar(100) not null, created_at timestamp not null default now(),
  stripe_customer_id text unique, plan_name varchar(50));
create table team_members (
  id serial primary key, user_id integer not null references users (id), team_id ${type} not null references teams (id),
  role varchar(50) not null, joined_at timestamp not null default now());
create table activity_logs (
  id serial primary key, team_id ${type} not null references teams (id), user_id integer references users (id),
  action text not null, timestamp timestamp not null default now(), ip_address varchar(45));
create table invitations (
  id serial primary key, team_id ${type} not null references teams (id), email varchar(255) not null,
  role varchar(50) not null, invited_by integer not null references users (id), status varchar(20) not null default 'pending');
-- what the application added: of a user, and of that
create table prompts (id serial primary key, user_id integer not null references users (id), body text not null);
create table runs (id serial primary key, prompt_id integer not null references prompts (id) on delete cascade,
  tokens integer not null default 0, updated_at timestamp not null default now());
insert into users (email, password_hash) select 'u' || i, 'x' from generate_series(1, 12) i;
insert into teams (id, name) select ${of('i')}, 'team ' || i from generate_series(1, 4) i;
insert into team_members (user_id, team_id, role) select i, ${of('(1 + i % 4)')}, 'owner' from generate_series(1, 12) i;
insert into activity_logs (team_id, user_id, action) select ${of('(1 + i % 4)')}, 1 + i % 12, 'SIGN_IN' from generate_series(1, 200) i;
insert into invitations (team_id, email, role, invited_by) select ${of('(1 + i % 4)')}, 'x' || i, 'member', 1 + i % 12 from generate_series(1, 10) i;
insert into prompts (user_id, body) select 1 + i % 12, 'p' from generate_series(1, 60) i;
insert into runs (prompt_id) select 1 + i % 60 from generate_series(1, 300) i;
`;
};
