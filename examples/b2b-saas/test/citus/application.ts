import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy, type Tenancy } from '@tenantry/core';
import { counted, counter, defineLimits } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { type AnyPgTable, integer, pgTable, text } from 'drizzle-orm/pg-core';

/** Roles, limits, a log, numbers and searches in one application, on one server or on Citus. */
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
    features: {
      projects: counted(),
      documents: counted({ mode: 'counter' }),
      calls: counter({ per: 'month' }),
    },
    plans: {
      free: { projects: 3, documents: 3, calls: 10 },
      team: { projects: { limit: 102, graceDays: 7 }, documents: 102, calls: 1000 },
    },
    addOns: { 'more-calls': { calls: 5 } },
    defaultPlan: 'free',
  });
  const { numbered, searchable } = defineIsolation(tenancy);
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
  const documents = pgTable(
    'documents',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text().notNull() },
    (t) => [
      ...rbac.isolate(t, { read: 'projects:read', write: 'projects:create' }),
      ...limits.counts(t, 'documents'),
      ...audited(t, { personal: ['title'] }),
    ],
  );
  const invitations = pgTable('invitations', r.invitations.columns(), (t) => [
    ...r.invitations.rules(t, { write: 'members:manage' }),
  ]);
  const apiKeys = pgTable('api_keys', r.apiKeys.columns(), (t) => [
    ...r.apiKeys.rules(t, { write: 'members:manage' }),
  ]);
  const planFeatures = pgTable('plan_features', l.planFeatures.columns(), (t) => [
    ...l.planFeatures.rules(t),
  ]);
  const featureOverrides = pgTable('feature_overrides', l.featureOverrides.columns(), (t) => [
    ...l.featureOverrides.rules(t),
  ]);
  const addOnFeatures = pgTable('add_on_features', l.addOnFeatures.columns(), (t) => [
    ...l.addOnFeatures.rules(t),
  ]);
  const addOns = pgTable('add_ons', l.addOns.columns(), (t) => [...l.addOns.rules(t)]);
  const usageCounters = pgTable('usage_counters', l.usageCounters.columns(), (t) => [
    ...l.usageCounters.rules(t),
  ]);
  const usageEvents = pgTable('usage_events', l.usageEvents.columns(), (t) => [
    ...l.usageEvents.rules(t),
  ]);
  const limitStates = pgTable('limit_states', l.limitStates.columns(), (t) => [
    ...l.limitStates.rules(t),
  ]);
  const limitEvents = pgTable('limit_events', l.limitEvents.columns(), (t) => [
    ...l.limitEvents.rules(t),
  ]);
  const entitlementHistory = pgTable('entitlement_history', l.entitlementHistory.columns(), (t) => [
    ...l.entitlementHistory.rules(t),
  ]);
  const planHistory = pgTable('plan_history', l.planHistory.columns(), (t) => [
    ...l.planHistory.rules(t),
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
    documents,
    invitations,
    apiKeys,
    planFeatures,
    featureOverrides,
    addOnFeatures,
    addOns,
    usageCounters,
    usageEvents,
    limitStates,
    limitEvents,
    entitlementHistory,
    planHistory,
    auditLogs,
  };
  const directory = { tenant: organizations.id, member: memberships.userId };
  return { tenancy, audit, rbac, limits, schema, directory, features: [audit, rbac, limits] };
}
