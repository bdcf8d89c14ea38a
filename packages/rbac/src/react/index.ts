export type { PermissionSnapshot, SnapshotCheck, SnapshotOf } from '../snapshot.ts';
export { readSnapshot } from '../snapshot.ts';
export {
  Can,
  type CanProps,
  guardsFor,
  RbacProvider,
  type RbacProviderProps,
  useCan,
} from './guards.ts';
