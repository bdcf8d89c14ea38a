export type { TenantPoolOptions } from './options.ts';
export type { AcceptedDanger, Logger } from './start-check.ts';
export { createTenantPool, type PoolEntry, type TenantPool } from './tenant-pool.ts';
