import { defineTenancy } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import { idKind, ids } from './ids.ts';

// of whatever kind, ids go in as text
export const tenancy = defineTenancy({ tenant: 'organization', id: idKind as 'uuid' });

export const tenantCount = 1000;
export const rowsPerTenant = 1000;

/** Who connects: the pools under test, hand-written SQL past all policies, and the peer. */
export const logins = {
  web: 'bench_web',
  trusted: 'bench_trusted',
  peer: 'bench_peer',
} as const;

const ofTenant = `organization_id = (select ${tenantOfTransaction(tenancy).sql})`;

/** What `isolate` writes for a table with a tenant column. */
export const isolation = (table: string) => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy ${table}_tenant_isolation on ${table} for all to app
    using (${ofTenant})
    with check (${ofTenant});
  create policy ${table}_tenant_floor on ${table} as restrictive for all to app, current_user
    using (${ofTenant})
    with check (${ofTenant});
  create policy ${table}_system_access on ${table} for all to system using (true) with check (true);
  create trigger "0_tenantry_refuse_column_change" before update of organization_id, id on ${table}
    for each row when (record_image_ne(row(old.organization_id, old.id), row(new.organization_id, new.id)))
    execute function tenantry.refuse_column_change('tenant', 'organization_id', 'key', 'id');
  grant select, insert, delete on ${table} to app;
  grant update (organization_id, id, name, stars, done_at) on ${table} to app;
  grant select, insert, update, delete on ${table} to ${logins.trusted};`;

/** A table with rows of `tenants` tenants; the key comes after the rows, which is faster. */
export const projectsTable = (table: string, tenants: number, rows: number) => `
  create table ${table} (
    organization_id ${idKind} not null default ${tenantOfTransaction(tenancy).sql},
    id uuid not null default gen_random_uuid(),
    name text not null,
    stars integer not null default 0,
    done_at timestamptz,
    created_at timestamptz not null default now());
  insert into ${table} (organization_id, id, name, stars, created_at)
    select ${ids.sql},
      md5(t || '-' || r)::uuid, 'Project ' || r, r % 100, now() - r * interval '1 hour'
    from generate_series(1, ${tenants}) t, generate_series(1, ${rows}) r;
  alter table ${table} add primary key (organization_id, id);
  ${isolation(table)}`;

/**
 * The same rows for @usebetterdev/tenant: its column name, its setting, its tenants table. Its own
 * policy compares `tenant_id::text`, which reads the whole table; this one may use the index, so
 * that what is compared is the way a statement travels.
 */
export const peerTables = `
  create table tenants (
    id uuid primary key default gen_random_uuid(), name text not null, slug text not null unique,
    created_at timestamptz not null default now());
  insert into tenants (id, name, slug)
    select distinct organization_id, 'Tenant', organization_id::text from projects;
  alter table tenants enable row level security;
  create policy tenants_select on tenants for select using (true);
  create table peer_projects (
    tenant_id uuid not null default current_setting('app.current_tenant', true)::uuid,
    id uuid not null default gen_random_uuid(),
    name text not null,
    stars integer not null default 0,
    done_at timestamptz,
    created_at timestamptz not null default now());
  insert into peer_projects
    select organization_id, id, name, stars, done_at, created_at from projects;
  alter table peer_projects add primary key (tenant_id, id);
  alter table peer_projects enable row level security;
  alter table peer_projects force row level security;
  create policy peer_projects_isolation on peer_projects for all
    using (tenant_id = (select current_setting('app.current_tenant', true)::uuid))
    with check (tenant_id = (select current_setting('app.current_tenant', true)::uuid));
  grant select on tenants to ${logins.peer};
  grant select, insert, update, delete on peer_projects to ${logins.peer};`;
