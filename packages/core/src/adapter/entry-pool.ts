import type { PoolEntry } from '../pool/index.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';

/** The part of a tenant pool that a gate needs; the pool of `createTenantPool` has it. */
export interface EntryPool {
  readonly tenancy: Tenancy;
  /** Checks claim and membership in one round trip, then runs `fn` in the scope of that tenant. */
  enter<R>(entry: PoolEntry, fn: () => R | Promise<R>): Promise<R>;
}
