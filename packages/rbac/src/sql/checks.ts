import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { definitionGuard, definitionGuardTriggers } from './citus-sync.ts';
import { raise } from './raise.ts';
import { resourceExists } from './resources.ts';
import type { Names, RbacTable } from './tables.ts';
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
        ${names.resources.some(({ inSchemas }) => inSchemas) ? ddl`in_schema text;` : ddl``}
      begin
        ${resourceExists(names)}
        return new;
      end
    `,
  ),
  rolePermission(names),
  ...(names.onCitus ? [] : [builtInRolePermission(names)]),
  role(names),
  ...(names.onCitus ? [childrenOfRole(names), definitionGuard(names)] : [builtInRole(names)]),
];

export const checkTriggers = (names: Names): Ddl[] => {
  const { onCitus, memberRoles, invitations, rolePermissions } = names;
  const { builtInRolePermissions, roles, builtInRoles } = names;
  return [
    ...(invitations === undefined ? [memberRoles] : [memberRoles, invitations]).map((table) =>
      beforeRow(table, 'rbac_assigned_role', 'insert or update'),
    ),
    beforeRow(memberRoles, 'rbac_assigned_resource', 'insert or update'),
    beforeRow(rolePermissions, 'rbac_role_permission', 'insert or update'),
    ...(onCitus
      ? []
      : [beforeRow(builtInRolePermissions, 'rbac_built_in_role_permission', 'insert or update')]),
    beforeRow(roles, 'rbac_role', 'insert or update'),
    ...(onCitus
      ? [childrenTrigger(roles), ...definitionGuardTriggers(names)]
      : [beforeRow(builtInRoles, 'rbac_built_in_role', 'insert or update')]),
  ];
};

/** A built-in role, or one of the same tenant. The foreign keys hold the same, with a generic error. */
const assignedRole = (names: Names): SqlFunction => {
  const { builtInRoles: b, roles: r, memberRoles: mr, tenant } = names;
  return definerTrigger(
    names,
    'rbac_assigned_role',
    ddl`
      begin
        if not exists (select from ${b.target} b where b.${b.c('id')} = new.${mr.c('roleId')})
          and not exists (select from ${r.target} r
            where r.${r.c(tenant)} = new.${mr.c(tenant)} and r.${r.c('id')} = new.${mr.c('roleId')}) then
          ${noRole}
        end if;
        return new;
      end
    `,
  );
};

const knownPermission = ({ permissions: p }: Names, { c }: RbacTable): Ddl => ddl`
  if new.${c('permission')} <> '*' and not exists (select from ${p.target} p
    where new.${c('permission')} in (p.${p.c('key')}, p.${p.c('resource')} || ':*')) then
    ${raise('PERMISSION_UNKNOWN', ddl`new.${c('permission')}`, ddl`jsonb_build_object('permission', new.${c('permission')})`)}
  end if;
`;

const rolePermission = (names: Names): SqlFunction => {
  const { roles: r, rolePermissions: rp, tenant } = names;
  return definerTrigger(
    names,
    'rbac_role_permission',
    ddl`
      begin
        if not exists (select from ${r.target} r
          where r.${r.c(tenant)} = new.${rp.c(tenant)} and r.${r.c('id')} = new.${rp.c('roleId')}) then
          ${noRole}
        end if;
        ${knownPermission(names, rp)}
        return new;
      end
    `,
  );
};

const builtInRolePermission = (names: Names): SqlFunction =>
  definerTrigger(
    names,
    'rbac_built_in_role_permission',
    ddl`
      begin
        ${knownPermission(names, names.builtInRolePermissions)}
        return new;
      end
    `,
  );

/** What ON DELETE SET NULL does elsewhere. */
const childrenOfRole = (names: Names): SqlFunction => {
  const { roles: r, tenant } = names;
  return definerTrigger(
    names,
    'rbac_role_children',
    ddl`
      begin
        update ${r.target} r set ${r.c('parentId')} = null
        where r.${r.c(tenant)} = old.${r.c(tenant)} and r.${r.c('parentId')} = old.${r.c('id')};
        return null;
      end
    `,
  );
};

/** By its name it runs before the trigger of the foreign key, which would find the children. */
const childrenTrigger = (roles: RbacTable): Ddl => ddl`
  create or replace trigger "0_tenantry_rbac_role_children" after delete on ${roles.target}
    for each row execute function tenantry.rbac_role_children();
`;

const role = (names: Names): SqlFunction => {
  const { builtInRoles: b, roles: r, tenant } = names;
  const noParent = raise('ROLE_UNKNOWN', ddl`'a parent that is not a role of this tenant'`);
  return definerTrigger(
    names,
    'rbac_role',
    ddl`
      begin
        if exists (select from ${b.target} b where b.${b.c('key')} = new.${r.c('key')}) then
          ${raise('ROLE_INVALID', ddl`format('the key %s belongs to a built-in role', new.${r.c('key')})`)}
        end if;
        if new.${r.c('builtInParentId')} is not null
          and not exists (select from ${b.target} b where b.${b.c('id')} = new.${r.c('builtInParentId')}) then
          ${noParent}
        end if;
        -- a built-in role has no parent of a tenant, so that only own parents can close a circle
        if new.${r.c('parentId')} is null then return new; end if;
        if not exists (select from ${r.target} r
          where r.${r.c(tenant)} = new.${r.c(tenant)} and r.${r.c('id')} = new.${r.c('parentId')}) then
          ${noParent}
        end if;
        ${noCircle(r, ddl`perform tenantry.rbac_hold_tenant(new.${r.c(tenant)});`, ddl`r.${r.c(tenant)} = new.${r.c(tenant)} and`)}
        return new;
      end
    `,
  );
};

const builtInRole = (names: Names): SqlFunction => {
  const { builtInRoles: b } = names;
  return definerTrigger(
    names,
    'rbac_built_in_role',
    ddl`
      begin
        if tg_op = 'INSERT' then new.${b.c('id')} := tenantry.rbac_built_in_role_id(new.${b.c('key')}); end if;
        if new.${b.c('parentId')} is null then return new; end if;
        ${noCircle(b, ddl`perform tenantry.rbac_definition_changes();`, ddl``)}
        return new;
      end
    `,
  );
};

/**
 * Refuses a role that would be its own ancestor. Two changes at once would each see no circle: the second
 * waits, then looks again. An update and not a lock, so that a transaction with an older snapshot fails.
 */
const noCircle = (r: RbacTable, hold: Ddl, within: Ddl): Ddl => ddl`
  if tg_op = 'UPDATE' and new.${r.c('parentId')} is distinct from old.${r.c('parentId')} then
    ${hold}
  end if;
  if exists (
    with recursive above as (
      select new.${r.c('parentId')} as id
      union
      select r.${r.c('parentId')} from above a join ${r.target} r on ${within} r.${r.c('id')} = a.id
    )
    select from above a where a.id = new.${r.c('id')}
  ) then
    ${raise('ROLE_INVALID', ddl`format('role %s would be its own ancestor', new.${r.c('key')})`)}
  end if;
`;
