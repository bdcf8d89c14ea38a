import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { PooledSession } from './pooled-session.ts';
import type { Waiter } from './waiter.ts';

/** How long nothing may make progress before it counts as a deadlock, in milliseconds. */
const patienceMs = 500;

/**
 * How long a scope that holds a client may wait for another one, in milliseconds. A client that looks
 * busy may be waiting for a row that the scope's open transaction has locked. PostgreSQL cannot detect
 * that deadlock, because one half of it is in this process.
 */
const holdAndWaitMs = 3000;

/** The watches of all servers with waiters; scopes may wait for each other across servers. */
const watching = new Set<DeadlockWatch>();

/**
 * Detects a pool deadlock: every client is held, idle, by a scope that itself waits for another client (a
 * query on the pool inside a transaction, with a pool that is too small). pg would wait for ever. It is
 * not visible from here whether a holder has other work to do, so the state has to last before the
 * youngest waiter is refused; its transaction then rolls back and frees a client for the others. When
 * clients are busy, the database may be what makes them wait, so a scope that holds a client waits for
 * another one only for a limited time.
 */
export class DeadlockWatch {
  readonly #waiters: ReadonlySet<Waiter>;
  readonly #clients: () => number;
  readonly #holders = new Map<PooledSession, Scope>();
  #timer: NodeJS.Timeout | undefined;
  #stuckSince = 0;
  #flown = 0;

  constructor(waiters: ReadonlySet<Waiter>, clients: () => number) {
    this.#waiters = waiters;
    this.#clients = clients;
  }

  /** A waiter was added. */
  waiting(): void {
    if (this.#holders.size > 0) this.#start();
  }

  /** A waiter has left. */
  left(): void {
    this.#stuckSince = 0;
    if (this.#waiters.size === 0) this.#stop();
  }

  held(session: PooledSession, scope: Scope): void {
    this.#holders.set(session, scope);
    if (this.#waiters.size > 0) this.#start();
  }

  released(session: PooledSession): void {
    this.#holders.delete(session);
  }

  #start(): void {
    watching.add(this);
    this.#timer ??= setInterval(() => this.#look(), patienceMs / 5);
  }

  #stop(): void {
    watching.delete(this);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#refuseHoldAndWait();
    const stuck = DeadlockWatch.stuckTogether();
    if (!stuck.includes(this)) {
      this.#stuckSince = 0;
      return;
    }
    const holders = this.#circle(stuck).flatMap((watch) => [...watch.#holders]);
    const flown = holders.reduce((sum, [session]) => sum + session.progress, 0);
    if (flown !== this.#flown) this.#stuckSince = 0;
    this.#flown = flown;
    const now = performance.now();
    this.#stuckSince ||= now;
    if (now - this.#stuckSince < patienceMs) return;
    this.#stuckSince = 0;
    const roots = new Set(holders.map(([, scope]) => scope.root));
    const victim = [...this.#waiters]
      .reverse()
      .find((waiter) => rootsOf(waiter).some((root) => roots.has(root)));
    victim?.refuse(
      new TenantryError('POOL_CHECKOUT_DEADLOCK', {
        found: `${this.#holders.size} of ${this.#clients()} clients held, ${this.#waiters.size} waiting`,
      }),
    );
  }

  #refuseHoldAndWait(): void {
    const idle = [...this.#holders].filter(([session]) => !session.working);
    const roots = new Set(idle.map(([, scope]) => scope.root));
    const since = performance.now() - holdAndWaitMs;
    for (const waiter of [...this.#waiters]) {
      if (waiter.since > since || !rootsOf(waiter).some((root) => roots.has(root))) continue;
      waiter.refuse(
        new TenantryError('POOL_CHECKOUT_DEADLOCK', {
          found: `a scope that holds a client has waited ${holdAndWaitMs / 1000} s for another one`,
        }),
      );
    }
  }

  /** Whether every client is held, idle, by a scope that waits for a client of a server in `others`. */
  #stuckAmong(others: readonly DeadlockWatch[]): boolean {
    if (this.#waiters.size === 0 || this.#holders.size < this.#clients()) return false;
    const waiting = new Set(others.flatMap((other) => [...other.#waiters].flatMap(rootsOf)));
    for (const [session, scope] of this.#holders) {
      if (session.working || !waiting.has(scope.root)) return false;
    }
    return true;
  }

  /**
   * Those of `stuck` whose clients the holders of this server's clients wait for, directly or in a
   * circle.
   */
  #circle(stuck: readonly DeadlockWatch[]): DeadlockWatch[] {
    const circle = new Set<DeadlockWatch>([this]);
    for (const watch of circle) {
      const roots = new Set([...watch.#holders.values()].map((scope) => scope.root));
      for (const other of stuck) {
        const waiting = [...other.#waiters].flatMap(rootsOf);
        if (waiting.some((root) => roots.has(root))) circle.add(other);
      }
    }
    return [...circle];
  }

  /** The servers where nobody can proceed, because all holders wait for each other. */
  static stuckTogether(): readonly DeadlockWatch[] {
    let left = [...watching];
    for (;;) {
      const stuck = left.filter((watch) => watch.#stuckAmong(left));
      if (stuck.length === left.length) return stuck;
      left = stuck;
    }
  }
}

/** The waiting scope, and its enclosing scopes, which wait for it. */
function rootsOf({ scope }: Waiter): Scope[] {
  const roots: Scope[] = [];
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent)
    roots.push(each.root);
  return roots;
}
