import type { Ddl } from '@tenantry/core/sql';
import { foreignKeySql, objectName, type ReferenceModel } from '@tenantry/rls/feature';
import type { Names, RbacTable } from './tables.ts';

/**
 * The foreign keys between the tables: which rows are deleted with a tenant, a user, a membership or a
 * role.
 */
export function referencesSql(names: Names): Ddl[] {
  const { tenants, users, memberships, roles, rolePermissions, memberRoles, invitations } = names;
  const { tenant } = names;
  const to = (
    from: RbacTable,
    columns: readonly string[],
    target: RbacTable,
    targets: readonly string[],
    onDelete: 'cascade' | 'set null' = 'cascade',
  ): ReferenceModel => ({
    name: objectName(from.table, ...columns.map((each) => from.column(each)), 'rbac', 'fk'),
    columns: columns.map((each) => from.column(each)),
    foreignTable: { schema: target.schema, name: target.table },
    foreignColumns: targets.map((each) => target.column(each)),
    onDelete,
    cleared: columns.map((each) => from.column(each)),
  });
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
      [to(roles, [tenant], tenants, ['id']), to(roles, ['parentId'], roles, ['id'], 'set null')],
    ],
    [rolePermissions, [to(rolePermissions, ['roleId'], roles, ['id'])]],
    [
      memberRoles,
      [
        to(memberRoles, [tenant, 'userId'], memberships, [tenant, 'userId']),
        to(memberRoles, ['roleId'], roles, ['id']),
      ],
    ],
    ...(invitations === undefined
      ? []
      : ([
          [
            invitations,
            [
              to(invitations, [tenant], tenants, ['id']),
              to(invitations, ['roleId'], roles, ['id']),
            ],
          ],
        ] satisfies [RbacTable, ReferenceModel[]][])),
  ];
  return keys.flatMap(([table, references]) =>
    foreignKeySql('tenantry:rbac', { schema: table.schema, name: table.table }, references),
  );
}
