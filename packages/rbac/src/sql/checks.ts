import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { raise } from './raise.ts';
import { resourceExists } from './resources.ts';
import type { Names } from './tables.ts';
import { beforeRow, definerTrigger } from './triggers.ts';

const noRole = raise('ROLE_UNKNOWN', ddl`'a role that is not one of this tenant'`);

/** What a row must be like, whoever writes it. */
export const checkFunctions = (names: Names): SqlFunction[] => [
  assignedRole(names),
  definerTrigger(
    names,
    'rbac_assigned_resource',
    ddl`
      declare
        there boolean;
      begin
        ${resourceExists(names)}
        return new;
      end
    `,
  ),
  rolePermission(names),
  role(names),
];

export const checkTriggers = ({
  memberRoles,
  invitations,
  rolePermissions,
  roles,
}: Names): Ddl[] => [
  ...(invitations === undefined ? [memberRoles] : [memberRoles, invitations]).map((table) =>
    beforeRow(table, 'rbac_assigned_role', 'insert or update'),
  ),
  beforeRow(memberRoles, 'rbac_assigned_resource', 'insert or update'),
  beforeRow(rolePermissions, 'rbac_role_permission', 'insert or update'),
  beforeRow(roles, 'rbac_role', 'insert or update'),
];

/** A system role, or one of the same tenant. */
const assignedRole = (names: Names): SqlFunction => {
  const { roles: r, memberRoles: mr, tenant } = names;
  return definerTrigger(
    names,
    'rbac_assigned_role',
    ddl`
      begin
        if not exists (select from ${r.target} r
          where r.${r.c('id')} = new.${mr.c('roleId')} and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = new.${mr.c(tenant)})) then
          ${noRole}
        end if;
        return new;
      end
    `,
  );
};

const rolePermission = (names: Names): SqlFunction => {
  const { roles: r, rolePermissions: rp, permissions: p, tenant } = names;
  return definerTrigger(
    names,
    'rbac_role_permission',
    ddl`
      begin
        if not exists (select from ${r.target} r where r.${r.c('id')} = new.${rp.c('roleId')}
          and r.${r.c(tenant)} is not distinct from new.${rp.c(tenant)}) then
          ${noRole}
        end if;
        if new.${rp.c('permission')} <> '*' and not exists (select from ${p.target} p
          where new.${rp.c('permission')} in (p.${p.c('key')}, p.${p.c('resource')} || ':*')) then
          ${raise('PERMISSION_UNKNOWN', ddl`new.${rp.c('permission')}`, ddl`jsonb_build_object('permission', new.${rp.c('permission')})`)}
        end if;
        return new;
      end
    `,
  );
};

const role = (names: Names): SqlFunction => {
  const { roles: r, tenant } = names;
  return definerTrigger(
    names,
    'rbac_role',
    ddl`
      begin
        if new.${r.c(tenant)} is not null and exists (select from ${r.target} r
          where r.${r.c(tenant)} is null and r.${r.c('key')} = new.${r.c('key')}) then
          ${raise('ROLE_INVALID', ddl`format('the key %s belongs to a system role', new.${r.c('key')})`)}
        end if;
        if new.${r.c('parentId')} is null then return new; end if;
        if not exists (select from ${r.target} r where r.${r.c('id')} = new.${r.c('parentId')}
          and (r.${r.c(tenant)} is null or r.${r.c(tenant)} = new.${r.c(tenant)})) then
          ${raise('ROLE_UNKNOWN', ddl`'a parent that is not a role of this tenant'`)}
        end if;
        if tg_op = 'UPDATE' and new.${r.c('parentId')} is distinct from old.${r.c('parentId')} then
          -- two changes at once would each see no circle: the second waits, then looks again. An
          -- update and not a lock, so that a transaction with an older snapshot fails
          if new.${r.c(tenant)} is null then perform tenantry.rbac_definition_changes();
          else perform tenantry.rbac_hold_tenant(new.${r.c(tenant)});
          end if;
        end if;
        if exists (
          with recursive above as (
            select new.${r.c('parentId')} as id
            union
            select r.${r.c('parentId')} from above a join ${r.target} r on r.${r.c('id')} = a.id
          )
          select from above a where a.id = new.${r.c('id')}
        ) then
          ${raise('ROLE_INVALID', ddl`format('role %s would be its own ancestor', new.${r.c('key')})`)}
        end if;
        return new;
      end
    `,
  );
};
