export { createTenantPool } from './create-pool.ts';
export type { PoolEntry } from './entry.ts';
export type { TenantPoolOptions } from './options.ts';
export type { AcceptedDanger, PoolLogger } from './start-check.ts';
export type { TenantPool } from './tenant-pool.ts';
export type { TransactionOptions } from './transaction.ts';
