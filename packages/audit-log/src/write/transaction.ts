import { TenantryError } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';

/** A transaction of Drizzle: only it has `rollback`. */
export interface DrizzleTransaction {
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type differs between 0.45 and 1.0
  execute(query: any): PromiseLike<unknown>;
  rollback(): never;
}

/** A transaction of Kysely. */
export interface KyselyTransaction {
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's CompiledQuery, which is not a dependency
  executeQuery(query: any): PromiseLike<unknown>;
  readonly isTransaction: true;
}

/** A client of the tenant pool, in whose transaction the entry is written. */
export interface PgTransaction {
  query(text: string, values: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
  release(error?: Error | boolean): void;
}

/** The tenant pool, for use inside `pool.batch(() => […])` only. */
export interface BatchingPool {
  query(text: string, values: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
  readonly batching: boolean;
}

/**
 * Where an entry can be written, so that it commits with its change or not at all: a transaction, or the
 * pool while it collects a batch. A `db` outside a transaction does not compile.
 */
export type AuditTransaction =
  | DrizzleTransaction
  | KyselyTransaction
  | PgTransaction
  | BatchingPool;

/** @throws TenantryError `AUDIT_NEEDS_TRANSACTION` for a pool outside a batch, or a database */
export function assertTransaction(tx: AuditTransaction): Queryable {
  const { batching, rollback, isTransaction, release } = tx as unknown as Record<string, unknown>;
  const joins =
    batching === true ||
    (batching === undefined &&
      (typeof rollback === 'function' || isTransaction === true || typeof release === 'function'));
  if (joins) return tx as Queryable;
  throw new TenantryError('AUDIT_NEEDS_TRANSACTION', {
    found:
      batching === false ? 'the pool, outside of a batch.' : 'a database without a transaction.',
  });
}
