import { defineTenancy } from '@tenantry/core';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { type AnyPgTable, pgTable, text } from 'drizzle-orm/pg-core';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);

/** As many permissions as a product of some age has. */
export const resources = [
  ...['projects', 'tasks', 'comments', 'files', 'labels', 'boards', 'reports', 'invoices'],
  ...['members', 'roles', 'webhooks', 'tokens', 'exports', 'imports', 'settings'],
] as const;
export const actions = ['create', 'read', 'update', 'delete'] as const;

export const rbac = defineRbac(tenancy, {
  permissions: Object.fromEntries(resources.map((resource) => [resource, actions])) as Record<
    (typeof resources)[number],
    typeof actions
  >,
  roles: {
    viewer: resources.map((resource) => `${resource}:read` as const),
    member: [
      'viewer',
      'projects:*',
      'tasks:*',
      'comments:*',
      'files:*',
      'labels:*',
      'boards:create',
    ],
    admin: ['member', 'members:*', 'roles:*', 'settings:*'],
    owner: ['*'],
  },
});
const { tables } = rbac;

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey() },
  (t) => [...tables.tenants.rules(t)],
);
const users = pgTable(
  'users',
  { id: tenancy.columns.id().primaryKey(), ...tables.users.columns() },
  (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);
export const memberships = pgTable('memberships', tables.memberships.columns(), (t) => [
  ...tables.memberships.rules(t),
]);
const builtInRoles = pgTable('built_in_roles', tables.builtInRoles.columns(), (t) => [
  ...tables.builtInRoles.rules(t),
]);
const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  tables.builtInRolePermissions.columns(),
  (t) => [...tables.builtInRolePermissions.rules(t)],
);
const roles = pgTable('roles', tables.roles.columns(), (t) => [...tables.roles.rules(t)]);
const permissions = pgTable('permissions', tables.permissions.columns(), (t) => [
  ...tables.permissions.rules(t),
]);
const rolePermissions = pgTable('role_permissions', tables.rolePermissions.columns(), (t) => [
  ...tables.rolePermissions.rules(t),
]);
const memberRoles = pgTable('member_roles', tables.memberRoles.columns(), (t) => [
  ...tables.memberRoles.rules(t),
]);

const columns = () => ({
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  name: text().notNull(),
});

/** Behind the policy of the tenant alone. */
const plain = pgTable('plain', columns(), (t) => [...isolate(t)]);
/** Behind that and a permission. */
const guarded = pgTable('guarded', columns(), (t) => [
  ...rbac.isolate(t, { read: 'projects:read' }),
]);
/** Behind a permission that may also be given for one row. */
const shared = pgTable('shared', columns(), (t) => [
  ...rbac.isolate(t, { read: { permission: 'projects:read', of: t.id } }),
]);

/** Every table, for the migration. */
export const schema = {
  organizations,
  users,
  memberships,
  builtInRoles,
  builtInRolePermissions,
  roles,
  permissions,
  rolePermissions,
  memberRoles,
  plain,
  guarded,
  shared,
};
