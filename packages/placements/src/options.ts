import type { RoutedOptions } from '@tenantry/core/placement';

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
  /** The most connections to all databases of tenants together, 1 to 10,000. Default: 50. */
  readonly maxConnections?: number;
  /** The most connections to one of these databases, 1 to 1,000. Default: 5. */
  readonly maxPerDatabase?: number;
}
