import { DrizzleAdapter } from '@auth/drizzle-adapter';
import { createTenantPool } from '@tenantry/core';
import { expectIsolated } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, expect, test } from 'vitest';
import { acrossTenants } from '../../src/authjs/authjs.ts';
import * as schema from '../../src/authjs/schema.ts';
import { tenancy } from '../../src/identity/tenancy.ts';

const { accounts, memberships, organizations, sessions, users, verificationTokens } = schema;
const { url } = await testDatabase({
  key: 'companions-authjs',
  migrate: async (to) =>
    void (await applySchema(to, {
      tenancy,
      schema,
      directory: { tenant: organizations.id, member: memberships.userId },
    })),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
afterAll(() => pool.end());
const db = drizzle({ client: pool, schema });
const bare = DrizzleAdapter(db, {
  usersTable: users,
  accountsTable: accounts,
  sessionsTable: sessions,
  verificationTokensTable: verificationTokens,
} as never);
const adapter = acrossTenants(tenancy, bare);

test('a user signs in, and the session is found inside the scope of a tenant', async () => {
  const expires = new Date(Date.now() + 60_000);
  const user = await adapter.createUser?.({ email: 'ada@example.com', name: 'Ada' } as never);
  const userId = user?.id as string;
  const provider = { provider: 'github', providerAccountId: '7', type: 'oauth' as const };
  await adapter.linkAccount?.({ ...provider, userId });
  await adapter.createSession?.({ sessionToken: 'token', userId, expires });
  expect(await adapter.getUserByAccount?.(provider)).toMatchObject({ id: userId });

  await withClient(url, (client) =>
    client.query(
      `insert into organizations values ('acme', 'Acme'); insert into memberships values ('acme', '${userId}')`,
    ),
  );
  await pool.enter({ claim: { by: 'id', value: 'acme' }, user: userId }, async () => {
    await expect(bare.getSessionAndUser?.('token')).rejects.toThrow();
    const found = await adapter.getSessionAndUser?.('token');
    expect(found?.user).toMatchObject({ email: 'ada@example.com' });
    expect(await db.select({ email: users.email }).from(users)).toEqual([
      { email: 'ada@example.com' },
    ]);
  });
  await adapter.deleteSession?.('token');
  expect(await adapter.getSessionAndUser?.('token')).toBeNull();
});

test('the tables keep tenants apart', () =>
  expectIsolated({ pool, tenancy, schema, skip: { session: 'of a user', account: 'of a user' } }));
