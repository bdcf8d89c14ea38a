/** How the PostgreSQL of a {@link TestServer} was started. */
export type TestServerKind = 'url' | 'container' | 'embedded' | 'system';

/** The part of a {@link TestServer} that can be sent to another process or worker. */
export interface TestServerAddress {
  /** Connection string of a login that may create databases. */
  readonly url: string;
  /** The name of this run, which every database of the run contains. */
  readonly run: string;
}

/** A PostgreSQL server for tests. */
export interface TestServer extends TestServerAddress {
  readonly kind: TestServerKind;
  /** `server_version` of the server, for instance `18.4`. */
  readonly version: string;
  /** Removes the databases of this run on your own server, otherwise the whole server. */
  stop(): Promise<void>;
}

/** Options of `startTestServer`. */
export interface TestServerOptions {
  /** Use this server. When it fails, that is an error, never a fallback. Default: `TEST_DATABASE_URL`. */
  readonly url?: string;
  /** Start PostgreSQL this way only. Default: `TEST_POSTGRES`, else the first way that works. */
  readonly postgres?: Exclude<TestServerKind, 'url'>;
  /** Major version, for instance `'17'`. Default: `TEST_POSTGRES_VERSION`, else any. */
  readonly version?: string;
  /**
   * Server settings on top of the fast ones (fsync off and the like), for instance
   * `{ wal_level: 'logical' }`. Not applied to a server given by its URL.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server that has just been started, before it belongs to a run. */
export interface StartedServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The parameters of every way to start a server. */
export interface StartRequest {
  readonly version: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
}
