import { randomBytes } from 'node:crypto';
import { createTenantPool } from '@tenantry/core';
import { createApp } from '@tenantry/example-b2b-saas/src/app.ts';
import type { Database } from '@tenantry/example-b2b-saas/src/database.ts';
import { loginUrls } from '@tenantry/example-b2b-saas/src/demo/prepare.ts';
import { listen } from '@tenantry/example-b2b-saas/src/http/listen.ts';
import * as schema from '@tenantry/example-b2b-saas/src/schema.ts';
import { seed } from '@tenantry/example-b2b-saas/src/seed.ts';
import { signToken } from '@tenantry/example-b2b-saas/src/session.ts';
import { tenancy } from '@tenantry/example-b2b-saas/src/tenancy.ts';
import { makeLogins, migrateDatabase } from '@tenantry/example-kit/database';
import { generate } from '@tenantry/rls/generate';
import { createTestDatabase, type TestServer } from '@tenantry/testing';
import { runAll, withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { config } from './config.ts';
import { placements } from './placements.ts';

const at = (path: string) =>
  new URL(path, import.meta.resolve('@tenantry/example-b2b-saas/package.json'));

/** An empty database with the schema of the application, and its logins. */
async function newDatabase(server: TestServer, password: string) {
  const { url: owner } = await createTestDatabase({ server });
  await migrateDatabase(owner, at('drizzle'));
  // what `tenantry generate` would write for `placements`; each of its sections may run again
  const { sections } = generate({ ...config, schema });
  await withClient(owner, (client) =>
    runAll(
      client,
      sections.flatMap(({ statements }) => statements),
    ),
  );
  await makeLogins(owner, at('setup/logins.sql'), ['b2b_web', 'b2b_system'], password);
  return { owner, ...loginUrls(owner, password) };
}

/** The application on a shared database, beside an empty one that tenants may move to: `eu1`. */
export async function openWorld(server: TestServer) {
  const password = randomBytes(18).toString('base64url');
  const shared = await newDatabase(server, password);
  const eu1 = await newDatabase(server, password);
  const environment = {
    DATABASE_URL: shared.url,
    SYSTEM_DATABASE_URL: shared.systemUrl,
    MIGRATION_DATABASE_URL: shared.owner,
    DATABASE_URL_EU1: eu1.url,
    SYSTEM_DATABASE_URL_EU1: eu1.systemUrl,
    MIGRATION_DATABASE_URL_EU1: eu1.owner,
  };
  Object.assign(process.env, environment);
  const pool = createTenantPool(tenancy, {
    connectionString: shared.url,
    system: { connectionString: shared.systemUrl },
    placements,
  });
  const database = { pool, db: drizzle(pool, { schema }) } as Database;
  const seeded = await seed(database);
  const secret = randomBytes(32).toString('base64url');
  const app = createApp({
    ...database,
    secret,
    rootDomain: 'b2b.localhost',
    mailer: { sendInvitation: async () => {} },
    invitationUrl: () => '',
    http: { requestsPerMinute: 1_000_000 },
  });
  const web = await listen(app, { port: 0 });
  return {
    port: web.port,
    pool,
    acme: seeded.organizations.acme,
    globex: seeded.organizations.globex,
    tokens: {
      ada: await signToken(seeded.users.ada, secret),
      bob: await signToken(seeded.users.bob, secret),
    },
    /** Asks a database as its owner, past all policies. */
    ask: (place: 'shared' | 'eu1', sql: string, values: unknown[] = []) =>
      withClient(
        place === 'shared' ? shared.owner : eu1.owner,
        async (client) => (await client.query(sql, values)).rows,
      ),
    eu1: eu1.owner,
    async close() {
      await web.close();
      await pool.end();
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;
