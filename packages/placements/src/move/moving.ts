import type { Tenancy, TenantPool } from '@tenantry/core';
import type { LedgerName } from '../migrate/ledger.ts';
import type { Owners } from './owners.ts';

/** What `moveTenant` and `undoMove` need. */
export interface Moving {
  readonly tenancy: Tenancy;
  /** In a system scope that writes, on the shared database. */
  readonly pool: TenantPool;
  readonly tenant: string;
  readonly owners: Owners;
  /** Where Drizzle keeps which migrations a database has had. */
  readonly ledger: LedgerName;
  /** How long to wait for a transaction of the tenant, in milliseconds. */
  readonly waitMs: number;
  readonly progress: (what: string, done?: number) => void;
}

/** A transaction of the pool that keeps other movers out. */
export type Held = Parameters<Parameters<TenantPool['transaction']>[0]>[0];
