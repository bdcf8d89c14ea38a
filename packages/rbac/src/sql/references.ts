import type { Ddl } from '@tenantry/core/sql';
import { foreignKeySql, objectName, type ReferenceModel } from '@tenantry/rls/feature';
import type { Names, RbacTable } from './tables.ts';

/**
 * The foreign keys between the tables: which rows are deleted with a tenant, a user, a membership or a
 * role.
 */
export function referencesSql(names: Names): Ddl[] {
  const { tenants, users, memberships, roles, rolePermissions, memberRoles, invitations } = names;
  const { apiKeys } = names;
  const { builtInRoles, builtInRolePermissions, tenant, onCitus } = names;
  const to = (
    from: RbacTable,
    columns: readonly string[],
    target: RbacTable,
    targets: readonly string[],
    onDelete: 'cascade' | 'set null' | 'no action' = 'cascade',
  ): ReferenceModel => ({
    name: objectName(from.table, ...columns.map((each) => from.column(each)), 'rbac', 'fk'),
    columns: columns.map((each) => from.column(each)),
    foreignTable: { schema: target.schema, name: target.table },
    foreignColumns: targets.map((each) => target.column(each)),
    onDelete,
    cleared: columns.filter((each) => each !== tenant).map((each) => from.column(each)),
  });
  const toRole = (from: RbacTable) => [
    to(from, [tenant, 'ownRoleId'], roles, [tenant, 'id']),
    to(from, ['builtInRoleId'], builtInRoles, ['id']),
  ];
  const keys: [RbacTable, ReferenceModel[]][] = [
    [
      memberships,
      [
        to(memberships, [tenant], tenants, ['id']),
        ...(users === undefined ? [] : [to(memberships, ['userId'], users, ['id'])]),
      ],
    ],
    [
      roles,
      [
        to(roles, [tenant], tenants, ['id']),
        // Citus clears no part of a key: a trigger does it there
        to(roles, [tenant, 'parentId'], roles, [tenant, 'id'], onCitus ? 'no action' : 'set null'),
        to(roles, ['builtInParentId'], builtInRoles, ['id'], 'no action'),
      ],
    ],
    [builtInRoles, [to(builtInRoles, ['parentId'], builtInRoles, ['id'], 'no action')]],
    [builtInRolePermissions, [to(builtInRolePermissions, ['roleId'], builtInRoles, ['id'])]],
    [rolePermissions, [to(rolePermissions, [tenant, 'roleId'], roles, [tenant, 'id'])]],
    [
      memberRoles,
      [
        to(memberRoles, [tenant, 'userId'], memberships, [tenant, 'userId']),
        ...toRole(memberRoles),
      ],
    ],
    ...(invitations === undefined
      ? []
      : ([
          [invitations, [to(invitations, [tenant], tenants, ['id']), ...toRole(invitations)]],
        ] satisfies [RbacTable, ReferenceModel[]][])),
    ...(apiKeys === undefined
      ? []
      : ([[apiKeys, [to(apiKeys, [tenant], tenants, ['id'])]]] satisfies [
          RbacTable,
          ReferenceModel[],
        ][])),
  ];
  return keys.flatMap(([table, references]) =>
    foreignKeySql('tenantry:rbac', { schema: table.schema, name: table.table }, references),
  );
}
