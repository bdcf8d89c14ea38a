/**
 * Where the tenants of a pool live, when not all share their tables. `definePlacements` of
 * @tenantry/placements makes it.
 */
export interface PoolPlacements {
  /** Opens it for a pool; the argument and the result are parts of the pool. */
  openFor(pool: object): object;
}
