import type { FairOptions, RoutedOptions } from '@tenantry/core/placement';
import type { TableLike } from '@tenantry/rls/feature';

/** What {@link definePlacements} takes. */
export interface PlacementsOptions {
  /**
   * How to connect to a database of tenants: a connection string or options of `pg.Pool`, also as a
   * promise, by its name in the catalogue. The second argument says which login is asked for: `'app'` or
   * `'system'` of the pool, or `'owner'`, which owns the tables, for commands such as `tenantry migrate`.
   * The pool asks when the first statement goes there, and again after the connections were closed.
   * Undefined refuses the statement, or the command (`PLACE_UNAVAILABLE`).
   */
  readonly connect: RoutedOptions['connect'];
  /**
   * The tables that a tenant with a schema of its own has there, declared by `isolate(t)` and without
   * `pgSchema`. All other tables stay where they are. Default: none.
   */
  readonly schemaTables?: readonly TableLike[];
  /**
   * What statements in a schema of a tenant look names up in after it: the schemas of the tables that stay,
   * of types and of extensions. Default: ['public'].
   */
  readonly searchPath?: readonly string[];
  /** The most connections to all databases of tenants together, 1 to 10,000. Default: 50. */
  readonly maxConnections?: number;
  /** The most connections to one of these databases, 1 to 1,000. Default: 5. */
  readonly maxPerDatabase?: number;
  /**
   * Lets the tenants of the shared tables use the connections in turn: one with a thousand statements waits
   * for itself. Default: first come, first served.
   */
  readonly fair?: FairOptions;
}
