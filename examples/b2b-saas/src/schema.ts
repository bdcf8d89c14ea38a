import { audited } from '@tenantry/audit-log';
import { inFuture } from '@tenantry/plan-limits';
import { sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  check,
  integer,
  pgEnum,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { audit } from './audit.ts';
import { billing } from './billing.ts';
import { limits } from './limits.ts';
import { rbac } from './rbac.ts';
import { numbered, reference, tenancy } from './tenancy.ts';

const { tables } = rbac;

export const projectStatus = pgEnum('project_status', ['active', 'archived']);

/** `src/slugs.ts` says what is on a cluster instead. */
const uniqueOnOneServer = <C extends { unique(name: string): C }>(column: C) =>
  tenancy.dialect === 'citus' ? column : column.unique('organizations_slug_key');

/** The tenants. An organization sees and changes its own row, but for the plan it is on. */
export const organizations = pgTable(
  'organizations',
  {
    id: tenancy.columns.id().primaryKey(),
    name: text().notNull(),
    slug: uniqueOnOneServer(text().notNull()),
    ...limits.tables.tenants.columns(),
    plan: text().notNull().default('free'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...tables.tenants.rules(t, { write: sql`(select tenantry.can('organization:update'))` }),
    ...limits.tables.tenants.rules(t),
    ...audited(t, { exclude: ['updatedAt'] }),
    check('organizations_slug_form', sql`${t.slug} ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'`),
  ],
);

/** People belong to no organization, or to several: an organization reads its members' rows. */
export const users = pgTable(
  'users',
  {
    id: tenancy.columns.id().primaryKey(),
    ...tables.users.columns(),
    name: text().notNull(),
    ...tenancy.columns.timestamps(),
  },
  (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);

/** Who is in which organization. A user is in an organization once, with any number of roles. */
export const memberships = pgTable(
  'memberships',
  { ...tables.memberships.columns(), ...tenancy.columns.timestamps() },
  (t) => [
    ...tables.memberships.rules(t, {
      write: { delete: 'members:remove' },
    }),
    ...limits.counts(t, 'seats'),
    ...audited(t, { id: 'userId', exclude: ['updatedAt'] }),
  ],
);

/** The roles of the definition, the same for everybody; migrations bring them here. */
export const builtInRoles = pgTable(
  'built_in_roles',
  { ...tables.builtInRoles.columns(), ...tenancy.columns.timestamps() },
  (t) => [...tables.builtInRoles.rules(t)],
);

/** What they grant. */
export const builtInRolePermissions = pgTable(
  'built_in_role_permissions',
  { ...tables.builtInRolePermissions.columns(), ...tenancy.columns.timestamps() },
  (t) => [...tables.builtInRolePermissions.rules(t)],
);

/** The roles that an organization has made. */
export const roles = pgTable(
  'roles',
  { ...tables.roles.columns(), ...tenancy.columns.timestamps() },
  (t) => [...tables.roles.rules(t, { write: 'roles:manage' })],
);

/** What there is to be allowed; `src/rbac.ts` says so, and migrations bring it here. */
export const permissions = pgTable(
  'permissions',
  { ...tables.permissions.columns(), ...tenancy.columns.timestamps() },
  (t) => [...tables.permissions.rules(t)],
);

/** What they grant. */
export const rolePermissions = pgTable(
  'role_permissions',
  { ...tables.rolePermissions.columns(), ...tenancy.columns.timestamps() },
  (t) => [...tables.rolePermissions.rules(t, { write: 'roles:manage' })],
);

/** Who has which role: for everything, for one project, for a while. */
export const memberRoles = pgTable(
  'member_roles',
  { ...tables.memberRoles.columns(), ...tenancy.columns.timestamps() },
  (t) => [
    ...tables.memberRoles.rules(t, { write: 'members:assign' }),
    ...audited(t, { exclude: ['updatedAt'] }),
  ],
);

/** Who has been invited, and takes a seat while the invitation is open. Of the token only a hash is kept. */
export const invitations = pgTable(
  'invitations',
  { ...tables.invitations.columns(), ...tenancy.columns.timestamps() },
  (t) => [
    ...tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
    ...limits.counts(t, 'seats', { acceptedAt: null, revokedAt: null, expiresAt: inFuture }),
    ...audited(t, { exclude: ['updatedAt', 'tokenHash'] }),
  ],
);

/** Keys for scripts of an organization. Who made, rotated and revoked one is in the audit log. */
export const apiKeys = pgTable(
  'api_keys',
  { ...tables.apiKeys.columns(), ...tenancy.columns.timestamps() },
  (t) => [
    ...tables.apiKeys.rules(t, { read: 'organization:update', write: 'organization:update' }),
    ...audited(t, { exclude: ['updatedAt'] }),
  ],
);

/** What an organization works on. Its author is a member of the same organization. */
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    /** 1, 2, 3 within its organization: what people call it. */
    number: integer().notNull().default(0),
    description: text().notNull().default(''),
    status: projectStatus().notNull().default('active'),
    createdBy: uuid('created_by'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: { permission: 'projects:read', of: t.id },
      write: {
        insert: 'projects:create',
        update: { permission: 'projects:update', of: t.id },
        delete: { permission: 'projects:delete', of: t.id },
      },
    }),
    ...numbered(t),
    ...limits.counts(t, 'projects'),
    ...audited(t, { exclude: ['updatedAt'] }),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...reference(t, {
      column: t.createdBy,
      to: () => memberships,
      property: 'userId',
      onDelete: 'set null',
    }),
    // also the index of the list, which is read in the order of names
    unique('projects_name_key').on(t.organizationId, t.name),
  ],
);

/** Who did what. It outlives the organization and its people: retention decides, not a deletion. */
export const auditLogs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
  ...audit.tables.entries.rules(t),
]);

/** What each plan allows. Operators change rows here; the plans of `src/limits.ts` are the beginning. */
export const planFeatures = pgTable('plan_features', limits.tables.planFeatures.columns(), (t) => [
  ...limits.tables.planFeatures.rules(t),
]);

/** What has been used in a period. */
export const usageCounters = pgTable(
  'usage_counters',
  limits.tables.usageCounters.columns(),
  (t) => [...limits.tables.usageCounters.rules(t)],
);

/** What was used or reserved under a key, so that a call that is tried again counts once. */
export const usageEvents = pgTable('usage_events', limits.tables.usageEvents.columns(), (t) => [
  ...limits.tables.usageEvents.rules(t),
]);

/** Exceptions for one organization, with a reason. */
export const featureOverrides = pgTable(
  'feature_overrides',
  limits.tables.featureOverrides.columns(),
  (t) => [...limits.tables.featureOverrides.rules(t)],
);

/** What one item of an add-on adds, and how many an organization has. */
export const addOnFeatures = pgTable(
  'add_on_features',
  limits.tables.addOnFeatures.columns(),
  (t) => [...limits.tables.addOnFeatures.rules(t)],
);
export const addOns = pgTable('add_ons', limits.tables.addOns.columns(), (t) => [
  ...limits.tables.addOns.rules(t),
]);

/** Grace after a downgrade. */
export const limitStates = pgTable('limit_states', limits.tables.limitStates.columns(), (t) => [
  ...limits.tables.limitStates.rules(t),
]);

/** What every organization was allowed, and when. */
export const entitlementHistory = pgTable(
  'entitlement_history',
  limits.tables.entitlementHistory.columns(),
  (t) => [...limits.tables.entitlementHistory.rules(t)],
);

/** What every plan and add-on allowed, and when. */
export const planHistory = pgTable('plan_history', limits.tables.planHistory.columns(), (t) => [
  ...limits.tables.planHistory.rules(t),
]);

/** Who an organization is at Stripe, and what it may do: written by the sync, read by the organization. */
export const organizationBilling = pgTable(
  'organization_billing',
  billing.tables.customers.columns(),
  (t) => [
    ...billing.tables.customers.rules(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
  ],
);

export const subscriptions = pgTable(
  'subscriptions',
  billing.tables.subscriptions.columns(),
  (t) => [
    ...billing.tables.subscriptions.rules(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
  ],
);

export const subscriptionItems = pgTable(
  'subscription_items',
  billing.tables.subscriptionItems.columns(),
  (t) => [...billing.tables.subscriptionItems.rules(t, { subscriptions: () => subscriptions })],
);

export const invoices = pgTable('invoices', billing.tables.invoices.columns(), (t) => [
  ...billing.tables.invoices.rules(t),
  ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
]);

/** At most one open checkout for an organization. */
export const checkoutIntents = pgTable(
  'checkout_intents',
  billing.tables.checkoutIntents.columns(),
  (t) => [
    ...billing.tables.checkoutIntents.rules(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
  ],
);

/** What is on sale, as Stripe has it. */
export const products = pgTable('products', billing.tables.products.columns(), (t) => [
  ...billing.tables.products.rules(t),
]);
export const prices = pgTable('prices', billing.tables.prices.columns(), (t) => [
  ...billing.tables.prices.rules(t),
]);

/** What Stripe has sent: ids, never payloads. */
export const webhookEvents = pgTable(
  'webhook_events',
  billing.tables.webhookEvents.columns(),
  (t) => [...billing.tables.webhookEvents.rules(t)],
);
