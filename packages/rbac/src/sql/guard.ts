import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import { definer, type Names, type RbacTable, rights } from './tables.ts';
import { raise } from './triggers.ts';

/** Refuses a command on a table with a readable error, before its policies refuse it with a generic one. */
export const guard = (table: RbacTable, command: 'insert' | 'update' | 'delete'): Ddl => ddl`
  if row_security_active(${literal(table.target.sql)}) then
    ${required(table.managed[command], `${command} on ${table.table}`)}
  end if;
`;

/** Refuses an actor who lacks a permission; without a configured permission, everybody. */
export function required(permission: string | null, what: string): Ddl {
  if (permission === null) {
    return raise('PERMISSION_DENIED', literal(`${what} is left to the system role`));
  }
  const key = literal(permission);
  return ddl`
    if not tenantry.can(${key}) then
      ${raise('PERMISSION_DENIED', literal(`${permission} is missing`), ddl`jsonb_build_object('permission', ${key})`)}
    end if;
  `;
}

/** Helper functions: a role by its key, the version of a tenant. */
export function helpersSql(names: Names): Ddl {
  const { roles: r, memberRoles: mr, tenant, tenantType, app, system } = names;
  return ddl`
    create or replace function tenantry.rbac_role_id(tenant ${tenantType}, role text) returns uuid
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      found_id uuid;
    begin
      select r.${r.c('id')} into found_id from ${r.target} r
      where r.${r.c('key')} = $2 and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = $1)
      order by r.${r.c(tenant)} is null desc limit 1;
      if found_id is null then
        ${raise('ROLE_UNKNOWN', ddl`coalesce($2, 'null')`, ddl`jsonb_build_object('role', $2)`)}
      end if;
      return found_id;
    end
    $tenantry$;
    ${rights(`tenantry.rbac_role_id(${tenantType.sql}, text)`, [app, system])}

    create or replace function tenantry.my_version() returns bigint
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return (select v.version from tenantry.rbac_versions v where v.tenant_id = (${names.currentTenant}));
    end
    $tenantry$;
    ${definer(names, 'tenantry.my_version()', [app])}

    create or replace function tenantry.rbac_version(tenant ${tenantType}) returns bigint
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if row_security_active(${literal(mr.target.sql)}) then return tenantry.my_version(); end if;
      return (select v.version from tenantry.rbac_versions v where v.tenant_id = $1);
    end
    $tenantry$;
    ${rights(`tenantry.rbac_version(${tenantType.sql})`, [app, system])}
  `;
}
