import { startTestServer, type TestServer } from '@tenantry/testing';

/**
 * PostgreSQL from npm, so that nothing has to be installed or downloaded; where there is none for
 * this machine, whatever else there is. `TEST_DATABASE_URL` and `TEST_POSTGRES` choose another.
 */
export async function startPostgres(): Promise<TestServer> {
  if (process.env.TEST_DATABASE_URL || process.env.TEST_POSTGRES) return startTestServer();
  try {
    return await startTestServer({ postgres: 'embedded' });
  } catch {
    return startTestServer();
  }
}
