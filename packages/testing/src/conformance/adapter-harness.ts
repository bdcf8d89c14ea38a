/** The test runner; the functions of Vitest, Jest and node:test (`after` as `afterAll`) fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  afterAll(body: () => Promise<void>): unknown;
}

/** An application that the suite wants to run behind the adapter. */
export interface ConformanceApplication {
  /**
   * The handler of `GET /<name>`. Send what it gives as JSON with status 200; when it gives an async
   * iterable of texts, send those as a streamed body. What it throws is the handler's error.
   */
  handle(name: string): Promise<unknown>;
  /** The time limit to give to the adapter, in milliseconds. */
  readonly timeoutMs?: number;
}

/** An application that listens. */
export interface RunningApplication {
  /** Where: `http://127.0.0.1:12345`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A tenant of the database under test. */
export interface ConformanceTenant {
  /** What a client sends in `x-tenant`. */
  readonly claim: string;
  /** Who is a member of this tenant, and of no other: what a client sends in `x-user`. */
  readonly user: string;
  /** What {@link ConformanceWorld.read} gives in its scope, in any order; the two share none. */
  readonly rows: readonly string[];
}

/** The database under test, behind the tenant pool that the adapter uses. */
export interface ConformanceWorld {
  readonly tenants: readonly [ConformanceTenant, ConformanceTenant];
  /** A well-formed claim of a tenant that does not exist. */
  readonly unknownClaim: string;
  /** Reads through the tenant pool, without any filter of its own. */
  read(): Promise<readonly string[]>;
  /** The same, in one statement that takes this long in the database: `pg_sleep`. */
  readSlowly(milliseconds: number): Promise<readonly string[]>;
  /** Writes a text through the tenant pool. */
  write(text: string): Promise<unknown>;
  /** Whether that text has been committed, asked from outside of every scope. */
  isWritten(text: string): Promise<boolean>;
}

/** An adapter under test, and what it runs on. */
export interface AdapterHarness {
  /** The name of the framework. */
  readonly name: string;
  readonly world: ConformanceWorld;
  /**
   * Starts an application on loopback with the adapter before every handler: the tenant is the one
   * header `x-tenant`, the user is header `x-user`, null when it is absent.
   */
  start(application: ConformanceApplication): Promise<RunningApplication>;
  /**
   * Whether the answer leaves only when the scope has ended. Such an adapter must turn forgotten
   * work into a 500; one in the style of Express, whose handlers answer by themselves, cannot.
   */
  readonly answersAfterScope: boolean;
  /** An error by which handlers of this framework answer 418, where it has such errors. */
  readonly httpError?: () => Error;
}
