import type pg from 'pg';
import type { TenantryError } from '../errors/index.ts';
import type { Scope, Work } from '../scope/scope.ts';
import { cancelRunning } from '../wire/cancel.ts';
import type { ContextWriter } from '../wire/context.ts';
import type { Session } from '../wire/session.ts';
import { type FlushPlan, flush, type Naming } from './flush.ts';
import type { Server } from './server.ts';
import type { Statement } from './statement.ts';

/** How long a cancelled statement may take to stop, in milliseconds, before its socket is cut. */
const patienceMs = 5000;

/** Stops what a session is running: cancels it, waits for the answer, cuts the socket at last. */
export async function stopFlight(session: Session): Promise<void> {
  await cancelRunning(session);
  const cut = setTimeout(() => session.client.connection.stream.destroy(), patienceMs);
  await session.idle();
  clearTimeout(cut);
}

/** Runs statements of scopes on the connections of one server. */
export class Executor {
  readonly server: Server;
  readonly #context: ContextWriter;
  readonly #naming: Naming;

  constructor(server: Server, context: ContextWriter, naming: Naming) {
    this.server = server;
    this.#context = context;
    this.#naming = naming;
  }

  /** Runs statements in one round trip, on any free connection, as one implicit transaction. */
  async run(scope: Scope, statements: readonly Statement[]): Promise<pg.QueryResult[]> {
    const session = await this.server.checkout(scope);
    const flight = new RunningFlight(session, statements);
    scope.add(flight);
    try {
      scope.assertOpen(); // it may have ended while this waited for a client
      return await this.fly(session, scope, { context: true, statements });
    } catch (error) {
      throw flight.stopped ?? error;
    } finally {
      scope.delete(flight);
      this.server.release(session);
    }
  }

  fly(session: Session, scope: Scope, plan: FlushPlan): Promise<pg.QueryResult[]> {
    return flush(session, scope, this.#context, this.#naming, plan);
  }
}

/** A flush under way, as the scope sees it. */
class RunningFlight implements Work {
  readonly #session: Session;
  readonly #statements: readonly Statement[];
  stopped: TenantryError | undefined;

  constructor(session: Session, statements: readonly Statement[]) {
    this.#session = session;
    this.#statements = statements;
  }

  describe(): string {
    return `a statement that was still running (${this.#statements[0]?.keyword ?? 'entry'})`;
  }

  async abandon(error: TenantryError): Promise<void> {
    this.stopped = error;
    this.#session.lost ??= error;
    await stopFlight(this.#session);
  }
}
