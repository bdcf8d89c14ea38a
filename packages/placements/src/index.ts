export type { PlaceInfo } from './api/places.ts';
export { definePlacements, type Placements } from './define-placements.ts';
export type { PlacementsOptions } from './options.ts';
