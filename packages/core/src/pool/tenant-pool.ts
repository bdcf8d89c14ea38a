import type pg from 'pg';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { PoolEntry } from './entry.ts';
import type { TransactionOptions } from './transaction.ts';
import type { Observed } from './witness/observed.ts';

/** A pool in the shape of `pg.Pool` that sends every statement with its scope. */
export interface TenantPool<T extends Tenancy = Tenancy> extends pg.Pool {
  readonly tenancy: T;
  /**
   * Checks claim and membership in one round trip, then runs `fn` in the scope of that tenant.
   * @throws TenantryError `TENANT_NOT_FOUND` for an unknown tenant and for a non-member alike.
   */
  enter<R>(entry: PoolEntry, fn: () => R | Promise<R>): Promise<R>;
  /**
   * Runs `fn` in a captured scope, after checking its signature and the membership again.
   * @throws TenantryError `CAPTURE_INVALID`, `TENANT_NOT_FOUND`
   */
  resume<R>(token: string, fn: () => R | Promise<R>): Promise<R>;
  /**
   * Sends several queries in one round trip, as one implicit transaction: all of them succeed, or none
   * has an effect. It works with any library, because it collects the statements that reach this pool.
   *
   * @example
   * ```ts
   * const [projects, members] = await pool.batch(() => [db.select().from(p), db.select().from(m)]);
   * ```
   */
  batch<Q extends readonly PromiseLike<unknown>[] | []>(
    build: () => Q,
  ): Promise<{ -readonly [I in keyof Q]: Awaited<Q[I]> }>;
  /**
   * Runs `fn` in a transaction on its own client: COMMIT when it returns, ROLLBACK when it throws. The
   * client is released in both cases. The transactions of Drizzle and Kysely work too.
   *
   * Sends `begin`, with the first statement, and `commit`.
   * @param options.isolationLevel the isolation level. Default: that of the database.
   * @param options.readOnly whether writes are refused. Default: false.
   * @throws TenantryError `TRANSACTION_ROLLED_BACK` when a statement had failed and `fn` returned
   *   nevertheless, `CONFIG_INVALID` for another isolation level, `STATEMENT_REFUSED` in a batch
   * @example
   * ```ts
   * await pool.transaction(async (tx) => {
   *   await tx.query('update accounts set balance = balance - $1 where id = $2', [amount, from]);
   *   await tx.query('update accounts set balance = balance + $1 where id = $2', [amount, to]);
   * });
   * ```
   */
  transaction<R>(
    fn: (tx: pg.PoolClient) => R | Promise<R>,
    options?: TransactionOptions,
  ): Promise<R>;
  /**
   * With `witness: 'observe'`: what the statements so far would lose under row-level security, by
   * statement and caller. `String(observed)` is a table to read.
   * @throws TenantryError `CONFIG_INVALID` when the pool does not observe
   * @example
   * ```ts
   * const { statements } = await pool.observed();
   * const lost = statements.filter(({ foreign, outside }) => foreign > 0 || outside > 0);
   * ```
   */
  observed(): Promise<Observed>;
  /** Whether the running code builds a {@link batch} of this pool; its statements join that flush. */
  readonly batching: boolean;
}
