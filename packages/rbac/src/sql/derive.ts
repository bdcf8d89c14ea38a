import { type Ddl, ddl, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { channelOf } from './changed.ts';
import type { Names, RbacTable } from './tables.ts';
import { afterDelete, afterInsert, afterStatement, atCommit, definerTrigger } from './triggers.ts';

/** What keeps `tenantry.member_permissions` equal to the tables of the application. */
export const deriveFunctions = (names: Names): SqlFunction[] => [
  membersChanged(
    names,
    'rbac_memberships_changed',
    names.memberships,
    ddl`perform tenantry.rbac_members_left(each.tenant, each.members);`,
  ),
  membersChanged(names, 'rbac_member_roles_changed', names.memberRoles),
  // another name changes nothing of what members may do
  rolesChanged(names, 'rbac_role_rows_changed', names.roles, 'id', [
    'key',
    'parentId',
    'builtInParentId',
  ]),
  rolesChanged(names, 'rbac_role_permissions_changed', names.rolePermissions, 'roleId'),
  ...(names.onCitus
    ? [tenantComes(names)]
    : [
        rolesChanged(names, 'rbac_built_in_roles_changed', names.builtInRoles, 'id', [
          'key',
          'parentId',
        ]),
        rolesChanged(names, 'rbac_built_in_grants_changed', names.builtInRolePermissions, 'roleId'),
        permissionsChanged(names),
      ]),
  tenantGone(names),
];

export const deriveTriggers = (names: Names): Ddl[] => {
  const { memberships, memberRoles, roles, rolePermissions, permissions, tenants } = names;
  return [
    ...afterStatement(memberships, 'rbac_memberships_changed'),
    ...afterStatement(memberRoles, 'rbac_member_roles_changed'),
    // a role that is new has no members, and those of one that is gone are told by their rows
    ...afterStatement(roles, 'rbac_role_rows_changed', ['update']),
    ...afterStatement(rolePermissions, 'rbac_role_permissions_changed'),
    // a trigger of a table on every node would run on each of them: rbac_sync does their work
    ...(names.onCitus
      ? [afterInsert(tenants, 'rbac_tenant_comes')]
      : [
          ...afterStatement(names.builtInRoles, 'rbac_built_in_roles_changed', ['update']),
          ...afterStatement(names.builtInRolePermissions, 'rbac_built_in_grants_changed'),
          ...afterStatement(permissions, 'rbac_permissions_changed'),
        ]),
    // those of the definition are left to rbac_refresh: they are many
    atCommit(roles, 'rbac_refresh_tenant', 'update'),
    atCommit(rolePermissions, 'rbac_refresh_tenant', 'insert or update or delete'),
    afterDelete(tenants, 'rbac_tenant_gone'),
  ];
};

/** Rows of members came or went. */
function membersChanged(names: Names, fn: string, table: RbacTable, whenGone = ddl``): SqlFunction {
  const each = (from: string, then = ddl``) => ddl`
    for each in
      select x.${table.c(names.tenant)} as tenant, array_agg(distinct x.${table.c('userId')}) as members from ${{ sql: from }} x
      group by 1 order by 1 -- in one order, or two changes could wait for each other
    loop
      perform tenantry.rbac_changed(each.tenant, each.members);
      ${then}
    end loop;
  `;
  return definerTrigger(
    names,
    fn,
    ddl`
      declare
        each record;
      begin
        if tg_op = 'INSERT' then
          ${each('come')}
        elsif tg_op = 'DELETE' then
          ${each('gone', whenGone)}
        else
          ${each('(table gone union all table come)')}
        end if;
        return null;
      end
    `,
  );
}

/** Roles of rows came or went, or differ in these columns. */
function rolesChanged(
  names: Names,
  fn: string,
  table: RbacTable,
  role: string,
  differ: readonly string[] = [],
): SqlFunction {
  const id = table.c(role);
  const isBuiltIn = table === names.builtInRoles || table === names.builtInRolePermissions;
  const tenant = isBuiltIn ? ddl`null::${names.tenantType}` : ddl`x.${table.c(names.tenant)}`;
  const sameTenant = isBuiltIn
    ? ddl``
    : ddl`and g.${table.c(names.tenant)} = x.${table.c(names.tenant)}`;
  const row = (of: string) => join(differ.map((column) => ddl`${{ sql: of }}.${table.c(column)}`));
  const changed =
    differ.length === 0
      ? ddl`(table gone union all table come) x`
      : ddl`come x join gone g on g.${id} = x.${id} ${sameTenant} where (${row('x')}) is distinct from (${row('g')})`;
  const each = (from: Ddl) => ddl`
    for each in select ${tenant} as tenant, array_agg(distinct x.${id}) as roles from ${from} group by 1 order by 1
    loop perform tenantry.rbac_roles_changed(each.tenant, each.roles); end loop;
  `;
  return definerTrigger(
    names,
    fn,
    ddl`
      declare
        each record;
      begin
        if tg_op = 'INSERT' then
          ${each(ddl`come x`)}
        elsif tg_op = 'DELETE' then
          ${each(ddl`gone x`)}
        else
          ${each(changed)}
        end if;
        return null;
      end
    `,
  );
}

function permissionsChanged(names: Names): SqlFunction {
  const key = names.permissions.c('key');
  const resource = names.permissions.c('resource');
  const only = (here: string, there: string): Ddl => ddl`
    select a.${key}, a.${resource} from ${{ sql: here }} a where (a.${key}, a.${resource}) not in (select b.${key}, b.${resource} from ${{ sql: there }} b)
  `;
  const keys = (from: Ddl) =>
    ddl`select array_agg(x.${key}), array_agg(x.${resource}) into keys, resources from ${from} x;`;
  return definerTrigger(
    names,
    'rbac_permissions_changed',
    ddl`
      declare
        keys text[];
        resources text[];
      begin
        if tg_op = 'INSERT' then ${keys(ddl`come`)}
        elsif tg_op = 'DELETE' then ${keys(ddl`gone`)}
        else -- not for another description
          ${keys(ddl`(${only('come', 'gone')} union all ${only('gone', 'come')})`)}
        end if;
        if keys is not null then perform tenantry.rbac_keys_changed(keys, resources); end if;
        return null;
      end
    `,
  );
}

/** The row of a tenant by which its functions are called on its shard. */
const tenantComes = (names: Names): SqlFunction =>
  definerTrigger(
    names,
    'rbac_tenant_comes',
    ddl`
      begin
        insert into tenantry.rbac_versions (tenant_id) values (new.${names.tenants.c('id')}) on conflict do nothing;
        return null;
      end
    `,
  );

const tenantGone = (names: Names): SqlFunction =>
  definerTrigger(
    names,
    'rbac_tenant_gone',
    ddl`
      begin
        delete from tenantry.rbac_versions v where v.tenant_id = old.${names.tenants.c('id')};
        delete from tenantry.rbac_departures d where d.tenant_id = old.${names.tenants.c('id')};
        ${
          names.onCitus
            ? ddl``
            : ddl`
              -- newer than every version that somebody is reading
              perform pg_notify(${literal(channelOf(names.tenancy.schema))},
                jsonb_build_object('tenant', old.${names.tenants.c('id')}::text, 'version', 9007199254740991)::text);
            `
        }
        return null;
      end
    `,
  );
