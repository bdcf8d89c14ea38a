// 50 tables on a platform that keeps accounts in a schema of its own: 110 policies of the application,
// functions in them, generated columns, triggers, enums.

const areas = ['crm', 'billing', 'files', 'planning', 'support', 'reports', 'chat', 'stock'];
const parts = ['lists', 'items', 'notes', 'links', 'events', 'states'];

/** 48 tables of the application: lists of an account, items of a list, and so on. */
const tables = areas.flatMap((area) =>
  parts.map((part, i) => ({
    name: `${area}_${part}`,
    parent:
      i === 0 ? undefined : i === 1 ? `${area}_lists` : i < 4 ? `${area}_items` : `${area}_notes`,
    direct: i === 0 || i === 5,
  })),
);

const table = ({ name, parent, direct }: (typeof tables)[number]): string => `
create table public.${name} (
  id uuid primary key default gen_random_uuid(),
  ${direct ? 'account_id uuid not null references public.accounts (id) on delete cascade,' : ''}
  ${parent === undefined ? '' : `${parent}_id uuid not null references public.${parent} (id) on delete cascade,`}
  title text not null default 'x', amount numeric(10,2) not null default 1, rate numeric(4,2) not null default 0.2,
  tax numeric(12,4) generated always as (amount * rate) stored,
  search tsvector generated always as (to_tsvector('english', title)) stored,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now());
create trigger touch before update on public.${name} for each row execute function public.touch();
alter table public.${name} enable row level security;
create policy "members read" on public.${name} for select to authenticated using (${direct ? 'account_id in (select public.accounts_of_user())' : 'true'});
create policy "members write" on public.${name} for all to authenticated using (${direct ? 'account_id in (select public.accounts_of_user())' : 'auth.uid() is not null'});
`;

export const policiesOf = (count: number): string =>
  tables
    .slice(0, count)
    .map(
      ({ name }) =>
        `create policy "service" on public.${name} for delete to authenticated using (auth.uid() is not null);`,
    )
    .join('\n');

export const manyPolicies = `
do $$ begin create role authenticated nologin; exception when duplicate_object or unique_violation then null; end $$;
create schema auth;
create table auth.users (id uuid primary key default gen_random_uuid(), email text);
create function auth.uid() returns uuid language sql stable as $$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
create type public.account_role as enum ('owner', 'member');
create table public.accounts (id uuid primary key default gen_random_uuid(), name text not null, personal boolean not null default false);
create table public.account_user (user_id uuid not null references auth.users (id), account_id uuid not null references public.accounts (id) on delete cascade,
  account_role public.account_role not null default 'owner', primary key (user_id, account_id));
create function public.accounts_of_user() returns setof uuid language sql stable as $$ select account_id from public.account_user where user_id = auth.uid() $$;
create function public.touch() returns trigger language plpgsql as $$ begin new.updated_at := clock_timestamp(); return new; end $$;
alter table public.accounts enable row level security;
alter table public.account_user enable row level security;
create policy "read" on public.accounts for select to authenticated using (id in (select public.accounts_of_user()));
create policy "write" on public.accounts for update to authenticated using (id in (select public.accounts_of_user()));
create policy "read" on public.account_user for select to authenticated using (user_id = auth.uid());
create policy "leave" on public.account_user for delete to authenticated using (user_id = auth.uid());
${tables.map(table).join('')}
${policiesOf(10)}
insert into auth.users (email) select 'u' || i from generate_series(1, 3) i;
insert into public.accounts (name) select 'a' || i from generate_series(1, 3) i;
insert into public.account_user select u.id, a.id from (select id, row_number() over (order by email) n from auth.users) u
  join (select id, row_number() over (order by name) n from public.accounts) a using (n);
${areas
  .map(
    (area) => `
insert into public.${area}_lists (account_id) select id from public.accounts, generate_series(1, 3);
insert into public.${area}_items (${area}_lists_id) select id from public.${area}_lists;
insert into public.${area}_notes (${area}_items_id) select id from public.${area}_items;
insert into public.${area}_links (${area}_items_id) select id from public.${area}_items;
insert into public.${area}_events (${area}_notes_id) select id from public.${area}_notes;
insert into public.${area}_states (account_id, ${area}_notes_id)
  select l.account_id, n.id from public.${area}_notes n join public.${area}_items i on i.id = n.${area}_items_id join public.${area}_lists l on l.id = i.${area}_lists_id;`,
  )
  .join('')}
`;
