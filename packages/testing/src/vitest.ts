import type { TestProject } from 'vitest/node';
import type { TestDatabase } from './database/clone.ts';
import { createTestDatabase } from './database/create.ts';
import { dropRun } from './database/drop.ts';
import type { DatabaseContent } from './database/migrations.ts';
import { TenantryError } from './errors.ts';
import { startTestServer } from './server/start.ts';
import type { TestServerAddress } from './server/types.ts';

const provided = 'tenantry:server';

declare module 'vitest' {
  interface ProvidedContext {
    'tenantry:server': TestServerAddress;
  }
}

/**
 * Vitest's global setup: starts one PostgreSQL for the whole run and stops it afterwards.
 *
 * @example
 * ```ts
 * // vitest.config.ts
 * export default defineConfig({ test: { globalSetup: ['@tenantry/testing/vitest'] } });
 * ```
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer();
  project.provide(provided, { url: server.url, run: server.run });
  // In watch mode the migrations may have changed, so templates are rebuilt.
  project.onTestsRerun(() => dropRun(server.url, server.run));
  return () => server.stop();
}

/**
 * The server of this Vitest run, for tests that need more than one database.
 *
 * @throws TenantryError `TEST_SERVER_NOT_PROVIDED` when the global setup is missing.
 */
export async function testServer(): Promise<TestServerAddress> {
  const { inject } = await import('vitest');
  const server = inject(provided) as TestServerAddress | undefined;
  if (server === undefined) throw new TenantryError('TEST_SERVER_NOT_PROVIDED');
  return server;
}

/**
 * A database for this test file, dropped after its last test. Call it at the top of the file.
 *
 * @param content What the database contains; files with the same content share one template.
 * @throws TenantryError `TEST_SERVER_NOT_PROVIDED` when the global setup is missing, and as
 *   `createTemplate`.
 * @example
 * ```ts
 * const database = await testDatabase({ migrations: './drizzle' });
 * const pool = new pg.Pool({ connectionString: database.url });
 * afterAll(() => pool.end());
 * ```
 */
export async function testDatabase(content: DatabaseContent = {}): Promise<TestDatabase> {
  const { afterAll } = await import('vitest');
  const database = await createTestDatabase({ ...content, server: await testServer() });
  afterAll(async () => {
    // A forced drop would end the idle connections of a pool that is never closed, and an idle
    // client reports that as an uncaught error. Such a database goes with the run.
    await database.drop({ force: false });
  });
  return database;
}
