import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy, type TenancyOptions } from '@tenantry/core';
import { counted, counter, defineLimits } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { defineBilling } from '@tenantry/stripe-billing';
import { type AnyPgTable, pgTable, text } from 'drizzle-orm/pg-core';
import { z } from 'zod';

/** What a whole application is made with. */
export interface Whole extends Omit<TenancyOptions<string, 'uuid'>, 'tenant' | 'id'> {
  readonly tenant: string;
  /** Goes in front of the name of each table. */
  readonly prefix?: string;
}

/** An application with every feature, of any tenancy: its tables have the same shape for all. */
export function wholeApplication({ prefix = '', ...options }: Whole) {
  const tenancy = defineTenancy({
    ...options,
    tenant: options.tenant as 'organization',
    id: 'uuid',
  });
  const { isolate, reference, searchable } = defineIsolation(tenancy);
  const table = ((name: string, columns: never, extra: never) =>
    pgTable(`${prefix}${name}`, columns, extra)) as unknown as typeof pgTable;
  const rbac = defineRbac(tenancy, {
    permissions: { projects: ['read', 'write'], members: ['invite', 'remove', 'assign'] },
    roles: {
      viewer: ['projects:read'],
      owner: ['*'],
    },
  });
  const { tables } = rbac;
  const limits = defineLimits(tenancy, {
    features: {
      projects: counted(),
      seats: counted(),
      calls: counter({ per: 'month' }),
    },
    plans: { free: { projects: 3, seats: 5, calls: 100 }, pro: { projects: 50, seats: 50 } },
    addOns: { seats: { seats: 5 } },
    defaultPlan: 'free',
  });
  const { tables: parts, counts } = limits;
  const audit = defineAudit(tenancy, {
    table: ['public', `${prefix}audit_logs`],
    actions: { 'project.looked_at': z.object({}) },
  });

  const tenants = table(
    'tenants',
    {
      id: tenancy.columns.id().primaryKey(),
      slug: text().notNull().unique(),
      ...parts.tenants.columns(),
    },
    (t) => [...tables.tenants.rules(t), ...parts.tenants.rules(t), ...audited(t)],
  );
  const users = table(
    'users',
    { id: tenancy.columns.id().primaryKey(), ...tables.users.columns() },
    (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
  );
  const memberships = table('memberships', tables.memberships.columns(), (t) => [
    ...tables.memberships.rules(t, { write: { delete: 'members:remove' } }),
    ...counts(t, 'seats'),
    ...audited(t, { id: 'userId' }),
  ]);
  const builtInRoles = table('built_in_roles', tables.builtInRoles.columns(), (t) => [
    ...tables.builtInRoles.rules(t),
  ]);
  const builtInRolePermissions = table(
    'built_in_role_permissions',
    tables.builtInRolePermissions.columns(),
    (t) => [...tables.builtInRolePermissions.rules(t)],
  );
  const roles = table('roles', tables.roles.columns(), (t) => [...tables.roles.rules(t)]);
  const permissions = table('permissions', tables.permissions.columns(), (t) => [
    ...tables.permissions.rules(t),
  ]);
  const rolePermissions = table('role_permissions', tables.rolePermissions.columns(), (t) => [
    ...tables.rolePermissions.rules(t),
  ]);
  const memberRoles = table('member_roles', tables.memberRoles.columns(), (t) => [
    ...tables.memberRoles.rules(t, { write: 'members:assign' }),
  ]);
  const invitations = table('invitations', tables.invitations.columns(), (t) => [
    ...tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
  ]);
  const projects = table(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [
      ...rbac.isolate(t, {
        read: { permission: 'projects:read', of: t.id },
        write: 'projects:write',
      }),
      ...counts(t, 'projects'),
      ...searchable(t, { name: { fullText: 'english' } }),
      // a text of users may say anything
      ...audited(t, { resource: 'tenantry.project' }),
    ],
  );
  const notes = table(
    'notes',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      project: tenancy.columns.id('project').notNull(),
    },
    (t) => [...isolate(t), ...reference(t, { column: t.project, to: () => projects })],
  );
  const billing = defineBilling(tenancy, {
    plans: { pro: { monthly: 'pro_monthly' } },
    free: 'free',
    limits,
  });
  const subscriptions = table('subscriptions', billing.tables.subscriptions.columns(), (t) => [
    ...billing.tables.subscriptions.rules(t),
  ]);
  const schema = {
    tenants,
    users,
    memberships,
    builtInRoles,
    builtInRolePermissions,
    roles,
    permissions,
    rolePermissions,
    memberRoles,
    invitations,
    projects,
    notes,
    subscriptions,
    auditLogs: table('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
      ...audit.tables.entries.rules(t),
    ]),
    planFeatures: table('plan_features', parts.planFeatures.columns(), (t) => [
      ...parts.planFeatures.rules(t),
    ]),
    usageCounters: table('usage_counters', parts.usageCounters.columns(), (t) => [
      ...parts.usageCounters.rules(t),
    ]),
    usageEvents: table('usage_events', parts.usageEvents.columns(), (t) => [
      ...parts.usageEvents.rules(t),
    ]),
    featureOverrides: table('feature_overrides', parts.featureOverrides.columns(), (t) => [
      ...parts.featureOverrides.rules(t),
    ]),
    addOnFeatures: table('add_on_features', parts.addOnFeatures.columns(), (t) => [
      ...parts.addOnFeatures.rules(t),
    ]),
    addOns: table('add_ons', parts.addOns.columns(), (t) => [...parts.addOns.rules(t)]),
    limitStates: table('limit_states', parts.limitStates.columns(), (t) => [
      ...parts.limitStates.rules(t),
    ]),
    entitlementHistory: table('entitlement_history', parts.entitlementHistory.columns(), (t) => [
      ...parts.entitlementHistory.rules(t),
    ]),
    planHistory: table('plan_history', parts.planHistory.columns(), (t) => [
      ...parts.planHistory.rules(t),
    ]),
    billingState: table('billing', billing.tables.customers.columns(), (t) => [
      ...billing.tables.customers.rules(t),
    ]),
    subscriptionItems: table(
      'subscription_items',
      billing.tables.subscriptionItems.columns(),
      (t) => [...billing.tables.subscriptionItems.rules(t, { subscriptions: () => subscriptions })],
    ),
    invoices: table('invoices', billing.tables.invoices.columns(), (t) => [
      ...billing.tables.invoices.rules(t),
    ]),
    checkoutIntents: table('checkout_intents', billing.tables.checkoutIntents.columns(), (t) => [
      ...billing.tables.checkoutIntents.rules(t),
    ]),
    products: table('products', billing.tables.products.columns(), (t) => [
      ...billing.tables.products.rules(t),
    ]),
    prices: table('prices', billing.tables.prices.columns(), (t) => [
      ...billing.tables.prices.rules(t),
    ]),
    webhookEvents: table('webhook_events', billing.tables.webhookEvents.columns(), (t) => [
      ...billing.tables.webhookEvents.rules(t),
    ]),
  };
  return {
    tenancy,
    schema,
    directory: { tenant: tenants.id, claims: { slug: tenants.slug }, member: memberships.userId },
    features: [rbac, audit, limits, billing],
    rbac,
    audit,
    limits,
    billing,
  };
}

export type WholeApplication = ReturnType<typeof wholeApplication>;
