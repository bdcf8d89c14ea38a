import type { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import { ClientFace } from './client-face.ts';
import { type Executor, stopFlight } from './executor.ts';
import type { FlushPlan } from './flush.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Outcome } from './wire-statement.ts';

/**
 * The connection of a held client, and what runs statements there. Both can change, until a transaction
 * has begun. Its fields are private to the engine, or whoever prints a client would print its connection.
 */
export class HeldConnection extends ClientFace {
  readonly #scope: Scope;
  #executor: Executor;
  /** Whether it has given back its connection, and has no other one yet. */
  #underWay = false;
  #gone: TenantryError | undefined;

  constructor(executor: Executor, session: PooledSession, scope: Scope) {
    super(session, scope);
    this.#executor = executor;
    this.#scope = scope;
    executor.server.hold(session, scope);
  }

  protected get scope(): Scope {
    return this.#scope;
  }

  protected get executor(): Executor {
    return this.#executor;
  }

  /** Why accepted statements can no longer run. */
  protected get gone(): TenantryError | undefined {
    return this.#gone;
  }

  /** Whether there is no connection that works. */
  protected get lost(): boolean {
    return this.#underWay || this.session.lost !== undefined;
  }

  /** Accepted statements fail from now on, and the connection is not used again. */
  protected fail(error: TenantryError, cause: Error = error): void {
    this.#gone = error;
    if (!this.#underWay) this.session.lost ??= cause;
  }

  /** Stops what is running. */
  protected async stop(): Promise<void> {
    if (!this.#underWay && this.session.busy) await stopFlight(this.session);
  }

  /** Gives the connection back, for good. */
  protected leave(): void {
    this.forsake();
    if (!this.#underWay) this.#executor.server.release(this.session);
  }

  /** Sends a plan to where the client is. */
  protected send(plan: FlushPlan): Promise<Outcome[]> {
    return this.#executor.fly(this.session, this.#scope, plan);
  }

  /** Gives the connection back, to get another one by {@link arrive}; false when the client is gone. */
  protected depart(): boolean {
    if (this.#gone !== undefined) return false;
    this.#underWay = true;
    this.#executor.server.release(this.session);
    return true;
  }

  protected arrive(to: Executor, session: PooledSession): void {
    if (this.#gone !== undefined) {
      to.server.release(session);
      throw this.#gone;
    }
    this.#executor = to;
    this.#underWay = false;
    this.moveTo(session);
    to.server.hold(session, this.#scope);
  }
}
