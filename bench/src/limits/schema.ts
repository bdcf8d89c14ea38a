import { defineTenancy } from '@tenantry/core';
import { counted, counter, defineLimits } from '@tenantry/plan-limits';
import { defineIsolation } from '@tenantry/rls';
import { applySchema } from '@tenantry/testing/schema';
import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { type BenchDatabase, createLogins } from '../lib/database.ts';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, tenants } = defineIsolation(tenancy);

/** A limit that is there and looked at, and that only the races reach. */
const far = 1_000_000_000;

export const limits = defineLimits(tenancy, {
  features: {
    live: counted(),
    counted: counted({ mode: 'counter' }),
    calls: counter({ per: 'month' }),
  },
  plans: {
    free: { live: 10, counted: 10, calls: 10 },
    pro: { live: far, counted: far, calls: far },
  },
  defaultPlan: 'free',
});

const { tables: parts, counts } = limits;

export const tenantCount = 2000;
export const rowsPerTenant = 50;
/** Rows of one tenant, for the growth; those tenants come after the others. */
export const sizes = [1000, 10_000, 100_000] as const;
export const logins = { web: 'limits_web', trusted: 'limits_trusted' } as const;

export const tenantId = (n: number) =>
  `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
export const tenantOfSize = (size: number) =>
  tenantId(tenantCount + 1 + sizes.indexOf(size as 1000));

const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), plan: text() },
  // without the foreign keys: they would cost the same with any kind of limit
  (t) => [...tenants(t), ...parts.tenants.rules(t, { cascade: false })],
);

/** Three tables that differ in nothing but how they are limited. */
const table = (name: string, feature?: 'live' | 'counted') =>
  pgTable(
    name,
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [
      ...isolate(t),
      ...(feature === undefined ? [] : counts(t, feature)),
      index(`${name}_name_idx`).on(t.organizationId, t.name),
    ],
  );
const plain = table('plain_projects');
const live = table('live_projects', 'live');
const backed = table('counted_projects', 'counted');

const planFeatures = pgTable('plan_features', parts.planFeatures.columns(), (t) => [
  ...parts.planFeatures.rules(t),
]);
const usageCounters = pgTable('usage_counters', parts.usageCounters.columns(), (t) => [
  ...parts.usageCounters.rules(t),
]);
const usageEvents = pgTable('usage_events', parts.usageEvents.columns(), (t) => [
  ...parts.usageEvents.rules(t),
]);

/** Makes roles, tables, triggers and rows. */
export async function prepare(database: BenchDatabase): Promise<void> {
  const owner = database.ownerUrl;
  const schema = { organizations, plain, live, backed, planFeatures, usageCounters, usageEvents };
  await applySchema(owner, { tenancy, schema, features: [limits] });
  await createLogins(database, {
    [logins.web]: `noinherit in role ${tenancy.roles.app}`,
    [logins.trusted]: 'bypassrls',
  });
  await database.ask(`insert into organizations (id, plan)
    select ('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, 'pro' from generate_series(1, ${tenantCount + sizes.length}) t`);
  for (const { table: name } of contenders) {
    await database.ask(`grant select, insert on ${name} to ${logins.trusted}`);
    await database.ask(`insert into ${name} (organization_id, name)
      select ('00000000-0000-4000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, 'Project ' || r
      from generate_series(1, ${tenantCount}) t, generate_series(1, ${rowsPerTenant}) r`);
    for (const size of sizes) {
      await database.ask(
        `insert into ${name} (organization_id, name) select '${tenantOfSize(size)}', 'Project ' || r from generate_series(1, ${size}) r`,
      );
    }
  }
  await database.ask('vacuum (freeze, analyze)');
}

/** Takes away what a case has inserted: each begins with the same rows, and pages as vacuum leaves them. */
export async function clean(database: BenchDatabase): Promise<void> {
  for (const { table: name } of contenders) {
    await database.ask(`delete from ${name} where name like 'New %'`);
  }
  await database.ask('vacuum (freeze, analyze)');
}

/** The ways to insert, by the table that they insert into. */
export const contenders = [
  { name: 'no-limit', table: 'plain_projects' },
  { name: 'live-count', table: 'live_projects' },
  { name: 'counter-backed', table: 'counted_projects' },
] as const;
