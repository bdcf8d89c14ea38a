import { defineTenancy } from '@tenantry/core';
import { entrySql, foundationSql } from '@tenantry/core/sql';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';

export const secret = 'a secret of the tests that is long enough';
export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', secret });

export const ada = '00000000-0000-4000-8000-000000000ada';
export const bob = '00000000-0000-4000-8000-000000000b0b';
const acme = '00000000-0000-4000-8000-00000000ac3e';
const globex = '00000000-0000-4000-8000-0000000910be';

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

const schema = `
  create table organizations (id uuid primary key, slug text not null unique, name text not null);
  create table memberships (
    organization_id uuid not null default tenantry.current_tenant() references organizations,
    user_id uuid not null, name text, primary key (organization_id, user_id));
  create table projects (
    organization_id uuid not null default tenantry.current_tenant(),
    id uuid not null default gen_random_uuid(), name text not null,
    primary key (organization_id, id), unique (organization_id, name));
  ${isolated('organizations', 'id')}${isolated('memberships')}${isolated('projects')}
  insert into organizations values ('${acme}', 'acme', 'Acme'), ('${globex}', 'globex', 'Globex');
  insert into memberships values ('${acme}', '${ada}'), ('${globex}', '${bob}');
  insert into projects (organization_id, name) values
    ('${acme}', 'Rocket'), ('${acme}', 'Anvil'), ('${globex}', 'Reactor');
  do $$ begin
    perform pg_advisory_xact_lock(7264);
    if not exists (select from pg_roles where rolname = 'next_web') then
      create role next_web login password 'next_web' noinherit in role app;
      create role next_worker login password 'next_worker' noinherit in role system;
    end if;
  end $$;
`;

async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const sql of [foundationSql(tenancy).sql, schema, entrySql(tenancy, directory).sql])
      await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A database with two organizations, and the environment of an application on it. */
export async function exampleDatabase() {
  const { url } = await testDatabase({ key: 'next-minimal', migrate });
  const as = (login: string) => {
    const other = new URL(url);
    other.username = login;
    other.password = login;
    return other.href;
  };
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  afterAll(() => admin.end());
  return {
    env: {
      DATABASE_URL: as('next_web'),
      DATABASE_URL_SYSTEM: as('next_worker'),
      TENANCY_SECRET: secret,
    },
    /** Asks as the superuser, past all policies. */
    ask: async (sql: string, values?: unknown[]) =>
      (await admin.query<Record<string, unknown>>(sql, values)).rows,
  };
}
