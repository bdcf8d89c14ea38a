import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import { leadingKeywords, mentions } from '../lexer/keyword.ts';
import type { Scope, Work } from '../scope/scope.ts';
import { store } from '../scope/store.ts';
import { callBack, callbackOf } from './callback.ts';
import { isCustomQuery, SentQuery } from './custom-query.ts';
import { emptyResult } from './empty-result.ts';
import type { Executor } from './executor.ts';
import type { FlushPlan } from './flush.ts';
import { HeldConnection } from './held-connection.ts';
import type { PooledSession } from './pooled-session.ts';
import { type QueryInput, readStatement, type Statement } from './statement.ts';
import { readable } from './wire-statement.ts';

const begins = new Set(['begin', 'start']);
const ends = new Set(['commit', 'end', 'rollback', 'abort']);

/**
 * A client that a caller holds, in the shape of pg's `PoolClient`. It belongs to the scope in which it
 * was taken. When the scope ends, or the client is released, every later use is refused.
 *
 * BEGIN is held back and sent with the first statement and the context, so a transaction of N statements
 * takes N + 1 round trips.
 */
export class TenantClient extends HeldConnection implements Work {
  #begin: string | undefined;
  /** The open transaction has the context. */
  #contextSet = false;
  /** Why it takes no more statements. */
  #closed: TenantryError | undefined;
  #abandoned: Promise<void> | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  /** The cursor or other custom query that has the connection. */
  #lent: SentQuery | undefined;
  #lending: Promise<void> | undefined;
  /** Whether it is released after the custom query for which it was taken. */
  #thenRelease = false;

  constructor(executor: Executor, session: PooledSession, scope: Scope) {
    super(executor, session, scope);
    scope.add(this);
  }

  query(input: QueryInput, values?: unknown, callback?: unknown): unknown {
    if (isCustomQuery(input)) {
      const { _result: result } = input as { _result?: { _types?: unknown } };
      if (result !== undefined) result._types ??= this.ownTypes;
      void this.lend(new SentQuery(input, values, callback));
      return input;
    }
    const called = callbackOf(input, values, callback);
    const answer = this.#query(input, called === values ? undefined : values);
    return called === undefined ? answer : callBack(answer, called);
  }

  async #query(input: QueryInput, values: unknown): Promise<pg.QueryResult> {
    this.#assertUsable();
    let statement: Statement;
    try {
      statement = readStatement(this.scope, input, values, this.ownTypes);
    } catch (error) {
      if (this.#isIdle()) this.tellDrained(this.#isIdle);
      throw error;
    }
    return this.#inTurn(() => this.#run(statement));
  }

  readonly #isIdle = () => this.#queued === 0 && this.#closed === undefined;

  /** Statements of one client run in the order in which they were sent, as with pg. */
  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const before = this.#queued++ === 0 ? undefined : this.#tail;
    let over!: (value?: unknown) => void;
    // not the returned promise: a second waiter on it would lose the stack frames of errors
    this.#tail = new Promise((resolve) => {
      over = resolve;
    });
    try {
      if (before !== undefined) await before;
      return await run();
    } finally {
      if (--this.#queued === 0) this.tellDrained(this.#isIdle);
      over();
    }
  }

  /**
   * Runs a cursor, a stream or another custom query, and notifies it of its end; never rejects. Outside a
   * transaction it gets its own, because it takes several round trips.
   */
  lend(query: SentQuery): Promise<void> {
    this.#lending = this.#tell(query);
    return this.#lending;
  }

  /** The same, then releases the client, which was taken for this query only. */
  lendAndRelease(query: SentQuery): Promise<void> {
    this.#thenRelease = true;
    return this.lend(query);
  }

  async #tell(query: SentQuery): Promise<void> {
    let error: unknown;
    try {
      this.#assertUsable();
      error = await this.#inTurn(() => this.#lend(query));
    } catch (thrown) {
      error = thrown;
    }
    if (this.#thenRelease && this.#closed === undefined) this.release();
    query.lent.finish(this.gone ?? error);
  }

  async #lend(query: SentQuery): Promise<unknown> {
    if (this.gone !== undefined) throw this.gone;
    const idle = this.session.status === 'I';
    const own = idle && this.#begin === undefined;
    let failed: unknown;
    this.#lent = query;
    try {
      if (own) this.#begin = 'begin';
      if (idle || !this.#contextSet) await this.#send(undefined, idle);
      const running = query.run(this.session, this.scope, this.executor);
      await this.executor.observe(this.scope, [query], running);
    } catch (error) {
      failed = error;
    }
    try {
      if (own && this.session.status !== 'I') await this.#endOwn(failed);
    } finally {
      this.#lent = undefined; // not before its transaction has ended: its scope waits for that
    }
    return failed;
  }

  /** Ends the transaction of a custom query. */
  async #endOwn(failed: unknown): Promise<void> {
    const text = failed === undefined ? 'commit' : 'rollback';
    try {
      await this.#end(readStatement(this.scope, text, []), false);
    } catch (error) {
      if (failed === undefined) throw error;
    }
  }

  /**
   * Releases the client after its pending statements. An open transaction is rolled back by closing the
   * connection. Pass an error, or true, to destroy the connection at once.
   */
  readonly release = (destroy?: Error | boolean): void => {
    if (this.#abandoned !== undefined) return; // its scope has already released it
    if (this.#closed !== undefined) {
      throw new Error('Release called on client which has already been released to the pool.');
    }
    this.#closed = new TenantryError('TENANT_SCOPE_ENDED', {
      found: 'a client that was released.',
    });
    if (destroy) {
      const cause = destroy instanceof Error ? destroy : new Error('released with true');
      this.fail(this.#closed, cause);
    }
    if (destroy || this.#queued === 0) this.#giveBack();
    else {
      void this.#tail.then(() => {
        if (this.#abandoned === undefined) this.#giveBack();
      });
    }
  };

  /** The transaction status: `I` idle, `T` open, `E` failed; null without a connection. */
  getTransactionStatus(): 'I' | 'T' | 'E' | null {
    if (this.lost) return null;
    return this.#begin === undefined ? this.session.status : 'T';
  }

  describe(): string {
    if (this.#lent !== undefined)
      return 'a cursor or a stream that was neither read to its end nor closed';
    if (this.session.busy) return 'a statement of a client that was still running';
    if (this.session.status !== 'I')
      return 'a transaction that was neither committed nor rolled back';
    return 'a client that was not released';
  }

  /** A closed cursor on a client that nobody holds needs only one more round trip. */
  closing(): Promise<void> | undefined {
    const released = this.#thenRelease || this.#closed !== undefined;
    return released && this.#lent?.lent.closed ? this.#lending : undefined;
  }

  /** The scope and an enclosing one may both end while the client is being abandoned. */
  abandon(error: TenantryError): Promise<void> {
    this.#abandoned ??= this.#giveUp(error);
    return this.#abandoned;
  }

  async #giveUp(error: TenantryError): Promise<void> {
    this.#closed = error;
    this.fail(error);
    await this.stop();
    this.#giveBack();
  }

  #giveBack(): void {
    this.scope.delete(this);
    this.leave();
  }

  #assertUsable(): void {
    if (this.#closed !== undefined) throw this.#closed;
    this.scope.assertOpen();
    const here = store.getStore();
    if (here !== undefined && here.root !== this.scope.root) {
      throw new TenantryError('TENANT_SWITCH_REFUSED', { found: 'a client of another scope.' });
    }
  }

  async #run(statement: Statement): Promise<pg.QueryResult> {
    if (this.gone !== undefined) throw this.gone;
    const idle = this.session.status === 'I';
    if (begins.has(statement.keyword) && idle && this.#begin === undefined) {
      this.#begin = statement.text;
      this.#contextSet = false;
      return emptyResult(statement.keyword === 'start' ? 'START' : 'BEGIN');
    }
    if (ends.has(statement.keyword)) return this.#end(statement, idle);
    return this.#send(statement, idle);
  }

  /** Sends a statement, or the context alone. */
  async #send(statement: Statement | undefined, idle: boolean): Promise<pg.QueryResult> {
    const begin = idle ? this.#begin : undefined;
    // SET TRANSACTION must precede any query, so the context waits for the next statement
    const early =
      statement?.keyword === 'set' && leadingKeywords(statement.text, 2)[1] === 'transaction';
    const context = idle ? !(early && begin !== undefined) : !this.#contextSet && !early;
    const statements = statement === undefined ? [] : [statement];
    try {
      return await this.#fly({ begin, context, statements, held: true });
    } finally {
      if (begin !== undefined) this.#begin = undefined;
      this.#contextSet = this.session.status !== 'I' && (this.#contextSet || context);
    }
  }

  async #end(statement: Statement, idle: boolean): Promise<pg.QueryResult> {
    const words = leadingKeywords(statement.text, 3);
    if (words.includes('to') || words.includes('prepared')) return this.#send(statement, idle);
    if (mentions(statement.text, 'and', 'chain')) {
      throw new TenantryError('STATEMENT_REFUSED', {
        found: 'AND CHAIN, which opens a transaction without a context',
        fix: 'End the transaction, then begin the next one.',
      });
    }
    const commits = statement.keyword === 'commit' || statement.keyword === 'end';
    if (idle) {
      this.#begin = undefined; // nothing was sent, so there is nothing to end
      return emptyResult(commits ? 'COMMIT' : 'ROLLBACK');
    }
    const result = await this.#fly({ context: false, statements: [statement] });
    this.#contextSet = false;
    if (commits && result.command === 'ROLLBACK')
      throw new TenantryError('TRANSACTION_ROLLED_BACK');
    return result;
  }

  async #fly(plan: FlushPlan): Promise<pg.QueryResult> {
    try {
      const [outcome] = await this.send(plan);
      return readable(outcome);
    } catch (error) {
      throw this.#abandoned === undefined ? error : this.gone;
    }
  }
}
