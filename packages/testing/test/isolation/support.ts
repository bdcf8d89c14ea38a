import { createTenantPool, type TenantPool } from '@tenantry/core';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import type { fixture } from './fixtures/schema.ts';

export type Fixture = ReturnType<typeof fixture>;

/** A database with the tables of the fixture, changed by some SQL of a superuser. */
export async function fixtureDatabase(
  { tenancy, schema }: Fixture,
  sql = '',
): Promise<{ readonly url: string }> {
  const database = await testDatabase({
    key: `isolation-${tenancy.roles.app}`,
    migrate: async (url) => {
      await applySchema(url, {
        tenancy,
        schema,
        directory: { tenant: schema.organizations.id, member: schema.memberships.userId },
      });
    },
  });
  if (sql !== '') await withClient(database.url, (client) => client.query(sql));
  return database;
}

/** A tenant pool as in production: one login for tenants, one for system work. */
export async function withPool<R>(
  url: string,
  { tenancy }: Fixture,
  fn: (pool: TenantPool) => Promise<R>,
): Promise<R> {
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 6,
    // what the start check sees, the attacks have to see as well
    accept: ['table-not-isolated', 'login-bypasses-rls'],
    logger: { warn: () => {} },
  });
  try {
    return await fn(pool);
  } finally {
    await pool.end();
  }
}
