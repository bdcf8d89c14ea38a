export type { AcrossEntry, PlaceAnswer } from './api/across-tenants.ts';
export type { PlaceInfo } from './api/places.ts';
export { definePlacements, type Placements } from './define-placements.ts';
export { type Mask, type Masks, masked } from './lifecycle/masking/masked.ts';
export type { PlacementsOptions } from './options.ts';
