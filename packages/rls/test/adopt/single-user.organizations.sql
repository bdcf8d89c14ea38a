-- The first thing to do: organizations with their members, here two users to each.

create table organizations (id uuid primary key default gen_random_uuid(), name text not null);
create table memberships (
  organization_id uuid not null references organizations (id), user_id uuid not null references users (id),
  role text not null default 'owner', primary key (organization_id, user_id));
with numbered as (select id, email, (row_number() over (order by email) - 1) / 2 as pair from users),
  made as (insert into organizations (name) select 'organization ' || pair from numbered group by pair returning id, name)
insert into memberships (organization_id, user_id)
select made.id, numbered.id from numbered join made on made.name = 'organization ' || numbered.pair;
