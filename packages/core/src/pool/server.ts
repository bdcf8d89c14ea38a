import pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope, Work } from '../scope/scope.ts';
import { Session } from '../wire/session.ts';
import { DeadlockWatch } from './deadlock-watch.ts';

/** Somebody who waits for a client. */
export interface Waiter extends Work {
  readonly scope: Scope;
  refuse(error: TenantryError): void;
}

/**
 * The connections to one PostgreSQL server: hands out sessions, takes them back, destroys the
 * tainted ones. Connections themselves are pg's business.
 */
export class Server {
  readonly pool: pg.Pool;
  readonly #sessions = new WeakMap<pg.PoolClient, Session>();
  readonly #maxStatements: number;
  readonly #check: (session: Session) => Promise<void>;
  readonly #watch: DeadlockWatch;
  #checked: Promise<void> | undefined;
  #ready = false;

  constructor(
    config: pg.PoolConfig,
    maxStatements: number,
    check: (session: Session) => Promise<void>,
  ) {
    this.pool = new pg.Pool(config);
    this.#maxStatements = maxStatements;
    this.#check = check;
    this.#watch = new DeadlockWatch(() => this.pool.totalCount);
  }

  /**
   * A session for a scope. The first one checks roles and functions, so a database that cannot
   * isolate is refused before it is used.
   * @throws TenantryError `POOL_UNAVAILABLE`, `POOL_CHECKOUT_DEADLOCK`, or what the check found.
   */
  async checkout(scope: Scope): Promise<Session> {
    const session = await this.#connect(scope);
    if (this.#ready) return session;
    try {
      this.#checked ??= this.#check(session).then(() => {
        this.#ready = true;
      });
      await this.#checked;
      return session;
    } catch (error) {
      this.#checked = undefined;
      this.release(session);
      throw unavailable(error);
    }
  }

  /** Takes a session back; one that is lost, or not idle, is destroyed. */
  release(session: Session): void {
    this.#watch.released(session);
    session.client.release(session.lost !== undefined || session.busy || session.status !== 'I');
  }

  /** A caller holds this session between statements. */
  hold(session: Session, scope: Scope): void {
    this.#watch.held(session, scope);
  }

  #connect(scope: Scope): Promise<Session> {
    return new Promise((resolve, reject) => {
      let waiting = true;
      const leave = () => {
        waiting = false;
        scope.delete(waiter);
        this.#watch.left(waiter);
      };
      const refuse = (error: TenantryError) => {
        if (!waiting) return;
        leave();
        reject(error);
      };
      const waiter: Waiter = {
        scope,
        refuse,
        describe: () => 'a statement that waited for a client',
        abandon: async (error) => refuse(error),
      };
      scope.add(waiter);
      this.#watch.waiting(waiter);
      this.pool.connect((error, client) => {
        if (!waiting) {
          client?.release();
        } else if (error !== undefined || client === undefined) {
          leave();
          reject(unavailable(error));
        } else {
          leave();
          resolve(this.#session(client));
        }
      });
    });
  }

  #session(client: pg.PoolClient): Session {
    let session = this.#sessions.get(client);
    if (session === undefined) {
      session = new Session(client, this.#maxStatements);
      this.#sessions.set(client, session);
    }
    return session;
  }
}

/** Errors of the network and of logging in, which say that there is no server to talk to. */
function unavailable(error: unknown): unknown {
  if (TenantryError.is(error)) return error;
  const { code, message } = error as { code?: string; message: string };
  const server = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code);
  if (server && !/^(08|28|3D|53|57)/.test(code)) return error;
  return new TenantryError('POOL_UNAVAILABLE', {
    found: server ? `PostgreSQL refuses the connection (${code}: ${message})` : message,
    cause: error,
  });
}
