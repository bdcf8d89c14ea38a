import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, name } from '@tenantry/core/sql';

/**
 * Certificates of erasures. Each has the hash of the one before it, so that one which is missing or changed
 * is found. Only the login that migrates writes them.
 */
export const erasuresSql = ({ roles }: Tenancy): Ddl => ddl`
  create table if not exists tenantry.erasures (
    number bigint primary key,
    tenant text not null,
    certificate text not null,
    hash bytea not null,
    signature bytea
  );
  create index if not exists erasures_tenant on tenantry.erasures (tenant);
  comment on table tenantry.erasures is 'what was erased, when and by whom; no value of a row';
  revoke all on tenantry.erasures from public, ${name(roles.app)}, ${name(roles.system)};
  grant select on tenantry.erasures to ${name(roles.system)};
`;
