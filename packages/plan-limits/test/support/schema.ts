import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import {
  type AnyPgTable,
  boolean,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { defineLimitTables } from '../../src/index.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
export const { isolate, reference } = defineIsolation(tenancy);
const parts = defineLimitTables(tenancy, { tenants: (): AnyPgTable => organizations });

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull(), ...parts.planColumns() },
  (t) => [...parts.onTenants(t)],
);

export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
  ],
);

export const clientStatus = pgEnum('client_status', ['lead', 'active', 'inactive']);

export const clients = pgTable(
  'clients',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    status: clientStatus().notNull().default('active'),
  },
  (t) => [...isolate(t)],
);

/** Counted by a counter, where `isDraft` is false. */
export const documents = pgTable(
  'documents',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    title: text().notNull(),
    isDraft: boolean('is_draft').notNull().default(false),
  },
  (t) => [...isolate(t)],
);

export const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] })],
);

export const invitations = pgTable(
  'invitations',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    email: text().notNull(),
    acceptedAt: timestamp('accepted_at', { withTimezone: true }),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (t) => [...isolate(t)],
);

export const planFeatures = pgTable('plan_features', parts.planFeatures.columns(), (t) => [
  ...parts.planFeatures.rules(t),
]);
export const featureOverrides = pgTable(
  'feature_overrides',
  parts.featureOverrides.columns(),
  (t) => [...parts.featureOverrides.rules(t)],
);
export const addOnFeatures = pgTable('add_on_features', parts.addOnFeatures.columns(), (t) => [
  ...parts.addOnFeatures.rules(t),
]);
export const addOns = pgTable('add_ons', parts.addOns.columns(), (t) => [...parts.addOns.rules(t)]);
export const usageCounters = pgTable('usage_counters', parts.usageCounters.columns(), (t) => [
  ...parts.usageCounters.rules(t),
]);
export const usageEvents = pgTable('usage_events', parts.usageEvents.columns(), (t) => [
  ...parts.usageEvents.rules(t),
]);
export const limitStates = pgTable('limit_states', parts.limitStates.columns(), (t) => [
  ...parts.limitStates.rules(t),
]);
export const limitEvents = pgTable('limit_events', parts.limitEvents.columns(), (t) => [
  ...parts.limitEvents.rules(t),
]);
export const entitlementHistory = pgTable(
  'entitlement_history',
  parts.entitlementHistory.columns(),
  (t) => [...parts.entitlementHistory.rules(t)],
);
