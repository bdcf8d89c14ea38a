export { createTenantPool } from './create-pool.ts';
export type { PoolEntry } from './entry.ts';
export type { TenantPoolOptions } from './options.ts';
export type { AcceptedDanger, PoolLogger } from './start-check.ts';
export type { TenantPool } from './tenant-pool.ts';
export type { TransactionOptions } from './transaction.ts';
export type { Observed, ObservedFinding, ObservedStatement } from './witness/observed.ts';
export type { WitnessMode, WitnessOptions } from './witness/options.ts';
