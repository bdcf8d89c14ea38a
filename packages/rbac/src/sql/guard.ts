import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { builtInRoleIdSql } from '../definition/built-in-id.ts';
import { atHome, homeOf } from './at-home.ts';
import { asCaller } from './makers.ts';
import { raise } from './raise.ts';
import { type Names, type RbacTable, userOf } from './tables.ts';

/** Refuses a command on a table with a readable error, before its policies refuse it with a generic one. */
export const guard = (table: RbacTable, command: 'insert' | 'update' | 'delete'): Ddl => ddl`
  if ${table.isBound} then
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

/** Functions that the others use: a role by its key, the version of a tenant. */
export function helperFunctions(names: Names): SqlFunction[] {
  const { builtInRoles: b, roles: r, memberRoles: mr, tenant, tenantType } = names;
  const home = homeOf(names);
  return [
    ...(names.onCitus
      ? [
          asCaller(
            names,
            ddl`rbac_user_id(text) returns ${names.userType}`,
            ddl`begin return ${userOf(names, ddl`$1`)}; end`,
            { volatility: 'immutable' },
          ),
        ]
      : []),
    asCaller(
      names,
      ddl`rbac_built_in_role_id(key text) returns uuid`,
      ddl`begin return ${builtInRoleIdSql(ddl`$1`)}; end`,
      { volatility: 'stable' },
    ),
    asCaller(
      names,
      ddl`rbac_role_id(tenant ${tenantType}, role text) returns uuid`,
      ddl`
        declare
          found_id uuid;
        begin
          select b.${b.c('id')} into found_id from ${b.target} b where b.${b.c('key')} = $2;
          if found_id is null then
            select r.${r.c('id')} into found_id from ${r.target} r where r.${r.c(tenant)} = $1 and r.${r.c('key')} = $2;
          end if;
          if found_id is null then
            ${raise('ROLE_UNKNOWN', ddl`coalesce($2, 'null')`, ddl`jsonb_build_object('role', $2)`)}
          end if;
          return found_id;
        end
      `,
      { volatility: 'stable' },
    ),
    ...atHome(
      names,
      ddl`my_version() returns bigint`,
      ddl`
        ${home.declared}
        begin
          return (select v.version from tenantry.rbac_versions v where v.tenant_id = ${home.tenant});
        end
      `,
      { volatility: 'stable', callers: [names.app] },
    ),
    asCaller(
      names,
      ddl`rbac_version(tenant ${tenantType}) returns bigint`,
      ddl`
        begin
          if ${mr.isBound} then return tenantry.my_version(); end if;
          return (select v.version from tenantry.rbac_versions v where v.tenant_id = $1);
        end
      `,
      { volatility: 'stable' },
    ),
  ];
}
