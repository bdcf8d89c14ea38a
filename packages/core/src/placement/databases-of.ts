/** Where a pool with placements keeps its list of databases; two copies of core share the symbol. */
const key = Symbol.for('tenantry.databases');

type List = () => Promise<readonly string[]>;

/** What the pool has, and the placement is given. */
type Servers = object & { [key]?: List };

/** The placement of a pool can tell in which databases tenants live. */
export const listDatabases = (servers: object, list: List): void => {
  (servers as Servers)[key] = list;
};

/**
 * The databases in which tenants of a pool live: undefined for that of the shared tables, which comes first,
 * and then the names of places. A place that is a schema is in the shared database, and none of them.
 *
 * Sends the query of the routes, for a pool with placements.
 * @example
 * ```ts
 * for (const place of await databasesOf(pool))
 *   await tenancy.asSystem({ ...entry, ...(place !== undefined && { place }) }, sweep);
 * ```
 */
export async function databasesOf(pool: object): Promise<readonly (string | undefined)[]> {
  const { servers } = pool as { readonly servers?: Servers };
  return [undefined, ...((await servers?.[key]?.()) ?? [])];
}
