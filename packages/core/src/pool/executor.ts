import type { Dialect } from '../dialect/dialect.ts';
import type { Place } from '../placement/placement.ts';
import type { Scope, Work } from '../scope/scope.ts';
import { cancelRunning } from '../wire/cancel.ts';
import { failFor, noted, withFrames } from './caller.ts';
import { type FlushPlan, type FlushSettings, flush } from './flush.ts';
import { flushStart, type ObservedFlush, observed } from './observe.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Server } from './server.ts';
import type { Statement } from './statement.ts';
import type { Outcome } from './wire-statement.ts';
import type { Witness } from './witness/witness.ts';

/** How long a cancelled statement may take to stop, in milliseconds, before its socket is cut. */
const patienceMs = 5000;
/** How long to wait before cancelling again; it doubles each time. */
const firstPauseMs = 10;

/**
 * Stops what a session is running: cancels it, waits for the answer, cuts the socket at last. A
 * cancellation that overtakes its statement has no effect, so it is sent until there is an answer.
 */
export async function stopFlight(session: PooledSession): Promise<void> {
  const cut = setTimeout(() => session.client.connection.stream.destroy(), patienceMs);
  const idle = session.idle();
  session.interrupt();
  for (let pause = firstPauseMs; session.busy; pause *= 2) {
    await cancelRunning(session); // wait for it: behind a pooler it could later hit somebody else
    await within(pause, idle);
  }
  clearTimeout(cut);
}

/** Settles with `promise`, or after `ms` milliseconds. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** The error of pg for a statement that took longer than its `query_timeout`. */
const timedOut = () => new Error('Query read timeout');

/**
 * Waits for a flight and, after a timeout, for its cancellation; a late cancellation would hit the next
 * statement.
 */
async function limited<T>(
  flying: Promise<T>,
  timer: NodeJS.Timeout,
  stopping: () => Promise<void> | undefined,
): Promise<T> {
  try {
    return await flying;
  } catch (error) {
    throw stopping() === undefined ? error : withFrames(timedOut());
  } finally {
    clearTimeout(timer);
    await stopping();
  }
}

/** Runs statements of scopes at one place of one server, on its connections. */
export class Executor {
  readonly server: Server;
  readonly #place: Place;
  readonly #settings: FlushSettings;

  /** @param settings those of the server, shared by its places */
  constructor(server: Server, place: Place, settings: FlushSettings) {
    this.server = server;
    this.#place = place;
    this.#settings = settings;
  }

  get dialect(): Dialect {
    return this.#settings.dialect;
  }

  /** What compares the rows that come back; undefined before the first connection, or when it is off. */
  get witness(): Witness | undefined {
    return this.#settings.witness;
  }

  /**
   * Runs statements in one round trip, on any free connection, as one implicit transaction.
   * @param read converts the outcomes to the result, which saves a promise
   */
  run<T>(
    scope: Scope,
    statements: readonly Statement[],
    read: (outcomes: Outcome[]) => T,
  ): Promise<T> {
    return this.observe(
      scope,
      statements,
      this.server.checkout(scope, (session) => this.#runOn(session, scope, statements, read)),
    );
  }

  /** Runs a plan on a session that the caller holds, within the timeout of its statements. */
  fly(session: PooledSession, scope: Scope, plan: FlushPlan): Promise<Outcome[]> {
    let stopping: Promise<void> | undefined;
    const timer = this.#limit(plan.statements, () => {
      stopping = stopFlight(session);
    });
    const flying = this.observe(scope, plan.statements, this.#fly(session, scope, plan));
    return timer === undefined ? flying : limited(flying, timer, () => stopping);
  }

  /** Tells the observers of the pool, if there are any, of work that is running. */
  observe<T>(
    scope: Scope,
    statements: ObservedFlush['statements'],
    running: Promise<T>,
  ): Promise<T> {
    if (!flushStart.hasSubscribers) return running;
    return observed({ pool: this.#settings.pool, scope, statements }, running);
  }

  #fly(session: PooledSession, scope: Scope, plan: FlushPlan): Promise<Outcome[]> {
    return new Promise((resolve) => {
      const failed = (error: unknown, note?: () => void) => resolve(failFor(error, note));
      const answered = (outcomes: Outcome[], note?: () => void) =>
        resolve(note === undefined ? outcomes : noted(note, () => outcomes));
      flush(session, scope, this.#place, this.#settings, plan, answered, failed);
    });
  }

  /** Calls `stop` when statements exceed their timeout. */
  #limit(statements: readonly Statement[], stop: () => unknown): NodeJS.Timeout | undefined {
    let limit = this.#settings.queryTimeoutMs;
    for (const { timeoutMs } of statements) if (timeoutMs !== undefined) limit = timeoutMs;
    return limit === undefined ? undefined : setTimeout(stop, limit);
  }

  #runOn<T>(
    session: PooledSession,
    scope: Scope,
    statements: readonly Statement[],
    read: (outcomes: Outcome[]) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const running = new RunningStatements(session, statements);
      const timer = this.#limit(statements, () => running.abandon(timedOut()));
      const leave = () => {
        clearTimeout(timer);
        scope.delete(running);
        this.server.release(session);
      };
      scope.add(running);
      flush(
        session,
        scope,
        this.#place,
        this.#settings,
        { context: true, statements },
        (outcomes, note) => {
          leave();
          try {
            resolve(note === undefined ? read(outcomes) : noted(note, () => read(outcomes)));
          } catch (error) {
            reject(error);
          }
        },
        (error, note) => {
          leave();
          resolve(failFor(running.stopped ?? error, note));
        },
      );
    });
  }
}

/** Statements that are running on their own connection, registered with their scope. */
class RunningStatements implements Work {
  readonly #session: PooledSession;
  readonly #statements: readonly Statement[];
  /** Why they were stopped. */
  stopped: Error | undefined;

  constructor(session: PooledSession, statements: readonly Statement[]) {
    this.#session = session;
    this.#statements = statements;
  }

  describe(): string {
    return `a statement that was still running (${this.#statements[0]?.keyword ?? 'entry'})`;
  }

  async abandon(error: Error): Promise<void> {
    this.stopped ??= error;
    this.#session.lost ??= error;
    await stopFlight(this.#session);
  }
}
