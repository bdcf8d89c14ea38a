import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { distribute } from '@tenantry/rls/distribution';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { pgTable } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { audited, defineAudit } from '../../src/index.ts';

function application(dialect: 'postgres' | 'citus') {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { isolate, tenants } = defineIsolation(tenancy);
  const audit = defineAudit(tenancy, { actions: {}, role: 'audit_writer_before' });
  const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tenants(t),
  ]);
  const items = pgTable('items', { ...tenancy.columns.scoped(), id: tenancy.columns.id() }, (t) => [
    ...isolate(t),
    ...audited(t),
  ]);
  const logs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
    ...audit.tables.entries.rules(t),
  ]);
  return { tenancy, schema: { organizations, items, logs }, features: [audit] };
}

describe.skipIf(citusUrl() === undefined)('a log of one server', () => {
  test('is refused before a table is distributed', async () => {
    const database = await createCitusDatabase({
      migrate: async (url) => {
        await applySchema(url, application('postgres'));
      },
    });
    try {
      await withClient(database.url, async (client) => {
        // policies that another obstacle names before
        await client.query('drop policy items_audit_writer on items');
        await client.query('drop policy audit_logs_audit_writer on audit_logs');
        await expect(distribute(client, application('citus'))).rejects.toThrow(
          'the audit log of this database was kept on one server',
        );
        await client.query('rollback');
        const { rows } = await client.query('select logicalrelid from pg_dist_partition');
        expect(rows).toEqual([]);
      });
    } finally {
      await database.drop();
    }
  });
});
