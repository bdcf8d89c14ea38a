import { defineTenancy } from '@tenantry/core';
import { entrySql, foundationSql } from '@tenantry/core/sql';
import { withClient } from '../sql/client.ts';

/** Signs what is captured in a world; an application in another process needs it too. */
export const secret = 'a secret of conformance worlds for tests alone';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', secret });

/** The two organizations, their members, and their projects. */
export const organizations = {
  acme: {
    id: '00000000-0000-4000-8000-00000000ac3e',
    user: '00000000-0000-4000-8000-000000000ada',
    rows: ['Anvil', 'Rocket'],
  },
  globex: {
    id: '00000000-0000-4000-8000-0000000910be',
    user: '00000000-0000-4000-8000-000000000b0b',
    rows: ['Reactor'],
  },
} as const;

const directory = {
  tenants: ['public', 'organizations'],
  id: 'id',
  claims: { slug: 'slug' },
  members: ['public', 'memberships'],
  memberTenant: 'organization_id',
  memberUser: 'user_id',
  userType: 'uuid',
} as const;

const isolated = (table: string, column = 'organization_id') => `
  alter table ${table} enable row level security, force row level security;
  create policy ${table}_tenant_isolation on ${table} for all to app
    using (${column} = (select tenantry.current_tenant()));
  create policy ${table}_tenant_floor on ${table} as restrictive for all to app, current_user
    using (${column} = (select tenantry.current_tenant()));
  create policy ${table}_system_access on ${table} for all to system using (true);
  grant select, insert, update (name), delete on ${table} to app;
  grant all on ${table} to system;`;

const tables = `
  create table organizations (id uuid primary key, slug text not null unique, name text not null);
  create table memberships (
    organization_id uuid not null default tenantry.current_tenant() references organizations,
    user_id uuid not null, name text, primary key (organization_id, user_id));
  create table projects (
    organization_id uuid not null default tenantry.current_tenant(),
    id uuid not null default gen_random_uuid(), name text not null,
    primary key (organization_id, id), unique (organization_id, name));
  ${isolated('organizations', 'id')}${isolated('memberships')}${isolated('projects')}`;

const rows = Object.entries(organizations).map(
  ([slug, { id, user, rows }]) => `
    insert into organizations values ('${id}', '${slug}', initcap('${slug}'));
    insert into memberships values ('${id}', '${user}');
    insert into projects (organization_id, name) select '${id}', unnest('{${rows.join()}}'::text[]);`,
);

/** Makes the tables and rows of a world, as the login that owns them. */
export const makeWorld = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(foundationSql(tenancy).sql);
    await client.query(tables + rows.join(''));
    await client.query(entrySql(tenancy, directory).sql);
  });

/** A hundred organizations more, each with a member and a project of its own. */
export const crowdSql = `
  with made as (
    insert into organizations select id, 'crowd-' || id, 'Crowd'
      from (select gen_random_uuid() as id from generate_series(1, 100)) ids
      returning id, slug),
  members as (
    insert into memberships select id, gen_random_uuid() from made returning *),
  projects as (
    insert into projects (organization_id, name) select id, 'Project of ' || slug from made
      returning organization_id, name)
  select slug as claim, user_id as user, array[projects.name] as rows from made
    join members on members.organization_id = made.id
    join projects on projects.organization_id = made.id`;
