import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import { audited, defineAudit } from '../../src/index.ts';

const kinds = [
  ['text', 'acme-co_1'],
  ['bigint', '9007199254740993'],
] as const;

describe.skipIf(citusUrl() === undefined)('a log on Citus', () => {
  test.each(kinds)(
    'of tenants with ids of type %s, strict, in a schema of its own',
    async (id, acme) => {
      const tenancy = defineTenancy({
        tenant: 'organization',
        id,
        dialect: 'citus',
        schema: 'own_tenancy',
      });
      const { isolate, tenants } = defineIsolation(tenancy);
      const audit = defineAudit(tenancy, { actions: {}, strict: true });
      const organizations = pgTable(
        'organizations',
        { id: tenancy.columns.id().primaryKey() },
        (t) => [...tenants(t)],
      );
      const items = pgTable(
        'items',
        { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text() },
        (t) => [...isolate(t), ...audited(t)],
      );
      const logs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
        ...audit.tables.entries.rules(t),
      ]);
      const database = await createCitusDatabase({
        migrate: async (url) => {
          const schema = { organizations, items, logs };
          await applySchema(url, { tenancy, schema, features: [audit] });
        },
      });
      const login = Object.assign(new URL(database.url), { username: 'tenantry_test_citus' });
      const pool = createTenantPool(tenancy, { connectionString: login.href });
      try {
        await withClient(database.url, async (client) => {
          await client.query(`do $$ begin
          if not exists (select from pg_roles where rolname = 'tenantry_test_citus') then
            create role tenantry_test_citus login noinherit;
          end if;
        end $$`);
          await client.query('grant app, system to tenantry_test_citus');
          await client.query('insert into organizations values ($1)', [acme]);
        });
        const insert = () =>
          pool.query(`insert into items (organization_id, id, name) values ('${acme}', '1', 'x')`);
        await expect(tenancy.run({ organizationId: acme }, insert)).rejects.toMatchObject({
          code: 'AUDIT_ACTOR_MISSING',
        });
        await tenancy.run({ organizationId: acme, user: 'u1' }, insert);
        const system = { reason: 'a test', actor: 'tests', write: true } as const;
        await tenancy.asSystem(system, async () => {
          while ((await audit.seal(pool)).lag !== undefined);
          expect(await audit.verify(pool)).toMatchObject({ ok: true, entries: 1, sealed: 1 });
          const { entries } = await audit.query(pool);
          expect(entries[0]).toMatchObject({ actor: { id: 'u1' } });
          expect(String(entries[0]?.organizationId)).toBe(acme);
        });
      } finally {
        await pool.end();
        await database.drop();
      }
    },
    60_000,
  );
});
