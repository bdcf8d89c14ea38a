import { cascadeAcrossTenants } from './cascade-across-tenants.ts';
import { childReachable } from './child-reachable.ts';
import { citusCoordinatorHoldsShards } from './citus-coordinator-holds-shards.ts';
import { citusDialectDiffers } from './citus-dialect-differs.ts';
import { citusForced } from './citus-forced.ts';
import { citusGrantDiffers } from './citus-grant-differs.ts';
import { citusNodeDiffers } from './citus-node-differs.ts';
import { citusNotColocated } from './citus-not-colocated.ts';
import { citusOwnersDiffer } from './citus-owners-differ.ts';
import { citusPolicyNotRouted } from './citus-policy-not-routed.ts';
import { citusPolicyOnlyRouted } from './citus-policy-only-routed.ts';
import { citusRestrictivePolicy } from './citus-restrictive-policy.ts';
import { citusRoleNologin } from './citus-role-nologin.ts';
import { citusSecondPolicy } from './citus-second-policy.ts';
import { citusShardDiffers } from './citus-shard-differs.ts';
import { citusTableLocal } from './citus-table-local.ts';
import { citusTriggerDiffers } from './citus-trigger-differs.ts';
import { citusTriggersOff } from './citus-triggers-off.ts';
import { constraintNotEnforced } from './constraint-not-enforced.ts';
import { contextHasDefault } from './context-has-default.ts';
import { contextImmutable } from './context-immutable.ts';
import { createAllowed } from './create-allowed.ts';
import { dangerousMembership } from './dangerous-membership.ts';
import { dangerousPrivilege } from './dangerous-privilege.ts';
import { defaultPrivileges } from './default-privileges.ts';
import { definerFunction } from './definer-function.ts';
import { definerSearchPath } from './definer-search-path.ts';
import { definerTrigger } from './definer-trigger.ts';
import { foreignTable } from './foreign-table.ts';
import { generatedByNobody } from './generated-by-nobody.ts';
import { generatedChanged } from './generated-changed.ts';
import { generatedMissing } from './generated-missing.ts';
import { generatedOpened } from './generated-opened.ts';
import { indexNotUsed } from './index-not-used.ts';
import { largeObjects } from './large-objects.ts';
import { leakproofFunction } from './leakproof-function.ts';
import { loginCanBypass } from './login-can-bypass.ts';
import { loginPowers } from './login-powers.ts';
import { materializedView } from './materialized-view.ts';
import { noTenantIndex } from './no-tenant-index.ts';
import { otherRoleBypasses } from './other-role-bypasses.ts';
import { otherRoleReaches } from './other-role-reaches.ts';
import { policiesDormant } from './policies-dormant.ts';
import { policyCastsColumn } from './policy-casts-column.ts';
import { policyContextIsLogin } from './policy-context-is-login.ts';
import { policyContextsDiffer } from './policy-contexts-differ.ts';
import { policyDuplicate } from './policy-duplicate.ts';
import { policyEmptyContext } from './policy-empty-context.ts';
import { policyFailsOpen } from './policy-fails-open.ts';
import { policyForeignContext } from './policy-foreign-context.ts';
import { policyFunctionOfRow } from './policy-function-of-row.ts';
import { policyHelperSearchPath } from './policy-helper-search-path.ts';
import { policyLookupWritable } from './policy-lookup-writable.ts';
import { policyMissingCommand } from './policy-missing-command.ts';
import { policyNeverTrue } from './policy-never-true.ts';
import { policyNoFloor } from './policy-no-floor.ts';
import { policyNotInitplan } from './policy-not-initplan.ts';
import { policyNotTenantBound } from './policy-not-tenant-bound.ts';
import { policyPattern } from './policy-pattern.ts';
import { policyRestrictsNothing } from './policy-restricts-nothing.ts';
import { policySettingUnqualified } from './policy-setting-unqualified.ts';
import { policyUserClaim } from './policy-user-claim.ts';
import { policyVolatile } from './policy-volatile.ts';
import { primaryKeyWithoutTenant } from './primary-key-without-tenant.ts';
import { publicPrivilege } from './public-privilege.ts';
import { publicationUnfiltered } from './publication-unfiltered.ts';
import { referenceClearsTenant } from './reference-clears-tenant.ts';
import { referenceNotIndexed } from './reference-not-indexed.ts';
import { referenceWithoutTenant } from './reference-without-tenant.ts';
import { referencesInArray } from './references-in-array.ts';
import { rlsDisabled } from './rls-disabled.ts';
import { rlsNotForced } from './rls-not-forced.ts';
import { rlsWithoutPolicy } from './rls-without-policy.ts';
import { roleBypassesRls } from './role-bypasses-rls.ts';
import { roleCanBecomeAnother } from './role-can-become-another.ts';
import { roleCanReplicate } from './role-can-replicate.ts';
import { roleMissing } from './role-missing.ts';
import { roleOwnsTables } from './role-owns-tables.ts';
import type { Rule } from './rule.ts';
import { schemaDrift } from './schema-drift.ts';
import { searchNotLeakproof } from './search-not-leakproof.ts';
import { secretInFunction } from './secret-in-function.ts';
import { sequenceReadable } from './sequence-readable.ts';
import { serverOutOfDate } from './server-out-of-date.ts';
import { tableNotIsolated } from './table-not-isolated.ts';
import { temporaryAllowed } from './temporary-allowed.ts';
import { tenantChangeAllowed } from './tenant-change-allowed.ts';
import { tenantColumnNullable } from './tenant-column-nullable.ts';
import { tenantColumnType } from './tenant-column-type.ts';
import { uniqueCountsDeleted } from './unique-counts-deleted.ts';
import { uniqueWithoutTenant } from './unique-without-tenant.ts';
import { viewReachesFurther } from './view-reaches-further.ts';
import { viewReadsAsOwner } from './view-reads-as-owner.ts';

/** Every rule, in the order of the report. */
export const rules: readonly Rule[] = [
  serverOutOfDate,
  citusDialectDiffers,
  citusCoordinatorHoldsShards,
  citusNodeDiffers,
  roleMissing,
  roleBypassesRls,
  roleOwnsTables,
  roleCanBecomeAnother,
  loginCanBypass,
  dangerousMembership,
  loginPowers,
  roleCanReplicate,
  otherRoleBypasses,
  contextHasDefault,
  citusRoleNologin,
  rlsDisabled,
  policiesDormant,
  rlsNotForced,
  rlsWithoutPolicy,
  tenantColumnNullable,
  tenantColumnType,
  noTenantIndex,
  searchNotLeakproof,
  childReachable,
  tableNotIsolated,
  tenantChangeAllowed,
  citusOwnersDiffer,
  citusTableLocal,
  citusNotColocated,
  citusTriggersOff,
  citusShardDiffers,
  citusTriggerDiffers,
  citusGrantDiffers,
  policyNotTenantBound,
  policyFailsOpen,
  policyPattern,
  policyNoFloor,
  policyRestrictsNothing,
  policyNeverTrue,
  policyContextsDiffer,
  policyForeignContext,
  policyUserClaim,
  policyContextIsLogin,
  policySettingUnqualified,
  contextImmutable,
  policyHelperSearchPath,
  policyLookupWritable,
  policyEmptyContext,
  policyNotInitplan,
  policyVolatile,
  policyFunctionOfRow,
  policyCastsColumn,
  policyDuplicate,
  policyMissingCommand,
  indexNotUsed,
  citusPolicyNotRouted,
  citusPolicyOnlyRouted,
  citusSecondPolicy,
  uniqueWithoutTenant,
  primaryKeyWithoutTenant,
  referenceWithoutTenant,
  cascadeAcrossTenants,
  referenceClearsTenant,
  constraintNotEnforced,
  referenceNotIndexed,
  referencesInArray,
  uniqueCountsDeleted,
  sequenceReadable,
  dangerousPrivilege,
  publicPrivilege,
  otherRoleReaches,
  temporaryAllowed,
  largeObjects,
  createAllowed,
  defaultPrivileges,
  leakproofFunction,
  viewReadsAsOwner,
  viewReachesFurther,
  materializedView,
  definerFunction,
  definerSearchPath,
  definerTrigger,
  foreignTable,
  publicationUnfiltered,
  secretInFunction,
  citusRestrictivePolicy,
  citusForced,
  schemaDrift,
  generatedByNobody,
  generatedMissing,
  generatedChanged,
  generatedOpened,
];
