import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { counted, defineLimits } from '../src/index.ts';

// One statement moves rows of several tenants to another partition; the id of one ends with that of another.

const tenancy = defineTenancy({ tenant: 'team', id: 'integer' });
const { isolate, tenants } = defineIsolation(tenancy);
const limits = defineLimits(tenancy, {
  features: { tickets: counted() },
  plans: { free: { tickets: 3 } },
  defaultPlan: 'free',
});
const { tables: parts } = limits;
const schema = {
  teams: pgTable(
    'teams',
    { id: tenancy.columns.id().primaryKey(), ...parts.tenants.columns() },
    (t) => [...tenants(t), ...parts.tenants.rules(t)],
  ),
  tickets: pgTable(
    'tickets',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), status: text().notNull() },
    (t) => [
      ...isolate(t, { key: [t.id, t.status] }),
      ...limits.counts(t, 'tickets', { status: 'open' }),
    ],
  ),
  planFeatures: pgTable('plan_features', parts.planFeatures.columns(), (t) => [
    ...parts.planFeatures.rules(t),
  ]),
  usageCounters: pgTable('usage_counters', parts.usageCounters.columns(), (t) => [
    ...parts.usageCounters.rules(t),
  ]),
  usageEvents: pgTable('usage_events', parts.usageEvents.columns(), (t) => [
    ...parts.usageEvents.rules(t),
  ]),
  limitEvents: pgTable('limit_events', parts.limitEvents.columns(), (t) => [
    ...parts.limitEvents.rules(t),
  ]),
};
const { url } = await testDatabase();
await applySchema(url, {
  tenancy,
  schema,
  features: [limits],
  rewrite: (statement) =>
    statement.startsWith('CREATE TABLE "tickets"')
      ? `${statement.replace(/;\s*$/, '')} partition by list (status);
         create table tickets_open partition of tickets for values in ('open');
         create table tickets_closed partition of tickets for values in ('closed')`
      : statement,
});

test.each([
  ['the shorter id', 2],
  ['the longer id', 12],
])('the limit of %s holds', async (_, over) => {
  await withClient(url, async (client) => {
    await client.query('delete from tickets; delete from teams');
    await client.query('insert into teams (id) values (2), (12)');
    // the rows of 12 come first
    await client.query(
      `insert into tickets (team_id, status) select team, 'closed' from (values (12), (2)) t (team),
         generate_series(1, case team when $1 then 4 else 3 end)`,
      [over],
    );
    await expect(client.query("update tickets set status = 'open'")).rejects.toThrow(
      'LIMIT_REACHED',
    );
    await client.query(`delete from tickets where team_id = ${over}`);
    await client.query("update tickets set status = 'open'");
  });
});
