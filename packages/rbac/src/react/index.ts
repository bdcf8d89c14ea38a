export type { ResourceRef } from '../check/checker.ts';
export type { PermissionSnapshot, SnapshotCheck } from '../snapshot.ts';
export { readSnapshot } from '../snapshot.ts';
export {
  Can,
  type CanProps,
  guardsFor,
  RbacProvider,
  type RbacProviderProps,
  useCan,
} from './guards.ts';
