import type { Guard } from '@tenantry/core/adapter';

/** The test runner; the functions of Vitest, Jest and node:test (`after` as `afterAll`) fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  afterAll(body: () => Promise<void>): unknown;
}

/** An application that the suite runs behind the adapter. */
export interface ConformanceApplication {
  /**
   * The handler of `GET /<name>`. Send its result as JSON with status 200; send an async iterable of
   * texts as a streamed body. An exception is the handler's error.
   */
  handle(name: string): Promise<unknown>;
  /** The timeout for the adapter, in milliseconds. Default: none. */
  readonly timeoutMs?: number;
  /** Guards before every handler; given to adapters with {@link AdapterHarness.guards}. Default: none. */
  readonly guards?: readonly Guard[];
}

/** An application that listens. */
export interface RunningApplication {
  /** Its address: `http://127.0.0.1:12345`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A tenant of the database under test. */
export interface ConformanceTenant {
  /** The value of `x-tenant` for this tenant. */
  readonly claim: string;
  /** A user who is a member of only this tenant: the value of `x-user`. */
  readonly user: string;
  /** The result of {@link ConformanceWorld.read} in its scope, in any order; the two tenants share no row. */
  readonly rows: readonly string[];
}

/** The database under test, behind the tenant pool that the adapter uses. */
export interface ConformanceWorld {
  readonly tenants: readonly [ConformanceTenant, ConformanceTenant];
  /** A well-formed claim of a tenant that does not exist. */
  readonly unknownClaim: string;
  /** Reads through the tenant pool, without a filter. */
  read(): Promise<readonly string[]>;
  /** The same, in one statement that takes this long in the database: `pg_sleep`. */
  readSlowly(milliseconds: number): Promise<readonly string[]>;
  /** Writes a text through the tenant pool. */
  write(text: string): Promise<unknown>;
  /** Whether that text has been committed, checked outside every scope. */
  isWritten(text: string): Promise<boolean>;
}

/** An adapter under test, and its environment. */
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
   * Whether the response is sent only after the scope has ended. Such an adapter must turn forgotten work
   * into a 500; an adapter in the style of Express, whose handlers send responses themselves, cannot.
   */
  readonly answersAfterScope: boolean;
  /**
   * Whether the adapter offers guards; {@link ConformanceApplication.guards} are then put before every
   * handler. Default: false.
   */
  readonly guards?: boolean;
  /** An error with which handlers of this framework answer 418, if it has such errors. Default: none. */
  readonly httpError?: () => Error;
}
