import { type PooledParts, RoutedPlacement } from '../pool/placed/routed-placement.ts';
import type { PoolPlacements } from './pool-placements.ts';
import type { RoutedOptions } from './routed-options.ts';

export type { PlacementConnection, RoutedOptions } from './routed-options.ts';

/**
 * Placements by a catalogue in the database of the shared tables, as `definePlacements` of
 * @tenantry/placements makes it.
 */
export const routed = (options: RoutedOptions): PoolPlacements => ({
  openFor: (pool) => new RoutedPlacement(pool as PooledParts, options),
});
