import { audited } from '@tenantry/audit-log';
import { sql } from 'drizzle-orm';
import { pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { limits } from '../limits.ts';
import { rbac } from '../rbac.ts';
import { isolate, reference, tenancy } from '../tenancy.ts';

const { tables } = rbac;

/** `src/slugs.ts` says what is on a cluster instead. */
const uniqueOnOneServer = <C extends { unique(name: string): C }>(column: C) =>
  tenancy.dialect === 'citus' ? column : column.unique('tenants_slug_key');

/** The customers. A deleted one keeps its rows until it is erased. */
export const tenants = pgTable(
  'tenants',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: uniqueOnOneServer(text().notNull()),
    ...limits.tables.tenants.columns(),
    plan: text('plan_tier').notNull().default('lite'),
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...tables.tenants.rules(t, { write: sql`false` }),
    ...limits.tables.tenants.rules(t),
    ...audited(t, { exclude: ['updatedAt'] }),
  ],
);

/**
 * The people of one tenant. An address is taken within its tenant only: somebody may work for two
 * customers, and nobody learns who is a user elsewhere.
 */
export const users = pgTable(
  'users',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    email: text().notNull(),
    displayName: text('display_name').notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...isolate(t, { access: 'read' }),
    ...reference(t, { column: t.tenantId, to: () => tenants, onDelete: 'cascade' }),
    unique('users_email_key').on(t.tenantId, t.email),
  ],
);

/** That a user may work for the tenant at all; where and as what, `memberRoles` says. */
export const memberships = pgTable(
  'memberships',
  { ...tables.memberships.columns(), ...tenancy.columns.timestamps() },
  (t) => [
    ...tables.memberships.rules(t, { write: { delete: 'members:remove' } }),
    ...reference(t, { column: t.userId, to: () => users, onDelete: 'cascade' }),
    ...audited(t, { id: 'userId', exclude: ['updatedAt'] }),
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

export const roles = pgTable('roles', tables.roles.columns(), (t) => [...tables.roles.rules(t)]);

export const permissions = pgTable('permissions', tables.permissions.columns(), (t) => [
  ...tables.permissions.rules(t),
]);

export const rolePermissions = pgTable(
  'role_permissions',
  tables.rolePermissions.columns(),
  (t) => [...tables.rolePermissions.rules(t)],
);

/** The memberships of the diagram: who has which role, for a workspace or for the whole tenant. */
export const memberRoles = pgTable(
  'member_roles',
  { ...tables.memberRoles.columns(), ...tenancy.columns.timestamps() },
  (t) => [
    ...tables.memberRoles.rules(t, { write: 'members:assign' }),
    ...audited(t, { exclude: ['updatedAt'] }),
  ],
);
