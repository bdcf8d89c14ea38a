import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy, type Tenancy } from '@tenantry/core';
import { counted, defineLimits } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { type AnyPgTable, pgTable, text } from 'drizzle-orm/pg-core';

/** Roles, limits and a log in one application, on one server or on Citus. */
export function application(dialect: Tenancy['dialect'], writer = 'audit_writer') {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const audit = defineAudit(tenancy, { actions: {}, role: writer });
  const rbac = defineRbac(tenancy, {
    permissions: { projects: ['read', 'create', 'delete'], members: ['manage'] },
    roles: {
      owner: ['*'],
      editor: ['projects:read', 'projects:create'],
      viewer: ['projects:read'],
    },
  });
  const limits = defineLimits(tenancy, {
    features: { projects: counted() },
    plans: { free: { projects: 3 } },
    defaultPlan: 'free',
  });
  const { tables: r } = rbac;
  const { tables: l } = limits;

  const organizations = pgTable(
    'organizations',
    {
      id: tenancy.columns.id().primaryKey(),
      name: text().notNull(),
      ...l.tenants.columns(),
    },
    (t) => [...r.tenants.rules(t), ...l.tenants.rules(t), ...audited(t)],
  );
  const users = pgTable(
    'users',
    { id: tenancy.columns.id().primaryKey(), ...r.users.columns() },
    (t) => [...r.users.rules(t, { memberships: (): AnyPgTable => memberships })],
  );
  const memberships = pgTable('memberships', r.memberships.columns(), (t) => [
    ...r.memberships.rules(t),
    ...audited(t, { id: 'userId' }),
  ]);
  const builtInRoles = pgTable('built_in_roles', r.builtInRoles.columns(), (t) => [
    ...r.builtInRoles.rules(t),
  ]);
  const builtInRolePermissions = pgTable(
    'built_in_role_permissions',
    r.builtInRolePermissions.columns(),
    (t) => [...r.builtInRolePermissions.rules(t)],
  );
  const roles = pgTable('roles', r.roles.columns(), (t) => [
    ...r.roles.rules(t, { write: 'members:manage' }),
  ]);
  const permissions = pgTable('permissions', r.permissions.columns(), (t) => [
    ...r.permissions.rules(t),
  ]);
  const rolePermissions = pgTable('role_permissions', r.rolePermissions.columns(), (t) => [
    ...r.rolePermissions.rules(t, { write: 'members:manage' }),
  ]);
  const memberRoles = pgTable('member_roles', r.memberRoles.columns(), (t) => [
    ...r.memberRoles.rules(t, { write: 'members:manage' }),
    ...audited(t),
  ]);
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [
      ...rbac.isolate(t, {
        read: 'projects:read',
        write: { insert: 'projects:create', update: 'projects:create', delete: 'projects:delete' },
      }),
      ...limits.counts(t, 'projects'),
      ...audited(t),
    ],
  );
  const planFeatures = pgTable('plan_features', l.planFeatures.columns(), (t) => [
    ...l.planFeatures.rules(t),
  ]);
  const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
    ...audit.tables.entries.rules(t),
  ]);
  const schema = {
    organizations,
    users,
    memberships,
    builtInRoles,
    builtInRolePermissions,
    roles,
    permissions,
    rolePermissions,
    memberRoles,
    projects,
    planFeatures,
    auditLogs,
  };
  const directory = { tenant: organizations.id, member: memberships.userId };
  return { tenancy, audit, rbac, limits, schema, directory, features: [audit, rbac, limits] };
}
