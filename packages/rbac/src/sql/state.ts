import { type Ddl, ddl } from '@tenantry/core/sql';
import { citusStateSql } from './citus-state.ts';
import type { Names } from './tables.ts';

/**
 * The derived state for checks, private to the functions of this package: the expanded permissions of
 * each member, and a version for each tenant. The version has its own table, so that changes of roles do
 * not wait for seat counts that lock the row of the tenant.
 */
export const stateSql = (names: Names): Ddl[] =>
  names.onCitus ? [tablesSql(names), ...citusStateSql(names)] : [tablesSql(names)];

const tablesSql = ({ tenantType, userType, app, system }: Names): Ddl => ddl`
  create table if not exists tenantry.rbac_versions (
    tenant_id ${tenantType} primary key,
    version bigint not null default 1
  );
  create table if not exists tenantry.member_permissions (
    tenant_id ${tenantType} not null,
    user_id ${userType} not null,
    permissions text[] not null,
    facts jsonb not null,
    -- as an entry sends it: jsonb would be written out each time
    entry text not null generated always as (facts::text) stored,
    valid_until timestamptz,
    primary key (tenant_id, user_id)
  );
  create index if not exists member_permissions_marked_idx on tenantry.member_permissions (tenant_id, user_id)
    where valid_until = '-infinity';
  create table if not exists tenantry.rbac_definitions (
    one boolean primary key default true check (one),
    version bigint not null default 1
  );
  insert into tenantry.rbac_definitions default values on conflict do nothing;
  create table if not exists tenantry.rbac_departures (
    tenant_id ${tenantType} not null,
    user_id ${userType} not null,
    left_at timestamptz not null,
    primary key (tenant_id, user_id)
  );
  comment on table tenantry.rbac_departures is 'When members left whom an older invitation must not bring back.';
  comment on table tenantry.member_permissions is 'What each member may do: wildcards and parents expanded, written by triggers; valid until -infinity: to be worked out anew.';
  revoke all on tenantry.rbac_versions, tenantry.member_permissions, tenantry.rbac_departures, tenantry.rbac_definitions from public, ${app};
  grant select, insert, update, delete on tenantry.rbac_versions, tenantry.member_permissions, tenantry.rbac_departures, tenantry.rbac_definitions to ${system};
`;
