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
   * The handler of GET, HEAD and POST `/<name>`. Send its result as JSON with status 200; send an async
   * iterable of texts as a streamed body. An exception is the handler's error.
   *
   * @param body of a POST, as the parser that is usual in the framework gives it: a JSON value, or for
   *   `multipart/form-data` an object with the text of each field and the number of bytes of each file. A
   *   body that does not arrive whole has no handler.
   */
  handle(name: string, body?: unknown): Promise<unknown>;
  /** The timeout for the adapter, in milliseconds. Default: none. */
  readonly timeoutMs?: number;
  /** Guards before every handler; given to adapters with {@link AdapterHarness.guards}. Default: none. */
  readonly guards?: readonly Guard[];
  /**
   * The error handler of the application, which sends this status and text; given to adapters with
   * {@link AdapterHarness.throwsErrors}, which then have the option `errors: 'throw'`. Default: none.
   */
  readonly onError?: (error: unknown) => { readonly status: number; readonly text: string };
  /**
   * The handler of `POST /webhook`, outside the adapter, beside the body parser that serves the other
   * paths; for adapters with {@link AdapterHarness.webhook}. The request has the bytes that were sent.
   */
  webhook(request: Request): Promise<Response>;
  /**
   * Called for a WebSocket at `/<name>` that the adapter has let in, in its scope; for adapters with
   * {@link AdapterHarness.webSocket}. Call what it returns with each text message, and send the result
   * as JSON.
   */
  connect(name: string): Promise<(text: string) => Promise<unknown>>;
}

/** An application that listens. */
export interface RunningApplication {
  /** Its address: `http://127.0.0.1:12345`. */
  readonly url: string;
  /** Stops listening, and settles when the requests that are under way have been answered. */
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
  /**
   * Called in a scope: returns a function that opens a new scope of the same tenant, later and anywhere:
   * `const { organizationId } = tenancy.current(); return (fn) => tenancy.run(organizationId, fn)`.
   */
  ownScope(): <R>(fn: () => Promise<R>) => Promise<R>;
  /** More tenants, for many requests at once. Default: {@link tenants}. */
  crowd?(): Promise<readonly ConformanceTenant[]>;
  /** Captures the scope for a job: `tenancy.capture()`. Give it together with {@link resume}. */
  capture?(): string;
  /** Runs `fn` in a captured scope: `pool.resume(token, fn)`. */
  resume?<R>(token: string, fn: () => Promise<R>): Promise<R>;
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
   * into a 500. One whose handlers send the response themselves has to hold it for that, as the adapter
   * for Express does.
   */
  readonly answersAfterScope: boolean;
  /**
   * Whether the adapter offers guards; {@link ConformanceApplication.guards} are then put before every
   * handler. Default: false.
   */
  readonly guards?: boolean;
  /**
   * Whether the body is read behind the guards, so in the scope of the request: an upload that is aborted
   * must then end it. Only with {@link guards}. Default: false.
   */
  readonly readsBodyInScope?: boolean;
  /** Whether the adapter has `errors: 'throw'`; see {@link ConformanceApplication.onError}. Default: false. */
  readonly throwsErrors?: boolean;
  /** Whether the application serves {@link ConformanceApplication.webhook}. Default: false. */
  readonly webhook?: boolean;
  /** Whether the application serves {@link ConformanceApplication.connect}. Default: false. */
  readonly webSocket?: boolean;
  /** An error with which handlers of this framework answer 418, if it has such errors. Default: none. */
  readonly httpError?: () => Error;
}
