import { defineTenancy, type Tenancy } from '@tenantry/core';
import { type ColumnsLike, defineIsolation } from '@tenantry/rls';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { counted, defineLimits } from '../../src/index.ts';

export interface FilesOptions {
  readonly dialect?: Tenancy['dialect'];
  /** What the key of files has besides the tenant. */
  readonly key?: (t: ColumnsLike) => readonly unknown[];
}

/** A schema with a limit on files, for both dialects. */
export function files({ dialect = 'citus', key = (t) => [t.id] }: FilesOptions = {}) {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { isolate, tenants } = defineIsolation(tenancy);
  const limits = defineLimits(tenancy, {
    features: { files: counted() },
    plans: { free: { files: { limit: 3, graceDays: 7 } } },
    defaultPlan: 'free',
  });
  const { planFeatures, planState, limitStates, entitlementHistory, planHistory } = limits.tables;
  const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tenants(t),
  ]);
  const others = {
    files: pgTable(
      'files',
      { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
      (t) => [...isolate(t, { key: key(t) as never }), ...limits.counts(t, 'files')],
    ),
    planFeatures: pgTable('plan_features', planFeatures.columns(), (t) => [
      ...planFeatures.rules(t),
    ]),
    planState: pgTable('plan_state', planState.columns(), (t) => [...planState.rules(t)]),
    limitStates: pgTable('limit_states', limitStates.columns(), (t) => [...limitStates.rules(t)]),
    entitlementHistory: pgTable('entitlement_history', entitlementHistory.columns(), (t) => [
      ...entitlementHistory.rules(t),
    ]),
    planHistory: pgTable('plan_history', planHistory.columns(), (t) => [...planHistory.rules(t)]),
  };
  return { tenancy, limits, organizations, others, schema: { organizations, ...others } };
}
