export { type ErrorCode, type ErrorEntry, errorCatalogue } from './catalogue.ts';
export { type ErrorDetails, TenantryError } from './tenantry-error.ts';
