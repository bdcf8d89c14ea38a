export { type ReadmeMap, readMap } from './read-map.ts';
export { tablesOf } from './tables-of.ts';
