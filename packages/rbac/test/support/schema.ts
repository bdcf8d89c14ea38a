import { defineTenancy } from '@tenantry/core';
import { defineRbac } from '@tenantry/rbac';
import { type AnyPgTable, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { dialect } from './dialect.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });

export const rbac = defineRbac(tenancy, {
  permissions: {
    projects: ['create', 'read', 'update', 'delete'],
    billing: ['manage'],
    members: ['invite', 'remove'],
    roles: ['manage'],
  },
  roles: {
    viewer: ['projects:read'],
    member: ['viewer', 'projects:create'],
    editor: ['projects:read', 'projects:update'],
    admin: ['projects:*', 'members:*', 'roles:*'],
    owner: ['*'],
  },
});
const { tables } = rbac;

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tables.tenants.rules(t)],
);

export const users = pgTable(
  'users',
  { id: tenancy.columns.id().primaryKey(), ...tables.users.columns() },
  (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);

export const memberships = pgTable(
  'memberships',
  { ...tables.memberships.columns(), title: text() },
  (t) => [
    ...tables.memberships.rules(t, {
      write: { delete: 'members:remove' },
    }),
  ],
);

export const builtInRoles = pgTable('built_in_roles', tables.builtInRoles.columns(), (t) => [
  ...tables.builtInRoles.rules(t),
]);

export const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  tables.builtInRolePermissions.columns(),
  (t) => [...tables.builtInRolePermissions.rules(t)],
);

export const roles = pgTable('roles', { ...tables.roles.columns(), color: text() }, (t) => [
  ...tables.roles.rules(t, { write: 'roles:manage' }),
]);

export const permissions = pgTable('permissions', tables.permissions.columns(), (t) => [
  ...tables.permissions.rules(t),
]);

export const rolePermissions = pgTable(
  'role_permissions',
  tables.rolePermissions.columns(),
  (t) => [...tables.rolePermissions.rules(t, { write: 'roles:manage' })],
);

export const memberRoles = pgTable('member_roles', tables.memberRoles.columns(), (t) => [
  ...tables.memberRoles.rules(t, { write: 'members:invite' }),
]);

export const invitations = pgTable('invitations', tables.invitations.columns(), (t) => [
  ...tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
]);

export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    description: text(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: { permission: 'projects:read', of: t.id },
      write: {
        insert: 'projects:create',
        update: { permission: 'projects:update', of: t.id },
        delete: 'projects:delete',
      },
    }),
  ],
);

export const notes = pgTable(
  'notes',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    projectId: uuid('project_id').notNull(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: { permission: 'projects:read', of: t.projectId, resource: 'projects' },
      write: 'projects:update',
    }),
  ],
);
