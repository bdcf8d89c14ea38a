import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { counted, defineLimits } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { type AnyPgTable, integer, pgTable, text } from 'drizzle-orm/pg-core';

/** Roles, limits, a log, numbers and searches in one application on Citus. */
export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
export const audit = defineAudit(tenancy, { actions: {} });
export const rbac = defineRbac(tenancy, {
  permissions: { projects: ['read', 'create', 'delete'], members: ['manage'] },
  roles: { owner: ['*'], editor: ['projects:read', 'projects:create'], viewer: ['projects:read'] },
});
export const limits = defineLimits(tenancy, {
  features: { projects: counted() },
  plans: { free: { projects: 3 } },
  defaultPlan: 'free',
});
const { numbered, searchable } = defineIsolation(tenancy);
const { tables: r } = rbac;
const { tables: l } = limits;

export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    ...l.tenants.columns(),
  },
  (t) => [...r.tenants.rules(t), ...l.tenants.rules(t), ...audited(t)],
);
export const users = pgTable(
  'users',
  { id: tenancy.columns.id().primaryKey(), ...r.users.columns() },
  (t) => [...r.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);
export const memberships = pgTable('memberships', r.memberships.columns(), (t) => [
  ...r.memberships.rules(t),
  ...audited(t, { id: 'userId' }),
]);
export const builtInRoles = pgTable('built_in_roles', r.builtInRoles.columns(), (t) => [
  ...r.builtInRoles.rules(t),
]);
export const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  r.builtInRolePermissions.columns(),
  (t) => [...r.builtInRolePermissions.rules(t)],
);
export const roles = pgTable('roles', r.roles.columns(), (t) => [
  ...r.roles.rules(t, { write: 'members:manage' }),
]);
export const permissions = pgTable('permissions', r.permissions.columns(), (t) => [
  ...r.permissions.rules(t),
]);
export const rolePermissions = pgTable('role_permissions', r.rolePermissions.columns(), (t) => [
  ...r.rolePermissions.rules(t, { write: 'members:manage' }),
]);
export const memberRoles = pgTable('member_roles', r.memberRoles.columns(), (t) => [
  ...r.memberRoles.rules(t, { write: 'members:manage' }),
  ...audited(t),
]);
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    notes: text().notNull().default(''),
    number: integer().notNull().default(0),
  },
  (t) => [
    ...numbered(t),
    ...searchable(t, { notes: { fullText: 'english' } }),
    ...rbac.isolate(t, {
      read: 'projects:read',
      write: { insert: 'projects:create', update: 'projects:create', delete: 'projects:delete' },
    }),
    ...limits.counts(t, 'projects'),
    ...audited(t),
  ],
);
export const planFeatures = pgTable('plan_features', l.planFeatures.columns(), (t) => [
  ...l.planFeatures.rules(t),
]);
export const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
  ...audit.tables.entries.rules(t),
]);
