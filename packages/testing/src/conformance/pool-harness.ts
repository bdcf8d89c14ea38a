/** A row of the table under test. */
export interface ConformanceRow {
  /** The value of its tenant column. */
  readonly tenant: string;
  readonly text: string;
}

/** The part of a tenant pool that the suite uses. */
export interface ConformancePool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  /** Sends several queries in one round trip, all or nothing. */
  batch(build: () => readonly PromiseLike<unknown>[]): Promise<unknown[]>;
}

/**
 * How a library queries the database. A handle is the object that its queries start from: the `db` of
 * Drizzle, the client of pg.
 */
export interface ConformanceLibrary<Handle> {
  /** The handle for queries outside transactions; it uses the tenant pool. */
  readonly handle: Handle;
  /** Reads all rows, without any filter. */
  read(handle: Handle): PromiseLike<readonly ConformanceRow[]>;
  /** Inserts a row without a tenant. */
  insert(handle: Handle, text: string): PromiseLike<unknown>;
  /** Inserts a row for this tenant, whatever the scope. */
  insertFor(handle: Handle, tenant: string, text: string): PromiseLike<unknown>;
  /** Changes the text of all rows with the text `from`, and returns their number. */
  rename(handle: Handle, from: string, to: string): PromiseLike<number>;
  /** Sends a statement that the server rejects with division_by_zero. */
  fail(handle: Handle): PromiseLike<unknown>;
  /** Runs `fn` in a transaction that commits when it resolves and rolls back when it rejects. */
  transaction<T>(handle: Handle, fn: (transaction: Handle) => Promise<T>): Promise<T>;
  /** The same in a savepoint of an open transaction; omit it when the library has none. */
  savepoint?<T>(transaction: Handle, fn: (savepoint: Handle) => Promise<T>): Promise<T>;
}

/** A library under test, and the database that it queries through the tenant pool. */
export interface PoolHarness<Handle> {
  /** The name of the library. */
  readonly name: string;
  readonly library: ConformanceLibrary<Handle>;
  readonly pool: ConformancePool;
  /** Two tenants, each with rows of the table under test. */
  readonly tenants: readonly [string, string];
  /** Runs `fn` in the scope of a tenant. */
  run<T>(tenant: string, fn: () => T | Promise<T>): Promise<T>;
  /** The committed rows with this text, of all tenants, read outside every scope. */
  committed(text: string): Promise<readonly ConformanceRow[]>;
}
