import './codes/core.ts';
import './codes/database.ts';

export {
  check,
  isoDate,
  isStorableText,
  type NumberRange,
  storableText,
  type TextRange,
  wholeNumber,
} from './check.ts';
export { fromSql } from './from-sql.ts';
export {
  defineErrors,
  type ErrorCode,
  type ErrorEntry,
  errorOf,
  type KnownError,
  knownErrors,
} from './registry.ts';
export { type ErrorDetails, TenantryError } from './tenantry-error.ts';
