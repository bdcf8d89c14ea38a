import pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope, Work } from '../scope/scope.ts';
import type { StatementKeeping } from '../wire/prepared.ts';
import { withFrames } from './caller.ts';
import { DeadlockWatch } from './deadlock-watch.ts';
import { isOfHook, withHooks } from './hooks.ts';
import { PooledSession } from './pooled-session.ts';
import { learnBaseline } from './remedies.ts';
import { type Waiter, waitFor } from './waiter.ts';

/** What {@link Server} takes. */
export type ServerParts = ConstructorParameters<typeof Server>;

/** How long an idle session is kept here before it returns to pg's pool, in milliseconds. */
const inHandMs = 100;

/**
 * The connections to one PostgreSQL server. pg's pool opens, times out and closes them. This class lends
 * them to scopes, and keeps recently used ones between statements, because a trip through pg's pool costs
 * as much as the rest of a statement.
 */
export class Server {
  readonly pool: pg.Pool;
  readonly #sessions = new WeakMap<pg.PoolClient, PooledSession>();
  readonly #statements: StatementKeeping;
  readonly #check: (session: PooledSession) => Promise<void>;
  /** Whether there are listeners of `connect` that set up connections. */
  readonly #setUp: () => boolean;
  readonly #watch: DeadlockWatch;
  readonly #waiters: Set<Waiter>;
  /** Free sessions that have not yet returned to pg's pool; the last one used is used first. */
  readonly #inHand: PooledSession[] = [];
  readonly #keeps: boolean;
  /** The number of clients borrowed or requested from pg's pool. */
  #borrowed = 0;
  #asked = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #checked: Promise<void> | undefined;
  #ready = false;
  /** Called when no waiter is left. */
  #drained: (() => void) | undefined;
  #ending = false;

  constructor(
    config: pg.PoolConfig,
    statements: StatementKeeping,
    check: (session: PooledSession) => Promise<void>,
    setUp: () => boolean,
    waiters = new Set<Waiter>(),
  ) {
    this.#waiters = waiters;
    this.pool = new pg.Pool(withHooks(config));
    this.#statements = statements;
    this.#check = check;
    this.#setUp = setUp;
    this.#watch = new DeadlockWatch(waiters, () => this.pool.totalCount);
    // pg counts uses, lifetimes and idle time when a client is returned, so with these options it must be
    // returned
    const idle = config.idleTimeoutMillis || Number.POSITIVE_INFINITY;
    this.#keeps =
      config.maxUses === undefined &&
      config.maxLifetimeSeconds === undefined &&
      idle >= 10 * inHandMs;
  }

  /**
   * Calls `use` with a session, and waits for one when none is free. `use` must register its work with
   * the scope before it returns. The first checkout checks roles and functions, so a database that cannot
   * isolate is refused before it is used.
   * @throws TenantryError `POOL_UNAVAILABLE`, `POOL_CHECKOUT_DEADLOCK`, or what the check found.
   */
  checkout<T>(
    scope: Scope,
    use: (session: PooledSession) => Promise<T>,
    closing?: Work['closing'],
  ): Promise<T> {
    const session = this.#ready && this.mayBegin(scope) ? this.#inHand.pop() : undefined;
    return session === undefined ? this.#waitFor(scope, use, closing) : use(session);
  }

  /** Takes a session back; a lost or busy one is destroyed. */
  release(session: PooledSession): void {
    this.#watch.released(session);
    // before the check has passed no session may be reused
    const known = !this.#setUp() || session.residue.baseline !== undefined;
    if (!this.#keeps || !this.#ready || !known || !this.#usable(session)) {
      this.#giveBack(session);
      this.grow();
    } else if (!this.#serve(session)) {
      this.#inHand.push(session);
      this.#sweeper ??= setTimeout(() => this.#sweep(), inHandMs);
    }
  }

  #usable(session: PooledSession): boolean {
    return !session.done && !this.#ending;
  }

  /** Gives a session to the next waiter; false when there is none. */
  #serve(session: PooledSession): boolean {
    return this.nextOf(session)?.serve(session) === true;
  }

  /** Who gets a session: the longest waiter. */
  protected nextOf(_session?: PooledSession): Waiter | undefined {
    return this.#waiters.values().next().value;
  }

  /** A caller holds this session between statements. */
  hold(session: PooledSession, scope: Scope): void {
    this.#watch.held(session, scope);
  }

  /** Closes every connection when the accepted work is done. No new work may be added. */
  async end(): Promise<void> {
    if (this.#waiters.size > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    this.#ending = true;
    this.#sweep();
    await this.pool.end();
  }

  get idleCount(): number {
    return this.pool.idleCount + this.#inHand.length;
  }

  get waitingCount(): number {
    return this.#waiters.size;
  }

  #makeReady(session: PooledSession): Promise<void> {
    this.#checked ??= this.#check(session).then(
      () => {
        this.#ready = true;
      },
      (error) => {
        this.#checked = undefined; // the next checkout checks again: a migration may have fixed it
        throw error;
      },
    );
    return this.#checked;
  }

  async #waitFor<T>(
    scope: Scope,
    use: (session: PooledSession) => Promise<T>,
    closing: Work['closing'],
  ): Promise<T> {
    const patience = this.pool.options.connectionTimeoutMillis;
    const left = () => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#drained?.();
      this.#watch.left();
    };
    const waiter = waitFor(scope, left, closing);
    const timer = patience
      ? setTimeout(
          () =>
            waiter.refuse(
              unavailable(new Error(`timeout exceeded when trying to connect (${patience} ms)`)),
            ),
          patience,
        )
      : undefined;
    scope.add(waiter);
    this.#waiters.add(waiter);
    this.#watch.waiting();
    this.grow();
    let session: PooledSession | undefined;
    let using: Promise<T>;
    try {
      session = await waiter.session;
      if (!this.#ready) await this.#makeReady(session);
      if (this.#setUp() && session.residue.baseline === undefined) await learnBaseline(session);
      // it may have ended in the meantime; nothing may be awaited between this and `use`
      scope.assertOpen();
      using = use(session);
    } catch (error) {
      if (session === undefined) throw withFrames(error);
      this.release(session);
      throw withFrames(unavailable(error));
    } finally {
      scope.delete(waiter); // not before `use`: in between, the scope would not know of the work
    }
    return using;
  }

  /** Whether a scope need not wait for its turn when a session is free. */
  protected mayBegin(_scope: Scope): boolean {
    return true;
  }

  /** Whether one more client may be requested; `asked` have been, and have not come yet. */
  protected mayOpen(_asked: number): boolean {
    return true;
  }

  /** Requests a client from pg's pool for each waiter without a pending request. */
  grow(): void {
    const max = this.pool.options.max ?? 10;
    while (this.#asked < this.#waiters.size && this.#borrowed < max && this.mayOpen(this.#asked)) {
      this.#asked++;
      this.#borrowed++;
      try {
        this.pool.connect((error, client) => {
          if (client?.connection !== undefined) return this.#arrived(client);
          client?.release(true);
          this.#failed(error ?? withoutConnection());
          this.grow(); // for the waiters after it
        });
      } catch (error) {
        this.#failed(error); // options that pg cannot read
      }
    }
  }

  #arrived(client: pg.PoolClient): void {
    this.#asked--;
    const session = this.#session(client);
    if (!this.#usable(session) || !this.#serve(session)) this.release(session);
  }

  #failed(error: unknown): void {
    this.#asked--;
    this.#borrowed--;
    this.nextOf()?.refuse(unavailable(error));
  }

  #session(client: pg.PoolClient): PooledSession {
    let session = this.#sessions.get(client);
    if (session === undefined) {
      session = new PooledSession(client, this.#statements);
      session.onLost = () => this.#drop(session as PooledSession);
      this.#sessions.set(client, session);
    }
    return session;
  }

  #drop(session: PooledSession): void {
    const at = this.#inHand.indexOf(session);
    if (at === -1) return; // in use: its user notices and releases it
    this.#inHand.splice(at, 1);
    this.#giveBack(session);
    // for everybody outside it was idle, and pg's pool does not know that
    this.pool.emit('error', session.lost as Error, session.client);
  }

  /** Returns free sessions to pg's pool, which closes them after its idle timeout. */
  #sweep(): void {
    clearTimeout(this.#sweeper);
    this.#sweeper = undefined;
    for (const session of this.#inHand.splice(0)) this.#giveBack(session);
  }

  #giveBack(session: PooledSession): void {
    this.#borrowed--;
    session.client.release(session.lost ?? session.done);
  }
}

/** The error of every call after `end()`. */
export const afterEnd = () =>
  unavailable(new Error('Cannot use a pool after calling end on the pool'));

/** pg-native connects by libpq, which leaves nothing to write the protocol to. */
const withoutConnection = () =>
  new TenantryError('CONFIG_INVALID', {
    found: 'a client without `connection`, as that of pg-native',
    fix: 'Unset Client and NODE_PG_FORCE_NATIVE.',
  });

/** Converts network and login errors, which mean that no server is available. */
function unavailable(error: unknown): unknown {
  if (TenantryError.is(error) || isOfHook(error)) return error;
  const { code, message } = error as { code?: string; message: string };
  const fromServer = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code);
  if (fromServer && !/^(08|28|3D|53|57)/.test(code)) return error;
  return new TenantryError('POOL_UNAVAILABLE', {
    found: fromServer ? `PostgreSQL refuses the connection (${code}: ${message})` : message,
    cause: error,
  });
}
