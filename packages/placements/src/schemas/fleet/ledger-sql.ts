import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';

/**
 * Which migrations a schema of a tenant has: the rows of Drizzle's own table, for each. A row is written in the
 * transaction that brings the migration. Only the login that migrates writes it.
 */
export function schemaMigrationsSql({ roles }: Tenancy): Ddl {
  return ddl`
    create table if not exists tenantry.schema_migrations (
      place text not null references tenantry.places (name) on delete cascade,
      id bigint generated always as identity,
      hash text not null,
      created_at bigint not null,
      name text,
      applied_at timestamptz not null default now(),
      primary key (place, id)
    );
    comment on table tenantry.schema_migrations is 'which migrations the schemas of tenants have, as drizzle.__drizzle_migrations has it of a database';
    revoke all on tenantry.schema_migrations from public;
    grant select on tenantry.schema_migrations to ${name(roles.system)};
  `;
}
