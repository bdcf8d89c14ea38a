import type pg from 'pg';
import type { FairOptions } from '../pool/fair/options.ts';

/** How to connect: a connection string, or options of `pg.Pool`. */
export type PlacementConnection = string | pg.PoolConfig;

/** What `routed` takes. */
export interface RoutedOptions {
  /**
   * How to connect to a database of tenants, by its name in the catalogue. Asked when the first statement
   * goes there. Undefined for a database that is not known.
   * @param login which of the two logins of the pool: the one that serves tenants, or that of system work;
   *   or the login that owns the tables, which only commands ask for
   */
  readonly connect: (
    database: string,
    login: 'app' | 'system' | 'owner',
  ) => PlacementConnection | undefined | Promise<PlacementConnection | undefined>;
  /**
   * The search path of statements in a schema of a tenant, by the name of the schema, in the form of
   * `search_path`.
   */
  readonly searchPath: (schema: string) => string;
  /** The most connections to all databases of tenants together. */
  readonly maxConnections: number;
  /** The most connections to one of them, for each login. */
  readonly maxPerDatabase: number;
  /** How tenants in the shared tables share the connections. Default: first come, first served. */
  readonly fair?: FairOptions;
}
