export {
  defineErrors,
  type ErrorCode,
  type ErrorDetails,
  type ErrorEntry,
  type KnownError,
  knownErrors,
  TenantryError,
} from './errors/index.ts';
export {
  type Exemption,
  type ExemptionMatcher,
  type Exemptions,
  exemptionMatcher,
} from './exemptions.ts';
export type { PoolPlacements } from './placement/pool-placements.ts';
export {
  type AcceptedDanger,
  createTenantPool,
  type Observed,
  type ObservedFinding,
  type ObservedStatement,
  type PoolEntry,
  type PoolLogger,
  type TenantPool,
  type TenantPoolOptions,
  type TransactionOptions,
  type WitnessMode,
  type WitnessOptions,
} from './pool/index.ts';
export type { Actor } from './scope/actor.ts';
export type { BoundResult } from './scope/bind.ts';
export type { SystemEntry, TenantEntry } from './scope/entry.ts';
export type { ScopeLimits } from './scope/run.ts';
export type { CacheKey, KeyPart } from './tenancy/cache-key.ts';
export type { IdColumn, TenancyColumns } from './tenancy/columns.ts';
export { defineTenancy } from './tenancy/define.ts';
export type { IdInput, IdKind, IdValue } from './tenancy/ids.ts';
export type { DatabaseRoles, TenancyOptions } from './tenancy/options.ts';
export type { CapturedTenant, CurrentTenant, Tenancy } from './tenancy/tenancy.ts';
export type {
  TenantInput,
  TenantKey,
  TenantOption,
  TenantProperty,
  TenantPropertyKind,
  TenantPropertyName,
} from './tenancy/tenant-key.ts';
