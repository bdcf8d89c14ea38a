import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';

/** When tenants were imported here. Their rows were written without triggers, so no entry has what was before. */
export const importsSql = ({ roles }: Tenancy): Ddl => ddl`
  create table if not exists tenantry.imports (
    tenant text primary key,
    source text not null default '',
    imported_at timestamptz not null default clock_timestamp()
  );
  comment on table tenantry.imports is 'when tenants were imported into this database';
  revoke all on tenantry.imports from public, ${name(roles.app)}, ${name(roles.system)};
  grant select on tenantry.imports to ${name(roles.system)};
`;
