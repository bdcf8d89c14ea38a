import type { Tenancy } from '../tenancy.ts';
import { contextGrantsSql, contextSql, immutableTenantSql } from './context.ts';
import { type Ddl, ddl, join } from './ddl.ts';
import { rolesSql } from './roles.ts';

/**
 * Everything that tables with a tenant column stand on: the roles, the schema `tenantry` and the
 * context functions. It can be run again at any time. Run it before the first table is created,
 * as the login that will own the tables.
 */
export function foundationSql(tenancy: Tenancy): Ddl {
  return join(
    [
      rolesSql(tenancy),
      ddl`create schema if not exists tenantry;`,
      contextSql(tenancy),
      immutableTenantSql(),
      contextGrantsSql(tenancy),
      hardeningSql,
    ],
    '\n\n',
  );
}

/**
 * Takes from PUBLIC what a stolen login would use to shadow tables: objects in schema public (the
 * default before PostgreSQL 15) and temporary tables. Only an owner may; others get a notice.
 */
const hardeningSql = ddl`
  do $tenantry$
  begin
    begin
      revoke create on schema public from public;
      execute format('revoke temporary on database %I from public', current_database());
    exception when insufficient_privilege or invalid_schema_name then
      raise notice 'tenantry: the owner of the database should revoke CREATE on schema public and TEMPORARY from PUBLIC';
    end;
  end
  $tenantry$;
`;
