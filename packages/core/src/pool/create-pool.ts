import type pg from 'pg';
import { checkType, TenantryError } from '../errors/index.ts';
import { currentScope } from '../scope/current.ts';
import type { Scope } from '../scope/scope.ts';
import { store } from '../scope/store.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { CustomQuery } from '../wire/lent-query.ts';
import { Batch, currentBatch } from './batch.ts';
import { BatchClient, customInBatch } from './batch-client.ts';
import { type Callback, callBack, callbackOf } from './callback.ts';
import { isCustomQuery, SentQuery } from './custom-query.ts';
import { enterScope } from './enter.ts';
import type { PoolEntry } from './entry.ts';
import type { Executor } from './executor.ts';
import { type ClientPlacement, openShared } from './open-shared.ts';
import { opener } from './opener.ts';
import { readOptions, type TenantPoolOptions } from './options.ts';
import { PoolFace } from './pool-face.ts';
import type { PooledParts } from './pooled-parts.ts';
import { afterEnd, type Server } from './server.ts';
import { shownOptions } from './shown-options.ts';
import { type QueryInput, readStatement, type Statement } from './statement.ts';
import type { TenantPool } from './tenant-pool.ts';
import { runTransaction, type TransactionOptions } from './transaction.ts';
import { type Outcome, readable } from './wire-statement.ts';
import type { Observed } from './witness/observed.ts';
import { scopeOrOutside } from './witness/outside.ts';

/**
 * Opens a pool in the shape of `pg.Pool`. Drizzle, Kysely and raw pg work with it unchanged. Inside a
 * scope every statement carries its tenant; outside a scope it is refused.
 *
 * A statement is sent as one implicit transaction in one round trip:
 * `select set_config('role', $1, true), set_config('app.organization_id', $2, true), …`, then the
 * statement, then Sync.
 *
 * @example
 * ```ts
 * export const pool = createTenantPool(tenancy, { connectionString: process.env.DATABASE_URL });
 * export const db = drizzle(pool, { schema });
 * ```
 */
export function createTenantPool<T extends Tenancy>(
  tenancy: T,
  options: TenantPoolOptions = {},
): TenantPool<T> {
  return new TenantPoolImplementation(tenancy, options) as unknown as TenantPool<T>;
}

/** Its name ends in Pool because Drizzle detects a pool by that. */
class TenantPoolImplementation extends PoolFace {
  readonly tenancy: Tenancy;
  readonly options: pg.PoolConfig;
  readonly #placement: ClientPlacement;
  protected readonly servers = new Set<Server>();
  readonly #observes: boolean;

  constructor(tenancy: Tenancy, given: TenantPoolOptions) {
    super();
    const options = readOptions(tenancy, given);
    this.tenancy = tenancy;
    this.options = shownOptions(options.app.config);
    this.#observes = options.witness.mode === 'observe';
    const open = opener(tenancy, options, this);
    const { servers } = this;
    this.#placement =
      options.placements === undefined
        ? openShared(tenancy, options, open, servers)
        : (options.placements.openFor({
            tenancy,
            options,
            open,
            servers,
            ending: () => this.ending,
          } satisfies PooledParts) as ClientPlacement);
  }

  query(input: QueryInput, values?: unknown, callback?: unknown): unknown {
    if (typeof values === 'function' || callback !== undefined) {
      const called = callbackOf(input, values, callback);
      if (called !== undefined && !isCustomQuery(input))
        return callBack(this.#send(input, called === values ? undefined : values), called);
    }
    if (typeof input === 'function') return callBack(this.#send(input, undefined), input);
    // only objects can be custom queries
    if (typeof input === 'object' && isCustomQuery(input))
      return this.#lend(input, values, callback);
    return this.#send(input, values);
  }

  #send(input: QueryInput, values: unknown): Promise<pg.QueryResult> {
    try {
      const scope = this.#scope();
      return this.#query(scope, readStatement(scope, input, values));
    } catch (error) {
      return Promise.reject(error); // not `async`: this is the path of every statement
    }
  }

  /** Runs a cursor or a stream on its own client. Errors go to the query only. */
  #lend(input: CustomQuery, values: unknown, callback: unknown): CustomQuery {
    const query = new SentQuery(input, values, callback);
    const lend = async () => {
      const scope = this.#scope();
      if (currentBatch(this, scope) !== undefined) throw customInBatch();
      await this.#at(scope, (executor) =>
        executor.server.checkout(
          scope,
          (session) => this.#placement.client(executor, session, scope).lendAndRelease(query),
          () => (query.lent.closed ? lending : undefined),
        ),
      );
    };
    const lending = lend().catch((error) => query.lent.finish(error));
    return input;
  }

  #query(scope: Scope, statement: Statement): Promise<pg.QueryResult> {
    if (transactionControl.has(statement.keyword)) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: `${statement.keyword.toUpperCase()} on the pool, where each statement may run on another connection`,
        fix: 'Use db.transaction(…), or pool.connect() and its client.',
      });
    }
    const batch = currentBatch(this, scope);
    if (batch !== undefined) return batch.add(statement, scope);
    return this.#at(scope, (executor) => executor.run(scope, [statement], first));
  }

  connect(callback?: unknown): unknown {
    const connecting = this.#connect();
    if (typeof callback !== 'function') return connecting;
    const done = (client: pg.PoolClient) => [
      client,
      (destroy?: Error | boolean) => client.release(destroy),
    ];
    return callBack(connecting, callback as Callback, done, [undefined, () => {}]);
  }

  async #connect(): Promise<pg.PoolClient> {
    const scope = this.#scope();
    const batch = currentBatch(this, scope);
    if (batch !== undefined) return new BatchClient(batch, scope) as unknown as pg.PoolClient;
    const client = await this.#at(scope, (executor) =>
      executor.server.checkout(scope, async (session) =>
        this.#placement.client(executor, session, scope),
      ),
    );
    return client as unknown as pg.PoolClient;
  }

  async enter<R>(entry: PoolEntry, fn: () => R | Promise<R>): Promise<R> {
    checkType(entry, 'object', 'entry');
    checkType(fn, 'function', 'fn');
    if (entry.verify === 'with-first-statement') return enterScope(this.tenancy, entry, fn);
    return enterScope(this.tenancy, entry, async (scope) => {
      await this.#at(scope, (executor) => executor.run(scope, [], nothing));
      return fn();
    });
  }

  async resume<R>(token: string, fn: () => R | Promise<R>): Promise<R> {
    const captured = this.tenancy.openCapture(token);
    const { user = null, ...rest } = captured.actor ?? {};
    const claim = { by: 'id', value: captured[this.tenancy.property] as string | number | bigint };
    return this.enter({ ...rest, claim, user }, fn);
  }

  async batch(build: () => readonly PromiseLike<unknown>[]): Promise<unknown[]> {
    const scope = this.#scope();
    if (currentBatch(this, scope) !== undefined) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: 'a batch inside a batch',
        fix: 'Put all queries into one batch, or await one before the other.',
      });
    }
    if (this.ending) throw afterEnd();
    // it is accepted now, and sent also when the pool ends in between
    const batch = new Batch(this, scope, (entries) =>
      this.#placement.together(scope, entries, (executor, of) =>
        executor.run(
          of,
          entries.map(({ statement }) => statement),
          all,
        ),
      ),
    );
    const running = batch.run(build);
    this.batches.add(running);
    try {
      return await running;
    } finally {
      this.batches.delete(running);
    }
  }

  async transaction<R>(
    fn: (tx: pg.PoolClient) => R | Promise<R>,
    options?: TransactionOptions,
  ): Promise<R> {
    if (this.batching) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: 'a transaction inside a batch, which is one already',
        fix: 'Put its statements into the batch, or open the transaction outside.',
      });
    }
    return runTransaction(() => this.#connect(), fn, options);
  }

  async observed(): Promise<Observed> {
    const { observedBy } = await import('./witness/observed.ts');
    return observedBy(
      this.#observes,
      this.#placement.executors.map(({ witness }) => witness),
    );
  }

  get batching(): boolean {
    const scope = store.getStore();
    return scope !== undefined && currentBatch(this, scope) !== undefined;
  }

  /** The scope of the running code; a pool that observes refuses nobody for having none. */
  #scope(): Scope {
    return this.#observes ? scopeOrOutside(this.tenancy) : currentScope(this.tenancy.setting);
  }

  /** @throws TenantryError `POOL_UNAVAILABLE` after `end()` */
  #at<T>(scope: Scope, use: (executor: Executor) => Promise<T>): Promise<T> {
    if (this.ending) throw afterEnd();
    return this.#placement.at(scope, use);
  }
}

const first = ([outcome]: Outcome[]) => readable(outcome);
const all = (outcomes: Outcome[]) => outcomes;
const nothing = () => {};

/** Statements that need a client, because only a client keeps a transaction together. */
const transactionControl = new Set([
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint',
  'release',
]);
