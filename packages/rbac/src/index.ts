export type { Effect, Explanation, Grant, Role } from './api/answers.ts';
export type { Drift } from './api/definition.ts';
export type {
  Invitation,
  InvitationPage,
  InvitationQuery,
  InvitationState,
  ListedInvitation,
  SentInvitation,
} from './api/invitation.ts';
export type { Invitations } from './api/invitations.ts';
export { type InvitationMessage, type Mailer, sendInvitation } from './api/mailer.ts';
export type { Changed, Members, Resource, RoleKey } from './api/members.ts';
export type { RoleChange, RoleInput, Roles } from './api/roles.ts';
export type { RbacRetention, RbacUpkeep, RbacUpkeepOptions } from './api/upkeep.ts';
export {
  createPermissionCache,
  type PermissionCache,
  type PermissionCacheOptions,
  type Who,
} from './cache/permission-cache.ts';
export type { Of } from './check/checker.ts';
export {
  type AnyRbac,
  defineRbac,
  type PermissionIsolateOptions,
  type PermissionOf,
  type RbacOptions,
} from './define-rbac.ts';
export type {
  Actions,
  Definition,
  PermissionDefinition,
  PermissionsOf,
  RoleDefinition,
  WildcardsOf,
} from './definition/types.ts';
export type { ManagedBy, MembershipsManagedBy, RbacFragment } from './schema/rules.ts';
export type { PermissionTerm, PermissionTerms, WriteTerms } from './schema/terms.ts';
export {
  type PermissionSnapshot,
  readSnapshot,
  type SnapshotCheck,
  type SnapshotOf,
} from './snapshot.ts';
