/**
 * Next.js: route handlers, server actions and server components in the scope of their tenant.
 *
 * @module
 */
export { tenantryErrorOf } from '../adapter/index.ts';
export { type SharedTenantPoolOptions, sharedTenantPool } from '../pool/shared-pool.ts';
export type { TenantCacheOptions } from './cache.ts';
export { createTenantNext, type TenantNext, type TenantNextOptions } from './create.ts';
export { type DigestedError, parseDigest } from './digest.ts';
export type { NextSource } from './request.ts';
export type { TenantRoute } from './route.ts';
