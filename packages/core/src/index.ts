export type { Columns, IdColumn } from './columns.ts';
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
  type Exempt,
  type ExemptionMatcher,
  type Exemptions,
  exemptionMatcher,
} from './exemptions.ts';
export type { IdKind } from './ids.ts';
export {
  type AcceptedDanger,
  createTenantPool,
  type Logger,
  type PoolEntry,
  type TenantPool,
  type TenantPoolOptions,
  type TransactionOptions,
} from './pool/index.ts';
export type { Actor } from './scope/actor.ts';
export type { Bound } from './scope/bind.ts';
export type { ScopeLimits } from './scope/run.ts';
export {
  type CurrentTenant,
  defineTenancy,
  type Roles,
  type SystemEntry,
  type Tenancy,
  type TenancyOptions,
  type TenantEntry,
} from './tenancy.ts';
export type { TenantKey, TenantOption } from './tenant-key.ts';
