import './codes/core.ts';
import './codes/database.ts';

export { check, type NumberRange, typeName, wholeNumber } from './check.ts';
export { fromSql } from './from-sql.ts';
export {
  checkOptions,
  checkType,
  type OptionType,
  type OptionTypes,
} from './options.ts';
export {
  defineErrors,
  type ErrorCode,
  type ErrorEntry,
  errorOf,
  type KnownError,
  knownErrors,
} from './registry.ts';
export { type ErrorDetails, TenantryError } from './tenantry-error.ts';
