import { checkType } from '../errors/index.ts';
import { FairServers } from '../pool/fair/fair-servers.ts';
import { RoutedPlacement } from '../pool/placed/routed-placement.ts';
import type { PooledParts } from '../pool/pooled-parts.ts';
import type { RoutedOptions } from './routed-options.ts';
import type { FairPlacements } from './shared-tables.ts';

export type { TenantUse } from '../pool/fair/fair-server.ts';
export type { FairOptions } from '../pool/fair/options.ts';
export type { PlacementConnection, RoutedOptions } from './routed-options.ts';
export { type FairPlacements, sharedTables } from './shared-tables.ts';

/**
 * Placements by a catalogue in the database of the shared tables, as `definePlacements` of
 * @tenantry/placements makes it.
 */
export function routed(options: RoutedOptions): FairPlacements {
  checkType(options, 'object', 'options of routed');
  const fair = options.fair === undefined ? undefined : new FairServers(options.fair);
  return {
    openFor: (pool) => new RoutedPlacement(pool as PooledParts, options, fair),
    tenantUse: () => fair?.use() ?? new Map(),
  };
}
