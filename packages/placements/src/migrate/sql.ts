import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';

/**
 * What `tenantry migrate` remembers of the places, in the shared database: that the ledger of a place has
 * been equal to a folder of migrations. Only the login that migrates writes it.
 */
export function placeMigrationsSql({ roles }: Tenancy): Ddl {
  return ddl`
    create table if not exists tenantry.place_migrations (
      place text primary key references tenantry.places (name) on delete cascade,
      mark uuid not null,
      folder text not null,
      seen_at timestamptz not null default now()
    );
    comment on table tenantry.place_migrations is 'a memory of tenantry migrate: the folder of migrations that each place has run; what has run is in the ledger of the place';
    revoke all on tenantry.place_migrations from public;
    grant select on tenantry.place_migrations to ${name(roles.system)};
  `;
}
