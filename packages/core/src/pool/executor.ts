import type { TenantryError } from '../errors/index.ts';
import type { Scope, Work } from '../scope/scope.ts';
import { cancelRunning } from '../wire/cancel.ts';
import type { Session } from '../wire/session.ts';
import { failFor } from './caller.ts';
import { type FlushPlan, type FlushSettings, flush } from './flush.ts';
import type { Server } from './server.ts';
import type { Statement } from './statement.ts';
import type { Outcome } from './wire-statement.ts';

/** How long a cancelled statement may take to stop, in milliseconds, before its socket is cut. */
const patienceMs = 5000;
/** How long to wait before cancelling again; it doubles each time. */
const firstPauseMs = 10;

/**
 * Stops what a session is running: cancels it, waits for the answer, cuts the socket at last. A
 * cancellation that overtakes its statement has no effect, so it is sent until there is an answer.
 */
export async function stopFlight(session: Session): Promise<void> {
  const cut = setTimeout(() => session.client.connection.stream.destroy(), patienceMs);
  const idle = session.idle();
  session.interrupt();
  for (let pause = firstPauseMs; session.busy; pause *= 2) {
    await cancelRunning(session); // to its end: behind a pooler it could hit somebody else later
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

/** Runs statements of scopes on the connections of one server. */
export class Executor {
  readonly server: Server;
  readonly #settings: FlushSettings;

  constructor(server: Server, settings: FlushSettings) {
    this.server = server;
    this.#settings = settings;
  }

  /**
   * Runs statements in one round trip, on any free connection, as one implicit transaction.
   * @param read makes of the outcomes what the caller wants, so that no promise is needed for it
   */
  run<T>(
    scope: Scope,
    statements: readonly Statement[],
    read: (outcomes: Outcome[]) => T,
  ): Promise<T> {
    return this.server.checkout(scope, (session) => this.#runOn(session, scope, statements, read));
  }

  /** Runs a plan on a session that the caller holds. */
  fly(session: Session, scope: Scope, plan: FlushPlan): Promise<Outcome[]> {
    return new Promise((resolve) => {
      const failed = (error: unknown) => resolve(failFor(error));
      flush(session, scope, this.#settings, plan, resolve, failed);
    });
  }

  #runOn<T>(
    session: Session,
    scope: Scope,
    statements: readonly Statement[],
    read: (outcomes: Outcome[]) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const running = new RunningStatements(session, statements);
      const leave = () => {
        scope.delete(running);
        this.server.release(session);
      };
      scope.add(running);
      flush(
        session,
        scope,
        this.#settings,
        { context: true, statements },
        (outcomes) => {
          leave();
          try {
            resolve(read(outcomes));
          } catch (error) {
            reject(error);
          }
        },
        (error) => {
          leave();
          resolve(failFor(running.stopped ?? error));
        },
      );
    });
  }
}

/** Statements under way on a connection of their own, as their scope sees them. */
class RunningStatements implements Work {
  readonly #session: Session;
  readonly #statements: readonly Statement[];
  /** Why they were stopped. */
  stopped: TenantryError | undefined;

  constructor(session: Session, statements: readonly Statement[]) {
    this.#session = session;
    this.#statements = statements;
  }

  describe(): string {
    return `a statement that was still running (${this.#statements[0]?.keyword ?? 'entry'})`;
  }

  async abandon(error: TenantryError): Promise<void> {
    this.stopped ??= error;
    this.#session.lost ??= error;
    await stopFlight(this.#session);
  }
}
