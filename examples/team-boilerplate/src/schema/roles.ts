import { sql } from 'drizzle-orm';
import { boolean, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
import { rbac } from '../rbac.ts';
import { tenancy } from '../tenancy.ts';

const { tables } = rbac;

/** The two roles of `src/rbac.ts`, the same for everybody; migrations bring them here. */
export const builtInRoles = pgTable('built_in_roles', tables.builtInRoles.columns(), (t) => [
  ...tables.builtInRoles.rules(t),
]);

/** What they grant. */
export const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  tables.builtInRolePermissions.columns(),
  (t) => [...tables.builtInRolePermissions.rules(t)],
);

/** The roles that an organization has made. */
export const roles = pgTable(
  'roles',
  {
    ...tables.roles.columns(),
    /** Whether invitations that name no role get this one; without such a role it is `member`. */
    isDefault: boolean('is_default').notNull().default(false),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...tables.roles.rules(t, { write: 'roles:manage' }),
    uniqueIndex('roles_default_key').on(t.organizationId).where(sql`${t.isDefault}`),
  ],
);

/** What they grant. */
export const rolePermissions = pgTable(
  'role_permissions',
  tables.rolePermissions.columns(),
  (t) => [...tables.rolePermissions.rules(t, { write: 'roles:manage' })],
);

/** What there is to be allowed; `src/rbac.ts` says so, and migrations bring it here. */
export const permissions = pgTable('permissions', tables.permissions.columns(), (t) => [
  ...tables.permissions.rules(t),
]);

/** Who has which role: in the whole organization, for one project, or for a while. */
export const memberRoles = pgTable('member_roles', tables.memberRoles.columns(), (t) => [
  ...tables.memberRoles.rules(t, { write: 'members:assign' }),
]);
