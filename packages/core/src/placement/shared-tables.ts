import { checkOptions } from '../errors/index.ts';
import type { TenantUse } from '../pool/fair/fair-server.ts';
import { FairServers } from '../pool/fair/fair-servers.ts';
import type { FairOptions } from '../pool/fair/options.ts';
import { openShared } from '../pool/open-shared.ts';
import type { PooledParts } from '../pool/pooled-parts.ts';
import type { PoolPlacements } from './pool-placements.ts';

/** What {@link sharedTables} returns: an option of `createTenantPool`. */
export interface FairPlacements extends PoolPlacements {
  /**
   * What each tenant uses of the connections, by its id; the key '' is system work. A tenant that has not
   * waited and used nothing for a while is left out.
   */
  tenantUse(): ReadonlyMap<string, TenantUse>;
}

/**
 * All tenants in the shared tables, as without placements, and with connections that they share fairly: a
 * tenant with a thousand statements waits for itself, and the others get their turn.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * const placements = sharedTables({ fair: { maxClients: 6, maxWaiting: 200 } });
 * const pool = createTenantPool(tenancy, { connectionString, max: 10, placements });
 * ```
 */
export function sharedTables(options: { readonly fair: FairOptions }): FairPlacements {
  checkOptions('sharedTables', options, { fair: 'any' });
  const servers = new FairServers(options.fair);
  return {
    openFor: (pool) => {
      const { tenancy, options, open, servers: all } = pool as PooledParts;
      return openShared(tenancy, options, servers.opens(open), all);
    },
    tenantUse: () => servers.use(),
  };
}
