import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import type { RoutedOptions } from '@tenantry/core/placement';
import { definePlacements } from '@tenantry/placements';
import { counted, defineLimits } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  bigint,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

/** One application: on a cluster, and as the databases of tenants beside it have it. */
export function applicationOf(dialect: 'postgres' | 'citus') {
  const tenancy = defineTenancy({
    tenant: 'organization',
    id: 'uuid',
    dialect,
    roles: { app: 'placec_app', system: 'placec_system' },
  });
  const audit = defineAudit(tenancy, { actions: {}, role: 'placec_writer' });
  const rbac = defineRbac(tenancy, {
    permissions: { items: ['read', 'write'], members: ['manage'] },
    roles: { owner: ['*'], viewer: ['items:read'] },
  });
  const limits = defineLimits(tenancy, {
    features: { items: counted() },
    plans: { free: { items: 3 }, pro: { items: 100_000 } },
    defaultPlan: 'free',
  });
  const { shared } = defineIsolation(tenancy);
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
  /** What is unique across tenants. */
  const slugs = pgTable(
    'slugs',
    { slug: text().primaryKey(), organizationId: tenancy.columns.scoped().organizationId },
    (t) => [...shared(t)],
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
  const apiKeys = pgTable('api_keys', r.apiKeys.columns(), (t) => [
    ...r.apiKeys.rules(t, { read: 'members:manage', write: 'members:manage' }),
  ]);
  const kinds = pgTable('kinds', { id: integer().primaryKey(), name: text() }, (t) => [
    ...shared(t),
  ]);
  const items = pgTable(
    'items',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      title: text().notNull(),
      kind: integer().references(() => kinds.id),
      number: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
      amount: numeric(),
      at: timestamp({ withTimezone: true, precision: 6 }).defaultNow(),
      data: jsonb(),
      doubled: numeric().generatedAlwaysAs(sql`amount * 2`),
    },
    (t) => [
      ...rbac.isolate(t, { read: 'items:read', write: 'items:write' }),
      ...limits.counts(t, 'items'),
      ...audited(t),
    ],
  );
  const planFeatures = pgTable('plan_features', l.planFeatures.columns(), (t) => [
    ...l.planFeatures.rules(t),
  ]);
  const featureOverrides = pgTable('feature_overrides', l.featureOverrides.columns(), (t) => [
    ...l.featureOverrides.rules(t),
  ]);
  const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
    ...audit.tables.entries.rules(t),
  ]);
  const schema = {
    organizations,
    slugs,
    users,
    memberships,
    builtInRoles,
    builtInRolePermissions,
    roles,
    permissions,
    rolePermissions,
    memberRoles,
    apiKeys,
    kinds,
    items,
    planFeatures,
    featureOverrides,
    auditLogs,
  };
  return {
    tenancy,
    audit,
    rbac,
    limits,
    schema,
    input: (connect: RoutedOptions['connect'] = () => undefined) => ({
      tenancy,
      schema,
      directory: {
        tenant: organizations.id,
        member: memberships.userId,
        ...(dialect === 'citus' && { claims: { slug: slugs.slug } }),
      },
      features: [audit, rbac, limits, definePlacements(tenancy, { connect })],
    }),
  };
}
