export { type ErrorCode, errorCatalogue } from './catalogue.ts';
export type { ErrorEntry } from './codes/entry.ts';
export { fromSql } from './from-sql.ts';
export { type ErrorDetails, TenantryError } from './tenantry-error.ts';
