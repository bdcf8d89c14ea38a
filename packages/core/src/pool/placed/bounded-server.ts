import type { PooledSession } from '../pooled-session.ts';
import { Server, type ServerParts } from '../server.ts';
import type { ConnectionBudget } from './connection-budget.ts';

/** A server that shares a bound on connections with others. */
export class BoundedServer extends Server {
  readonly #budget: ConnectionBudget;
  #ended: Promise<void> | undefined;

  constructor(budget: ConnectionBudget, ...parts: ServerParts) {
    super(...parts);
    this.#budget = budget;
    this.pool.on('remove', () => budget.changed());
  }

  /** Whether it takes no more work. */
  get ending(): boolean {
    return this.#ended !== undefined;
  }

  /** Whether nobody uses it or waits for it. */
  get quiet(): boolean {
    return this.waitingCount === 0 && this.idleCount === this.pool.totalCount;
  }

  protected override mayOpen(asked: number): boolean {
    return this.pool.idleCount > asked || this.#budget.allows(this);
  }

  override release(session: PooledSession): void {
    super.release(session);
    if (this.quiet) this.#budget.changed();
  }

  /** The pool may end while the server is being closed to make room. */
  override end(): Promise<void> {
    this.#ended ??= super.end();
    return this.#ended;
  }
}
