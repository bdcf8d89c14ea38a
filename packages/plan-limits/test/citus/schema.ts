import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { boolean, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { counted, counter, defineLimits, flag, inFuture, unlimited } from '../../src/index.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
const { isolate, reference, tenants } = defineIsolation(tenancy);

export const limits = defineLimits(tenancy, {
  features: {
    projects: counted(),
    activeClients: counted(),
    documents: counted({ mode: 'counter' }),
    seats: counted(),
    apiCalls: counter({ per: 'month' }),
    credits: counter({ per: 'lifetime' }),
    sso: flag(),
  },
  plans: {
    free: { projects: 10, activeClients: 10, documents: 10, seats: 3, apiCalls: 100, credits: 50 },
    pro: {
      projects: { limit: 50, graceDays: 7 },
      activeClients: 50,
      documents: 50,
      seats: { limit: 10, enforcement: 'soft' },
      apiCalls: 50_000,
      sso: true,
    },
    small: {
      projects: { limit: 2, graceDays: 7 },
      documents: { limit: 2, graceDays: 7 },
      apiCalls: { limit: 10, graceDays: 7 },
    },
    enterprise: {
      projects: unlimited,
      activeClients: unlimited,
      documents: unlimited,
      seats: unlimited,
      apiCalls: unlimited,
      credits: unlimited,
      sso: true,
    },
  },
  addOns: { 'extra-seats': { seats: 5 }, 'single-sign-on': { sso: true } },
  defaultPlan: 'free',
});
const { tables, counts } = limits;

export const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull(), ...tables.tenants.columns() },
  (t) => [...tenants(t), ...tables.tenants.rules(t)],
);

export const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [
    ...isolate(t),
    ...counts(t, 'projects'),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
  ],
);

export const clients = pgTable(
  'clients',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    status: text().notNull().default('active'),
  },
  (t) => [...isolate(t), ...counts(t, 'activeClients', { status: 'active' })],
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
  (t) => [...isolate(t), ...counts(t, 'documents', { isDraft: false })],
);

export const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] }), ...counts(t, 'seats')],
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
  (t) => [...isolate(t), ...counts(t, 'seats', { acceptedAt: null, expiresAt: inFuture })],
);

const own = <C extends object>(name: string, part: { columns(): C; rules(t: never): object[] }) =>
  pgTable(name, part.columns() as never, (t) => [...part.rules(t as never)] as never);

export const planFeatures = own('plan_features', tables.planFeatures);
export const featureOverrides = own('feature_overrides', tables.featureOverrides);
export const addOnFeatures = own('add_on_features', tables.addOnFeatures);
export const addOns = own('add_ons', tables.addOns);
export const usageCounters = own('usage_counters', tables.usageCounters);
export const usageEvents = own('usage_events', tables.usageEvents);
export const limitStates = own('limit_states', tables.limitStates);
export const limitEvents = own('limit_events', tables.limitEvents);
export const entitlementHistory = own('entitlement_history', tables.entitlementHistory);
export const planHistory = own('plan_history', tables.planHistory);
