export type {
  ListedRole,
  PermissionExplanation,
  PermissionGrant,
  RoleChangeEffect,
} from './api/answers.ts';
export type {
  Invitation,
  InvitationPage,
  InvitationQuery,
  InvitationState,
  ListedInvitation,
  SentInvitation,
} from './api/invitation.ts';
export type { InvitationsApi } from './api/invitations.ts';
export { type InvitationMailer, type InvitationMessage, sendInvitation } from './api/mailer.ts';
export type { AssignedResource, MembersApi, RoleKey, RolesVersion } from './api/members.ts';
export type { RoleChange, RoleInput, RolesApi } from './api/roles.ts';
export type { RbacRetention, RbacUpkeepOptions, RbacUpkeepResult } from './api/upkeep.ts';
export {
  createPermissionCache,
  type MemberRef,
  type PermissionCache,
  type PermissionCacheOptions,
} from './cache/permission-cache.ts';
export type { ResourceRef } from './check/checker.ts';
export type { RequiresOptions } from './check/requires.ts';
export type { RbacDatabase } from './database.ts';
export { defineRbac, type RbacOptions } from './define-rbac.ts';
export type {
  DefinedPermission,
  DefinedWildcard,
  PermissionActions,
  PermissionDefinition,
  RbacDefinition,
  RoleDefinition,
} from './definition/types.ts';
export type { AnyRbac, PermissionOf, Rbac, RbacStartOptions } from './rbac.ts';
export type { RbacColumns } from './schema/columns.ts';
export type { PermissionIsolateOptions } from './schema/isolate.ts';
export type {
  ApiKeysAccess,
  MembershipsAccess,
  RbacFragment,
  RbacRules,
  RbacTableAccess,
} from './schema/rules.ts';
export type { RbacTables } from './schema/tables.ts';
export type { PermissionTerm, PermissionTerms, PermissionWriteTerms } from './schema/terms.ts';
export { type PermissionSnapshot, readSnapshot, type SnapshotCheck } from './snapshot.ts';
