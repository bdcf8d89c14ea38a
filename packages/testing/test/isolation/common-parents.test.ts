import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { expectIsolated } from '@tenantry/testing';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { withPool } from './support.ts';

// Sessions are for the system alone, and need a user; a user is visible through memberships.

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, shared, systemOnly, tenants, visibleThrough } = defineIsolation(tenancy);
const id = () => uuid().primaryKey().defaultRandom();
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const users = pgTable('users', { id: id(), email: text().notNull() }, (t) => [
  ...visibleThrough(t, { link: () => memberships, property: 'userId' }),
]);
const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [primaryKey({ columns: [t.organizationId, t.userId] }), ...isolate(t, { key: false })],
);
const userId = () =>
  uuid('user_id')
    .notNull()
    .references(() => users.id);
const sessions = pgTable('sessions', { id: id(), userId: userId() }, (t) => [...systemOnly(t)]);
const devices = pgTable(
  'devices',
  {
    id: id(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
  },
  (t) => [...systemOnly(t)],
);
const templates = pgTable('templates', { id: id(), madeBy: userId() }, (t) => [...shared(t)]);
const calls = pgTable(
  'calls',
  {
    ...tenancy.columns.scoped(),
    id: id(),
    deviceId: uuid('device_id')
      .notNull()
      .references(() => devices.id),
  },
  (t) => [...isolate(t, { key: false })],
);
const schema = { organizations, users, memberships, sessions, devices, templates, calls };

test('a table of the system that needs a row of a tenant gets one, and is attacked', async () => {
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  const report = await withPool(url, { tenancy, schema } as never, (pool) =>
    expectIsolated({ pool, tenancy, schema }),
  );
  expect(report.unproven).toEqual([]);
  const attacked = new Set(report.results.map(({ target }) => target));
  expect([...attacked]).toEqual(expect.arrayContaining(Object.keys(schema)));
  // nothing stays
  for (const table of Object.keys(schema)) {
    const { rows } = await withClient(url, (client) => client.query(`select 1 from ${table}`));
    expect({ table, rows }).toEqual({ table, rows: [] });
  }
});
