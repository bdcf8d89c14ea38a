import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll } from 'vitest';
import {
  createTenantPool,
  defineTenancy,
  type Tenancy,
  type TenantPool,
  type TenantPoolOptions,
} from '../../src/index.ts';
import { entrySql, foundationSql } from '../../src/sql/index.ts';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  secret: 'a secret of the tests, long enough to be one',
});

export const acme = '00000000-0000-4000-8000-00000000ac3e';
export const globex = '00000000-0000-4000-8000-0000000910be';
export const ada = '00000000-0000-4000-8000-000000000ada';
export const bob = '00000000-0000-4000-8000-000000000b0b';

export const directory = {
  tenants: ['public', 'organizations'],
  id: 'id',
  claims: { slug: 'slug' },
  members: ['public', 'memberships'],
  memberTenant: 'organization_id',
  memberUser: 'user_id',
  userType: 'uuid',
} as const;

const isolated = (table: string, column = 'organization_id') => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy ${table}_tenant_isolation on ${table} for all to app
    using (${column} = (select tenantry.current_tenant()));
  create policy ${table}_tenant_floor on ${table} as restrictive for all to app, current_user
    using (${column} = (select tenantry.current_tenant()));
  create policy ${table}_system_access on ${table} for all to system using (true);
  grant select, insert, delete on ${table} to app;
  grant all on ${table} to system;`;

const schema = `
  create table organizations (id uuid primary key, slug text not null unique, name text not null);
  create table memberships (
    organization_id uuid not null default tenantry.current_tenant() references organizations,
    user_id uuid not null, primary key (organization_id, user_id));
  create table projects (
    organization_id uuid not null default tenantry.current_tenant(),
    id uuid not null default gen_random_uuid(),
    name text not null, stars integer not null default 0, done_at timestamptz,
    primary key (organization_id, id), unique (organization_id, name));
  ${isolated('organizations', 'id')}
  ${isolated('memberships')}
  ${isolated('projects')}
  grant update (name, stars, done_at) on projects to app;
  -- what an application may have, and should not: a way for any statement into any other
  create function run_sql(text) returns void language plpgsql as $$ begin execute $1; end $$;
  create procedure run(text) language plpgsql as $$ begin execute $1; end $$;
  create procedure commit_and_run(text) language plpgsql as $$ begin commit; execute $1; end $$;
  create procedure roll_back_and_run(text) language plpgsql as $$ begin rollback; execute $1; end $$;
  insert into organizations values ('${acme}', 'acme', 'Acme'), ('${globex}', 'globex', 'Globex');
  insert into memberships values ('${acme}', '${ada}'), ('${globex}', '${bob}');
  insert into projects (organization_id, name) values
    ('${acme}', 'Rocket'), ('${acme}', 'Anvil'), ('${globex}', 'Reactor');
`;

/** Runs as the migrating login, once for all files with the same content. */
async function migrate(url: string, forTenancy: Tenancy): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(foundationSql(forTenancy).sql);
    await client.query(schema);
    await client.query(entrySql(forTenancy, directory).sql);
    await client.query(`do $$ begin
      perform pg_advisory_xact_lock(7263);
      if not exists (select from pg_roles where rolname = 'web') then
        create role web login password 'web' noinherit in role app;
        create role worker login password 'worker' noinherit in role system;
      end if;
    end $$`);
  } finally {
    await client.end();
  }
}

export interface CoreDatabase {
  /** The url of the migrating login, a superuser. */
  readonly url: string;
  /** The url of the login that serves tenants, and of the one for system work. */
  readonly web: string;
  readonly worker: string;
  /** A tenant pool as in production, ended after the file. */
  pool(options?: TenantPoolOptions): TenantPool;
  /** Asks as the superuser, past all policies. */
  ask(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

/** A database with two organizations, for one test file. */
export async function coreDatabase(forTenancy: Tenancy = tenancy): Promise<CoreDatabase> {
  const database = await testDatabase({
    key: `core-${forTenancy.context}`,
    migrate: (url: string) => migrate(url, forTenancy),
  });
  const as = (login: string) => {
    const url = new URL(database.url);
    url.username = login;
    url.password = login;
    return url.href;
  };
  const ends: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(ends.map((end) => end())));
  const admin = new pg.Pool({ connectionString: database.url, max: 2 });
  ends.push(() => admin.end());
  return {
    url: database.url,
    web: as('web'),
    worker: as('worker'),
    pool(options = {}) {
      const pool = createTenantPool(forTenancy, {
        connectionString: as('web'),
        system: { connectionString: as('worker') },
        ...options,
      });
      ends.push(() => (pool.ending ? Promise.resolve() : pool.end()));
      return pool;
    },
    ask: async (sql, values) => (await admin.query(sql, values)).rows,
  };
}
